"""The call: opening the room, letting each person in with a ticket of their own, stopping video, the telephone.

Who is in it now is told by realtime to `presence.py`; what is said is kept by records.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from server.appointments import service as appointments
from server.foundation.actor import OrganisationId, PersonId
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records
from server.records.service import Purpose
from server.settings import VisitSettings
from signaling.service import Grant, Realtime

from . import live, steps, store, store_room
from .access import PATIENT_SIDE, Party
from .errors import HelperConsentNeeded, PhoneAlreadyShown, RecordingDeclined, RoomNotOpen
from .events import VisitStarted
from .lifecycle import Status
from .model import Visit
from .steps import ANYONE, DOCTOR_ONLY
from .store_room import VISIT_STAYS

WITHDRAWN = "consent-withdrawn"


@dataclass(frozen=True, slots=True)
class Pass:
    """What a person enters the room with."""

    room: str
    ticket: str
    party: Party
    capacity: int
    video: bool


async def start(work: Work, visit_id: UUID) -> Visit:
    """Open the room of a visit that was found eligible, or open one again after the line was lost.

    Raises: Unknown, NotInThisState, RecordingDeclined (B40), B01, B02, B06.
    Rule: B40, visits-6
    """
    visit, _ = await steps.own(work, visit_id, DOCTOR_ONLY)
    if visit.status == Status.IN_VIDEO:
        return visit  # a second tab of the doctor
    await identity.require_may_practise(work, work.actor.person, OrganisationId(visit.organisation_id))
    if not await _patient_agrees(work, visit) and visit.video_stopped_at is None:
        raise RecordingDeclined
    verb = "resume" if visit.status == Status.ENDED_TECHNICAL else "start"
    opened = await steps.take(
        work,
        visit,
        verb,
        room=secrets.token_urlsafe(24),
        room_opened_at=work.now,
        started_at=visit.started_at or work.now,
        video_ended_at=None,
    )
    await store_room.expect_back(work.session, visit.id)
    if opened.video_stopped_at is None:
        await records.open_recording(work, visit.encounter_id)
    await appointments.mark(work, visit.booking_id, "serve")
    work.record(VisitStarted(visit.id, PersonId(visit.patient_id)))
    return opened


async def join(work: Work, visit_id: UUID, *, agrees_to_recording: bool) -> Pass:
    """A ticket for the acting person. Nobody is let into video without having agreed to its recording.

    Raises: Unknown, RoomNotOpen, RecordingDeclined, HelperConsentNeeded.
    Rule: B40
    """
    visit, party = await steps.own(work, visit_id, ANYONE)
    if visit.status != Status.IN_VIDEO or visit.room is None:
        raise RoomNotOpen
    agrees = await _agrees(work, visit, party, agrees_to_recording=agrees_to_recording)
    await store_room.invite(work.session, visit.id, work.actor.person, party, work.now, agrees=agrees)
    work.audit("visit.join", "visit", visit.id, patient_id=PersonId(visit.patient_id), party=party)
    steps.tell(work, visit)
    return await _pass(work, visit, party, agrees=agrees)


async def _agrees(work: Work, visit: Visit, party: Party, *, agrees_to_recording: bool) -> bool:
    if party is Party.DOCTOR:
        return True  # stated on opening the reception
    if party is Party.HELPER:
        return await _helper_agrees(work, visit, agrees_to_recording=agrees_to_recording)
    agrees = await _patient_agrees(work, visit)
    if not agrees and visit.video_stopped_at is None:
        raise RecordingDeclined
    return agrees


async def _helper_agrees(work: Work, visit: Visit, *, agrees_to_recording: bool) -> bool:
    """A helper consents on entering, for this visit."""
    purpose, helper = Purpose.HELPER_RECORDING, work.actor.person
    if await records.consent_in_force(work, helper, purpose, encounter_id=visit.encounter_id):
        return True
    if visit.video_stopped_at is not None:
        return False
    if not agrees_to_recording:
        raise HelperConsentNeeded
    (text,) = [each for each in records.consent_text_list(work.language) if each.purpose is purpose]
    await records.give_consent(
        work,
        patient_id=PersonId(visit.patient_id),
        purpose=purpose,
        version=text.version,
        given_by=helper,
        encounter_id=visit.encounter_id,
    )
    return True


async def _patient_agrees(work: Work, visit: Visit) -> bool:
    return await records.consent_in_force(
        work, PersonId(visit.patient_id), Purpose.RECORDING, encounter_id=visit.encounter_id
    )


async def _pass(work: Work, visit: Visit, party: Party, *, agrees: bool) -> Pass:
    settings = work.part(VisitSettings)
    video = visit.video_stopped_at is None
    grants = {Grant.PUBLISH, Grant.SUBSCRIBE, Grant.SHARE} if video else {Grant.SUBSCRIBE, Grant.SHARE}
    if agrees and video:
        grants.add(Grant.RECORD)
    if party is Party.DOCTOR:
        grants.add(Grant.MODERATE)
    actor = work.actor
    assert actor.login_id is not None, "a permission reached somebody without a login"
    assert visit.room is not None, "the room is open"
    card = await identity.person(work, actor.person)
    ticket = work.part(Realtime).issue_ticket(
        login_id=actor.login_id,
        person_id=actor.person,
        room=visit.room,
        name=card.name,
        role=str(actor.role),
        kind=str(party),
        grants=grants,
        capacity=settings.room_capacity,
        records=video,
        ends_at=work.now + timedelta(seconds=settings.meeting_s),
        meeting_id=str(visit.id),
    )
    return Pass(visit.room, ticket, party, settings.room_capacity, video)


async def withdraw_recording(work: Work, visit_id: UUID) -> Visit:
    """Take back the consent to recording. In the call, video and recording stop at once; what was recorded stays.

    The visit goes on by chat, which is kept, or the doctor ends it towards offline care.
    Raises: Unknown.
    Rule: B40
    """
    visit, party = await steps.own(work, visit_id, PATIENT_SIDE)
    patient_id = PersonId(visit.patient_id)
    own_consent = party is Party.HELPER and visit.status == Status.IN_VIDEO
    await records.withdraw_consent(
        work,
        person_id=work.actor.person if own_consent else patient_id,
        purpose=Purpose.HELPER_RECORDING if own_consent else Purpose.RECORDING,
        encounter_id=visit.encounter_id,
    )
    if visit.status == Status.IN_VIDEO:
        await stop_video(work, visit, work.actor.person)
    return await store.by_id(work.session, visit.id) or visit


async def stop_video(work: Work, visit: Visit, person_id: UUID) -> None:
    """End video for everybody and for good in this visit; the room stays for the chat. Rule: B40"""
    stopped = await store.change(
        work.session,
        visit.id,
        Visit.video_stopped_at.is_(None),
        video_stopped_at=work.now,
        video_stopped_for=WITHDRAWN,
    )
    live.stop_video(work, visit.room, WITHDRAWN)
    await store_room.withdraw_recording(work.session, visit.id, person_id)
    await VISIT_STAYS.end(work.session, visit.id, None, "media", work.now, WITHDRAWN)
    if stopped is not None:
        work.audit("visit.stop_video", "visit", visit.id, patient_id=PersonId(visit.patient_id), why=WITHDRAWN)
        steps.tell(work, stopped)


async def phone(work: Work, visit_id: UUID) -> str:
    """The patient's number, shown to the doctor once: the way on when the line does not hold.

    A call that had been ended by the line goes on to its note.
    Raises: Unknown, PhoneAlreadyShown, NotInThisState.
    Rule: visits-8
    """
    visit, _ = await steps.own(work, visit_id, DOCTOR_ONLY)
    if visit.phone_shown_at is not None:
        raise PhoneAlreadyShown
    shown = await steps.attempt(work, visit, "phone", Visit.phone_shown_at.is_(None), phone_shown_at=work.now)
    if shown is None:
        now_there = await store.by_id(work.session, visit.id)
        if now_there is not None and now_there.phone_shown_at is not None:
            raise PhoneAlreadyShown
        raise NotInThisState(status=visit.status)
    if shown.status == Status.DOCUMENTING:
        await appointments.mark(work, visit.booking_id, "fulfil")
    patient = await identity.patient(work, PersonId(visit.patient_id))
    return patient.phone or ""
