"""Who of those who ask at the same moment gets which place. Pure: the ledger's rows in, one answer for each out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from server.foundation.errors import Problem
from server.foundation.ids import short_number

from .errors import AlreadyBooked, BookingSuspended, SlotFull
from .rules import Quota, Right, Status

Row = tuple[UUID, Quota]


@dataclass(frozen=True, slots=True)
class Want:
    """A place that somebody asks for; `quotas` are those open to them, in order of preference.

    `status` is what the booking will be: BOOKED, or HELD until `expires_at`.
    """

    booking_id: UUID
    slot_id: UUID
    session_id: UUID
    organisation_id: UUID
    department_id: UUID
    day: date
    starts_at: datetime
    quotas: tuple[Quota, ...]
    patient_id: UUID
    booked_by: UUID
    right_used: str
    channel: str
    status: Status
    expires_at: datetime | None = None
    referral_summary: bytes | None = field(default=None, repr=False)

    @property
    def once(self) -> tuple[UUID, UUID, date]:
        """What a person can have only one of. Rule: appointments-3"""
        return self.patient_id, self.department_id, self.day


@dataclass(frozen=True, slots=True)
class Place:
    """A place that was given: from which quota, with which number."""

    want: Want
    quota: Quota
    number: int
    reference: str


@dataclass(slots=True)
class Rows:
    """What the ledger says of the slots asked for, read under their locks.

    `free` has open rows only; `numbers` are each slot's unused numbers, lowest first, as many as could be needed, and
    `counts` those that references are made of.
    """

    free: dict[Row, int]
    numbers: dict[UUID, list[int]]
    booked: Mapping[tuple[UUID, UUID, date], tuple[UUID, Status]]
    suspended: Mapping[tuple[UUID, UUID], datetime]
    counts: list[int]


def allot(wants: Sequence[Want], rows: Rows) -> list[Place | Problem]:
    """A place or a refusal for each, in the order in which they asked. Uses up `rows`.

    Rule: appointments-1, appointments-3, appointments-10
    """
    taken = dict(rows.booked)
    answers: list[Place | Problem] = []
    for want in wants:
        answer = _one(want, rows, taken)
        if isinstance(answer, Place):
            taken[want.once] = (want.booking_id, want.status)
        answers.append(answer)
    return answers


def _one(want: Want, rows: Rows, taken: Mapping[tuple[UUID, UUID, date], tuple[UUID, Status]]) -> Place | Problem:
    until = rows.suspended.get((want.patient_id, want.organisation_id))
    if until and want.right_used != Right.WINDOW:  # the window still helps
        return BookingSuspended(until=until.isoformat())
    if there := taken.get(want.once):
        return AlreadyBooked(booking_id=str(there[0]), booking_status=str(there[1]))
    for quota in want.quotas:
        row = (want.slot_id, quota)
        if rows.free.get(row, 0) > 0:
            rows.free[row] -= 1
            number, reference = rows.numbers[want.slot_id].pop(0), short_number(want.day, rows.counts.pop())
            return Place(want, quota, number, reference)
    return SlotFull(slot_id=str(want.slot_id))
