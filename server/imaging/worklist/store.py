"""Every statement of the worklist. Each page is read from an index in the order in which it is shown, whatever the filter:

one department, one status (and one modality) at a time, the pages of several departments merged by what is read first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from server.imaging.orders.lifecycle import TO_READ, Status
from server.imaging.orders.model import ImagingOrder
from server.imaging.orders.places import Place


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the worklist; None is everything. `status` is one of those that are to be read."""

    status: Status = Status.QUEUED
    modality: str | None = None
    department_id: UUID | None = None
    urgency: str | None = None


async def waiting(
    session: AsyncSession, wanted: Wanted, departments: Collection[UUID], after: Place | None, limit: int
) -> Sequence[ImagingOrder]:
    """A page of what is to be read in one status: emergencies first, then what is due first."""
    conditions = _filters(wanted)
    if after is not None:
        conditions.append(_key(ImagingOrder) > tuple_(after.urgency, after.at, after.id))
    pages = [
        select(ImagingOrder)
        .where(ImagingOrder.department_id == each, *conditions)
        .order_by(ImagingOrder.urgency, ImagingOrder.due_at, ImagingOrder.id)
        .limit(limit)
        for each in _of(wanted, departments)
    ]
    return await _merged(session, pages, limit, by_due=True)


async def reported(
    session: AsyncSession, wanted: Wanted, departments: Collection[UUID], after: Place | None, limit: int
) -> Sequence[ImagingOrder]:
    """A page of what was reported, the newest first."""
    conditions: list[ColumnElement[bool]] = [ImagingOrder.final_at.is_not(None)]
    if wanted.modality is not None:
        conditions.append(ImagingOrder.modality == wanted.modality)
    if wanted.urgency is not None:
        conditions.append(ImagingOrder.urgency == wanted.urgency)
    if after is not None:
        conditions.append(tuple_(ImagingOrder.final_at, ImagingOrder.id) < tuple_(after.at, after.id))
    pages = [
        select(ImagingOrder)
        .where(ImagingOrder.department_id == each, *conditions)
        .order_by(ImagingOrder.final_at.desc(), ImagingOrder.id.desc())
        .limit(limit)
        for each in _of(wanted, departments)
    ]
    return await _merged(session, pages, limit, by_due=False)


async def claimed_by(session: AsyncSession, person_id: UUID, organisation_id: UUID) -> Sequence[ImagingOrder]:
    """What a radiologist holds now."""
    wanted = (
        select(ImagingOrder)
        .where(ImagingOrder.claimed_by == person_id, ImagingOrder.reading_organisation_id == organisation_id)
        .order_by(ImagingOrder.urgency, ImagingOrder.due_at, ImagingOrder.id)
    )
    return (await session.scalars(wanted)).all()


async def next_waiting(
    session: AsyncSession, wanted: Wanted, departments: Collection[UUID], reader_id: UUID
) -> ImagingOrder | None:
    """The first that nobody has, locked until the transaction ends; rows that others lock are stepped over."""
    unclaimed = [*_filters(wanted), ImagingOrder.claimed_by.is_(None)]
    if wanted.status is Status.PRELIMINARY:
        unclaimed.append(ImagingOrder.preliminary_by != reader_id)
    best: ImagingOrder | None = None
    for each in _of(wanted, departments):
        first = (
            select(ImagingOrder)
            .where(ImagingOrder.department_id == each, *unclaimed)
            .order_by(ImagingOrder.urgency, ImagingOrder.due_at, ImagingOrder.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        found = (await session.scalars(first)).one_or_none()
        if found is not None and (best is None or _sorted(found) < _sorted(best)):
            best = found
    return best


async def lapsed(session: AsyncSession, now: datetime, limit: int) -> Sequence[ImagingOrder]:
    """Examinations whose claim is over."""
    wanted = select(ImagingOrder).where(ImagingOrder.claimed_until <= now).order_by(ImagingOrder.claimed_until)
    return (await session.scalars(wanted.limit(limit))).all()


async def overdue(session: AsyncSession, now: datetime, limit: int) -> Sequence[ImagingOrder]:
    """Examinations that are past their time and not told of to everybody yet."""
    wanted = (
        select(ImagingOrder)
        .where(
            ImagingOrder.status.in_(sorted(str(each) for each in TO_READ)),
            ImagingOrder.escalated < 2,
            ImagingOrder.due_at <= now,
        )
        .order_by(ImagingOrder.due_at)
    )
    return (await session.scalars(wanted.limit(limit))).all()


async def _merged(
    session: AsyncSession, pages: Sequence[Select[ImagingOrder]], limit: int, *, by_due: bool
) -> Sequence[ImagingOrder]:
    if not pages:
        return []
    if len(pages) == 1:
        return (await session.scalars(pages[0])).all()
    every = union_all(*(each.subquery().select() for each in pages)).subquery()
    row = aliased(ImagingOrder, every)
    order: tuple[Any, ...] = (row.urgency, row.due_at, row.id) if by_due else (row.final_at.desc(), row.id.desc())
    return (await session.scalars(select(row).order_by(*order).limit(limit))).all()


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    # The status stands in the statement itself: only so does a prepared one know that the partial index serves it.
    status = literal(str(wanted.status), literal_execute=True)
    conditions: list[ColumnElement[bool]] = [ImagingOrder.status == status]
    if wanted.modality is not None:
        conditions.append(ImagingOrder.modality == wanted.modality)
    if wanted.urgency is not None:
        conditions.append(ImagingOrder.urgency == wanted.urgency)
    return conditions


def _of(wanted: Wanted, departments: Collection[UUID]) -> list[UUID]:
    """The departments to look in: those of the asker, or the one of them that was asked for."""
    return sorted(each for each in departments if wanted.department_id in (None, each))


def _key(row: Any) -> ColumnElement[Any]:
    return tuple_(row.urgency, row.due_at, row.id)


def _sorted(row: ImagingOrder) -> tuple[str, Any, UUID]:
    return (row.urgency, row.due_at, row.id)
