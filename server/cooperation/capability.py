"""What cooperation agreements add to the product."""

from __future__ import annotations

from typing import Final

from server.foundation.actor import Role
from server.foundation.capability import Capability

from . import http
from .jobs import JOBS

CAPABILITY: Final = Capability(
    name="cooperation",
    routes=(http.routes,),
    permissions={
        "cooperation.agree": frozenset({Role.ADMINISTRATOR}),
        "cooperation.ask": frozenset({Role.CLINIC_WORKER, Role.DOCTOR, Role.SCHEDULER, Role.ADMINISTRATOR}),
    },
    jobs=JOBS,
)
