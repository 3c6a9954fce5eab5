"""A second picture in a room: what somebody shows beside their own, a screen or a scope. Pure; `rooms` tells it to everybody.

One at a time in a room. It is no person: no seat of the room, no chat, no presenting; its media has a place of its own
beside its owner's, and it ends with that seat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from .errors import NoGrant, NotShowing, SecondPictureTaken
from .seats import Grant, Seat

Source = Literal["screen", "camera"]
_BESIDE: Final = "-2"


def second_seat(seat: str) -> str:
    """Under which name the second picture of this seat stands among the lanes and at the media node."""
    return seat + _BESIDE


def is_second(place: str) -> bool:
    """Whether what stands under this name is a second picture."""
    return place.endswith(_BESIDE)


@dataclass(frozen=True, slots=True)
class SecondPicture:
    """Whose it is, and of what."""

    by: str  # the seat
    name: str
    source: Source

    @property
    def seat(self) -> str:
        """Its own place."""
        return second_seat(self.by)

    def wire(self) -> dict[str, Any]:
        """As everybody in the room is told it."""
        return {"by": self.by, "seat": self.seat, "source": self.source}


@dataclass(slots=True)
class SecondPlace:
    """The room's one place for a second picture, if it has one, and what is shown there now."""

    exists: bool = False
    shown: SecondPicture | None = None

    def show(self, seat: Seat, source: Source) -> bool:
        """This seat shows one from now on; False when it does already.

        Raises: NoGrant, SecondPictureTaken.
        """
        if not (self.exists and seat.may(Grant.PUBLISH)):
            raise NoGrant(grant=Grant.PUBLISH)
        if self.shown is not None and self.shown.by != seat.id:
            raise SecondPictureTaken(name=self.shown.name)
        before, self.shown = self.shown, SecondPicture(seat.id, seat.name, source)
        return self.shown != before

    def clear(self, of: str | None = None) -> bool:
        """Nothing is shown any more, or nothing of this seat; False when that was so already."""
        if self.shown is None or of not in (None, self.shown.by):
            return False
        self.shown = None
        return True

    def of(self, seat: Seat) -> SecondPicture:
        """What this seat shows. Raises: NotShowing."""
        if self.shown is None or self.shown.by != seat.id:
            raise NotShowing
        return self.shown

    def is_at(self, place: str) -> bool:
        """Whether what is shown stands in this place of the media node."""
        return self.shown is not None and self.shown.seat == place

    def wire(self) -> dict[str, Any] | None:
        """In a snapshot and in its event."""
        return self.shown.wire() if self.shown else None
