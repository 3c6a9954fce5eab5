"""Studies attached to requests. Consultations know a study as an id only; whether it may be attached is asked of imaging,
which says so through the ground. Without imaging nothing can be attached by a page.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work

from . import access, materials, steps, store, store_people
from .access import EXPERTS, REQUESTER
from .errors import NoSuchMaterial


@dataclass(frozen=True, slots=True)
class StudyGate:
    """Imaging's answer to whether the actor sees this study and it is this patient's; a part of the ground."""

    may_attach: Callable[[Work, UUID, PersonId], Awaitable[bool]]


async def studies_of_request(work: Work, request_id: UUID) -> list[UUID]:
    """What is attached, the first first. Access is the caller's."""
    rows = await store_people.materials(work.session, [request_id])
    return list(dict.fromkeys(row.study_id for row in rows if row.study_id is not None))


async def requests_of_study(work: Work, study_id: UUID) -> list[UUID]:
    """The requests to which a study is attached. Access is the caller's."""
    return await store_people.requests_of_study(work.session, study_id)


async def attach_study(work: Work, request_id: UUID, study_id: UUID) -> None:
    """Attach a study that has come for a request; one that proved to be another patient's is left out, a second time is
    nothing. Raises: Unknown.
    """
    request, _ = await steps.own(work, request_id, REQUESTER | EXPERTS)
    there = await studies_of_request(work, request_id)
    if study_id not in there and await _may_attach(work, study_id, PersonId(request.patient_id)):
        await materials.insert(work, request, "dicom", study_id=study_id)


async def require_may_attach(work: Work, study_id: UUID, patient_id: PersonId) -> None:
    """Nothing, when imaging says so. Raises: NoSuchMaterial."""
    if not await _may_attach(work, study_id, patient_id):
        raise NoSuchMaterial


async def _may_attach(work: Work, study_id: UUID, patient_id: PersonId) -> bool:
    return work.ground.has(StudyGate) and await work.part(StudyGate).may_attach(work, study_id, patient_id)


async def sees_by_request(work: Work, study_id: UUID) -> bool:
    """Whether the actor sees a study because of a request it is attached to: the requester, and an expert while the record
    is open to them. Who is in a meeting besides is for meetings to say.

    Rule: remote-8
    """
    for request_id in await requests_of_study(work, study_id):
        request = await store.by_id(work.session, request_id)
        if request is not None and await _sees(work, request_id):
            return True
    return False


async def _sees(work: Work, request_id: UUID) -> bool:
    try:
        request, party = await steps.own(work, request_id, REQUESTER | EXPERTS)
    except Unknown:
        return False
    return party in REQUESTER or access.reads_record(request, party)
