"""A request whole, as one page shows it: what it says, consent, materials, reasons; history and candidates."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records

from . import access, consenting, materials, rules, steps, store, store_people
from .choosing import Expert
from .content import Urgency
from .lifecycle import WRITABLE, Status
from .model import RemoteRequest
from .views import (
    Around,
    RemoteCandidateView,
    RemoteConsentView,
    RemoteMaterialView,
    RemoteNamed,
    RemoteReason,
    RemoteRefusal,
    RemoteRequestView,
    RemoteStepView,
    RemoteUsed,
)


async def opened(work: Work, request_id: UUID) -> RemoteRequestView:
    """A request for somebody who has to do with it; a line in the who-read list when it is not their own. Raises: Unknown."""
    request, party = await steps.own(work, request_id, access.ANYONE)
    if party not in access.REQUESTER | access.PATIENT_SIDE:
        await records.note_read(work, PersonId(request.patient_id), records.Seen.REMOTE_REQUEST, request.id)
    return await of_request(work, request)


async def of_request(work: Work, request: RemoteRequest) -> RemoteRequestView:
    """The same for who has just done something to it."""
    content = await steps.content_of(work, request)
    around = await Around.of(work, [request])
    attached = await materials.of_request(work, request)
    patient = around.fields(work, request)["patient"]
    assert isinstance(patient, RemoteNamed), "every request has one"
    return RemoteRequestView.model_validate(
        {
            **around.fields(work, request),
            "patient": patient.model_copy(update={"allergies": await _allergies(work, request)}),
            "reason": content.reason,
            "purpose": content.purpose,
            "summary": content.summary,
            "diagnosis": list(content.diagnosis),
            "agreement_id": request.agreement_id,
            "encounter_id": request.encounter_id,
            "title_name": identity.title_name(request.title_wanted or ""),
            "patient_present": request.patient_present,
            "consent": await _consent(work, request),
            "materials": [_material(each) for each in attached],
            "study_ids": list(dict.fromkeys(each.study_id for each in attached if each.study_id)),
            "price_fen": request.price_fen,
            "returned": await _reason(work, request, "return") if request.status == Status.RETURNED else None,
            "decline": await _reason(work, request, "decline") if request.status == Status.DECLINED else None,
            "cancel": await _reason(work, request, "cancel") if request.status == Status.CANCELLED else None,
            "used": await _used(work, request),
            "missing": await _missing(work, request),
        }
    )


async def history(work: Work, request_id: UUID) -> list[RemoteStepView]:
    """What was done to it, the first first. Raises: Unknown."""
    request, _ = await steps.own(work, request_id, access.ANYONE)
    rows = await store.steps_of(work.session, request.id)
    people = await identity.people(work, {PersonId(row.by_id) for row in rows if row.by_id})
    houses = {OrganisationId(row.organisation_id) for row in rows if row.organisation_id}
    names = await identity.organisation_names(work, houses)
    made = []
    for row in rows:
        card = people.get(PersonId(row.by_id)) if row.by_id else None
        text = await steps.unseal(work, request, ("remote_steps", "text", row.id), row.text) if row.text else ""
        made.append(
            RemoteStepView(
                at=row.at,
                verb=row.verb,
                status=row.status,
                by=card.name if card else None,
                organisation=names.get(OrganisationId(row.organisation_id)) if row.organisation_id else None,
                code=row.code,
                text=text,
            )
        )
    return made


async def signature(work: Work, request_id: UUID) -> str:
    """The drawn name of who consented, as a picture; for both sides. Raises: Unknown."""
    request, _ = await steps.own(work, request_id, access.REQUESTER | access.CENTRE | access.EXPERTS)
    kept = await store_people.consent(work.session, request.consent_id) if request.consent_id else None
    return (await steps.signature_of(work, request, kept)).svg() if kept else ""


def of_candidates(work: Work, found: Sequence[Expert]) -> list[RemoteCandidateView]:
    """Whom the centre may ask, in order."""
    return [
        RemoteCandidateView(
            id=each.card.id,
            name=each.card.name,
            title=each.card.title_zh,
            department=each.card.department,
            organisation=RemoteNamed(id=each.card.organisation_id, name=each.card.organisation),
            load=each.load,
            next_free=list(each.next_free),
            fits_title=each.fits_title,
            refusal=RemoteRefusal(code=each.refusal.code, title=each.refusal.sentence(work.language))
            if each.refusal
            else None,
        )
        for each in found
    ]


async def _allergies(work: Work, request: RemoteRequest) -> list[str] | None:
    known = (await records.health_of(work, PersonId(request.patient_id))).allergies
    if known is None:
        return None
    facts = [each.fact for each in known]
    return [fact.name or fact.to for fact in facts if isinstance(fact, records.Allergy)]


async def _consent(work: Work, request: RemoteRequest) -> RemoteConsentView | None:
    """The consent that stands; one that was taken back is none."""
    kept = await store_people.consent(work.session, request.consent_id) if request.consent_id else None
    version = await consenting.version_of(work, request)
    if kept is None or version is None:
        return None
    return RemoteConsentView(
        id=kept.consent_id, version=version, signed_at=kept.signed_at, by=kept.given_by, relation=kept.relation
    )


def _material(each: materials.Material) -> RemoteMaterialView:
    return RemoteMaterialView(
        id=each.id,
        upload_id=each.upload_id,
        attachment_id=each.attachment_id,
        study_id=each.study_id,
        kind=each.kind,
        name=each.name,
        size=each.size or 0,
        received=each.received or 0,
        state=each.state,
    )


async def _reason(work: Work, request: RemoteRequest, verb: str) -> RemoteReason | None:
    row = await store.last_step(work.session, request.id, verb)
    if row is None:
        return None
    text = await steps.unseal(work, request, ("remote_steps", "text", row.id), row.text) if row.text else ""
    return RemoteReason(code=row.code or "", text=text)


async def _used(work: Work, request: RemoteRequest) -> RemoteUsed | None:
    if request.used is None:
        return None
    said = await _reason(work, request, "close")
    return RemoteUsed(used=request.used, text=said.text if said else "")


async def _missing(work: Work, request: RemoteRequest) -> list[str]:
    if request.status not in WRITABLE:
        return []
    consented = await consenting.stands(work, request)
    urgency = Urgency(request.urgency)
    content = await steps.content_of(work, request)
    return [str(each) for each in rules.missing(request, content, urgency=urgency, consented=consented)]
