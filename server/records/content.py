"""What a structured note says, as it is saved, signed and shown; and what must be there before it can be signed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from server.foundation.errors import FieldError

from . import icd10

_LONG: Final = 4000
_SHORT: Final = 500


class Disposition(StrEnum):
    """Where the patient goes from here."""

    HOME_CARE = "home_care"
    FOLLOW_UP = "follow_up"
    OFFLINE_VISIT = "offline_visit"
    EMERGENCY = "emergency"
    REFERRAL = "referral"


# Dispositions under which somebody will examine the patient in person.
IN_PERSON: Final = frozenset({Disposition.OFFLINE_VISIT, Disposition.EMERGENCY, Disposition.REFERRAL})


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)


class Vitals(_Part):
    """Measured values as told or shown by the patient; limits are those of a living person."""

    systolic_mmhg: int | None = Field(None, ge=40, le=300)
    diastolic_mmhg: int | None = Field(None, ge=20, le=200)
    heart_rate_bpm: int | None = Field(None, ge=20, le=300)
    temperature_c: float | None = Field(None, ge=30, le=45)
    spo2_percent: int | None = Field(None, ge=50, le=100)
    glucose_mmol_l: float | None = Field(None, ge=0.5, le=60)
    weight_kg: float | None = Field(None, ge=0.5, le=400)
    height_cm: float | None = Field(None, ge=20, le=260)


class Diagnosis(_Part):
    """One ICD-10 diagnosis; the name is the data file's at the time of signing."""

    icd10: str = Field(max_length=10)
    name: str = Field("", max_length=200)
    remark: str = Field("", max_length=_SHORT)


class NoteContent(_Part):
    """A follow-up note. A draft may be empty; `what_is_missing` says what a signature still needs."""

    chief_complaint: str = Field("", max_length=_SHORT)
    history: str = Field("", max_length=_LONG)
    past_history: str = Field("", max_length=_LONG)
    allergies: str = Field("", max_length=_SHORT)
    vitals: Vitals = Vitals()
    diagnoses: tuple[Diagnosis, ...] = Field((), max_length=10)
    plan: str = Field("", max_length=_LONG)
    disposition: Disposition | None = None
    next_visit: date | None = None
    next_visit_advice: str = Field("", max_length=_SHORT)

    def document(self) -> dict[str, Any]:
        """The content as JSON values, for the canonical form."""
        return self.model_dump(mode="json")


_NEEDED: Final = (
    ("chief_complaint", "请填写主诉", "Enter the chief complaint"),
    ("history", "请填写现病史", "Enter the present history"),
    ("plan", "请填写处理意见", "Enter the plan"),
)


def what_is_missing(content: NoteContent) -> tuple[FieldError, ...]:
    """What keeps this note from being signed, each with its field; empty when nothing does."""
    found = [FieldError(f"/{name}", zh, en) for name, zh, en in _NEEDED if not getattr(content, name)]
    if not content.diagnoses:
        found.append(FieldError("/diagnoses", "请至少选择一个 ICD-10 诊断", "Choose at least one ICD-10 diagnosis"))
    for place, diagnosis in enumerate(content.diagnoses):
        if icd10.code(diagnosis.icd10) is None:
            pointer = f"/diagnoses/{place}/icd10"
            found.append(
                FieldError(pointer, "诊断编码不在目录中，请从列表选择", "This code is not in the list; choose one")
            )
    if content.disposition is None:
        found.append(FieldError("/disposition", "请选择处理去向", "Choose the disposition"))
    if (content.vitals.systolic_mmhg is None) != (content.vitals.diastolic_mmhg is None):
        found.append(
            FieldError("/vitals", "收缩压和舒张压须同时填写", "Enter both systolic and diastolic pressure, or neither")
        )
    return tuple(found)


def needs_in_person(content: NoteContent) -> str | None:
    """The first acute diagnosis whose disposition would keep the patient online, or None.

    Rule: B14: acute states end internet diagnosis; the doctor may still write down what was found.
    """
    if content.disposition in IN_PERSON:
        return None
    for diagnosis in content.diagnoses:
        known = icd10.code(diagnosis.icd10)
        if known is not None and known.online is icd10.Online.NEVER:
            return known.code
    return None


def with_names(content: NoteContent) -> NoteContent:
    """The content with each diagnosis named as the data file names it."""
    named = []
    for diagnosis in content.diagnoses:
        known = icd10.code(diagnosis.icd10)
        named.append(diagnosis.model_copy(update={"icd10": known.code, "name": known.zh}) if known else diagnosis)
    return content.model_copy(update={"diagnoses": tuple(named)})
