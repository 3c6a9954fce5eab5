"""What imaging adds to the product."""

from __future__ import annotations

from typing import Final

from server.foundation.actor import PATIENT_SIDE, Role
from server.foundation.capability import Capability
from server.foundation.ground import Subscriber
from server.foundation.watching import Topic

from . import http_arrivals, http_devices, http_matching
from .arrivals import jobs as arrivals_jobs
from .critical import clocks as critical_clocks
from .critical import http as http_critical
from .events import StudyArrived, StudyMatched, StudyQuiet
from .film import http as http_film
from .marks import http as http_marks
from .marks import marking
from .matching import joining
from .ordering import acquiring, http_figures, http_recognition
from .ordering import http as http_ordering
from .orders import watching
from .overview import http as http_overview
from .reports import http as http_reports
from .reports import http_paper
from .studies import http as http_studies
from .studies import jobs as studies_jobs
from .worklist import http as http_worklist
from .worklist import jobs as worklist_jobs

_READS: Final = frozenset({Role.DOCTOR, Role.CLINIC_WORKER})
_SEES: Final = _READS | PATIENT_SIDE | {Role.GUEST}

CAPABILITY: Final = Capability(
    name="imaging",
    routes=(
        http_studies.routes,
        http_marks.routes,
        http_film.routes,
        http_devices.routes,
        http_arrivals.routes,
        http_matching.routes,
        http_ordering.routes,
        http_recognition.routes,
        http_worklist.routes,
        http_reports.routes,
        http_paper.routes,
        http_critical.routes,
        http_figures.routes,
        http_overview.routes,
    ),
    permissions={
        "imaging.see": _SEES,
        "imaging.list": _READS | PATIENT_SIDE,
        "imaging.fetch": _READS,
        "imaging.copy": frozenset({Role.DOCTOR}),
        "imaging.quarantine": frozenset({Role.ADMINISTRATOR, Role.CLINIC_WORKER, Role.DOCTOR}),
        "imaging.upload": _READS,
        "imaging.match": _READS,
        "imaging.keep-devices": frozenset({Role.ADMINISTRATOR}),
        "imaging.order": _READS,
        "imaging.see-orders": _READS | PATIENT_SIDE,
        "imaging.read": frozenset({Role.DOCTOR}),
        "imaging.see-critical": _READS,
        "imaging.count": frozenset({Role.DOCTOR, Role.SCHEDULER, Role.ADMINISTRATOR}),
        "imaging.mark": _READS,
        "imaging.see-marks": _SEES,
        "imaging.share-film": _READS | PATIENT_SIDE,
        "imaging.see-films": _READS | PATIENT_SIDE | {Role.ADMINISTRATOR},
    },
    subscribers=(
        Subscriber(StudyArrived, joining.on_arrived),
        Subscriber(StudyArrived, acquiring.on_arrived),
        Subscriber(StudyMatched, acquiring.on_matched),
        Subscriber(StudyQuiet, acquiring.on_quiet),
    ),
    jobs=(*studies_jobs.JOBS, *arrivals_jobs.JOBS, *worklist_jobs.JOBS, *critical_clocks.JOBS),
    topics=(Topic(marking.TOPIC, marking.may_watch), Topic(joining.TOPIC, joining.may_watch), *watching.TOPICS),
)
