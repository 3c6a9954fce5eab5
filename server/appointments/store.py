"""Every statement of the appointment pool. Only `add_slots`, `take_place` and `give_back` touch the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row as ResultRow
from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .model import LIVE, Booking, QuotaRow, ReferenceCounter, Session, Slot
from .rules import Quota, Segment, Status


async def add_slots(session: AsyncSession, session_id: UUID, cut: Sequence[tuple[UUID, Segment]], quota: Quota) -> None:
    """Write a session's slots, every place in one quota."""
    for slot_id, segment in cut:
        session.add(
            Slot(
                id=slot_id,
                session_id=session_id,
                starts_at=segment.starts_at,
                ends_at=segment.ends_at,
                capacity=segment.capacity,
                first_number=segment.first_number,
            )
        )
    await session.flush()
    session.add_all(
        QuotaRow(slot_id=slot_id, quota=quota, capacity=segment.capacity, taken=0) for slot_id, segment in cut
    )
    await session.flush()


async def take_place(session: AsyncSession, slot_id: UUID, quota: Quota) -> bool:
    """Take one place of a quota when there is one: the database decides whether, in this one statement."""
    taken = await session.execute(
        update(QuotaRow)
        .where(QuotaRow.slot_id == slot_id, QuotaRow.quota == quota, QuotaRow.taken < QuotaRow.capacity)
        .values(taken=QuotaRow.taken + 1)
        .returning(QuotaRow.taken)
        .execution_options(synchronize_session=False)
    )
    return taken.scalar_one_or_none() is not None


async def seems_full(session: AsyncSession, slot_id: UUID) -> bool:
    """Whether no place was left a moment ago: lets the many who come too late go without waiting for the row."""
    left = select(QuotaRow.slot_id).where(QuotaRow.slot_id == slot_id, QuotaRow.taken < QuotaRow.capacity).limit(1)
    return (await session.execute(left)).scalar_one_or_none() is None


async def give_back(session: AsyncSession, slot_id: UUID, quota: str) -> None:
    """Give a place back to its quota."""
    await session.execute(
        update(QuotaRow)
        .where(QuotaRow.slot_id == slot_id, QuotaRow.quota == quota)
        .values(taken=QuotaRow.taken - 1)
        .execution_options(synchronize_session=False)
    )


async def free_number(session: AsyncSession, slot: Slot) -> int:
    """The smallest number of the slot that no live booking has. Call it after `take_place`, which holds the row."""
    numbers = (
        func.generate_series(slot.first_number, slot.first_number + slot.capacity - 1)
        .table_valued("n")
        .render_derived()
    )
    used = select(Booking.number).where(Booking.slot_id == slot.id, Booking.status.in_(_live()))
    found = await session.execute(select(func.min(numbers.c.n)).where(numbers.c.n.not_in(used)))
    return int(found.scalar_one())


async def next_reference(session: AsyncSession, day: date) -> int:
    """The day's next reference count."""
    statement = insert(ReferenceCounter).values(day=day, given=1)
    counted = await session.execute(
        statement.on_conflict_do_update(
            index_elements=[ReferenceCounter.day], set_={"given": ReferenceCounter.given + 1}
        ).returning(ReferenceCounter.given)
    )
    return counted.scalar_one()


async def slot_with_session(session: AsyncSession, slot_id: UUID) -> tuple[Slot, Session] | None:
    """A slot and the session that it is part of."""
    found = await session.execute(
        select(Slot, Session).join(Session, Session.id == Slot.session_id).where(Slot.id == slot_id)
    )
    row = found.one_or_none()
    return (row[0], row[1]) if row else None


async def session_by_id(session: AsyncSession, session_id: UUID) -> Session | None:
    """One session."""
    return await session.get(Session, session_id)


