"""The picture a check looks at: patient, prescriber, setting, items and what the patient takes already.

Immutable and complete in itself, so that the same picture always gives the same outcome. `None` always means "nobody said";
a check that would need it answers "not covered", never "passed". Names are resolved to drugs before (formulary), not here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from server.foundation.clock import day_of


class Sex(StrEnum):
    """As far as the rules need it."""

    FEMALE = "female"
    MALE = "male"


class Kind(StrEnum):
    """What a prescription is made of; the two are never on one sheet (B29)."""

    WESTERN = "western"  # 西药、中成药
    TCM_PIECES = "tcm_pieces"  # 中药饮片


class PrescriberKind(StrEnum):
    """Who wrote it: only a human may (B19)."""

    HUMAN = "human"
    SYSTEM = "system"


class Grade(StrEnum):
    """The three grades of antimicrobials, and of the right to prescribe them (B38)."""

    NON_RESTRICTED = "non_restricted"  # 非限制使用级
    RESTRICTED = "restricted"  # 限制使用级
    SPECIAL = "special"  # 特殊使用级


@dataclass(frozen=True, slots=True)
class Allergy:
    """A known allergy: a class id (AL01), a drug id, or a name as written; and what happened then."""

    class_or_drug: str
    reaction: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One diagnosis: an ICD-10 code (dotted, as in I10 or E11.9) and its name."""

    code: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One laboratory result; `value` may be a word (HLA-B*15:02 negative)."""

    code: str
    value: Decimal | str
    unit: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PatientPicture:
    """The patient on the day of prescribing. The age comes from the birth date when both are known."""

    birth_date: date | None = None
    age: int | None = None
    sex: Sex | None = None
    weight_kg: Decimal | None = None
    height_cm: Decimal | None = None
    pregnant: bool | None = None
    pregnancy_weeks: int | None = None
    lactating: bool | None = None
    allergies: tuple[Allergy, ...] | None = ()  # None: nobody asked
    diagnoses: tuple[Diagnosis, ...] = ()
    results: tuple[Result, ...] = ()

    def age_on(self, day: date) -> int | None:
        """Completed years on a day."""
        if self.birth_date is None:
            return self.age
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@dataclass(frozen=True, slots=True)
class PrescriberPicture:
    """Who writes it, and with what rights."""

    kind: PrescriberKind | None = None
    is_doctor: bool | None = None
    may_practise_online: bool | None = None  # B02, as identity judged it
    department: str = ""
    antimicrobial_grade: Grade | None = None  # the highest grade held; None: none held
    grade_known: bool = False  # whether anybody said which grade is held
    specialties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """How and for what kind of visit it is written."""

    online: bool = True
    follow_up: bool | None = None  # B11/B12
    record_opened: bool | None = None  # B12/B13: the doctor opened the held record in this visit
    guardian_present: bool | None = None
    paediatrician_present: bool | None = None
    long_term: bool = False
    long_term_eligible: bool | None = None  # B28: the four conditions, as the doctor confirmed them
    assessed: bool | None = None  # B26: assessed and taught, noted in the record
    patient_confirmed: bool | None = None  # B26: the patient signed
    emergency: bool = False
    payer: str = ""
    delivery: bool = False


@dataclass(frozen=True, slots=True)
class Local:
    """What the prescribing institution's own list says of a drug (formulary, institution-drugs)."""

    listed: bool = True
    payment_limit: str = ""  # 限定支付范围, as printed in the list
    antimicrobial_grade: Grade | None = None
    price: Decimal | None = None
    stock: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One line. `drug_id` is None when the name is not in the formulary; amounts are None when not given."""

    line: int
    name: str
    drug_id: str | None = None
    dose: Decimal | None = None  # a single dose
    unit: str = ""
    route: str = ""
    frequency: str = ""  # qd, bid, tid, qid, q8h, qw, prn ... or 每日三次 (frequency.py)
    days: int | None = None
    quantity: Decimal | None = None
    quantity_unit: str = ""
    strength: str = ""  # one tablet, puff ...: "5mg"
    note: str = ""
    reason: str = ""  # why more than 7 days, why beyond the limit
    local: Local | None = None


@dataclass(frozen=True, slots=True)
class Taking:
    """A drug of another prescription of the last 90 days, or one the patient tells of.

    The same drug as an item is a refill and belongs to E12 (early refill), not to E5 (duplicate).
    """

    name: str
    drug_id: str | None = None
    remaining_days: int | None = None
    dose: Decimal | None = None
    unit: str = ""
    route: str = ""
    frequency: str = ""
    prescription: str = ""  # its number; empty when the patient told it


@dataclass(frozen=True, slots=True)
class Picture:
    """All that a check may look at."""

    now: datetime
    patient: PatientPicture
    items: tuple[Item, ...]
    prescriber: PrescriberPicture = PrescriberPicture()
    setting: Setting = Setting()
    current: tuple[Taking, ...] = ()
    kind: Kind = Kind.WESTERN

    def __post_init__(self) -> None:
        if len(set(self.lines)) != len(self.items):
            raise ValueError("two items have the same line number: their findings could not be told apart")

    def in_order(self) -> Picture:
        """The same picture with its lines by number and what is taken by name: order never changes an answer."""
        return replace(
            self,
            items=tuple(sorted(self.items, key=lambda item: item.line)),
            current=tuple(
                sorted(self.current, key=lambda each: (each.name, each.prescription, str(each.remaining_days)))
            ),
        )

    @property
    def day(self) -> date:
        """The day in China on which it is written."""
        return day_of(self.now)

    @property
    def age(self) -> int | None:
        """The patient's completed years that day."""
        return self.patient.age_on(self.day)

    @property
    def lines(self) -> tuple[int, ...]:
        """All line numbers, in order."""
        return tuple(sorted(item.line for item in self.items))
