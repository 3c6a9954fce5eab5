"""What follow-up visits add to the product."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from server.appointments import service as appointments
from server.appointments.events import BookingCancelled, ReminderDue, SessionHandedOver, SessionStopped, SlotsBooked
from server.foundation.actor import PersonId, Role
from server.foundation.capability import Capability
from server.foundation.errors import Unknown
from server.foundation.ground import Subscriber
from server.foundation.watching import Topic
from server.foundation.work import Work
from server.identity.events import PatientMerged
from server.records import service as records
from server.records.events import ConsentWithdrawn, NoteSigned, RecordingFinished

from . import births, http, http_doctor, merging, steps, store
from .jobs import JOBS
from .meetings import declared as meetings
from .remote import declared as remote

_PATIENT_SIDE: Final = frozenset({Role.PATIENT, Role.GUARDIAN, Role.CLINIC_WORKER})
_DOCTOR: Final = frozenset({Role.DOCTOR})


async def _may_watch_visit(work: Work, subject: str) -> bool:
    visit_id = _id(subject)
    visit = await store.by_id(work.session, visit_id) if visit_id else None
    return visit is not None and await steps.party_of(work, visit) is not None


async def _may_watch_queue(work: Work, subject: str) -> bool:
    session_id = _id(subject)
    if session_id is None:
        return False
    if work.actor.role is Role.DOCTOR:
        return await _is_session_of(work, session_id)
    for patient_id in await store.patients_in(work.session, session_id):
        if await records.may_act_for(work, PersonId(patient_id)) is not None:
            return True
    return False


async def _is_session_of(work: Work, session_id: UUID) -> bool:
    try:
        session = await appointments.session(work, session_id)
    except Unknown:
        return False
    return session.doctor_id == work.actor.person_id


async def _may_watch_worklist(work: Work, subject: str) -> bool:
    return work.actor.role is Role.DOCTOR and _id(subject) == work.actor.person_id


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


CAPABILITY: Final = Capability(
    name="consultations",
    routes=(http.routes, http_doctor.routes, *remote.ROUTES, *meetings.ROUTES),
    permissions={
        "consultations.list": _PATIENT_SIDE,
        "consultations.see": _PATIENT_SIDE | _DOCTOR,
        "consultations.prepare": _PATIENT_SIDE,
        "consultations.receive": _DOCTOR,
        "consultations.reassign": _DOCTOR | {Role.SCHEDULER},
        "consultations.count": frozenset({Role.REGULATOR, Role.ADMINISTRATOR}),
        "consultations.find": frozenset({Role.REGULATOR}),
        **remote.PERMISSIONS,
        **meetings.PERMISSIONS,
    },
    subscribers=(
        Subscriber(SlotsBooked, births.on_booked),
        Subscriber(BookingCancelled, births.on_cancelled),
        Subscriber(SessionStopped, births.on_stopped),
        Subscriber(SessionHandedOver, births.on_handed_over),
        Subscriber(ReminderDue, births.on_reminder_due),
        Subscriber(ConsentWithdrawn, births.on_consent_withdrawn),
        Subscriber(NoteSigned, births.on_note_signed),
        Subscriber(RecordingFinished, births.on_recording_finished),
        Subscriber(PatientMerged, merging.on_patient_merged),
        *remote.SUBSCRIBERS,
        *meetings.SUBSCRIBERS,
    ),
    jobs=(*JOBS, *remote.JOBS, *meetings.JOBS),
    topics=(
        Topic("visit", _may_watch_visit),
        Topic("queue", _may_watch_queue),
        Topic("worklist", _may_watch_worklist),
        *remote.TOPICS,
        *meetings.TOPICS,
    ),
)
