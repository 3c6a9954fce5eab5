"""Statements about the bookings of one day: an institution's, a clinic's, and who has come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from .model import Booking, Session, Slot
from .rules import Status
from .store import BookingRow, bookings

_NOBODYS = (Status.HELD, Status.EXPIRED)


async def booking_of_reference(session: AsyncSession, reference: str) -> BookingRow | None:
    """The booking with that number, with its slot and session."""
    return (await session.execute(bookings().where(Booking.reference == reference))).one_or_none()


async def bookings_of_house(
    session: AsyncSession, organisation_id: UUID, day: date, *, department_id: UUID | None, doctor_id: UUID | None
) -> Sequence[BookingRow]:
    """An institution's bookings of a day by session, slot and number, cancelled ones too."""
    wanted = bookings().where(
        Booking.organisation_id == organisation_id, Booking.day == day, Booking.status.not_in(_NOBODYS)
    )
    if department_id:
        wanted = wanted.where(Booking.department_id == department_id)
    if doctor_id:
        wanted = wanted.where(Session.doctor_id == doctor_id)
    ordered = wanted.order_by(None).order_by(Session.starts_at, Session.id, Slot.starts_at, Booking.number)
    return (await session.execute(ordered)).all()


async def bookings_made_by(session: AsyncSession, people: Collection[UUID], day: date) -> Sequence[BookingRow]:
    """The bookings of a day that stand and that one of these people made for another, by time."""
    standing = (Status.BOOKED, Status.CHECKED_IN, Status.IN_SERVICE, Status.FULFILLED)
    wanted = bookings().where(
        Booking.booked_by.in_(people),
        Booking.booked_by != Booking.patient_id,
        Booking.day == day,
        Booking.status.in_(standing),
    )
    return (await session.execute(wanted.order_by(None).order_by(Slot.starts_at, Booking.number))).all()


async def ahead_of(session: AsyncSession, session_id: UUID, starts_at: datetime, number: int) -> int:
    """How many who have come are called before this place of a session: by slot, then by number."""
    before = or_(Booking.starts_at < starts_at, (Booking.starts_at == starts_at) & (Booking.number < number))
    counted = select(func.count()).where(Booking.session_id == session_id, Booking.status == Status.CHECKED_IN, before)
    return int((await session.execute(counted)).scalar_one())
