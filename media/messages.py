"""The bodies of the node's HTTP interface, checked on both ends."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

MOST_PEOPLE = 12  # as visits.room_capacity allows
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Publish(_Strict):
    """What the seat may send. A plain true or false stands for both."""

    audio: bool = True
    video: bool = True


class Record(_Strict):
    """Under which recording a leg is kept, and the key of its segments (32 bytes, base64); the node never stores it."""

    recording: Name
    key: str

    @field_validator("key")
    @classmethod
    def _is_a_key(cls, value: str) -> str:
        if len(base64.b64decode(value, validate=True)) != 32:
            raise ValueError("the key must be 32 bytes")
        return value

    @property
    def key_bytes(self) -> bytes:
        """The key itself."""
        return base64.b64decode(self.key)

    def __repr__(self) -> str:
        return f"Record(recording={self.recording!r})"

    __str__ = __repr__


class OfferBody(_Strict):
    """A browser's offer into a seat."""

    sdp: str = Field(max_length=64 * 1024)
    capacity: int = Field(ge=2, le=MOST_PEOPLE)
    leg: Name
    publish: Publish = Publish()
    record: Record | None = None
    beside: Name | None = (
        None  # the seat whose second picture this leg sends: it receives nothing, and that seat not it
    )

    @field_validator("publish", mode="before")
    @classmethod
    def _both(cls, value: Any) -> Any:
        return {"audio": value, "video": value} if isinstance(value, bool) else value


class Answer(BaseModel):
    """The node's answer and who is in which lane already."""

    sdp: str
    lanes: dict[str, int]


class RecordingBody(_Strict):
    """Recording of a room, on or off."""

    on: bool


class Load(BaseModel):
    """How busy a node is."""

    boot: str
    state: str
    rooms: int
    seats: int
    capacity: int
    recordings: int
    packets: int
