"""Every statement of critical values. Only `move` changes a status."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.foundation.actor import Role

from .lifecycle import CRITICAL_LIFE, UNSETTLED
from .model import ImagingCritical, ImagingCriticalCall

_OPEN = sorted(str(each) for each in UNSETTLED)


async def unsettled(session: AsyncSession, order_id: UUID) -> ImagingCritical | None:
    """The critical value of an order that is not acknowledged yet."""
    wanted = select(ImagingCritical).where(ImagingCritical.order_id == order_id, ImagingCritical.status.in_(_OPEN))
    return (await session.scalars(wanted.execution_options(populate_existing=True))).one_or_none()


async def of_orders(session: AsyncSession, order_ids: Collection[UUID]) -> dict[UUID, list[ImagingCritical]]:
    """The critical values of orders, the last one first."""
    found: dict[UUID, list[ImagingCritical]] = {}
    wanted = select(ImagingCritical).where(ImagingCritical.order_id.in_(order_ids))
    ordered = wanted.order_by(ImagingCritical.opened_at.desc(), ImagingCritical.id.desc())
    for row in await session.scalars(ordered.execution_options(populate_existing=True)):
        found.setdefault(row.order_id, []).append(row)
    return found


async def calls_of(session: AsyncSession, critical_ids: Collection[UUID]) -> dict[UUID, list[ImagingCriticalCall]]:
    """The calls about critical values, the first one first."""
    found: dict[UUID, list[ImagingCriticalCall]] = {}
    wanted = select(ImagingCriticalCall).where(ImagingCriticalCall.critical_id.in_(critical_ids))
    for row in await session.scalars(wanted.order_by(ImagingCriticalCall.at, ImagingCriticalCall.id)):
        found.setdefault(row.critical_id, []).append(row)
    return found


async def move(
    session: AsyncSession, critical: ImagingCritical, verb: str, role: Role | None, *only_if: Any, **values: Any
) -> ImagingCritical | None:
    """Take a step of its life in one statement; None when it is not where the step begins. First come wins."""
    rows = [row for row in CRITICAL_LIFE.steps if row.verb == verb and (not row.by or role in row.by)]
    if not rows:
        return None
    begins = sorted({str(status) for row in rows for status in row.before})
    after = case(
        *((ImagingCritical.status.in_(sorted(map(str, row.before))), str(row.after)) for row in rows),
        else_=ImagingCritical.status,
    )
    statement = (
        update(ImagingCritical)
        .where(ImagingCritical.id == critical.id, ImagingCritical.status.in_(begins), *only_if)
        .values(status=after, **values)
        .returning(ImagingCritical)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def of_institution(
    session: AsyncSession, organisation_id: UUID, *, limit: int, unsettled_only: bool
) -> Sequence[ImagingCritical]:
    """The critical values that concern an institution, on either side, the newest first."""
    concerns = (ImagingCritical.organisation_id == organisation_id) | (
        ImagingCritical.reading_organisation_id == organisation_id
    )
    wanted = select(ImagingCritical).where(concerns)
    if unsettled_only:
        wanted = wanted.where(ImagingCritical.status.in_(_OPEN))
    return (
        await session.scalars(wanted.order_by(ImagingCritical.opened_at.desc(), ImagingCritical.id).limit(limit))
    ).all()


async def overdue(session: AsyncSession, now: datetime, limit: int) -> Sequence[ImagingCritical]:
    """Those past their time that not everybody was told of."""
    wanted = select(ImagingCritical).where(
        ImagingCritical.status.in_(_OPEN), ImagingCritical.escalated < 2, ImagingCritical.due_at <= now
    )
    return (await session.scalars(wanted.order_by(ImagingCritical.due_at).limit(limit))).all()
