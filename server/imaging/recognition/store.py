"""Every statement of recognition."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.imaging.orders.lifecycle import Status
from server.imaging.orders.model import ImagingOrder

from .model import ImagingRecognition

_GIVEN = [str(each) for each in (Status.RETURNED, Status.ACKNOWLEDGED, Status.AMENDED)]


async def results(
    session: AsyncSession, patient_ids: Collection[UUID], modality: str, body_part: str, since: datetime, limit: int
) -> Sequence[ImagingOrder]:
    """A patient's returned results of one kind of examination taken since then, the newest first."""
    return (
        await session.scalars(
            _returned()
            .where(
                ImagingOrder.patient_id.in_(patient_ids),
                ImagingOrder.modality == modality,
                ImagingOrder.body_part == body_part,
                ImagingOrder.acquired_at > since,
            )
            .order_by(ImagingOrder.acquired_at.desc(), ImagingOrder.id)
            .limit(limit)
        )
    ).all()


def _returned() -> Select[ImagingOrder]:
    return select(ImagingOrder).where(
        ImagingOrder.status.in_(_GIVEN),
        ImagingOrder.returned_version.is_not(None),
        ImagingOrder.acquired_at.is_not(None),
    )


async def counted(session: AsyncSession, organisation_id: UUID, first: datetime, until: datetime) -> Sequence[Any]:
    """By modality: how many results an institution accepted and refused in that time."""
    accepted = func.count().filter(ImagingRecognition.decision == "accepted")
    refused = func.count().filter(ImagingRecognition.decision == "refused")
    wanted = (
        select(ImagingRecognition.modality, accepted.label("accepted"), refused.label("refused"))
        .where(
            ImagingRecognition.organisation_id == organisation_id,
            ImagingRecognition.at >= first,
            ImagingRecognition.at < until,
        )
        .group_by(ImagingRecognition.modality)
    )
    return (await session.execute(wanted)).all()


async def refusals(session: AsyncSession, new_order_ids: Collection[UUID]) -> dict[UUID, ImagingRecognition]:
    """Why an order was placed although a result was recognised, by the new order."""
    wanted = select(ImagingRecognition).where(ImagingRecognition.new_order_id.in_(new_order_ids))
    return {each.new_order_id: each for each in await session.scalars(wanted) if each.new_order_id}
