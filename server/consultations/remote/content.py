"""What a request says: B48's text, as it is sealed, read and shown. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

_LONG: Final = 4000
_SHORT: Final = 500
MOST_TIMES: Final = 6


class Urgency(StrEnum):
    """How soon an answer is needed."""

    EMERGENCY = "emergency"  # straight into a room
    URGENT = "urgent"
    ORDINARY = "ordinary"


class Mode(StrEnum):
    """By video together, or an expert who writes without a meeting (离线会诊)."""

    VIDEO = "video"
    OFFLINE = "offline"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)


class RemoteDiagnosis(_Part):
    """One preliminary diagnosis, with its code where it has one."""

    code: Annotated[str, Field(max_length=10)] = ""
    name: Annotated[str, Field(min_length=1, max_length=120)]


class RemoteTime(_Part):
    """A time that would suit the requesting side."""

    starts_at: Annotated[AwareDatetime, Field(alias="from")]
    ends_at: Annotated[AwareDatetime, Field(alias="to")]

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("a time runs forward")
        return self

    def covers(self, instant: datetime) -> bool:
        """Whether an instant lies in it."""
        return self.starts_at <= instant < self.ends_at


class Content(_Part):
    """All that is sealed: 邀请事由、目的、病历摘要、初步诊断."""

    reason: Annotated[str, Field(max_length=_SHORT)] = ""
    purpose: Annotated[str, Field(max_length=_SHORT)] = ""
    summary: Annotated[str, Field(max_length=_LONG)] = ""
    diagnosis: Annotated[tuple[RemoteDiagnosis, ...], Field(max_length=10)] = ()


class Giver(StrEnum):
    """Who consents for the patient (B47)."""

    PATIENT = "patient"
    GUARDIAN = "guardian"
    RELATIVE = "relative"


# x and y in thousandths of the pad's width, t in milliseconds since the pen first touched it.
Point = Annotated[tuple[int, int, int], Field(description="[x, y, t]")]
Stroke = Annotated[tuple[Point, ...], Field(min_length=1, max_length=2000)]


class Signature(_Part):
    """How consent was given, sealed: the name of who signed for the patient, why, and the drawn strokes."""

    name: Annotated[str, Field(max_length=60)] = ""
    reason: Annotated[str, Field(max_length=_SHORT)] = ""
    strokes: Annotated[tuple[Stroke, ...], Field(min_length=1, max_length=200)]

    def svg(self) -> str:
        """The drawn name as a picture that prints at any size."""
        points = [point for stroke in self.strokes for point in stroke]
        left, top = min(point[0] for point in points), min(point[1] for point in points)
        wide = max(1, max(point[0] for point in points) - left)
        high = max(1, max(point[1] for point in points) - top)
        lines = " ".join(
            "M"
            + " L".join(f"{x - left + 10} {y - top + 10}" for x, y, _ in stroke)
            + (" l0 1" if len(stroke) == 1 else "")
            for stroke in self.strokes
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide + 20} {high + 20}">'
            f'<path d="{lines}" fill="none" stroke="#14213d" stroke-width="6" stroke-linecap="round" '
            'stroke-linejoin="round"/></svg>'
        )