async def live_booking_on(session: AsyncSession, patient_id: UUID, department_id: UUID, day: date) -> UUID | None:
    """The patient's live booking in that department on that day."""
    found = await session.execute(
        select(Booking.id).where(
            Booking.patient_id == patient_id,
            Booking.department_id == department_id,
            Booking.day == day,
            Booking.status.in_(_live()),
        )
    )
    return found.scalar_one_or_none()


async def move(session: AsyncSession, booking_id: UUID, before: set[Status], after: Status, **ending: Any) -> bool:
    """Compare-and-set of a booking's status; False when another was faster."""
    moved = await session.execute(
        update(Booking)
        .where(Booking.id == booking_id, Booking.status.in_(before))
        .values(status=after, **ending)
        .returning(Booking.id)
        .execution_options(synchronize_session="fetch")
    )
    return moved.scalar_one_or_none() is not None


BookingRow = ResultRow[Booking, Slot, Session]


def _bookings() -> Select[Booking, Slot, Session]:
    return (
        select(Booking, Slot, Session)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Session, Session.id == Booking.session_id)
        .order_by(Slot.starts_at.desc(), Booking.number)
    )


async def booking_by_id(session: AsyncSession, booking_id: UUID) -> BookingRow | None:
    """A booking with its slot and session."""
    return (await session.execute(_bookings().where(Booking.id == booking_id))).one_or_none()


async def bookings_of_patients(session: AsyncSession, patients: Sequence[UUID], limit: int) -> Sequence[BookingRow]:
    """These patients' bookings, latest first."""
    return (await session.execute(_bookings().where(Booking.patient_id.in_(patients)).limit(limit))).all()


async def bookings_made_by(session: AsyncSession, person_id: UUID, limit: int) -> Sequence[BookingRow]:
    """What this member of staff booked for others, latest first."""
    return (await session.execute(_bookings().where(Booking.booked_by == person_id).limit(limit))).all()


async def bookings_of_session(session: AsyncSession, session_id: UUID) -> Sequence[BookingRow]:
    """Everyone of one session, latest slot first."""
    return (await session.execute(_bookings().where(Booking.session_id == session_id))).all()


async def sessions_between(
    session: AsyncSession,
    first: date,
    last: date,
    *,
    organisation_id: UUID | None,
    department_id: UUID | None,
    doctor_id: UUID | None,
) -> Sequence[Session]:
    """Sessions of these days, earliest first, narrowed by whatever is given."""
    wanted = select(Session).where(Session.day.between(first, last)).order_by(Session.starts_at, Session.id)
    if organisation_id:
        wanted = wanted.where(Session.organisation_id == organisation_id)
    if department_id:
        wanted = wanted.where(Session.department_id == department_id)
    if doctor_id:
        wanted = wanted.where(Session.doctor_id == doctor_id)
    return (await session.scalars(wanted.limit(400))).all()


async def slots_of(session: AsyncSession, sessions: Sequence[UUID]) -> Sequence[ResultRow[Slot, int]]:
    """The slots of these sessions in order, each with its untaken places."""
    free = func.coalesce(func.sum(QuotaRow.capacity - QuotaRow.taken), 0).label("free")
    found = await session.execute(
        select(Slot, free)
        .join(QuotaRow, QuotaRow.slot_id == Slot.id)
        .where(Slot.session_id.in_(sessions))
        .group_by(Slot.id)
        .order_by(Slot.starts_at)
    )
    return found.all()


async def overlapping(session: AsyncSession, doctor_id: UUID, starts_at: datetime, ends_at: datetime) -> UUID | None:
    """A published session of this doctor that overlaps; takes the doctor's lock, so that two publishers cannot both pass."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(doctor_id), 7))))
    found = await session.execute(
        select(Session.id).where(
            Session.doctor_id == doctor_id,
            Session.status == "published",
            Session.starts_at < ends_at,
            Session.ends_at > starts_at,
        )
    )
    return found.scalars().first()


def _live() -> list[str]:
    return [word.strip(" '") for word in LIVE.partition("(")[2].rstrip(")").split(",")]
