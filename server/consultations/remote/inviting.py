"""Sending a request: under an agreement in force, with consent, with all that B48 asks for. And taking it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from server.cooperation import service as cooperation
from server.cooperation.service import AgreementFacts, Scope
from server.foundation.actor import OrganisationId
from server.foundation.clock import day_of
from server.foundation.errors import FieldError
from server.foundation.translation import ENGLISH
from server.foundation.work import Work
from server.identity import service as identity

from . import access, consenting, rules, steps
from .errors import InvitationIncomplete, RemoteConsentMissing
from .lifecycle import Status
from .model import RemoteRequest
from .rules import FIELD_WORDS, Field


async def submit(work: Work, request_id: UUID, version: int) -> RemoteRequest:
    """Send it, or send it again with what was missing; the serving side's clock starts.

    Raises: Unknown, RequestChanged, NotInThisState, RemoteConsentMissing (B47), InvitationIncomplete (B48),
        NoAgreement (B46).
    """
    request, _ = await steps.own(work, request_id, access.REQUESTER)
    steps.require_version(request, version)
    verb = "resubmit" if request.status == Status.RETURNED else "submit"
    if request.status == Status.DRAFT:
        raise RemoteConsentMissing
    return await steps.take(work, request, verb, **await invitation(work, request, request.urgency))


async def cancel(work: Work, request_id: UUID, version: int, reason: str) -> RemoteRequest:
    """The requester takes it back, as long as no report is signed. Raises: Unknown, RequestChanged, NotInThisState.

    Rule: remote-7
    """
    request, _ = await steps.own(work, request_id, access.REQUESTER)
    steps.require_version(request, version)
    return await steps.take(work, request, "cancel", code="requester", text=reason)


async def invitation(work: Work, request: RemoteRequest, urgency: str) -> dict[str, Any]:
    """The columns of a request that leaves the house, or why it may not.

    Raises: RemoteConsentMissing, InvitationIncomplete, NoAgreement. Rule: B46, B47, B48
    """
    if not await consenting.stands(work, request):
        raise RemoteConsentMissing
    lacking = rules.missing(request, await steps.content_of(work, request), urgency=urgency, consented=True)
    if lacking:
        raise incomplete(work, lacking)
    agreement = await agreement_of(work, request)
    return {
        "agreement_id": agreement.id,
        "to_organisation_id": agreement.server_id,
        "head_id": agreement.head_id,
        "price_fen": rules.price_of(agreement.prices, request.mode),
    }


async def agreement_of(work: Work, request: RemoteRequest) -> AgreementFacts:
    """The agreement under which this request stands today. Raises: NoAgreement. Rule: B46"""
    assert request.to_organisation_id is not None, "asked for before"
    server = OrganisationId(request.to_organisation_id)
    names = {each.id: each.name for each in await identity.departments(work, server)}
    return await cooperation.agreement_for(
        work,
        requester=OrganisationId(request.from_organisation_id),
        server=server,
        scope=Scope.CONSULTATION,
        specialty=names.get(request.department_id) if request.department_id else None,
        on=day_of(work.now),
    )


def incomplete(work: Work, lacking: list[Field]) -> InvitationIncomplete:
    """The refusal that names what is missing, in words and as pointers into the form."""
    english = work.language == ENGLISH
    words = (", " if english else "、").join(FIELD_WORDS[field][english] for field in lacking)
    return InvitationIncomplete(
        errors=tuple(FieldError(f"/{field}", "请填写", "Please fill in") for field in lacking),
        missing=[str(field) for field in lacking],
        lacking=words,
    )
