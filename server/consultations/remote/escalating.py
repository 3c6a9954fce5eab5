"""What happens when a clock runs out: the next expert is asked, or the lead reminded; then the centre's head is told."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from server.cooperation import service as cooperation
from server.foundation.work import Work

from . import choosing, experts, rules, steps, store_people, telling
from .lifecycle import Status
from .model import RemoteRequest
from .rules import Escalation


async def escalate(work: Work, request: RemoteRequest) -> RemoteRequest | None:
    """One step further, once: None when an answer came in this instant, or another process was first. Rule: B52, remote-2"""
    status, level = Status(request.status), request.escalation
    who = rules.escalation_of(status, level)
    person_id = await _next_expert(work, request) if who is Escalation.NEXT_EXPERT else None
    if who is Escalation.NEXT_EXPERT and person_id is None:
        who = Escalation.HEAD
    last = who is Escalation.HEAD
    moved = await steps.attempt(
        work,
        request,
        "escalate",
        RemoteRequest.escalate_at <= work.now,
        code=who,
        escalation=2 if last else 1,
        escalate_at=None if last else work.now + await _again(work, request),
    )
    if moved is not None:
        await _tell(work, moved, who, person_id)
    return moved


async def _again(work: Work, request: RemoteRequest) -> timedelta:
    """How long whoever was asked now has, before the head is told."""
    assert request.agreement_id is not None, "clocks run under an agreement"
    times = (await cooperation.agreement(work, request.agreement_id)).clocks
    return rules.answer_within(request.urgency, times)


async def _next_expert(work: Work, request: RemoteRequest) -> UUID | None:
    asked = [each.person_id for each in await store_people.experts(work.session, [request.id])]
    return await choosing.next_after(work, request, asked)


async def _tell(work: Work, request: RemoteRequest, who: Escalation, person_id: UUID | None) -> None:
    if who is Escalation.NEXT_EXPERT and person_id is not None:
        await experts.ask_by_clock(work, request, person_id)
        await telling.tell(work, request, [person_id], "remote-asked-by-clock")
        await telling.dispatchers(work, request, "remote-overdue")
    elif who is Escalation.LEAD:
        there = await store_people.live_experts(work.session, request.id)
        await telling.tell(work, request, [each.person_id for each in there], "remote-report-overdue")
    else:
        head = {request.head_id} if request.head_id else set()
        await telling.tell(work, request, head | await telling.centre_of(work, request), "remote-escalated")
