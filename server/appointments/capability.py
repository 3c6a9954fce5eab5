"""What booking adds to the product."""

from __future__ import annotations

from typing import Final

from server.foundation.actor import Role
from server.foundation.capability import Capability
from server.foundation.watching import Topic
from server.foundation.work import Work

from . import http, http_agreed, http_day, http_planning

_PATIENT_SIDE: Final = frozenset({Role.PATIENT, Role.GUARDIAN, Role.CLINIC_WORKER})
_BOOKERS: Final = _PATIENT_SIDE | {Role.DOCTOR, Role.SCHEDULER}


async def _anyone(_: Work, __: str) -> bool:
    """How many places are left is public."""
    return True


CAPABILITY: Final = Capability(
    name="appointments",
    routes=(http.routes, http_planning.routes, http_agreed.routes, http_day.routes),
    permissions={
        "appointments.look": frozenset(Role),
        "appointments.book": _BOOKERS,
        "appointments.see": _BOOKERS,
        "appointments.plan": frozenset({Role.SCHEDULER}),
        "appointments.agree": frozenset({Role.SCHEDULER}),
        "appointments.publish": frozenset({Role.SCHEDULER}),
        "appointments.hand_over": frozenset({Role.SCHEDULER}),
        "appointments.stop": frozenset({Role.SCHEDULER}),
        "appointments.roll": frozenset({Role.SCHEDULER}),
        "appointments.check-in": frozenset({Role.SCHEDULER}),
        "appointments.remind": frozenset({Role.CLINIC_WORKER}),
    },
    topics=(Topic("sessions", _anyone),),
)
