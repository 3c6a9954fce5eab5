"""What a radiologist writes: findings, impression, advice, key pictures. As it is saved, signed and shown. Pure."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

_LONG: Final = 8000
_SHORT: Final = 2000
MOST_FIGURES: Final = 12


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)


class ReportFigure(_Part):
    """A key picture: from where it is, and the attachment that shows it with its marks."""

    study_id: UUID
    instance_id: UUID | None = None
    frame: int = Field(1, ge=1)
    attachment_id: UUID | None = None
    caption: str = Field("", max_length=200)


class ReportContent(_Part):
    """The report as it is written. `positive`: something was found that was not there in a healthy person."""

    findings: str = Field("", max_length=_LONG, description="影像所见")
    impression: str = Field("", max_length=_SHORT, description="诊断意见")
    advice: str = Field("", max_length=_SHORT, description="建议")
    positive: bool = False
    template_id: str | None = Field(None, max_length=60)
    figures: tuple[ReportFigure, ...] = Field((), max_length=MOST_FIGURES)

    @property
    def is_whole(self) -> bool:
        """Whether it may be signed: findings and impression say something. Rule: imaging-31"""
        return bool(self.findings) and bool(self.impression)

    def document(self) -> dict[str, Any]:
        """The content as JSON values, for the canonical form."""
        return self.model_dump(mode="json")
