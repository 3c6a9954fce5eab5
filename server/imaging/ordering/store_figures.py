"""Every statement of the figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, extract, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.imaging.critical.lifecycle import UNSETTLED
from server.imaging.critical.model import ImagingCritical
from server.imaging.orders.lifecycle import TO_READ
from server.imaging.orders.model import ImagingOrder, ImagingOrderStep


async def reported(session: AsyncSession, house: UUID, first: datetime, until: datetime) -> Sequence[Any]:
    """By modality, of what was finalised in that time: how many, half and nine tenths of the seconds, late, amended."""
    took = extract("epoch", ImagingOrder.final_at - ImagingOrder.queued_at)
    wanted = (
        select(
            ImagingOrder.modality,
            func.count().label("reported"),
            func.percentile_disc(0.5).within_group(took.asc()).label("p50"),
            func.percentile_disc(0.9).within_group(took.asc()).label("p90"),
            func.count(case((ImagingOrder.final_at > ImagingOrder.due_at, 1))).label("late"),
        )
        .where(
            ImagingOrder.reading_organisation_id == house,
            ImagingOrder.final_at >= first,
            ImagingOrder.final_at < until,
        )
        .group_by(ImagingOrder.modality)
        .order_by(ImagingOrder.modality)
    )
    return (await session.execute(wanted)).all()


async def steps(session: AsyncSession, house: UUID, verb: str, first: datetime, until: datetime) -> dict[str, int]:
    """By modality, how often that step was taken for an institution that reads."""
    wanted = (
        select(ImagingOrder.modality, func.count())
        .join(ImagingOrderStep, ImagingOrderStep.order_id == ImagingOrder.id)
        .where(
            ImagingOrder.reading_organisation_id == house,
            ImagingOrderStep.verb == verb,
            ImagingOrderStep.at >= first,
            ImagingOrderStep.at < until,
        )
        .group_by(ImagingOrder.modality)
    )
    return {modality: int(times) for modality, times in await session.execute(wanted)}


async def waiting(session: AsyncSession, house: UUID, now: datetime) -> tuple[int, int]:
    """How many examinations wait to be read or reviewed now, and how many of them are late."""
    wanted = select(func.count(), func.count(case((ImagingOrder.due_at <= now, 1)))).where(
        ImagingOrder.reading_organisation_id == house,
        ImagingOrder.status.in_(sorted(str(each) for each in TO_READ)),
    )
    waits, late = (await session.execute(wanted)).one()
    return int(waits), int(late)


async def criticals(
    session: AsyncSession, house: UUID, first: datetime, until: datetime, now: datetime
) -> tuple[int, int]:
    """Critical values opened by an institution in that time, and those that were not called in within theirs."""
    unsettled = ImagingCritical.status.in_(sorted(str(each) for each in UNSETTLED))
    late = case(
        (func.coalesce(ImagingCritical.called_back_at, ImagingCritical.acknowledged_at) > ImagingCritical.due_at, 1),
        (ImagingCritical.called_back_at.is_(None) & unsettled & (ImagingCritical.due_at <= now), 1),
    )
    wanted = select(func.count(), func.count(late)).where(
        ImagingCritical.reading_organisation_id == house,
        ImagingCritical.opened_at >= first,
        ImagingCritical.opened_at < until,
    )
    found, overdue = (await session.execute(wanted)).one()
    return int(found), int(overdue)
