"""Statements of the waiting list. Order is `place`: the order of joining."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from .model import QuotaRow, Session, Slot
from .model_course import Waiting
from .rules import Quota


async def waiting(session: AsyncSession, session_id: UUID) -> Sequence[Waiting]:
    """Who waits for a place in a session, first come first."""
    found = await session.scalars(
        select(Waiting).where(Waiting.session_id == session_id, Waiting.status == "waiting").order_by(Waiting.place)
    )
    return found.all()


async def slots_with_places(session: AsyncSession, session_id: UUID, now: datetime) -> list[tuple[UUID, datetime]]:
    """The coming slots of a session in which any quota has a place left, earliest first."""
    found = await session.execute(
        select(Slot.id, Slot.starts_at)
        .where(
            Slot.session_id == session_id,
            Slot.starts_at > now,
            exists().where(QuotaRow.slot_id == Slot.id, QuotaRow.is_open, QuotaRow.taken < QuotaRow.capacity),
        )
        .order_by(Slot.starts_at)
    )
    return [(row.id, row.starts_at) for row in found]


async def has_places(session: AsyncSession, session_id: UUID, quotas: Sequence[Quota], now: datetime) -> bool:
    """Whether a coming slot of a session has a place of one of these quotas."""
    found = await session.execute(
        select(QuotaRow.slot_id)
        .join(Slot, Slot.id == QuotaRow.slot_id)
        .where(
            Slot.session_id == session_id,
            Slot.starts_at > now,
            QuotaRow.quota.in_([str(quota) for quota in quotas]),
            QuotaRow.is_open,
            QuotaRow.taken < QuotaRow.capacity,
        )
        .limit(1)
    )
    return found.first() is not None


async def move(session: AsyncSession, waiting_id: UUID, before: set[str], after: str, **values: Any) -> bool:
    """Compare-and-set of one entry; False when another was faster."""
    moved = await session.execute(
        update(Waiting)
        .where(Waiting.id == waiting_id, Waiting.status.in_(before))
        .values(status=after, **values)
        .returning(Waiting.id)
        .execution_options(synchronize_session="fetch")
    )
    return moved.scalar_one_or_none() is not None


async def of_booking_becomes(session: AsyncSession, booking_id: UUID, after: str, now: datetime) -> None:
    """The entry whose offer this booking is, if it is one."""
    await session.execute(
        update(Waiting)
        .where(Waiting.booking_id == booking_id, Waiting.status == "offered")
        .values(status=after, ended_at=now)
        .execution_options(synchronize_session="fetch")
    )


async def clear(session: AsyncSession, session_id: UUID, now: datetime) -> list[tuple[UUID, UUID]]:
    """End every entry that still waits: their ids and patients."""
    cleared = await session.execute(
        update(Waiting)
        .where(Waiting.session_id == session_id, Waiting.status == "waiting")
        .values(status="cleared", ended_at=now)
        .returning(Waiting.id, Waiting.patient_id)
        .execution_options(synchronize_session="fetch")
    )
    return [(row.id, row.patient_id) for row in cleared]


async def sessions_waited_for(session: AsyncSession) -> Sequence[Session]:
    """Every session that somebody waits for."""
    waited = select(Waiting.session_id).where(Waiting.status == "waiting")
    return (await session.scalars(select(Session).where(Session.id.in_(waited)))).all()


async def ahead_of(session: AsyncSession, row: Waiting) -> int:
    """How many wait before this one."""
    before = select(func.count()).where(
        Waiting.session_id == row.session_id, Waiting.status == "waiting", Waiting.place < row.place
    )
    return int((await session.execute(before)).scalar_one())


async def of_patients(session: AsyncSession, patients: Sequence[UUID]) -> Sequence[Waiting]:
    """The live entries of these patients, latest first."""
    found = await session.scalars(
        select(Waiting)
        .where(Waiting.patient_id.in_(patients), Waiting.status.in_(["waiting", "offered"]))
        .order_by(Waiting.place.desc())
    )
    return found.all()
