"""What a room can belong to, as realtime's edge asks it: each kind answers inside a unit of work that is open already."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.work import Work
from signaling.service import Change, Standing


class Side(Protocol):
    """Visits, or meetings, with a room by its opaque name."""

    async def standing(self, work: Work, room: str) -> Standing:
        """Whether this room may exist now, and what a restart must not forget of it."""
        ...

    async def encounter(self, work: Work, room: str) -> UUID:
        """To whose record the room's dialogue belongs. Raises: Unknown."""
        ...

    async def recorded_under(self, work: Work, room: str) -> UUID | None:
        """The encounter under which it is recorded; None when it may not be now. Rule: B40"""
        ...

    async def presence_changed(self, work: Work, room: str, person_id: PersonId, change: Change) -> None:
        """Somebody came, was lost, came back or left."""
        ...

    async def media_changed(self, work: Work, room: str, seat: str | None, kind: str, at_ms: int) -> None:
        """The node says that somebody's picture and sound began or ended, by its own clock. May come twice."""
        ...

    async def removed(self, work: Work, room: str, person_id: PersonId) -> None:
        """Who chairs in the room took somebody's seat away."""
        ...

    async def handed_over(self, work: Work, room: str, person_id: PersonId) -> None:
        """Who chairs in the room handed that to somebody."""
        ...

    async def after_restart(self, work: Work) -> None:
        """Nobody is known to be in a room; whoever was has its grace from now on."""
        ...
