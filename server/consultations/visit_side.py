"""The rooms of visits, as realtime's edge knows them."""

from __future__ import annotations

from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work
from signaling.service import Change, Standing

from . import presence, store
from .lifecycle import Status


class VisitSide:
    """A visit's room is open while the visit is in video; nobody chairs it but its doctor."""

    async def standing(self, work: Work, room: str) -> Standing:
        """Open while in video; ended video stays ended."""
        visit = await store.by_room(work.session, room)
        if visit is None or visit.status != Status.IN_VIDEO:
            return Standing(open=False)
        return Standing(media_stopped=visit.video_stopped_for if visit.video_stopped_at else None)

    async def encounter(self, work: Work, room: str) -> UUID:
        """The visit's. Raises: Unknown."""
        visit = await store.by_room(work.session, room)
        if visit is None:
            raise Unknown
        return visit.encounter_id

    async def recorded_under(self, work: Work, room: str) -> UUID | None:
        """The visit's encounter, while it is in video and nobody withdrew."""
        visit = await store.by_room(work.session, room)
        if visit is None or visit.status != Status.IN_VIDEO or visit.video_stopped_at is not None:
            return None
        return visit.encounter_id

    async def presence_changed(self, work: Work, room: str, person_id: PersonId, change: Change) -> None:
        """Kept for ever, and the end of a call that falls apart."""
        await presence.changed(work, room, person_id, change)

    async def media_changed(self, work: Work, room: str, seat: str | None, kind: str, at_ms: int) -> None:
        """Kept for ever."""
        await presence.media_changed(work, room, seat, kind, at_ms)

    async def removed(self, work: Work, room: str, person_id: PersonId) -> None:
        """The doctor may let them in again by their own ticket: nothing to keep."""

    async def handed_over(self, work: Work, room: str, person_id: PersonId) -> None:
        """A visit has one doctor: nothing to keep."""

    async def after_restart(self, work: Work) -> None:
        """The grace of every live call begins anew."""
        await presence.after_restart(work)
