"""The life of a remote consultation as a table, and the groups of statuses that lists and gates speak of.

Whose request it is, who is the centre's head and which expert was asked is decided in `access.py`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from server.foundation.actor import Role
from server.foundation.lifecycle import Lifecycle, Step, step


class Status(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    CONSENTED = "consented"  # the patient's side has signed
    SUBMITTED = "submitted"  # the serving side's clock runs
    RETURNED = "returned"  # material is missing
    DECLINED = "declined"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"  # experts are named, for video a time too
    IN_SESSION = "in_session"
    REPORTING = "reporting"  # the talk is over, or the offline expert writes
    SIGNED = "signed"
    DELIVERED = "delivered"  # the requester has opened the report
    CLOSED = "closed"
    CANCELLED = "cancelled"


WRITABLE: Final = frozenset({Status.DRAFT, Status.CONSENTED, Status.RETURNED})
UNSENT: Final = frozenset({Status.DRAFT, Status.CONSENTED})
WITH_EXPERTS: Final = frozenset({Status.SCHEDULED, Status.IN_SESSION, Status.REPORTING})
REPORTED: Final = frozenset({Status.SIGNED, Status.DELIVERED, Status.CLOSED})
OVER: Final = frozenset({Status.CLOSED, Status.DECLINED, Status.CANCELLED})
RUNNING: Final = frozenset(Status) - OVER
BEFORE_SIGNED: Final = frozenset(Status) - REPORTED - OVER
# While these last a clock may run out: what the escalation looks at.
CLOCKED: Final = frozenset({Status.SUBMITTED, Status.ACCEPTED, Status.SCHEDULED, Status.REPORTING})

_ASKING: Final = frozenset({Role.CLINIC_WORKER, Role.DOCTOR})
_CENTRE: Final = frozenset(
    {Role.SCHEDULER, Role.DOCTOR}
)  # doctors: the centre's head, or an expert whom the clock asked
_DOCTOR: Final = frozenset({Role.DOCTOR})


def _staying(verb: str, statuses: frozenset[Status], by: frozenset[Role], rule: str) -> list[Step[Status]]:
    return [step(verb, {status}, status, by, rule) for status in sorted(statuses)]


_ROWS: Final = (
    # The requesting side writes; consent comes before anything leaves the house.
    *_staying("edit", WRITABLE, _ASKING, "B48"),
    step("consent", {Status.DRAFT, Status.CONSENTED}, Status.CONSENTED, _ASKING, "B47"),
    step("consent", {Status.RETURNED}, Status.RETURNED, _ASKING, "B47"),
    step("submit", {Status.CONSENTED}, Status.SUBMITTED, _ASKING, "B46"),
    step("resubmit", {Status.RETURNED}, Status.SUBMITTED, _ASKING, "B46"),
    # The serving side answers within its clock.
    step("return", {Status.SUBMITTED}, Status.RETURNED, _CENTRE, "B49"),
    step("decline", {Status.SUBMITTED, Status.ACCEPTED}, Status.DECLINED, _CENTRE, "B49"),
    step("accept", {Status.SUBMITTED}, Status.ACCEPTED, _CENTRE, "B49"),
    step("schedule", {Status.ACCEPTED}, Status.SCHEDULED, _CENTRE, "B03"),
    step("reschedule", {Status.SCHEDULED}, Status.SCHEDULED, _CENTRE, "B03"),
    *_staying("assign", frozenset({Status.SCHEDULED, Status.IN_SESSION, Status.REPORTING}), _CENTRE, "B03"),
    *_staying("escalate", CLOCKED, frozenset(), "B52"),
    # Straight into a room.
    step("rush", {Status.CONSENTED, Status.SUBMITTED, Status.ACCEPTED}, Status.SCHEDULED, _ASKING, "remote-5"),
    # The talk, or the expert who writes without one; who may is a matter of being an expert, not of the role alone.
    step("begin", {Status.SCHEDULED}, Status.IN_SESSION, (), "remote-6"),
    step("conclude", {Status.IN_SESSION}, Status.REPORTING, (), "remote-6"),
    step("sign", {Status.REPORTING}, Status.SIGNED, _DOCTOR, "B50"),
    step("deliver", {Status.SIGNED}, Status.DELIVERED, _ASKING, "B50"),
    step("close", {Status.DELIVERED}, Status.CLOSED, _ASKING, "B17"),
    # Its other end: by the requester with a reason, or because the consent was taken back.
    step("cancel", BEFORE_SIGNED, Status.CANCELLED, (), "remote-7"),
)

LIFE: Final = Lifecycle[Status](*_ROWS)
