"""Weekly templates of sessions. Days off are `exceptions.py`, making sessions of templates is `planning.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity

from . import agreement, publishing, rules, store_planning
from .agreement import NOTHING_RESERVED
from .errors import DoctorBusy, PlanChanged
from .model_agreed import SessionTemplate
from .rules import Quota
from .weeks import Weekly


async def templates(work: Work) -> list[Weekly]:
    """The templates of the actor's institution, by weekday and time."""
    return [facts(row) for row in await store_planning.templates(work.session, work.actor.organisation)]


async def add_templates(work: Work, new: Sequence[Weekly]) -> list[Weekly]:
    """New templates of the actor's institution, in the order given.

    Raises: SegmentTooLong, BadSession, QuotasDoNotAddUp, DoctorBusy when one meets another of the doctor's, Unknown for a
        doctor or department that is not of the institution.
    """
    await _require_possible(work, new)
    made = {"organisation_id": work.actor.organisation, "made_at": work.now, "made_by": work.actor.person}
    rows = [SessionTemplate(id=each.id, version=1, **made, **_values(each)) for each in new]
    work.session.add_all(rows)
    await work.session.flush()
    for row in rows:
        work.audit("add", "session_template", row.id)
    return [facts(row) for row in rows]


async def change(work: Work, new: Weekly) -> Weekly:
    """Change a template; sessions made of it stay as they are. `new.version` is the one that was looked at.

    Raises: Unknown, PlanChanged, and what `add_templates` raises.
    """
    row = await _own(work, new.id)
    if row.version != new.version:
        raise PlanChanged
    await _require_possible(work, [new])
    for name, value in _values(new).items():
        setattr(row, name, value)
    row.version += 1
    await work.session.flush()
    work.audit("change", "session_template", row.id)
    return facts(row)


async def remove(work: Work, template_id: UUID) -> None:
    """No further sessions are made of it; those that are there stay. Raises: Unknown."""
    row = await _own(work, template_id)
    await work.session.delete(row)
    work.audit("remove", "session_template", template_id)


async def _require_possible(work: Work, new: Sequence[Weekly]) -> None:
    house = await publishing.house_of(work, work.actor.organisation)
    asked = {each.doctor_id for each in new}
    doctors = {card.id for card in await identity.doctors(work, asked, organisation_id=house.organisation_id)}
    changed = {each.id for each in new}
    there = [each for each in await templates(work) if each.id not in changed]
    for each in new:
        if each.department_id not in house.departments or each.doctor_id not in doctors:
            raise Unknown
        starts_at, ends_at = each.times_on(each.valid_from)
        rules.segments(
            starts_at, ends_at, minutes=each.slot_minutes, capacity=each.slot_capacity, grade_3=house.grade_3
        )
        if each.quotas is not None:
            agreement.checked(each.quotas, each.slot_capacity, NOTHING_RESERVED)
        if any(other.meets(each) for other in there):
            raise DoctorBusy
        there.append(each)


async def _own(work: Work, template_id: UUID) -> SessionTemplate:
    row = await store_planning.template(work.session, template_id)
    if row is None or row.organisation_id != work.actor.organisation:
        raise Unknown
    return row


def facts(row: SessionTemplate) -> Weekly:
    """The row as a value."""
    return Weekly(
        id=row.id,
        department_id=row.department_id,
        doctor_id=PersonId(row.doctor_id),
        service=row.service,
        weekday=row.weekday,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        slot_minutes=row.slot_minutes,
        slot_capacity=row.slot_capacity,
        quotas={Quota(quota): count for quota, count in row.quotas.items()} if row.quotas is not None else None,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        version=row.version,
    )


def _values(new: Weekly) -> dict[str, Any]:
    return {
        "department_id": new.department_id,
        "doctor_id": new.doctor_id,
        "service": new.service,
        "weekday": new.weekday,
        "starts_at": new.starts_at,
        "ends_at": new.ends_at,
        "slot_minutes": new.slot_minutes,
        "slot_capacity": new.slot_capacity,
        "quotas": {str(quota): count for quota, count in new.quotas.items()} if new.quotas is not None else None,
        "valid_from": new.valid_from,
        "valid_until": new.valid_until,
    }
