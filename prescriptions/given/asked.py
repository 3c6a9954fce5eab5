"""The picture as JSON: what it may say and within which bounds. Its JSON Schema is published.

Bounds keep out what is no figure at all; whether a figure is right is the checks' answer. What is left out is unknown: the
checks then say what they could not look at.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AfterValidator, AwareDatetime, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from prescriptions.checks.amounts import is_unit
from prescriptions.checks.picture import Grade, Kind, PrescriberKind, Sex
from server.foundation.routes import Body

MOST_ITEMS: Final = 60
_NAME: Final = 120
_LONGEST_DAYS: Final = 366


def _known_unit(unit: str) -> str:
    if unit and not is_unit(unit):
        words = {
            "zh": f"未知的单位“{unit}”，请用mg、mcg、g、片、单位等",
            "en": f"Unknown unit {unit!r}: use mg, mcg, g, tablet, unit or the like",
        }
        raise PydanticCustomError("unit", "unknown unit", words)
    return unit


def inline(words: type[StrEnum]) -> WithJsonSchema:
    """The words written out where they are used: other capabilities have enums of the same names."""
    return WithJsonSchema({"type": "string", "enum": [word.value for word in words]})


Name = Annotated[str, Field(min_length=1, max_length=_NAME)]
Word = Annotated[str, Field(max_length=_NAME)]
Unit = Annotated[str, Field(max_length=20), AfterValidator(_known_unit)]
Dose = Annotated[Decimal, Field(gt=0, le=100_000)]


class GivenAllergy(Body):
    """One known allergy: a class (AL01, 青霉素类, penicillins), a drug or a substance, and what happened."""

    to: Name
    reaction: Word = ""


class GivenDiagnosis(Body):
    """One diagnosis."""

    code: Annotated[str, Field(min_length=1, max_length=10, description="ICD-10, dotted: I10, E11.9")]
    name: Word = ""


class GivenResult(Body):
    """One laboratory result; the value may be a word."""

    code: Annotated[str, Field(min_length=1, max_length=40, description="creatinine, eGFR, K, INR, HLA-B*15:02 ...")]
    value: Annotated[Decimal, Field(ge=0, le=10_000_000)] | Word
    unit: Annotated[str, Field(max_length=40)] = ""
    at: AwareDatetime | date | None = None


class GivenPatient(Body):
    """The patient on the day of prescribing."""

    birth_date: date | None = None
    age: Annotated[int, Field(ge=0, le=130)] | None = None
    sex: Annotated[Sex, inline(Sex)] | None = None
    weight_kg: Annotated[Decimal, Field(gt=0, le=500)] | None = None
    height_cm: Annotated[Decimal, Field(gt=0, le=260)] | None = None
    pregnant: bool | None = None
    pregnancy_weeks: Annotated[int, Field(ge=0, le=45)] | None = None
    lactating: bool | None = None
    allergies: Annotated[tuple[GivenAllergy, ...] | None, Field(max_length=50, description="null: nobody asked")] = ()
    diagnoses: Annotated[tuple[GivenDiagnosis, ...], Field(max_length=30)] = ()
    results: Annotated[tuple[GivenResult, ...], Field(max_length=200)] = ()


class GivenTaking(Body):
    """A drug taken already, by any of its names; also `alcohol`."""

    name: Name
    remaining_days: Annotated[int, Field(ge=0, le=_LONGEST_DAYS, description="0: its supply is over")] | None = None
    dose: Dose | None = None
    unit: Unit = ""
    route: Word = ""
    frequency: Word = ""


class GivenPrescriber(Body):
    """Who writes it."""

    kind: Annotated[PrescriberKind, inline(PrescriberKind)] | None = None
    is_doctor: bool | None = None
    may_practise_online: bool | None = None
    department: Word = ""
    antimicrobial_grade: Annotated[Grade, inline(Grade)] | None = Field(
        None, description="The highest grade held; left out: nobody said"
    )
    specialties: Annotated[tuple[Word, ...], Field(max_length=20)] = ()


class GivenSetting(Body):
    """How and for what kind of visit it is written."""

    online: bool = True
    follow_up: bool | None = None
    record_opened: bool | None = None
    guardian_present: bool | None = None
    paediatrician_present: bool | None = None
    long_term: bool = False
    long_term_eligible: bool | None = None
    assessed: bool | None = None
    patient_confirmed: bool | None = None
    emergency: bool = False
    payer: Word = ""
    delivery: bool = False


class GivenItem(Body):
    """One line; the drug by its English, Chinese or trade name. A single dose, not the day's."""

    name: Name
    dose: Dose | None = None
    unit: Unit = ""
    strength: Annotated[str, Field(max_length=60, description="What one tablet or capsule holds: 5 mg")] = ""
    route: Word = Field("", description="PO, SC, INH, 口服 ...")
    frequency: Word = Field("", description="qd, bid, tid, qid, q8h, qn, qod, qw, 每日2次 ...")
    days: Annotated[int, Field(ge=1, le=_LONGEST_DAYS)] | None = None
    quantity: Dose | None = None
    quantity_unit: Annotated[str, Field(max_length=20)] = ""
    note: Annotated[str, Field(max_length=500)] = ""
    reason: Annotated[str, Field(max_length=500)] = ""


class GivenPicture(Body):
    """All that the checks may look at."""

    patient: GivenPatient
    items: Annotated[tuple[GivenItem, ...], Field(max_length=MOST_ITEMS)]
    kind: Annotated[Kind, inline(Kind)] = Kind.WESTERN
    current: Annotated[tuple[GivenTaking, ...], Field(max_length=100, description="What the patient takes")] = ()
    past: Annotated[
        tuple[GivenTaking, ...], Field(max_length=100, description="Taken in the last 90 days, over by now")
    ] = ()
    prescriber: GivenPrescriber = GivenPrescriber()
    setting: GivenSetting = GivenSetting()
    now: AwareDatetime | None = Field(None, description="When it is written; left out: this moment")

    @model_validator(mode="after")
    def _weeks_only_in_pregnancy(self) -> Self:
        if self.patient.pregnancy_weeks and self.patient.pregnant is False:
            words = {
                "zh": "填写了孕周，却注明未怀孕，请核对",
                "en": "Weeks of pregnancy are given for a patient who is not pregnant: check both",
            }
            raise PydanticCustomError("weeks", "weeks without pregnancy", words)
        return self
