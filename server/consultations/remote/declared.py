"""What remote consultations add to the capability: routes, permissions, subscribers, jobs and topics, in one place."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from server.appointments.events import SessionStopped
from server.foundation.actor import PATIENT_SIDE, Role
from server.foundation.ground import Subscriber
from server.foundation.routes import Routes
from server.foundation.watching import Topic
from server.foundation.work import Work
from server.identity.events import PatientMerged
from server.records.events import ConsentWithdrawn, UploadBecameAttachment

from . import following, http, http_dispatch, materials, steps, store
from .events import RequestStepped
from .jobs import JOBS as JOBS

ROUTES: Final[tuple[Routes, ...]] = (http.routes, http_dispatch.routes)

_ASKING: Final = frozenset({Role.CLINIC_WORKER, Role.DOCTOR})

PERMISSIONS: Final = {
    "consultations.ask": _ASKING,
    "consultations.see-requests": _ASKING | PATIENT_SIDE | {Role.SCHEDULER},
    "consultations.dispatch": frozenset({Role.SCHEDULER, Role.DOCTOR}),  # doctors: the head, and whom the clock asked
    "consultations.consult": frozenset({Role.DOCTOR}),
}


async def _may_watch_request(work: Work, subject: str) -> bool:
    request_id = _id(subject)
    request = await store.by_id(work.session, request_id) if request_id else None
    return request is not None and bool(await steps.parties_of(work, request))


async def _may_watch_board(work: Work, subject: str) -> bool:
    dispatches = work.actor.role in (Role.SCHEDULER, Role.DOCTOR)
    return dispatches and work.actor.organisation_id is not None and _id(subject) == work.actor.organisation_id


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


TOPICS: Final = (Topic("request", _may_watch_request), Topic("dispatch", _may_watch_board))

SUBSCRIBERS: Final = (
    Subscriber(RequestStepped, following.on_stepped),
    Subscriber(ConsentWithdrawn, following.on_consent_withdrawn),
    Subscriber(SessionStopped, following.on_session_stopped),
    Subscriber(PatientMerged, following.on_patient_merged),
    Subscriber(UploadBecameAttachment, materials.on_upload_finished),
)
