"""知情同意: the patient's side signs on the clinic's device; the drawn name is kept sealed beside the consent of the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records
from server.records.service import Purpose

from . import access, rules, steps
from .content import Giver, Signature
from .model import RemoteConsent, RemoteRequest

KIND: Final = "remote_consultation"
_ADULT: Final = 18


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed which version of the text, and how."""

    version: str
    giver: Giver
    relation: str | None
    signature: Signature
    read_s: int | None = None


async def sign(work: Work, request_id: UUID, version: int | None, signed: Signed) -> RemoteRequest:
    """The patient, or who may for the patient, agrees before the asker as witness: the encounter opens with it.

    Raises: Unknown, RequestChanged, NotInThisState, WrongGiver, ConsentOutdated, ConsentUnread. Rule: B47, B10
    """
    request, _ = await steps.own(work, request_id, access.REQUESTER)
    if version is not None:
        steps.require_version(request, version)
    patient = await identity.patient(work, PersonId(request.patient_id))
    rules.require_giver(
        signed.giver,
        is_minor=patient.age < _ADULT,
        relation=signed.relation,
        name=signed.signature.name,
        reason=signed.signature.reason,
    )
    encounter_id = await records.open_encounter(
        work,
        patient_id=patient.id,
        organisation_id=OrganisationId(request.from_organisation_id),
        doctor_id=PersonId(request.requester_id),
        kind=KIND,
        source_id=request.id,
    )
    consent_id = await records.give_consent(
        work,
        patient_id=patient.id,
        purpose=Purpose.REMOTE_CONSULTATION,
        version=signed.version,
        given_by=patient.id if signed.giver is Giver.PATIENT else work.actor.person,
        encounter_id=encounter_id,
        witnessed_by=work.actor.person,
        read_s=signed.read_s,
    )
    await _keep(work, request, consent_id, signed)
    return await steps.take(work, request, "consent", consent_id=consent_id, encounter_id=encounter_id)


async def stands(work: Work, request: RemoteRequest) -> bool:
    """Whether the consent given for this request has not been taken back. Rule: B47"""
    if request.consent_id is None or request.encounter_id is None:
        return False
    return await records.consent_in_force(
        work, PersonId(request.patient_id), Purpose.REMOTE_CONSULTATION, encounter_id=request.encounter_id
    )


async def version_of(work: Work, request: RemoteRequest) -> str | None:
    """Which version of the text the standing consent is to; None when none stands. Rule: B47"""
    if request.encounter_id is None or not await stands(work, request):
        return None
    given = await records.consents_given(work, request.encounter_id, Purpose.REMOTE_CONSULTATION)
    return next((each.version for each in given if each.id == request.consent_id), None)


async def _keep(work: Work, request: RemoteRequest, consent_id: UUID, signed: Signed) -> None:
    """The signature of a consent; signed again, the later one stands."""
    cell = ("remote_consents", "content", consent_id)
    content = await steps.seal(work, request, cell, signed.signature.model_dump_json())
    row = await work.session.get(RemoteConsent, consent_id)
    if row is None:
        row = RemoteConsent(consent_id=consent_id, request_id=request.id)
        work.session.add(row)
    row.given_by, row.relation = signed.giver, signed.relation
    row.content, row.signed_at = content, work.now
    await work.session.flush()
