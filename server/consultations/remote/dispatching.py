"""The serving side answers (B49): accept, return what lacks material, decline with the reason; then who consults, and when.

Two who decide at once: the compare-and-set of the step lets the first through, the other is told to look again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.foundation.work import Work

from . import access, experts, inviting, rules, steps, store_people
from .access import EXPERTS
from .content import Mode
from .experts import Chosen
from .model import RemoteRequest


@dataclass(frozen=True, slots=True)
class Plan:
    """Who, and for a meeting when. `experts` None keeps those who were asked."""

    experts: Sequence[Chosen] | None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    mode: Mode | None = None
    text: str = ""


async def accept(work: Work, request_id: UUID, version: int) -> RemoteRequest:
    """The centre takes it on; or the expert whom the clock asked does, who then leads where nobody else does.

    Raises: Unknown, RequestChanged, NotInThisState, NoAgreement. Rule: B49
    """
    request, _ = await steps.own(work, request_id, access.CENTRE | EXPERTS)
    steps.require_version(request, version)
    await inviting.agreement_of(work, request)
    moved = await steps.take(work, request, "accept")
    await experts.come(work, moved, work.actor.person)
    return moved


async def send_back(work: Work, request_id: UUID, version: int, code: str, text: str) -> RemoteRequest:
    """Material is missing; the requester completes it and sends it again. Raises: Unknown, NotInThisState. Rule: B49"""
    request, _ = await steps.own(work, request_id, access.CENTRE)
    steps.require_version(request, version)
    return await steps.take(work, request, "return", code=code, text=text)


async def decline(work: Work, request_id: UUID, version: int, code: str, text: str) -> RemoteRequest:
    """The centre cannot, and says why. Raises: Unknown, RequestChanged, NotInThisState. Rule: B49"""
    request, _ = await steps.own(work, request_id, access.CENTRE)
    steps.require_version(request, version)
    return await steps.take(work, request, "decline", code=code, text=text)


async def schedule(work: Work, request_id: UUID, version: int, plan: Plan) -> RemoteRequest:
    """Name the experts, one of them leading, and the time; their places in the pool are taken, their care begins.

    Raises: Unknown, RequestChanged, NotInThisState, BadTime, OneLead, NotAnExpertHere, MayNotBeInvited (B03),
        ExpertBusy, NoPlaceThen. Rule: B03, remote-4
    """
    return await _plan(work, request_id, version, plan, "schedule")


async def reschedule(work: Work, request_id: UUID, version: int, plan: Plan) -> RemoteRequest:
    """Another time, or other experts. Raises: as `schedule`."""
    return await _plan(work, request_id, version, plan, "reschedule")


async def set_experts(work: Work, request_id: UUID, version: int, chosen: Sequence[Chosen], text: str) -> RemoteRequest:
    """Exactly these are the experts from now on: more, others, another lead; the time stays.

    Raises: Unknown, RequestChanged, NotInThisState, OneLead, NotAnExpertHere, MayNotBeInvited (B03), ExpertBusy, NoPlaceThen.
    """
    request, _ = await steps.own(work, request_id, access.CENTRE)
    steps.require_version(request, version)
    rules.require_one_lead(each.lead for each in chosen)
    moved = await steps.take(work, request, "assign", text=text)
    await experts.name(work, moved, chosen)
    return moved


async def _plan(work: Work, request_id: UUID, version: int, plan: Plan, verb: str) -> RemoteRequest:
    request, _ = await steps.own(work, request_id, access.CENTRE)
    steps.require_version(request, version)
    mode = plan.mode or Mode(request.mode)
    starts_at, ends_at = rules.meeting_time(mode, plan.starts_at, plan.ends_at, work.now)
    chosen = plan.experts if plan.experts is not None else await _asked_so_far(work, request)
    rules.require_one_lead(each.lead for each in chosen)
    moved = await steps.take(work, request, verb, text=plan.text, starts_at=starts_at, ends_at=ends_at, mode=mode)
    await experts.name(work, moved, chosen, anew=verb == "reschedule")
    return moved


async def _asked_so_far(work: Work, request: RemoteRequest) -> list[Chosen]:
    asked = await store_people.live_experts(work.session, request.id)
    return [Chosen(each.person_id, each.lead or len(asked) == 1, each.organisation_id) for each in asked]
