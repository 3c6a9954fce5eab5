"""What prescriptions add to the product."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from server.foundation.actor import Role
from server.foundation.capability import Capability
from server.foundation.ground import Subscriber
from server.foundation.watching import Topic
from server.foundation.work import Work

from . import (
    http_advice,
    http_asking,
    http_chronic,
    http_codes,
    http_counter,
    http_figures,
    http_formulary,
    http_institution,
    http_read,
    http_review,
    http_rights,
    http_write,
    jobs,
    steps,
    store,
)
from .dispensing import handing_out
from .dispensing import jobs as dispensing_jobs
from .events import PrescriptionDecided
from .review import jobs as review_jobs

_PATIENT_SIDE: Final = frozenset({Role.PATIENT, Role.GUARDIAN, Role.CLINIC_WORKER})
_DOCTOR: Final = frozenset({Role.DOCTOR})
_PHARMACIST: Final = frozenset({Role.PHARMACIST})


async def _may_watch_prescription(work: Work, subject: str) -> bool:
    prescription_id = _id(subject)
    found = await store.by_id(work.session, prescription_id) if prescription_id else None
    return found is not None and await steps.party_of(work, found) is not None


async def _may_watch_pharmacy(work: Work, subject: str) -> bool:
    """The review queue of a hospital and what a pharmacy holds are watched by their own pharmacists."""
    return work.actor.role is Role.PHARMACIST and _id(subject) == work.actor.organisation_id


def _id(subject: str) -> UUID | None:
    try:
        return UUID(subject)
    except ValueError:
        return None


CAPABILITY: Final = Capability(
    name="prescriptions",
    routes=(
        http_formulary.routes,
        http_institution.routes,
        http_write.routes,
        http_read.routes,
        http_rights.routes,
        http_chronic.routes,
        http_advice.routes,
        http_review.routes,
        http_figures.routes,
        http_codes.routes,
        http_counter.routes,
        http_asking.routes,
    ),
    permissions={
        "prescriptions.write": _DOCTOR,
        "prescriptions.read": _PATIENT_SIDE | _DOCTOR | _PHARMACIST,
        "prescriptions.list": _PATIENT_SIDE | _DOCTOR,
        "prescriptions.void": _DOCTOR | _PHARMACIST,
        "prescriptions.grant": frozenset({Role.ADMINISTRATOR}),
        "prescriptions.review": _PHARMACIST,
        "prescriptions.talk": _DOCTOR | _PHARMACIST,
        "prescriptions.count": frozenset({Role.REGULATOR}),
        "prescriptions.find_drugs": _DOCTOR | _PHARMACIST,
        "prescriptions.look_up": _DOCTOR | _PHARMACIST | {Role.ADMINISTRATOR, Role.REGULATOR},
        "prescriptions.keep_list": _PHARMACIST | {Role.ADMINISTRATOR},
        "prescriptions.dispense": _PHARMACIST,
        "prescriptions.receive": _PATIENT_SIDE,
        "prescriptions.return": _PATIENT_SIDE | _PHARMACIST,
        "prescriptions.advise": _PHARMACIST,
        "prescriptions.see-shortages": _DOCTOR | _PHARMACIST,
    },
    subscribers=(Subscriber(PrescriptionDecided, handing_out.on_decided),),
    jobs=(*jobs.JOBS, *review_jobs.JOBS, *dispensing_jobs.JOBS),
    topics=(
        Topic("prescription", _may_watch_prescription),
        Topic("reviews", _may_watch_pharmacy),
        Topic("redemptions", _may_watch_pharmacy),
    ),
)
