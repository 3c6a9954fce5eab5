"""What booking adds to the product."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from server.foundation.actor import PersonId, Role
from server.foundation.capability import Capability
from server.foundation.ground import Subscriber
from server.foundation.watching import Topic
from server.foundation.work import Work
from server.identity.events import PatientMerged

from . import (
    access,
    http,
    http_agreed,
    http_day,
    http_figures,
    http_planning,
    http_waiting,
    jobs,
    jobs_figures,
    merging,
)
from .telling import SUBSCRIBERS

_PATIENT_SIDE: Final = frozenset({Role.PATIENT, Role.GUARDIAN, Role.CLINIC_WORKER})
_BOOKERS: Final = _PATIENT_SIDE | {Role.DOCTOR, Role.SCHEDULER}


async def _anyone(_: Work, __: str) -> bool:
    """How many places are left is public."""
    return True


async def _own_or_acted_for(work: Work, subject: str) -> bool:
    """One's own bookings, offers and places in waiting lists, and those of whom one acts for."""
    if subject == str(work.actor.person_id):
        return True
    try:
        patient_id = PersonId(UUID(subject))
    except ValueError:
        return False
    return work.actor.role in _PATIENT_SIDE and bool(await access.acted_for(work, [patient_id]))


CAPABILITY: Final = Capability(
    name="appointments",
    routes=(
        http.routes,
        http_planning.routes,
        http_agreed.routes,
        http_day.routes,
        http_waiting.routes,
        http_figures.routes,
    ),
    permissions={
        "appointments.look": frozenset(Role) - {Role.GUEST},
        "appointments.book": _BOOKERS,
        "appointments.see": _BOOKERS,
        "appointments.plan": frozenset({Role.SCHEDULER}),
        "appointments.agree": frozenset({Role.SCHEDULER}),
        "appointments.contracted": frozenset({Role.DOCTOR}),
        "appointments.publish": frozenset({Role.SCHEDULER}),
        "appointments.hand_over": frozenset({Role.SCHEDULER}),
        "appointments.stop": frozenset({Role.SCHEDULER}),
        "appointments.roll": frozenset({Role.SCHEDULER}),
        "appointments.check-in": frozenset({Role.SCHEDULER}),
        "appointments.remind": frozenset({Role.CLINIC_WORKER}),
        "appointments.suspended": _PATIENT_SIDE | {Role.SCHEDULER},
        "appointments.lift": frozenset({Role.SCHEDULER}),
        "appointments.count": frozenset({Role.SCHEDULER, Role.ADMINISTRATOR, Role.REGULATOR}),
    },
    subscribers=(*SUBSCRIBERS, Subscriber(PatientMerged, merging.on_patient_merged)),
    jobs=(*jobs.JOBS, *jobs_figures.JOBS),
    topics=(Topic("sessions", _anyone), Topic("bookings", _own_or_acted_for)),
)
