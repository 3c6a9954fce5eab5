"""What the clock says with each step: when the new status is overdue, and the instants that a request keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.cooperation import service as cooperation
from server.foundation.work import Work

from . import rules
from .content import Mode
from .lifecycle import LIFE, OVER, Status
from .model import RemoteRequest


async def of_step(work: Work, request: RemoteRequest, verb: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that follow from a step at this instant; those given by the use case go before them.

    A step that leaves the status where it is leaves the clock too, except that another time is another clock.
    Rule: B49, B52, remote-2
    """
    status = Status(request.status)
    if not LIFE.allows(status, verb, work.actor.role):
        return {}
    after = LIFE.next(status, verb, work.actor.role)
    if after is status and verb != "reschedule":
        return {}
    values: dict[str, Any] = {"escalation": 0, "escalate_at": None, **_instants(work, after)}
    agreement_id = given.get("agreement_id", request.agreement_id)
    if agreement_id is None:
        return values
    times = (await cooperation.agreement(work, agreement_id)).clocks
    urgency, mode = given.get("urgency", request.urgency), given.get("mode", request.mode)
    starts_at = given.get("starts_at", request.starts_at)
    values["escalate_at"] = due = rules.clock_of(after, urgency, mode, starts_at, times, work.now)
    if after is Status.SUBMITTED:
        values["answer_due_at"] = due
    if after is Status.REPORTING or (after is Status.SCHEDULED and mode == Mode.OFFLINE):
        values["report_due_at"] = request.report_due_at or work.now + rules.report_within(times)
    return values


def _instants(work: Work, after: Status) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    if after is Status.SUBMITTED:
        kept["submitted_at"] = work.now
    if after in (Status.ACCEPTED, Status.RETURNED, Status.DECLINED):
        kept["answered_at"] = work.now
    if after is Status.SIGNED:
        kept["signed_at"] = work.now
    if after in OVER:
        kept["ended_at"] = work.now
    return kept
