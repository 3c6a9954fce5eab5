"""Before the door and at it: knocking, letting in, putting out, handing the chair over."""

from __future__ import annotations

from uuid import UUID

from server.consultations import live
from server.foundation.errors import Unknown
from server.foundation.work import Work

from . import access, parts, store
from .errors import MeetingOver, NobodyThere, NotForTheChair
from .lifecycle import Stand, State
from .model import Meeting
from .parts import Part
from .side import STAYS


async def knock(work: Work, meeting_id: UUID) -> Part:
    """Wait to be let in; who may go in as they are, or was let in already, need not.

    Raises: Unknown, MeetingOver.
    Rule: meetings-2, meetings-3
    """
    part = await parts.own(work, meeting_id)
    if part.meeting.state == State.ENDED:
        raise MeetingOver
    if part.free:
        return part
    person_id = work.actor.person
    await store.enrol(work.session, meeting_id, person_id, part.kind, Stand.KNOCKING, work.now)
    if await store.stand(work.session, meeting_id, person_id, "knock", work.now):
        work.audit("meeting.knock", "meeting", meeting_id, patient_id=part.patient_id, party=part.kind)
        parts.tell(work, meeting_id)
    return await parts.own(work, meeting_id)


async def admit(work: Work, meeting_id: UUID, person_id: UUID) -> Part:
    """Let somebody in who knocks. Raises: Unknown, NotTheChair, NobodyThere. Rule: meetings-2"""
    part = await parts.chaired(work, meeting_id)
    admitted = await store.stand(work.session, meeting_id, person_id, "admit", work.now, admitted_by=work.actor.person)
    if admitted is None:
        raise NobodyThere
    work.audit("meeting.admit", "meeting", meeting_id, patient_id=part.patient_id, party=admitted.kind)
    parts.tell(work, meeting_id)
    return part


async def remove(work: Work, meeting_id: UUID, person_id: UUID) -> Part:
    """Put somebody out, from the room or from before the door; they come back when they are let in anew.

    Raises: Unknown, NotTheChair, NobodyThere. Rule: meetings-3
    """
    part = await parts.chaired(work, meeting_id)
    if person_id == work.actor.person_id:
        raise NobodyThere
    removed = await store.stand(work.session, meeting_id, person_id, "remove", work.now)
    if removed is None:
        raise NobodyThere
    await STAYS.end(work.session, meeting_id, person_id, None, work.now, "removed")
    live.remove(work, part.meeting.room, person_id)
    work.audit("meeting.remove", "meeting", meeting_id, patient_id=part.patient_id, party=removed.kind)
    parts.tell(work, meeting_id)
    return part


async def hand_over(work: Work, meeting_id: UUID, person_id: UUID) -> Part:
    """Let another expert, or who asked for the consultation, chair from now on.

    Raises: Unknown, NotTheChair, NotForTheChair, MeetingOver. Rule: meetings-4
    """
    part = await parts.chaired(work, meeting_id)
    to = await store.attendee(work.session, meeting_id, person_id)
    if to is None or not access.may_chair(to.kind, to.state):
        raise NotForTheChair
    handed = await store.change(
        work.session,
        meeting_id,
        Meeting.state == State.OPEN,
        Meeting.chair_id == work.actor.person,
        chair_id=person_id,
    )
    if handed is None:
        raise MeetingOver
    live.hand_over(work, handed.room, person_id)
    work.audit("meeting.hand_over", "meeting", meeting_id, patient_id=part.patient_id)
    parts.tell(work, meeting_id)
    return part


async def may_watch(work: Work, subject: str) -> bool:
    """Whether the actor may watch the topic of this meeting."""
    try:
        await parts.own(work, UUID(subject))
    except (Unknown, ValueError):
        return False
    return True
