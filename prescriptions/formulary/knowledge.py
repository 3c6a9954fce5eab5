"""What the checks ask of the drug data: one immutable Knowledge, built once from the files, every answer by index.

A check holds a Knowledge and asks; it never reads files and never walks through all rules. Asking costs the same with a
hundred drugs and ten thousand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Final, TypeVar

from .allergens import Allergens
from .entries import (
    AllergyClass,
    Contraindication,
    Control,
    CrossReaction,
    Drug,
    Flag,
    Formulary,
    Header,
    HerbRule,
    Indication,
    Interaction,
    Reaction,
    Severity,
    Substance,
)
from .herbs import Herbs
from .naming import Naming
from .reading import read_folder

Subjected = TypeVar("Subjected", Contraindication, Indication)

UNSIGNED_ZH: Final = "数据未经药师签核"
UNSIGNED_EN: Final = "Drug data not signed by a pharmacist"
_GRAVITY: Final = {severity: place for place, severity in enumerate(Severity)}
_CONTROL_FLAGS: Final = {Control.ANTIMICROBIAL: Flag.ANTIMICROBIAL, Control.COLD_CHAIN: Flag.COLD_CHAIN}


class Knowledge:
    """The drug data with its indexes. `drugs`, `substances`, `allergy_classes` are by id, in the files' order."""

    def __init__(self, formulary: Formulary, disease_groups: Mapping[str, str] | None = None) -> None:
        """`disease_groups`: the group of each known ICD-10 code, as `indications.csv` names groups."""
        self.formulary: Final = formulary
        self.drugs: Final[Mapping[str, Drug]] = MappingProxyType({each.id: each for each in formulary.drugs})
        self.substances: Final[Mapping[str, Substance]] = MappingProxyType(
            {each.id: each for each in formulary.substances}
        )
        self._subjects: Final = {drug.id: drug.subjects for drug in formulary.drugs}
        self._partners: Final = _by_partner(formulary.interactions)
        self._contraindications: Final = _by_subject((*formulary.contraindications, *formulary.readings))
        self._spoken_of: Final = self._partners.keys() | {each.subject for each in formulary.contraindications}
        self._indications: Final = _by_subject(formulary.indications)
        self._groups: Final = dict(disease_groups or {})
        self._flags: Final = _flags(formulary)
        self._look_alikes: Final = _look_alikes(formulary)
        self._naming: Final = Naming(formulary)
        self._allergens: Final = Allergens(formulary, self._naming)
        self._herbs: Final = Herbs(formulary)

    @property
    def header(self) -> Header:
        """Version, source and signature of the files."""
        return self.formulary.header

    @property
    def version(self) -> str:
        """The files' version, kept with every finding."""
        return self.header.version

    @property
    def signed_by(self) -> str | None:
        """The pharmacist who signed the files, None until one has."""
        return self.header.signed_by

    @property
    def signed_on(self) -> date | None:
        """The day of that signature."""
        return self.header.signed_on

    @property
    def unsigned_notice(self) -> str | None:
        """What every screen and print says while nobody has signed; None once somebody has."""
        return None if self.header.signed_by else UNSIGNED_ZH

    @property
    def allergy_classes(self) -> Mapping[str, AllergyClass]:
        """The allergy classes by id."""
        return self._allergens.classes

    def drug(self, drug_id: str) -> Drug | None:
        """The drug of this id."""
        return self.drugs.get(drug_id)

    def find(self, name: str) -> Drug | None:
        """The one drug of this name: id, English, Chinese, trade name or synonym, whatever the case and blanks.

        None for a name nobody knows, and for one that several drugs have (`candidates` tells which).
        """
        found = self._naming.drugs_called(name)
        return self.drugs[found[0]] if len(found) == 1 else None

    def candidates(self, name: str) -> tuple[Drug, ...]:
        """The drugs a name that is not unique may mean; empty for a name nobody knows."""
        return tuple(self.drugs[each] for each in self._naming.drugs_called(name))

    def id_of(self, name: str) -> str | None:
        """The id of the one drug or substance of this name."""
        found = self.find(name)
        return found.id if found else self._naming.substance_called(name)

    def form_is_assumed(self, name: str) -> bool:
        """Whether the name leaves the form open (`nifedipine`), so that the drug's dose limits may not be its own."""
        return self._naming.leaves_form_open(name)

    def subjects_of(self, drug_id: str) -> tuple[str, ...]:
        """Under what names rules may speak of a drug or substance; of an unknown one only its own."""
        return self._subjects.get(drug_id, (drug_id,))

    def rules_between(self, a: str, b: str) -> tuple[Interaction, ...]:
        """The interactions of two drugs or substances (by id), gravest first, each once; also of their components."""
        found: dict[str, Interaction] = {}
        others = self.subjects_of(b)
        for one in self.subjects_of(a):
            if partners := self._partners.get(one):
                for other in others:
                    if other in partners:
                        found.update((rule.id, rule) for rule in partners[other])
        return tuple(sorted(found.values(), key=_gravest)) if len(found) > 1 else tuple(found.values())

    def has_interactions(self, drug_id: str) -> bool:
        """Whether any interaction speaks of the drug; without, a check of its interactions is not covered."""
        return any(name in self._partners for name in self.subjects_of(drug_id))

    def contraindications_of(self, drug_id: str) -> tuple[Contraindication, ...]:
        """All rows about the drug, its components or its classes; a figure of the drug's own before its class's."""
        found: dict[str, Contraindication] = {}
        for name in self.subjects_of(drug_id):
            for rule in self._contraindications.get(name, ()):
                found.setdefault(rule.id, rule)
        return tuple(found.values())

    def classes_of_allergy(self, allergy: str) -> tuple[AllergyClass, ...]:
        """What was recorded as an allergy: a class by id or name, or the classes of a drug or substance by name."""
        return self._allergens.classes_of(allergy)

    def allergy_rules(self, allergy: str, drug: str, reaction: Reaction | None = None) -> tuple[CrossReaction, ...]:
        """What a recorded allergy (class, drug or substance, by id or name) says of giving this drug, gravest first.

        `drug` is an id, or the name of one that is not in the list. A row for the recorded reaction takes the place of
        the one for any reaction; with none recorded all rows hold. Empty: the files say nothing.
        """
        return self._allergens.rules(allergy, drug, self.subjects_of(drug), reaction)

    def is_same_substance(self, allergy: str, drug: str) -> bool:
        """Whether the allergy was recorded to this very drug (id or name) or one of its components."""
        return self._allergens.is_same(allergy, drug, self.subjects_of(drug))

    def is_known_allergen(self, allergy: str) -> bool:
        """Whether the files know what was recorded: a class, a member of one, or a drug. Otherwise it is not covered."""
        return bool(self._allergens.classes_of(allergy) or self._naming.drugs_called(allergy))

    def indications_of(self, drug_id: str) -> tuple[Indication, ...]:
        """For which disease groups the drug is usually given; empty: no map, so not covered."""
        return tuple(indication for name in self.subjects_of(drug_id) for indication in self._indications.get(name, ()))

    def disease_group(self, icd10: str) -> str | None:
        """The disease group of an ICD-10 code, by its longest known beginning; None when none is known."""
        code = icd10.strip().upper()
        for length in range(len(code), 2, -1):
            if group := self._groups.get(code[:length]):
                return group
        return None

    def has_rules(self, drug_id: str) -> bool:
        """Whether any interaction or contraindication speaks of the drug; without, the drug is not covered."""
        return any(name in self._spoken_of for name in self.subjects_of(drug_id))

    def flags_of(self, drug_id: str) -> frozenset[Flag]:
        """High alert, skin test, narrow index, weekly, antimicrobial, cold chain."""
        return self._flags.get(drug_id, frozenset())

    def look_alikes_of(self, drug_id: str) -> tuple[str, ...]:
        """Ids of the drugs whose names are easily mistaken for this one's."""
        return self._look_alikes.get(drug_id, ())

    def names_of(self, drug_id: str) -> tuple[str, ...]:
        """The further names of a drug: trade names and synonyms."""
        return self._naming.further_names(drug_id)

    @property
    def herbs(self) -> tuple[str, ...]:
        """The pieces of Chinese medicine that rules speak of, without patent medicines."""
        return self._herbs.pieces

    def herb(self, name: str) -> str | None:
        """The name under which rules speak of a herb or patent medicine; None for one that no rule knows."""
        return self._herbs.called(name)

    def herb_rules_between(self, a: str, b: str) -> tuple[HerbRule, ...]:
        """十八反 and 十九畏 of two herbs, by any of their names."""
        return self._herbs.between(a, b)

    def herb_pregnancy(self, name: str) -> tuple[HerbRule, ...]:
        """What pregnancy forbids (block) or asks caution for (warn) with this herb."""
        return self._herbs.in_pregnancy(name)

    def herb_daily_cap(self, name: str) -> HerbRule | None:
        """The pharmacopoeia's daily cap of this herb in grams."""
        return self._herbs.daily_cap(name)

    def herb_with_drug(self, name: str, drug_id: str) -> tuple[HerbRule, ...]:
        """What this herb or patent medicine says of a western drug or substance (by id) or its components."""
        return self._herbs.with_drug(name, self.subjects_of(drug_id))


