"""The room of a meeting: planned with its request, opened by the first expert, entered with a ticket, ended once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from server.consultations import live
from server.consultations.remote import experts
from server.consultations.remote import steps as request_steps
from server.consultations.remote.content import Urgency
from server.consultations.remote.facts import RequestFacts
from server.foundation.actor import LoginId, PersonId
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records
from server.records.service import Purpose
from server.settings import MeetingSettings
from signaling.service import Realtime

from . import access, parts, store, store_invitations
from .access import EXPERTS, Kind
from .errors import (
    MeetingNotOpen,
    MeetingOver,
    MeetingRecordingDeclined,
    MeetingTooEarly,
    NotAdmitted,
    NotTheChair,
)
from .lifecycle import WELCOME, Stand, State
from .model import Meeting
from .parts import Part
from .side import PREFIX, STAYS, pass_chair_on

WITHDRAWN: Final = "consent-withdrawn"


@dataclass(frozen=True, slots=True)
class MeetingPass:
    """What a person enters the room with."""

    room: str
    ticket: str
    kind: Kind
    capacity: int
    video: bool


async def plan(work: Work, facts: RequestFacts) -> None:
    """A meeting for a request that was scheduled; at its new time when it was moved. Rule: meetings-1"""
    assert facts.encounter_id is not None, "consent opened it, and nothing is scheduled without"
    await store.plan(work.session, facts.id, facts.patient_id, facts.encounter_id, facts.starts_at or work.now)
    work.audit("meeting.plan", "meeting", facts.id, patient_id=facts.patient_id)
    parts.tell(work, facts.id)


async def join(work: Work, meeting_id: UUID, *, agrees_to_recording: bool) -> MeetingPass:
    """A ticket for the acting person. The first expert opens the room; nobody enters without agreeing to be recorded.

    Raises: Unknown, MeetingOver, MeetingNotOpen, MeetingTooEarly, NotAdmitted, MeetingRecordingDeclined.
    Rule: meetings-1, meetings-2, B40
    """
    part = await parts.own(work, meeting_id)
    if part.meeting.state == State.ENDED:
        raise MeetingOver
    if not part.free and part.stand not in WELCOME:
        raise NotAdmitted
    video = part.meeting.video_stopped_at is None
    if video:
        await _agree(work, part, agrees_to_recording=agrees_to_recording)
    meeting = part.meeting if part.meeting.state == State.OPEN else await _open(work, part)
    if part.kind in EXPERTS:
        await _begin(work, part)
    if part.free:
        await store.enrol(work.session, meeting.id, work.actor.person, part.kind, Stand.ADMITTED, work.now)
    if video:
        await store.agree(work.session, meeting.id, work.actor.person, work.now)
    work.audit("meeting.join", "meeting", meeting.id, patient_id=part.patient_id, party=part.kind)
    parts.tell(work, meeting.id)
    return await _pass(work, meeting, part.kind, video=video)


def opens(part: Part) -> bool:
    """Whether this person may open the room: an expert, and in an emergency whoever asked for help."""
    return part.kind in EXPERTS or (part.kind is Kind.REQUESTER and part.facts.urgency is Urgency.EMERGENCY)


async def _open(work: Work, part: Part) -> Meeting:
    if not opens(part):
        raise MeetingNotOpen
    early = timedelta(seconds=work.part(MeetingSettings).early_s)
    if work.now < part.meeting.starts_at - early:
        raise MeetingTooEarly(minutes=int(early.total_seconds() // 60))
    opened = await store.move(
        work.session,
        part.meeting.id,
        "open",
        room=PREFIX + secrets.token_urlsafe(24),
        chair_id=work.actor.person,
        opened_at=work.now,
        empty_since=work.now,
    )
    if opened is not None:
        work.audit("meeting.open", "meeting", opened.id, patient_id=part.patient_id, party=part.kind)
        return opened
    standing = await store.by_id(work.session, part.meeting.id)
    if standing is None or standing.state != State.OPEN:
        raise MeetingOver
    return standing  # another expert was first by a moment


async def _begin(work: Work, part: Part) -> None:
    """The talk of the request begins with its first expert."""
    await experts.mark(work, part.request, work.actor.person, "joined")
    await request_steps.attempt(work, part.request, "begin")


async def _agree(work: Work, part: Part, *, agrees_to_recording: bool) -> None:
    """Everybody agrees for themselves; of the patient the written consent speaks already. Rule: B40"""
    actor, encounter_id = work.actor.person, part.meeting.encounter_id
    purpose = Purpose.MEETING_RECORDING
    if await records.consent_in_force(work, actor, purpose, encounter_id=encounter_id):
        return
    if not agrees_to_recording:
        raise MeetingRecordingDeclined
    (text,) = [each for each in records.consent_text_list(work.language) if each.purpose is purpose]
    await records.give_consent(
        work,
        patient_id=part.patient_id,
        purpose=purpose,
        version=text.version,
        given_by=actor,
        encounter_id=encounter_id,
    )


async def _pass(work: Work, meeting: Meeting, kind: Kind, *, video: bool) -> MeetingPass:
    settings, actor = work.part(MeetingSettings), work.actor
    assert actor.login_id is not None, "who acts for themselves has a login"
    assert meeting.room is not None, "an open meeting has a room"
    card = await identity.person(work, actor.person)
    ticket = work.part(Realtime).issue_ticket(
        login_id=actor.login_id,
        person_id=actor.person,
        room=meeting.room,
        name=card.name,
        role=str(actor.role),
        kind=str(kind),
        grants=access.grants_of(kind, chairs=meeting.chair_id == actor.person, video=video),
        capacity=settings.room_capacity,
        records=video,
        ends_at=work.now + timedelta(seconds=settings.longest_s),
        meeting_id=str(meeting.id),
        second=True,  # a screen or a scope, beside the faces
    )
    return MeetingPass(meeting.room, ticket, kind, settings.room_capacity, video)


async def end(work: Work, meeting_id: UUID) -> Meeting:
    """End the meeting: by who chairs it, or the lead. What remains is the report.

    Raises: Unknown, NotTheChair, MeetingOver, NotInThisState (no expert has come yet).
    Rule: meetings-6
    """
    part = await parts.own(work, meeting_id)
    if part.meeting.chair_id != work.actor.person_id and part.kind is not Kind.LEAD:
        raise NotTheChair
    if part.meeting.state != State.OPEN:
        raise MeetingOver
    await request_steps.take(work, part.request, "conclude")
    ended = await finish(work, meeting_id, "finished")
    if ended is None:
        raise MeetingOver
    return ended


async def finish(work: Work, meeting_id: UUID, reason: str) -> Meeting | None:
    """Close the room for good, sign the guests out and let no link open any more; None when it was over already.

    Rule: meetings-6
    """
    ended = await store.move(work.session, meeting_id, "end", ended_at=work.now, ended_for=reason)
    if ended is None:
        return None
    await STAYS.end(work.session, meeting_id, None, None, work.now, reason)
    live.close_room(work, ended.room, reason)
    guests = await store_invitations.of_meeting(work.session, meeting_id)
    await identity.send_off(work, [LoginId(each.login_id) for each in guests if each.login_id], "meeting-over")
    work.audit("meeting.end", "meeting", meeting_id, patient_id=PersonId(ended.patient_id), why=reason)
    parts.tell(work, meeting_id)
    return ended


async def stop_video(work: Work, meeting: Meeting) -> None:
    """End video for everybody and for good in this meeting; the room stays for words and pictures. Rule: B40"""
    stopped = await store.change(
        work.session,
        meeting.id,
        Meeting.state == State.OPEN,
        Meeting.video_stopped_at.is_(None),
        video_stopped_at=work.now,
        video_stopped_for=WITHDRAWN,
    )
    if stopped is not None:
        live.stop_video(work, stopped.room, WITHDRAWN)
        await STAYS.end(work.session, meeting.id, None, "media", work.now, WITHDRAWN)
        work.audit("meeting.stop_video", "meeting", meeting.id, patient_id=PersonId(meeting.patient_id), why=WITHDRAWN)
        parts.tell(work, meeting.id)


async def let_go(work: Work, meeting: Meeting, facts: RequestFacts) -> None:
    """Put out who is no expert any more; if they chaired, somebody who is there does. Rule: meetings-4"""
    for each in await store.attendees(work.session, meeting.id):
        if Kind(each.kind) not in EXPERTS or facts.expert(each.person_id) is not None:
            continue
        if await store.stand(work.session, meeting.id, each.person_id, "remove", work.now):
            await STAYS.end(work.session, meeting.id, each.person_id, None, work.now, "replaced")
            live.remove(work, meeting.room, each.person_id)
    await pass_chair_on(work, meeting)
