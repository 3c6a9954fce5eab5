"""A request as the neighbours are told it."""

from __future__ import annotations

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.work import Work

from . import store_people
from .content import Mode, Urgency
from .facts import ExpertFacts, RequestFacts
from .lifecycle import Status
from .model import RemoteExpert, RemoteRequest


async def facts_of(work: Work, request: RemoteRequest) -> RequestFacts:
    """The row with its experts and studies as a value. Access is the caller's."""
    experts = await store_people.live_experts(work.session, request.id)
    materials = await store_people.materials(work.session, [request.id])
    return RequestFacts(
        id=request.id,
        number=request.number,
        status=Status(request.status),
        version=request.version,
        urgency=Urgency(request.urgency),
        mode=Mode(request.mode),
        patient_id=PersonId(request.patient_id),
        encounter_id=request.encounter_id,
        requester_id=PersonId(request.requester_id),
        from_organisation_id=OrganisationId(request.from_organisation_id),
        to_organisation_id=OrganisationId(request.to_organisation_id) if request.to_organisation_id else None,
        agreement_id=request.agreement_id,
        department_id=request.department_id,
        starts_at=request.starts_at,
        ends_at=request.ends_at,
        report_due_at=request.report_due_at,
        signed_at=request.signed_at,
        experts=tuple(_expert(each) for each in experts),
        study_ids=tuple(dict.fromkeys(each.study_id for each in materials if each.study_id)),
    )


def _expert(row: RemoteExpert) -> ExpertFacts:
    return ExpertFacts(row.id, PersonId(row.person_id), OrganisationId(row.organisation_id), row.lead, row.state)
