"""What a prescription says: the lines and what was written with them, as it is saved, checked, signed and shown.

Pure. Who it is for and who wrote it stand in `document.py`; limits here only keep out what is no figure at all, the gates and
checks judge the rest.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

_LONG: Final = 2000
_SHORT: Final = 500
_NAME: Final = 120
MOST_LINES: Final = 60  # of one sheet of pieces; western drugs are at most five (B29)


def _plain(amount: Decimal) -> Decimal:
    """One spelling of a figure: 5, whether 5.0 or 5.000 was read."""
    whole = amount.to_integral_value()
    return whole if amount == whole else amount.normalize()


# A figure as people write it: at most three decimals, and written into JSON as a number without a tail of zeros.
Amount = Annotated[
    Decimal,
    Field(gt=0, le=100_000, max_digits=9, decimal_places=3),
    AfterValidator(_plain),
    PlainSerializer(lambda amount: float(amount), return_type=float, when_used="json"),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 100_000}),
]


class Kind(StrEnum):
    """Western and patent drugs together, Chinese pieces on a sheet of their own (B29)."""

    WESTERN = "western"
    TCM_PIECES = "tcm_pieces"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)


class PrescribedDiagnosis(_Part):
    """One ICD-10 diagnosis with the name of the data file at the time."""

    code: str = Field(min_length=1, max_length=10)
    name: str = Field("", max_length=200)


class Line(_Part):
    """One drug as it is written: what, how much at a time, how, how often, how long, how much in all."""

    line: int = Field(0, ge=0, le=MOST_LINES, description="Its place; lines are counted anew when they are saved")
    drug_id: str | None = Field(None, max_length=80)
    name: str = Field(min_length=1, max_length=_NAME)
    strength: str = Field("", max_length=60)
    dose: Amount | None = None
    unit: str = Field("", max_length=20)
    route: str = Field("", max_length=40)
    frequency: str = Field("", max_length=40)
    days: int | None = Field(None, ge=1, le=366)
    quantity: Amount
    quantity_unit: str = Field("", max_length=20)
    note: str = Field("", max_length=_SHORT)
    reason: str = Field("", max_length=_SHORT, description="Why longer than usual, why beyond the usual dose")


class Eligibility(_Part):
    """长期处方的条件 (B28) and 用药教育 (B26), as the doctor found and did."""

    diagnosis_clear: bool = False
    regimen_stable: bool = False
    adherence_good: bool = False
    disease_controlled: bool = False
    taught: bool = False

    @property
    def is_met(self) -> bool:
        """Whether all four conditions hold. Rule: B28"""
        return self.diagnosis_clear and self.regimen_stable and self.adherence_good and self.disease_controlled


class Company(_Part):
    """Who is with a child under six, as the doctor saw in this visit (B15)."""

    guardian_present: bool = False
    paediatrician_present: bool = False


class Content(_Part):
    """All that the doctor writes on one sheet."""

    kind: Kind = Kind.WESTERN
    diagnoses: tuple[PrescribedDiagnosis, ...] = Field((), max_length=10)
    items: tuple[Line, ...] = Field((), max_length=MOST_LINES)
    long_term: bool = False
    assessment: str = Field("", max_length=_LONG, description="长期处方评估, in the doctor's words (B26)")
    eligibility: Eligibility | None = None
    company: Company | None = None
    emergency: bool = False
    delivery: bool = False
    payer: str = Field("", max_length=40)
    reason: str = Field("", max_length=_SHORT, description="Why more than 7 days (B25)")
    advice: str = Field("", max_length=_LONG)

    @property
    def days(self) -> int | None:
        """How long the longest line lasts."""
        return max((item.days for item in self.items if item.days), default=None)

    def counted(self) -> Content:
        """The same with its lines numbered from 1 in the order given."""
        lines = tuple(item.model_copy(update={"line": place}) for place, item in enumerate(self.items, 1))
        return self.model_copy(update={"items": lines})

    def document(self) -> dict[str, Any]:
        """The content as JSON values, for the canonical form."""
        return self.model_dump(mode="json")


class Override(_Part):
    """The prescriber's reason to go on in spite of a finding."""

    finding_id: str = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=2, max_length=_SHORT)
