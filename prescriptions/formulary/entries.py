"""What one row of each data file says, typed. Figures are Decimal, in the unit the row names; nothing is computed here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Confidence(StrEnum):
    """How sure the source of a row is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Severity(StrEnum):
    """How grave an interaction is: stop, double confirmation, warning."""

    CONTRAINDICATED = "contraindicated"
    MAJOR = "major"
    MODERATE = "moderate"


class Action(StrEnum):
    """What a rule asks for."""

    BLOCK = "block"
    WARN = "warn"
    INFORM = "inform"


class Control(StrEnum):
    """Under which special rules a drug stands."""

    NONE = "none"
    ANTIMICROBIAL = "antimicrobial"
    COLD_CHAIN = "cold_chain"
    NARCOTIC = "narcotic"
    PSYCHOTROPIC_I = "psychotropic_I"
    PSYCHOTROPIC_II = "psychotropic_II"
    TOXIC = "toxic"
    RADIOACTIVE = "radioactive"
    PRECURSOR = "precursor"


class Condition(StrEnum):
    """What must be true of the patient for a contraindication to hold."""

    PREGNANCY = "pregnancy"
    TRIMESTER_1 = "pregnancy_trimester_1"
    TRIMESTER_3 = "pregnancy_trimester_3"
    LACTATION = "lactation"
    AGE_BELOW = "age_lt"
    AGE_ABOVE = "age_gt"
    EGFR_BELOW = "egfr_lt"
    DIAGNOSIS = "diagnosis"
    LAB_REQUIRED = "lab_required"


class Reaction(StrEnum):
    """Which past reaction a row of cross_reactions.csv speaks of; ANY also holds where none was recorded."""

    ANY = "any"
    IMMEDIATE = "immediate"  # anaphylactic shock, immediate urticaria or bronchospasm
    SEVERE_SKIN = "severe_skin"  # SJS, TEN, DRESS
    BLOOD_OR_LIVER = "blood_or_liver"  # agranulocytosis, severe hepatitis
    HIT = "hit"  # heparin-induced thrombocytopenia
    MILD_RASH = "mild_rash"
    INTOLERANCE = "intolerance"  # no allergy: myalgia under a statin, cough under an ACE inhibitor


class HerbGroup(StrEnum):
    """The groups of tcm_incompatibilities.csv."""

    ACONITE = "十八反-乌头类"
    LIQUORICE = "十八反-甘草"
    VERATRUM = "十八反-藜芦"
    FEARS = "十九畏"
    PREGNANCY_FORBIDDEN = "妊娠禁用"
    PREGNANCY_CAUTION = "妊娠慎用"
    WITH_WESTERN = "中西药相互作用"
    DAILY_CAP_G = "饮片日用量上限(g)"


class Flag(StrEnum):
    """What stands out about a drug beside its rules."""

    HIGH_ALERT = "high_alert"
    SKIN_TEST = "skin_test"
    NARROW_INDEX = "narrow_index"
    WEEKLY = "weekly"
    ANTIMICROBIAL = "antimicrobial"
    COLD_CHAIN = "cold_chain"


@dataclass(frozen=True, slots=True)
class Header:
    """The files' version, source, and the pharmacist who signed them; None until one has."""

    version: str
    source: str
    signed_by: str | None
    signed_on: date | None


@dataclass(frozen=True, slots=True)
class Drug:
    """One drug. Daily amounts are in `dose_unit`; for a weekly drug (`is_weekly`) they are per week, the unit without /week.

    `pregnancy`, `renal` and `note` are prose for people: the rules stand in contraindications.csv.
    """

    id: str
    name_en: str
    name_zh: str
    atc: str
    classes: tuple[str, ...]
    components: tuple[str, ...]
    route: str
    dose_unit: str
    usual_daily_min: Decimal
    usual_daily_max: Decimal
    max_daily: Decimal | None
    times_per_day: Decimal
    is_weekly: bool
    pregnancy: str
    renal: str
    min_age_years: Decimal
    control: Control
    online: bool
    long_term: bool
    confidence: Confidence
    note: str

    @property
    def subjects(self) -> tuple[str, ...]:
        """Under what names rules may speak of this drug: itself, its components, its classes."""
        return (self.id, *self.components, *(f"class:{each}" for each in self.classes))


