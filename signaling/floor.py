"""Who presents and who chairs in a room, and what that lets each seat share. Pure; `rooms` tells it to everybody.

Presenting: everybody whose ticket holds `share` is eligible. While somebody presents, only that seat sets shared values;
everybody with `share` keeps the keys under their own seat (`s.<seat>/...`: their cursor). Nobody presents: everybody sets.
Chairing: the seats whose tickets hold `moderate`, until it is handed over; then the one seat that it was given to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from .errors import NoGrant, NotPresenting
from .seats import Grant, Seat

OWN: Final = "s."


def own_prefix(seat: str) -> str:
    """What the keys of this seat begin with."""
    return f"{OWN}{seat}/"


@dataclass(slots=True)
class Floor:
    """The seat that presents and the seat that chairs; None = nobody, or as the tickets say."""

    presenter: str | None = None
    moderator: str | None = None

    def moderates(self, seat: Seat) -> bool:
        """Whether this seat may remove others and hand the chair over."""
        return seat.id == self.moderator if self.moderator is not None else seat.may(Grant.MODERATE)

    def grants(self, seat: Seat) -> list[str]:
        """What the seat may do now, in order of the alphabet."""
        held = set(seat.grants) - {Grant.MODERATE}
        return sorted(held | {Grant.MODERATE} if self.moderates(seat) else held)

    def require_may_set(self, seat: Seat, key: str) -> None:
        """Refuse a key that is not this seat's to set now.

        Raises: NoGrant, NotPresenting.
        """
        if not seat.may(Grant.SHARE):
            raise NoGrant(grant=Grant.SHARE)
        if key.startswith(OWN):
            if not key.startswith(own_prefix(seat.id)):
                raise NoGrant(grant=Grant.SHARE)
        elif self.presenter not in (None, seat.id):
            raise NotPresenting(presenter=self.presenter)

    def take(self, seat: Seat) -> bool:
        """Present from now on; False when one does already. Raises: NoGrant."""
        return self._present(seat)

    def give(self, giver: Seat, to: Seat | None) -> bool:
        """Have somebody else present, or nobody; False when that is so already. By the presenter, or who chairs.

        Raises: NoGrant, NotPresenting.
        """
        if self.presenter != giver.id and not self.moderates(giver):
            raise NotPresenting(presenter=self.presenter)
        if to is not None:
            return self._present(to)
        changed, self.presenter = self.presenter is not None, None
        return changed

    def _present(self, seat: Seat) -> bool:
        if not seat.may(Grant.SHARE):
            raise NoGrant(grant=Grant.SHARE)
        changed, self.presenter = self.presenter != seat.id, seat.id
        return changed

    def hand_over(self, seat: str) -> bool:
        """This seat chairs from now on, whatever tickets say; False when it does already."""
        changed, self.moderator = self.moderator != seat, seat
        return changed

    def vacated(self, seat: Seat) -> bool:
        """A seat is free again; True when it presented. Who chairs stays so, and finds it so on coming back."""
        if self.presenter != seat.id:
            return False
        self.presenter = None
        return True

    def wire(self) -> dict[str, Any]:
        """In a snapshot: the seats by their names."""
        return {"presenter": self.presenter, "moderator": self.moderator}


def own_keys(keys: Iterable[str], seat: str) -> list[str]:
    """Those of these keys that belong to a seat."""
    prefix = own_prefix(seat)
    return [key for key in keys if key.startswith(prefix)]