@cache
def shipped() -> Knowledge:
    """The product's own data, read once for the process. Raises: BadFormulary with everything that is wrong."""
    from server.records.service import diagnosis_groups  # here: the checks themselves need no capability below

    return Knowledge(read_folder(), diagnosis_groups())


def _gravest(rule: Interaction) -> tuple[int, str]:
    return _GRAVITY[rule.severity], rule.id


def _by_partner(rules: Iterable[Interaction]) -> dict[str, dict[str, tuple[Interaction, ...]]]:
    """For each subject, whom it interacts with: small tables, so that a meeting costs the same whatever the files hold."""
    found: defaultdict[str, dict[str, tuple[Interaction, ...]]] = defaultdict(dict)
    for rule in rules:
        for one, other in {(rule.subject_a, rule.subject_b), (rule.subject_b, rule.subject_a)}:
            found[one][other] = (*found[one].get(other, ()), rule)
    return dict(found)


def _by_subject(rules: Iterable[Subjected]) -> dict[str, tuple[Subjected, ...]]:
    found: defaultdict[str, list[Subjected]] = defaultdict(list)
    for rule in rules:
        found[rule.subject].append(rule)
    return {subject: tuple(each) for subject, each in found.items()}


def _flags(formulary: Formulary) -> dict[str, frozenset[Flag]]:
    found: defaultdict[str, set[Flag]] = defaultdict(set)
    for row in formulary.flags:
        found[row.drug_id].add(row.flag)
    for drug in formulary.drugs:
        if flag := _CONTROL_FLAGS.get(drug.control):
            found[drug.id].add(flag)
        if drug.is_weekly:
            found[drug.id].add(Flag.WEEKLY)
    return {drug_id: frozenset(flags) for drug_id, flags in found.items()}


def _look_alikes(formulary: Formulary) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for pair in formulary.look_alikes:
        found[pair.drug_a].append(pair.drug_b)
        found[pair.drug_b].append(pair.drug_a)
    return {drug_id: tuple(others) for drug_id, others in found.items()}
