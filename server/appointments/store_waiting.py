"""Statements of the waiting list. Order is `place`: the order of joining."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from .model import Booking, QuotaRow, Session, Slot
from .model_course import Waiting
from .rules import Quota


async def waiting(session: AsyncSession, session_id: UUID) -> Sequence[Waiting]:
    """Who waits for a place in a session, first come first."""
    found = await session.scalars(
        select(Waiting).where(Waiting.session_id == session_id, Waiting.status == "waiting").order_by(Waiting.place)
    )
    return found.all()


async def anybody(session: AsyncSession, session_id: UUID) -> bool:
    """Whether somebody waits for a place in a session."""
    found = await session.scalars(
        select(Waiting.id).where(Waiting.session_id == session_id, Waiting.status == "waiting").limit(1)
    )
    return found.first() is not None


async def coming_slots(session: AsyncSession, session_id: UUID, now: datetime) -> dict[UUID, datetime]:
    """When the coming slots of a session start, earliest first."""
    found = await session.execute(
        select(Slot.id, Slot.starts_at)
        .where(Slot.session_id == session_id, Slot.starts_at > now)
        .order_by(Slot.starts_at)
    )
    return {row.id: row.starts_at for row in found}


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


Entry = ResultRow[Waiting, Session, int, datetime | None, datetime | None]


async def entries(
    session: AsyncSession,
    *,
    ids: Collection[UUID] | None = None,
    patients: Collection[UUID] | None = None,
    joined_by: UUID | None = None,
    organisation_id: UUID | None = None,
    limit: int = 200,
) -> Sequence[Entry]:
    """Entries that live, or these, latest first: each with its session, how many wait before it, and of an offer the
    start of its slot and until when it stands.
    """
    before = aliased(Waiting)
    ahead = (
        select(func.count())
        .where(before.session_id == Waiting.session_id, before.status == "waiting", before.place < Waiting.place)
        .scalar_subquery()
    )
    wanted = (
        select(Waiting, Session, ahead, Booking.starts_at, Booking.expires_at)
        .join(Session, Session.id == Waiting.session_id)
        .outerjoin(Booking, and_(Booking.id == Waiting.booking_id, Waiting.status == "offered"))
        .order_by(Waiting.place.desc())
    )
    if ids is not None:
        return (await session.execute(wanted.where(Waiting.id.in_(ids)))).all()
    wanted = wanted.where(Waiting.status.in_(["waiting", "offered"]))
    if patients is not None:
        wanted = wanted.where(Waiting.patient_id.in_(patients))
    if joined_by is not None:
        wanted = wanted.where(Waiting.joined_by == joined_by)
    if organisation_id is not None:
        wanted = wanted.where(Session.organisation_id == organisation_id)
    return (await session.execute(wanted.limit(limit))).all()
