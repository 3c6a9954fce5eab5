"""What an opinion says: as it is written, sealed, signed and shown. Pure."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

ADVICE_ONLY: Final = "会诊意见仅供参考，诊疗决定由邀请方负责"  # Rule: B17
_LONG: Final = 6000


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)


class OpinionFigure(_Part):
    """A picture that goes into the report: where it was taken from, and the file of the record that shows it."""

    study_id: UUID | None = None
    instance_uid: Annotated[str, Field(max_length=64, pattern=r"^[0-9.]*$")] = ""
    frame: Annotated[int, Field(ge=0, le=100_000)] = 0
    attachment: UUID
    caption: Annotated[str, Field(max_length=120)] = ""


class OpinionContent(_Part):
    """所见、意见、建议: of one expert, or of all of them together."""

    findings: Annotated[str, Field(max_length=_LONG)] = ""
    opinion: Annotated[str, Field(max_length=_LONG)] = ""
    advice: Annotated[str, Field(max_length=_LONG)] = ""
    figures: Annotated[tuple[OpinionFigure, ...], Field(max_length=12)] = ()

    def document(self) -> dict[str, Any]:
        """As it is signed."""
        return self.model_dump(mode="json")


def is_whole(content: OpinionContent) -> bool:
    """Whether it can be signed: a report says what is advised to think. Rule: B50"""
    return bool(content.opinion)


def signed_document(
    *,
    request_id: UUID,
    number: str,
    kind: str,
    author_id: UUID,
    version: int,
    reason: str | None,
    content: OpinionContent,
) -> dict[str, Any]:
    """What a signature is made over; the wording of B17 is part of every one. Rule: B17, B50"""
    return {
        "request_id": str(request_id),
        "number": number,
        "kind": kind,
        "author_id": str(author_id),
        "version": version,
        "reason": reason,
        "content": content.document(),
        "statement": ADVICE_ONLY,
    }
