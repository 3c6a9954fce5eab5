"""What records add to the product."""

from __future__ import annotations

from server.foundation.actor import Role
from server.foundation.capability import Capability
from server.foundation.ground import Subscriber
from server.identity.events import PatientMerged

from . import http, http_files, http_health, http_notes, jobs, merging
from .uploads import http as http_uploads
from .uploads import jobs as jobs_uploads

_FAMILY = frozenset({Role.PATIENT, Role.GUARDIAN})
_READERS = _FAMILY | {Role.DOCTOR, Role.CLINIC_WORKER}

CAPABILITY = Capability(
    name="records",
    routes=(http.routes, http_notes.routes, http_files.routes, http_health.routes, http_uploads.routes),
    permissions={
        "records.read": _READERS,
        "records.attach": _READERS,
        "records.reads": _FAMILY | {Role.CLINIC_WORKER},
        "records.consent": _FAMILY | {Role.CLINIC_WORKER},
        "records.act": frozenset({Role.CLINIC_WORKER, Role.DOCTOR}),
        "records.write": frozenset({Role.DOCTOR}),
        "records.delete": _FAMILY,
        "records.hold": frozenset({Role.ADMINISTRATOR}),
        "records.count": frozenset({Role.REGULATOR}),
        "records.trace": frozenset({Role.REGULATOR}),
    },
    subscribers=(Subscriber(PatientMerged, merging.on_patient_merged),),
    jobs=(*jobs.JOBS, *jobs_uploads.JOBS),
)
