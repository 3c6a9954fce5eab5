"""Who is told what of a request outside the page: that something is to be done, never what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId, Role
from server.foundation.clock import SHANGHAI
from server.foundation.work import Work
from server.identity import service as identity
from server.notifications import service as notifications

from . import store_people
from .content import Urgency
from .lifecycle import Status
from .model import RemoteRequest


async def tell(work: Work, request: RemoteRequest, to: Iterable[UUID], template: str, **values: str) -> None:
    """Send a template about a request to some people; nobody is told of what they did."""
    sides = {
        OrganisationId(request.from_organisation_id): "",
        OrganisationId(request.to_organisation_id or UUID(int=0)): "",
    }
    names = await identity.organisation_names(work, sides)
    about = {
        "request_id": str(request.id),
        "number": request.number,
        "from": names.get(OrganisationId(request.from_organisation_id), ""),
        "to": names.get(OrganisationId(request.to_organisation_id), "") if request.to_organisation_id else "",
        **values,
    }
    for person_id in sorted(set(to) - {work.actor.person_id}):
        await notifications.send(work, PersonId(person_id), template, about)


async def requester(work: Work, request: RemoteRequest, template: str, **values: str) -> None:
    """Whoever asked."""
    await tell(work, request, [request.requester_id], template, **values)


async def dispatchers(work: Work, request: RemoteRequest, template: str, **values: str) -> None:
    """Everybody who dispatches at the serving side; the centre's head, where nobody does."""
    await tell(work, request, await centre_of(work, request), template, **values)


async def centre_of(work: Work, request: RemoteRequest) -> set[UUID]:
    """The dispatchers of the serving side, or its head."""
    if request.to_organisation_id is None:
        return set()
    found: set[UUID] = set(await identity.holders(work, OrganisationId(request.to_organisation_id), Role.SCHEDULER))
    return found or ({request.head_id} if request.head_id else set())


async def scheduled(work: Work, request: RemoteRequest, experts: Iterable[PersonId]) -> None:
    """The experts hear that they are asked, and when; at once by telephone when it is an emergency."""
    if request.urgency == Urgency.EMERGENCY:
        await tell(work, request, experts, "remote-emergency")
    elif request.starts_at is None:
        await tell(work, request, experts, "remote-asked-offline")
    else:
        await tell(work, request, experts, "remote-asked", **when(request))


async def expert_answered(work: Work, request: RemoteRequest, person_id: UUID, *, coming: bool) -> None:
    """The dispatchers hear whether an expert comes."""
    name = (await identity.person(work, PersonId(person_id))).name
    template = "remote-expert-coming" if coming else "remote-expert-declined"
    await dispatchers(work, request, template, expert=name)


async def everybody(work: Work, request: RemoteRequest, template: str, **values: str) -> None:
    """Dispatchers and experts."""
    there = await store_people.live_experts(work.session, request.id)
    people = await centre_of(work, request) | {each.person_id for each in there}
    await tell(work, request, people, template, **values)


async def amended(work: Work, request: RemoteRequest) -> None:
    """Whoever asked hears that the report has another edition; the patient too, once it had come back. Rule: meetings-8"""
    await requester(work, request, "remote-report-amended")
    if Status(request.status) in (Status.DELIVERED, Status.CLOSED):
        await tell(work, request, [request.patient_id], "remote-report-amended-for-patient")


def when(request: RemoteRequest) -> dict[str, str]:
    """Day and time of the meeting."""
    assert request.starts_at is not None, "asked for before"
    local = request.starts_at.astimezone(SHANGHAI)
    return {"day": local.date().isoformat(), "time": f"{local:%H:%M}"}
