"""The rooms of meetings, as realtime's edge knows them: who is there is kept for ever, and the chair's decisions are the
meeting's own, wherever they were made.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from server.consultations import live
from server.consultations.stays import Stays
from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work
from signaling.service import Change, Standing, seat_id

from . import access, parts, store
from .lifecycle import State
from .model import Meeting, MeetingStay

PREFIX: Final = "meeting-"
STAYS: Final = Stays(MeetingStay, "meeting_id")

_STEP: Final = {Change.JOINED: "come", Change.BACK: "come", Change.AWAY: "step_away", Change.LEFT: "leave"}
_MEDIA_BEGINS: Final = "seat-connected"
_MEDIA_ENDS: Final = frozenset({"seat-lost", "seat-closed", "seat-failed"})


class MeetingSide:
    """A meeting's room is open while the meeting is; its chair is a fact of ours, not of a ticket."""

    async def standing(self, work: Work, room: str) -> Standing:
        """Open while the meeting is; who chairs, and who was put out and not let in since."""
        meeting = await store.by_room(work.session, room)
        if meeting is None or meeting.state != State.OPEN or meeting.chair_id is None:
            return Standing(open=False)
        removed = await store.removed(work.session, meeting.id)
        return Standing(
            media_stopped=meeting.video_stopped_for if meeting.video_stopped_at else None,
            moderator=seat_id(room, meeting.chair_id),
            removed=frozenset(seat_id(room, each) for each in removed),
        )

    async def encounter(self, work: Work, room: str) -> UUID:
        """The request's. Raises: Unknown."""
        meeting = await store.by_room(work.session, room)
        if meeting is None:
            raise Unknown
        return meeting.encounter_id

    async def recorded_under(self, work: Work, room: str) -> UUID | None:
        """The request's encounter, while the meeting is open and nobody withdrew. Rule: B40"""
        meeting = await store.by_room(work.session, room)
        if meeting is None or meeting.state != State.OPEN or meeting.video_stopped_at is not None:
            return None
        return meeting.encounter_id

    async def presence_changed(self, work: Work, room: str, person_id: PersonId, change: Change) -> None:
        """Where they stand, since when, and whether anybody is left in the room."""
        meeting = await store.by_room(work.session, room)
        if meeting is None:
            return
        here = change in (Change.JOINED, Change.BACK)
        values = {"connected_at": work.now} if change is Change.JOINED else {}
        await store.stand(work.session, meeting.id, person_id, _STEP[change], work.now, **values)
        if here:
            await STAYS.begin(work.session, work.new_id(), meeting.id, person_id, "seat", work.now)
        else:
            await STAYS.end(work.session, meeting.id, person_id, "seat", work.now, str(change))
        await _note_emptiness(work, meeting)
        await pass_chair_on(work, meeting)
        parts.tell(work, meeting.id)

    async def media_changed(self, work: Work, room: str, seat: str | None, kind: str, at_ms: int) -> None:
        """Kept for ever: whose picture and sound were there, and when."""
        meeting = await store.by_room(work.session, room)
        if meeting is None:
            return
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
        if kind == "room-closed":
            await STAYS.end(work.session, meeting.id, None, "media", at, kind)
        elif kind in _MEDIA_ENDS | {_MEDIA_BEGINS} and (person_id := await _person_at(work, meeting, seat)):
            if kind in _MEDIA_ENDS:
                await STAYS.end(work.session, meeting.id, person_id, "media", at, kind)
            else:
                await STAYS.end_before(work.session, meeting.id, person_id, "media", at)
                await STAYS.begin(work.session, work.new_id(), meeting.id, person_id, "media", at)

    async def removed(self, work: Work, room: str, person_id: PersonId) -> None:
        """Put out in the room: they come back only when they are let in anew. Rule: meetings-3"""
        meeting = await store.by_room(work.session, room)
        if meeting is not None and await store.stand(work.session, meeting.id, person_id, "remove", work.now):
            work.audit("meeting.remove", "meeting", meeting.id, patient_id=PersonId(meeting.patient_id))
            await pass_chair_on(work, meeting)
            parts.tell(work, meeting.id)

    async def handed_over(self, work: Work, room: str, person_id: PersonId) -> None:
        """Handed over in the room; to whom may not chair it goes back at once. Rule: meetings-4"""
        meeting = await store.by_room(work.session, room)
        if meeting is None or meeting.chair_id is None or meeting.state != State.OPEN:
            return
        to = await store.attendee(work.session, meeting.id, person_id)
        if to is None or not access.may_chair(to.kind, to.state):
            live.hand_over(work, room, meeting.chair_id)
            return
        await store.change(work.session, meeting.id, chair_id=person_id)
        work.audit("meeting.hand_over", "meeting", meeting.id, patient_id=PersonId(meeting.patient_id))
        parts.tell(work, meeting.id)

    async def after_restart(self, work: Work) -> None:
        """Everybody is off the line until seen again."""
        await store.everybody_away(work.session, work.now)


async def pass_chair_on(work: Work, meeting: Meeting) -> None:
    """Somebody else chairs when the chair has left: who waits at the door is never left without anybody to let them in."""
    if meeting.chair_id is None or meeting.state != State.OPEN:
        return
    heir = access.heir(meeting.chair_id, await store.attendees(work.session, meeting.id))
    if heir is None:
        return
    passed = await store.change(work.session, meeting.id, Meeting.chair_id == meeting.chair_id, chair_id=heir)
    if passed is not None:
        live.hand_over(work, passed.room, heir)
        work.audit("meeting.hand_over", "meeting", meeting.id, patient_id=PersonId(meeting.patient_id))


async def _note_emptiness(work: Work, meeting: Meeting) -> None:
    empty = await store.is_empty(work.session, meeting.id)
    if empty is (meeting.empty_since is None):
        await store.change(work.session, meeting.id, empty_since=work.now if empty else None)


async def _person_at(work: Work, meeting: Meeting, seat: str | None) -> UUID | None:
    people = await store.attendees(work.session, meeting.id)
    return next((each.person_id for each in people if seat_id(meeting.room or "", each.person_id) == seat), None)
