"""Statements about what could be booked instead of a place that was lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from .model import Booking, QuotaRow, Session, Slot
from .rules import LIVE

_MOST_ROWS = 3000


async def open_places(
    session: AsyncSession, department_id: UUID, service: str, after: datetime
) -> Sequence[ResultRow[Slot, Session, str, int]]:
    """The coming slots of a department and service with the untaken places of each quota, earliest first."""
    found = await session.execute(
        select(Slot, Session, QuotaRow.quota, QuotaRow.capacity - QuotaRow.taken)
        .join(Session, Session.id == Slot.session_id)
        .join(QuotaRow, QuotaRow.slot_id == Slot.id)
        .where(
            Session.department_id == department_id,
            Session.service == service,
            Session.status == "published",
            Slot.starts_at >= after,
            QuotaRow.is_open,
            QuotaRow.taken < QuotaRow.capacity,
        )
        .order_by(Slot.starts_at, Slot.id)
        .limit(_MOST_ROWS)
    )
    return found.all()


async def busy_days(
    session: AsyncSession, patients: Collection[UUID], department_id: UUID, first: date
) -> set[tuple[UUID, date]]:
    """On which days from the first on these patients have a live booking in the department."""
    found = await session.execute(
        select(Booking.patient_id, Booking.day).where(
            Booking.patient_id.in_(patients),
            Booking.department_id == department_id,
            Booking.day >= first,
            Booking.status.in_(LIVE),
        )
    )
    return {(row.patient_id, row.day) for row in found}
