"""Writing a request: the draft, and every change of it until it is sent. What it says is sealed with the patient's key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from server.cooperation import service as cooperation
from server.cooperation.service import Scope
from server.foundation.actor import OrganisationId, PersonId, Role
from server.foundation.clock import day_of
from server.foundation.errors import Invalid, Unknown
from server.foundation.ids import short_number
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records
from server.records.service import Purpose

from . import access, steps, store
from .content import Content, Mode, RemoteTime, Urgency
from .lifecycle import Status
from .model import RemoteRequest


@dataclass(frozen=True, slots=True)
class Written:
    """What stands on the form; a draft may lack anything."""

    content: Content
    urgency: Urgency = Urgency.ORDINARY
    mode: Mode = Mode.VIDEO
    agreement_id: UUID | None = None
    department_id: UUID | None = None
    title_wanted: str | None = None
    times: tuple[RemoteTime, ...] = ()
    asap: bool = False
    patient_present: bool = True


async def draft(work: Work, patient_id: PersonId, written: Written) -> RemoteRequest:
    """A new request on behalf of a patient for whom the asker's institution acts, or whom the doctor has in care.

    Raises: Unknown, NoAgreement (B46). Rule: remote-1
    """
    await _require_may_ask(work, patient_id)
    row = RemoteRequest(
        id=work.new_id(),
        number=short_number(day_of(work.now), await store.next_number(work.session)),
        status=Status.DRAFT,
        version=1,
        patient_id=patient_id,
        requester_id=work.actor.person,
        from_organisation_id=work.actor.organisation,
        escalation=0,
        made_at=work.now,
        changed_at=work.now,
    )
    for column, value in (await _columns(work, row, written)).items():
        setattr(row, column, value)
    work.session.add(row)
    await work.session.flush()
    if work.actor.role is Role.DOCTOR:  # reads what the request is about; a clinic's worker does so with the consent
        await records.open_care(
            work,
            patient_id=patient_id,
            carer_id=work.actor.person,
            organisation_id=work.actor.organisation,
            source_id=row.id,
        )
    await steps.write(work, row, "draft")
    return row


async def edit(work: Work, request_id: UUID, version: int, written: Written) -> RemoteRequest:
    """The form as it stands now. Raises: Unknown, RequestChanged, NotInThisState, NoAgreement."""
    request, _ = await steps.own(work, request_id, access.REQUESTER)
    steps.require_version(request, version)
    return await steps.take(work, request, "edit", **await _columns(work, request, written))


async def _columns(work: Work, request: RemoteRequest, written: Written) -> dict[str, Any]:
    server_id = await _server(work, request, written)
    return {
        "urgency": written.urgency,
        "mode": written.mode,
        "agreement_id": written.agreement_id,
        "to_organisation_id": server_id,
        "department_id": written.department_id,
        "title_wanted": written.title_wanted,
        "times": [each.model_dump(mode="json") for each in written.times],
        "asap": written.asap,
        "patient_present": written.patient_present,
        "content": await steps.sealed_content(work, request, written.content),
    }


async def _server(work: Work, request: RemoteRequest, written: Written) -> OrganisationId | None:
    """Who is asked, when the agreement lets this institution ask. Raises: Unknown, NoAgreement, Invalid."""
    if written.agreement_id is None:
        if written.department_id is not None or request.status == Status.RETURNED:
            raise Invalid
        return None
    named = await cooperation.agreement(work, written.agreement_id)
    await cooperation.agreement_for(
        work,
        requester=OrganisationId(request.from_organisation_id),
        server=named.server_id,
        scope=Scope.CONSULTATION,
        specialty=None,
        on=day_of(work.now),
    )
    if written.department_id is not None:
        there = await identity.departments(work, named.server_id)
        if written.department_id not in {each.id for each in there}:
            raise Invalid
    return named.server_id


async def _require_may_ask(work: Work, patient_id: PersonId) -> None:
    """Nothing, when the actor acts for the patient here. Raises: Unknown. Rule: remote-1, records-1"""
    if work.actor.role is Role.CLINIC_WORKER:
        allowed = await records.may_act_for(work, patient_id) is not None
    else:
        allowed = await records.may_read(work, patient_id) is not None or await records.consent_in_force(
            work, patient_id, Purpose.ACT_FOR_ME, organisation_id=work.actor.organisation
        )
    if not allowed or await identity.replaced_by(work, patient_id) is not None:
        raise Unknown
