"""The emergency path: straight into a room. Whoever is on duty there now is asked to lead; every dispatcher is told at once."""

from __future__ import annotations

from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.work import Work

from . import access, choosing, experts, inviting, rules, steps, store_people, telling
from .content import Mode, Urgency
from .errors import RemoteConsentMissing
from .experts import Chosen
from .lifecycle import Status
from .model import RemoteRequest


async def rush(work: Work, request_id: UUID, version: int) -> RemoteRequest:
    """Open the room now: of what B48 asks for only where to, why and the summary; consent and agreement as always.

    Raises: Unknown, RequestChanged, NotInThisState, RemoteConsentMissing, InvitationIncomplete, NoAgreement.
    Rule: remote-5
    """
    request, _ = await steps.own(work, request_id, access.REQUESTER)
    steps.require_version(request, version)
    if request.status == Status.DRAFT:
        raise RemoteConsentMissing
    values = await inviting.invitation(work, request, Urgency.EMERGENCY)
    moved = await steps.take(
        work,
        request,
        "rush",
        urgency=Urgency.EMERGENCY,
        mode=Mode.VIDEO,
        starts_at=work.now,
        ends_at=work.now + rules.USUAL_LENGTH,
        submitted_at=request.submitted_at or work.now,
        **values,
    )
    there = await store_people.live_experts(work.session, moved.id)
    on_duty = await choosing.on_duty(work, moved)
    if not there and on_duty is not None:
        organisation_id = OrganisationId(moved.to_organisation_id) if moved.to_organisation_id else None
        await experts.name(work, moved, [Chosen(on_duty, lead=True, organisation_id=organisation_id)])
    elif there:
        named = [Chosen(each.person_id, each.lead, each.organisation_id) for each in there]
        await experts.name(work, moved, named, anew=True)
    await telling.dispatchers(work, moved, "remote-emergency")
    if moved.head_id is not None:
        await telling.tell(work, moved, [PersonId(moved.head_id)], "remote-emergency")
    return moved
