"""Statements about what lies ahead of a record that is merged into another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from .model import Booking
from .model_course import Suspension, Waiting
from .rules import Status

_AHEAD = (Status.HELD, Status.BOOKED, Status.CHECKED_IN, Status.IN_SERVICE)
_LIVE = ("waiting", "offered")


async def sessions_waited_for_by(session: AsyncSession, patient_id: UUID) -> Sequence[UUID]:
    """The sessions for which a patient waits, in the order in which they are locked."""
    found = select(Waiting.session_id).where(Waiting.patient_id == patient_id, Waiting.status.in_(_LIVE))
    return (await session.scalars(found.order_by(Waiting.session_id))).all()


async def ahead(session: AsyncSession, patient_id: UUID) -> Sequence[Booking]:
    """A patient's bookings that are not over, locked."""
    found = select(Booking).where(Booking.patient_id == patient_id, Booking.status.in_(_AHEAD))
    locked = found.order_by(Booking.id).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(locked)).all()


async def live_waitings(session: AsyncSession, patient_id: UUID) -> Sequence[Waiting]:
    """A patient's places in waiting lists, locked."""
    found = select(Waiting).where(Waiting.patient_id == patient_id, Waiting.status.in_(_LIVE))
    locked = found.order_by(Waiting.place).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(locked)).all()


async def live_waiting(session: AsyncSession, session_id: UUID, patient_id: UUID) -> Waiting | None:
    """A patient's place in the list of one session."""
    found = select(Waiting).where(
        Waiting.session_id == session_id, Waiting.patient_id == patient_id, Waiting.status.in_(_LIVE)
    )
    return (await session.scalars(found)).one_or_none()


async def move_suspensions(session: AsyncSession, merged_id: UUID, keep_id: UUID, now: datetime) -> None:
    """What suspends the one suspends the other."""
    running = (Suspension.patient_id == merged_id, Suspension.ends_at > now, Suspension.lifted_at.is_(None))
    await session.execute(update(Suspension).where(*running).values(patient_id=keep_id))
