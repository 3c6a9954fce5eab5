"""What identity adds to the product."""

from __future__ import annotations

from server.foundation.actor import PATIENT_SIDE, STAFF, Role
from server.foundation.capability import Capability

from . import (
    administration_http,
    clinic_http,
    demo_http,
    enrolment_http,
    family_http,
    http,
    jobs,
    me_http,
    merge_http,
    organisations_http,
    register_http,
)

_AT_A_DESK = frozenset({Role.CLINIC_WORKER, Role.SCHEDULER})

CAPABILITY = Capability(
    name="identity",
    routes=(
        http.routes,
        me_http.routes,
        enrolment_http.routes,
        family_http.routes,
        clinic_http.routes,
        merge_http.routes,
        register_http.routes,
        administration_http.routes,
        organisations_http.routes,
        demo_http.routes,
    ),
    permissions={
        "identity.family": PATIENT_SIDE,
        "identity.change-phone": PATIENT_SIDE,
        "identity.step-up": STAFF,
        "identity.find-patient": _AT_A_DESK | {Role.DOCTOR},
        "identity.register-patient": _AT_A_DESK,
        "identity.merge-patients": frozenset({Role.SCHEDULER, Role.ADMINISTRATOR}),
        "identity.change-patient": frozenset({Role.CLINIC_WORKER}),
        "identity.manage-people": frozenset({Role.ADMINISTRATOR}),
        "identity.manage-organisations": frozenset({Role.ADMINISTRATOR}),
    },
    jobs=jobs.TASKS,
)
