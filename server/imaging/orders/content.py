"""What the requester writes: why, and with what diagnosis. Sealed with the patient's key as one JSON value. Pure."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

TABLE: Final = "imaging_orders"
COLUMN: Final = "content"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)


class AskedDiagnosis(_Part):
    """One ICD-10 diagnosis, or a suspicion in words only."""

    code: str = Field("", max_length=10)
    name: str = Field(min_length=1, max_length=200)


class Asked(_Part):
    """Why the examination is wanted."""

    reason: str = Field(min_length=2, max_length=2000, description="病史、体征和检查目的")
    diagnosis: tuple[AskedDiagnosis, ...] = Field((), max_length=10)
    allergies: str = Field(
        "", max_length=500, description="What the technician must know: allergies, implants, pregnancy"
    )
