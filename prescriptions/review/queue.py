"""The queue as a pharmacist sees it: what waits, what colleagues have, in the order in which the desk gives it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from prescriptions import store_review as store
from prescriptions.lifecycle import Status
from prescriptions.model import Prescription
from server.foundation.actor import PersonId
from server.foundation.clock import day_of
from server.foundation.translation import ENGLISH
from server.foundation.work import Work
from server.identity import service as identity

from .order import priority_of

_LONGEST: Final = 200


class State(StrEnum):
    """Which part of the queue."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    MINE = "mine"


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the queue; None is everything."""

    state: State | None = None
    kind: str | None = None
    department_id: UUID | None = None
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """One prescription in the queue."""

    id: UUID
    number: str
    version: int
    kind: str
    patient: str = field(repr=False)
    sex: str | None
    age: int | None
    department_id: UUID
    department: str
    prescriber: str
    waiting_since: datetime
    priority: str
    level: str
    emergency: bool
    long_term: bool
    valid_until: datetime | None
    claimed_by: UUID | None
    claimed_by_name: str | None
    claimed_until: datetime | None
    own: bool


async def queue(work: Work, filters: Filters) -> list[Queued]:
    """The first two hundred of the acting pharmacist's hospital. Rule: reviews-1"""
    await identity.require_may_review(work, work.actor.person)
    rows = await _rows(work, filters)
    people = await identity.people(
        work, {PersonId(each) for row in rows for each in (row.patient_id, row.prescriber_id, row.claimed_by) if each}
    )
    departments = {each.id: each for each in await identity.departments(work, work.actor.organisation)}
    return [_queued(work, row, people, departments) for row in rows]


async def _rows(work: Work, filters: Filters) -> Sequence[Prescription]:
    mine = Prescription.claimed_by == work.actor.person
    conditions = [
        column == value
        for column, value in (
            (Prescription.kind, filters.kind),
            (Prescription.department_id, filters.department_id),
            (Prescription.decision, filters.decision),
        )
        if value is not None
    ]
    found: list[Prescription] = []
    if filters.state is not State.WAITING:
        of_state = [*conditions, mine] if filters.state is State.MINE else conditions
        found += await _in(work, Status.CLAIMED, of_state)
    if filters.state in (None, State.WAITING):
        found += await _in(work, Status.IN_REVIEW, conditions)
    return sorted(found, key=lambda row: (row.queue_at or work.now, row.id))[:_LONGEST]


async def _in(work: Work, status: Status, conditions: Sequence[Any]) -> Sequence[Prescription]:
    return await store.queue(work.session, work.actor.organisation, status, *conditions, limit=_LONGEST)


def _queued(work: Work, row: Prescription, people: Any, departments: Any) -> Queued:
    assert row.submitted_at is not None, "what is in the queue was submitted"
    assert row.queue_at is not None, "and has its place"
    patient = people.get(PersonId(row.patient_id))
    born = patient.birth_date if patient else None
    today = day_of(work.now)
    claimed_by = people.get(PersonId(row.claimed_by)) if row.claimed_by else None
    department = departments.get(row.department_id)
    return Queued(
        id=row.id,
        number=row.number,
        version=row.version,
        kind=row.kind,
        patient=patient.name if patient else "",
        sex=str(patient.sex) if patient and patient.sex else None,
        age=_years(born, today) if born else None,
        department_id=row.department_id,
        department=_name(department, work.language) if department else "",
        prescriber=people[PersonId(row.prescriber_id)].name if PersonId(row.prescriber_id) in people else "",
        waiting_since=row.submitted_at,
        priority=priority_of(row.submitted_at, row.queue_at, emergency=row.emergency),
        level=row.decision or "passed",
        emergency=row.emergency,
        long_term=row.long_term,
        valid_until=row.valid_until,
        claimed_by=row.claimed_by,
        claimed_by_name=claimed_by.name if claimed_by else None,
        claimed_until=row.claimed_until,
        own=row.prescriber_id == work.actor.person_id,
    )


def _years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _name(department: Any, language: str) -> str:
    return str((department.name_en if language == ENGLISH else "") or department.name)
