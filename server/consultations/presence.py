"""What realtime and the media node tell of a visit's room: who came, was lost, left; and how a broken call ends.

The instants are kept for ever: they say who took part in the visit, and when (B40).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from server.foundation.work import Work
from server.settings import VisitSettings
from signaling.service import Change, seat_id

from . import ending, rules, steps, store, store_room
from .lifecycle import Status
from .model import Participant, Visit
from .rules import CallEnd, Presence
from .store_room import VISIT_STAYS

_MEDIA_BEGINS = frozenset({"seat-connected"})
_MEDIA_ENDS = frozenset({"seat-lost", "seat-closed", "seat-failed", "room-closed"})

# Realtime gave the seat up by its own clock; we had heard of the lost line a little later than it happened.
_REPORTED_LATE = timedelta(seconds=5)


async def changed(work: Work, room: str, person_id: UUID, change: Change) -> None:
    """Somebody came into a visit's room, was lost from it, came back or left."""
    visit = await store.by_room(work.session, room)
    if visit is None:
        return
    if change in (Change.JOINED, Change.BACK):
        await store_room.came(work.session, visit.id, person_id, work.now)
        await VISIT_STAYS.begin(work.session, work.new_id(), visit.id, person_id, "seat", work.now)
    else:
        by_will = change is Change.LEFT and not await _was_away(work, visit, person_id)
        await store_room.went(work.session, visit.id, person_id, work.now, by_will=by_will)
        await VISIT_STAYS.end(work.session, visit.id, person_id, "seat", work.now, str(change))
    steps.tell(work, visit)
    if change is Change.LEFT:
        await settle(work, visit, early=_REPORTED_LATE)


async def _was_away(work: Work, visit: Visit, person_id: UUID) -> bool:
    """Realtime gives up the seat of who is away too long: that is no leaving by one's own will."""
    people = await store_room.participants(work.session, visit.id)
    return any(each.person_id == person_id and each.away_since is not None for each in people)


async def media_changed(work: Work, room: str, seat: str | None, kind: str, at_ms: int) -> None:
    """The node says that somebody's picture and sound began or ended, by its own clock."""
    visit = await store.by_room(work.session, room)
    if visit is None or kind not in _MEDIA_BEGINS | _MEDIA_ENDS:
        return
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    person_id = await _person_at(work, visit, room, seat) if seat else None
    if kind in _MEDIA_ENDS:
        if person_id is not None or kind == "room-closed":
            await VISIT_STAYS.end(work.session, visit.id, person_id, "media", at, kind)
    elif person_id is not None:
        # A node that died told no end: whatever was still open ended with it, at the latest now.
        await VISIT_STAYS.end_before(work.session, visit.id, person_id, "media", at)
        await VISIT_STAYS.begin(work.session, work.new_id(), visit.id, person_id, "media", at)
    steps.tell(work, visit)


async def _person_at(work: Work, visit: Visit, room: str, seat: str) -> UUID | None:
    people = await store_room.participants(work.session, visit.id)
    return next((each.person_id for each in people if seat_id(room, each.person_id) == seat), None)


async def person_at(work: Work, room: str, seat: str) -> UUID | None:
    """Who sits in this seat of a visit's room."""
    visit = await store.by_room(work.session, room)
    return await _person_at(work, visit, room, seat) if visit is not None else None


async def settle(work: Work, visit: Visit, early: timedelta = timedelta()) -> None:
    """End a call that has fallen apart for longer than its grace (or nearly, by `early`). Rule: visits-11"""
    if visit.status != Status.IN_VIDEO:
        return
    grace = timedelta(seconds=work.part(VisitSettings).grace_s) - early
    people = [_presence(each, visit) for each in await store_room.participants(work.session, visit.id)]
    end = rules.call_end(people, grace, work.now)
    if end is CallEnd.NOBODY_CAME:
        await ending.hand_back(work, visit)
    elif end is CallEnd.ABANDONED:
        await ending.finish(work, visit, end)
    elif end is CallEnd.TECHNICAL:
        ended = await steps.attempt(work, visit, end, video_ended_at=work.now)
        if ended is not None:
            await ending.leave_room(work, ended, "line-lost")


def _presence(participant: Participant, visit: Visit) -> Presence:
    return Presence(
        is_doctor=participant.person_id == visit.doctor_id,
        connected_at=participant.connected_at,
        away_since=participant.away_since,
        left_at=participant.left_at,
    )


async def after_restart(work: Work) -> int:
    """Nobody is known to be in a room now; the grace of every live call begins anew. Gives how many people that are."""
    return await store_room.everybody_away(work.session, work.now)
