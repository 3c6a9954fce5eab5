"""What meetings and opinions add to the product."""

from __future__ import annotations

from typing import Final

from server.consultations.remote.events import ExpertsChanged, RequestStepped
from server.foundation.actor import Role
from server.foundation.ground import Subscriber
from server.foundation.watching import Topic
from server.records.events import ConsentWithdrawn, RecordingFinished

from . import door, following, http, http_opinions, jobs

_STAFF: Final = frozenset({Role.DOCTOR, Role.CLINIC_WORKER})
_WITH_PATIENT: Final = _STAFF | {Role.PATIENT, Role.GUARDIAN}

ROUTES: Final = (http.routes, http_opinions.routes)
PERMISSIONS: Final = {
    "consultations.meet": _WITH_PATIENT | {Role.GUEST},
    "consultations.chair": _STAFF,
    "consultations.opine": frozenset({Role.DOCTOR}),
    "consultations.report": _WITH_PATIENT,
    "consultations.use-report": _STAFF,
}
SUBSCRIBERS: Final = (
    Subscriber(RequestStepped, following.on_request_stepped),
    Subscriber(ExpertsChanged, following.on_experts_changed),
    Subscriber(ConsentWithdrawn, following.on_consent_withdrawn),
    Subscriber(RecordingFinished, following.on_recording_finished),
)
JOBS: Final = jobs.JOBS
TOPICS: Final = (Topic("meeting", door.may_watch),)
