"""The counts, each from an index, none above `MOST`: a badge says "99+"."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select

from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.critical.model import ImagingCritical
from server.imaging.matching.model import Matching
from server.imaging.orders.lifecycle import TO_READ, Status
from server.imaging.orders.model import ImagingOrder

MOST: Final = 100
_AWAITED: Final = (Status.RETURNED, Status.AMENDED)


@dataclass(frozen=True, slots=True)
class Counts:
    """`reads`: examinations are routed to a department of the asker's, so that there is a worklist."""

    reads: bool
    waiting: int
    unmatched: int
    critical: int
    returned: int


async def counts(work: Work) -> Counts:
    """What waits for the acting member of staff. Rule: imaging-23"""
    house, departments = work.actor.organisation, await identity.own_departments(work)
    reads = bool(departments) and await _reads(work, departments)
    reading = [ImagingOrder.department_id.in_(departments), ImagingOrder.status == str(Status.QUEUED)]
    here = [ImagingOrder.organisation_id == house, ImagingOrder.status.in_([str(each) for each in _AWAITED])]
    concerned = [ImagingCritical.organisation_id == house]
    if reads:
        concerned.append(ImagingCritical.reading_organisation_id == house)
    unsettled = [or_(*concerned), ImagingCritical.status.in_(("open", "called_back"))]
    waits = [Matching.organisation_id == house, Matching.state == "waiting"]
    return Counts(
        reads=reads,
        waiting=await _count(work, select(ImagingOrder.id).where(*reading)) if reads else 0,
        unmatched=await _count(work, select(Matching.study_id).where(*waits)),
        critical=await _count(work, select(ImagingCritical.id).where(*unsettled)),
        returned=await _count(work, select(ImagingOrder.id).where(*here)),
    )


async def _reads(work: Work, departments: Collection[UUID]) -> bool:
    """Whether anything was ever routed to these departments."""
    mine = ImagingOrder.department_id.in_(departments)
    to_read = exists().where(mine, ImagingOrder.status.in_(sorted(str(each) for each in TO_READ)))
    was_read = exists().where(mine, ImagingOrder.final_at.is_not(None))
    return bool((await work.session.execute(select(or_(to_read, was_read)))).scalar_one())


async def _count(work: Work, rows: Select[Any]) -> int:
    some = rows.limit(MOST).subquery()
    return (await work.session.execute(select(func.count()).select_from(some))).scalar_one()