@dataclass(frozen=True, slots=True)
class Substance:
    """Something rules speak of that is no drug of the list: alcohol, contrast media."""

    id: str
    name_zh: str
    name_en: str
    names: tuple[str, ...]
    explanation: str


@dataclass(frozen=True, slots=True)
class Interaction:
    """What happens when two subjects meet."""

    id: str
    subject_a: str
    subject_b: str
    severity: Severity
    effect_en: str
    management_en: str
    management_zh: str
    reason_zh: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Contraindication:
    """When a subject must not be given, or not beyond `max_daily`.

    Of `threshold` (years, mL/min), `icd10` (prefixes), `tests` with `within_days` (None: ever) only the condition's own is set.
    """

    id: str
    subject: str
    condition: Condition
    threshold: Decimal | None
    icd10: tuple[str, ...]
    tests: tuple[str, ...]
    within_days: int | None
    max_daily: Decimal | None
    action: Action
    reason_en: str
    reason_zh: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class AllergyClass:
    """A group of substances allergic people react to alike; the prose is for people, its reading in cross_reactions.csv."""

    id: str
    name_en: str
    name_zh: str
    drug_ids: tuple[str, ...]
    member_names: tuple[str, ...]
    same_class_en: str
    cross_reaction_en: str
    action: Action
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class CrossReaction:
    """Who is allergic to `allergen` (an allergy class, or `zh:` a name) and gets `target`.

    The target is an allergy class, a drug, a drug class, `zh:` a name, or `same` (the very substance)."""

    id: str
    allergen: str
    target: str
    reaction: Reaction
    action: Action
    reason_en: str
    reason_zh: str
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class HerbRule:
    """One row of Chinese medicine; `cap_g` only for daily caps, `drug_id` only where it meets a drug or substance of ours."""

    id: str
    group: HerbGroup
    herb: str
    other: str
    action: Action
    note: str
    cap_g: Decimal | None
    drug_id: str | None


@dataclass(frozen=True, slots=True)
class Indication:
    """The disease groups (of the ICD-10 table) a subject is usually given for; never complete, so a warning at most."""

    id: str
    subject: str
    groups: tuple[str, ...]
    source: str
    confidence: Confidence


class NameKind(StrEnum):
    """What a further name is. FORM_OPEN: the ingredient's name, which leaves the dosage form open."""

    TRADE = "trade"
    SYNONYM = "synonym"
    FORM_OPEN = "form_open"


@dataclass(frozen=True, slots=True)
class Name:
    """A further name of a drug."""

    drug_id: str
    name: str
    kind: NameKind


class AliasKind(StrEnum):
    """Another name of the same herb, or a patent medicine that contains it."""

    SYNONYM = "synonym"
    PATENT = "patent"


@dataclass(frozen=True, slots=True)
class Alias:
    """A further name of a herb or of an allergy class, or a patent medicine that contains what a rule speaks of."""

    name: str
    stands_for: str


@dataclass(frozen=True, slots=True)
class FlagRow:
    """One flag of one drug, and who says so."""

    drug_id: str
    flag: Flag
    source: str


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Two drugs whose names are easily mistaken for each other."""

    drug_a: str
    drug_b: str
    source: str


@dataclass(frozen=True, slots=True)
class Formulary:
    """All rows of all files, in the files' order, and the digest of their bytes without the header."""

    header: Header
    digest: str
    drugs: tuple[Drug, ...]
    names: tuple[Name, ...] = ()
    substances: tuple[Substance, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    contraindications: tuple[Contraindication, ...] = ()
    readings: tuple[Contraindication, ...] = ()
    allergy_classes: tuple[AllergyClass, ...] = ()
    allergen_names: tuple[Alias, ...] = ()
    cross_reactions: tuple[CrossReaction, ...] = ()
    herb_rules: tuple[HerbRule, ...] = ()
    herb_aliases: tuple[Alias, ...] = ()
    indications: tuple[Indication, ...] = ()
    flags: tuple[FlagRow, ...] = ()
    look_alikes: tuple[LookAlike, ...] = ()
