"""Statements about sessions, slots and bookings. Those that write the ledger are in `ledger.py`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import Row as ResultRow
from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.foundation.actor import OrganisationId
from server.foundation.bulk import packed
from server.foundation.errors import Unknown

from .model import Booking, QuotaRow, Session, Slot
from .model_agreed import BookingTeam, BookingTeamMember, PoolAgreement
from .model_course import Suspension
from .rules import LIVE, Status


async def slots_with_sessions(session: AsyncSession, slots: Sequence[UUID]) -> Sequence[tuple[Slot, Session]]:
    """Slots, each with the session that it is part of."""
    found = await session.execute(
        select(Slot, Session).join(Session, Session.id == Slot.session_id).where(Slot.id.in_(slots))
    )
    return [(row[0], row[1]) for row in found]


async def slot_with_session(session: AsyncSession, slot_id: UUID) -> tuple[Slot, Session] | None:
    """A slot and the session that it is part of."""
    found = await slots_with_sessions(session, [slot_id])
    return found[0] if found else None


async def session_by_id(session: AsyncSession, session_id: UUID) -> Session | None:
    """One session."""
    return await session.get(Session, session_id)


async def hold_session(session: AsyncSession, session_id: UUID) -> Session:
    """A session, locked until the transaction ends: its waiting list stands still. Raises: Unknown."""
    found = await session.scalars(
        select(Session)
        .where(Session.id == session_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    row = found.one_or_none()
    if row is None:
        raise Unknown
    return row


async def live_booking_on(
    session: AsyncSession, patient_id: UUID, department_id: UUID, day: date
) -> tuple[UUID, str] | None:
    """The patient's live booking in that department on that day: its id and status."""
    found = await session.execute(
        select(Booking.id, Booking.status).where(
            Booking.patient_id == patient_id,
            Booking.department_id == department_id,
            Booking.day == day,
            Booking.status.in_(LIVE),
        )
    )
    row = found.one_or_none()
    return (row.id, row.status) if row else None


async def suspended_until(
    session: AsyncSession, patient_id: UUID, organisation_id: UUID, now: datetime
) -> datetime | None:
    """Until when a patient's booking is suspended at an institution."""
    found = await session.scalars(
        select(Suspension.ends_at)
        .where(
            Suspension.patient_id == patient_id,
            Suspension.organisation_id == organisation_id,
            Suspension.ends_at > now,
            Suspension.lifted_at.is_(None),
        )
        .order_by(Suspension.ends_at.desc())
        .limit(1)
    )
    return found.one_or_none()


async def move(
    session: AsyncSession, booking_id: UUID, before: set[Status], after: Status, *only_if: Any, **values: Any
) -> bool:
    """Compare-and-set of a booking's status; False when another was faster, or a condition does not hold."""
    moved = await session.execute(
        update(Booking)
        .where(Booking.id == booking_id, Booking.status.in_(before), *only_if)
        .values(status=after, **values)
        .returning(Booking.id)
        .execution_options(synchronize_session="fetch")
    )
    return moved.scalar_one_or_none() is not None


BookingRow = ResultRow[Booking, Slot, Session]


def bookings() -> Select[Booking, Slot, Session]:
    """Bookings with slot and session, the latest first, to be narrowed."""
    return (
        select(Booking, Slot, Session)
        .join(Slot, Slot.id == Booking.slot_id)
        .join(Session, Session.id == Booking.session_id)
        .order_by(Slot.starts_at.desc(), Booking.number)
    )


async def booking_by_id(session: AsyncSession, booking_id: UUID) -> BookingRow | None:
    """A booking with its slot and session."""
    return (await session.execute(bookings().where(Booking.id == booking_id))).one_or_none()


async def bookings_of_patients(session: AsyncSession, patients: Sequence[UUID], limit: int) -> Sequence[BookingRow]:
    """These patients' bookings, latest first."""
    return (await session.execute(bookings().where(Booking.patient_id.in_(patients)).limit(limit))).all()


async def bookings_made_by(session: AsyncSession, person_id: UUID, limit: int) -> Sequence[BookingRow]:
    """What this member of staff booked for others, latest first."""
    return (await session.execute(bookings().where(Booking.booked_by == person_id).limit(limit))).all()


async def bookings_of_session(session: AsyncSession, session_id: UUID) -> Sequence[BookingRow]:
    """Everyone of one session, latest slot first."""
    return (await session.execute(bookings().where(Booking.session_id == session_id))).all()


async def sessions_between(
    session: AsyncSession,
    first: date,
    last: date,
    *,
    organisation_id: UUID | None,
    department_id: UUID | None,
    doctor_id: UUID | None,
    drafts_of: UUID | None = None,
) -> Sequence[Session]:
    """Sessions of these days, earliest first, narrowed by whatever is given; drafts of one institution at most."""
    seen = (Session.status != "draft") | (Session.organisation_id == drafts_of)
    wanted = select(Session).where(Session.day.between(first, last), seen).order_by(Session.starts_at, Session.id)
    if organisation_id:
        wanted = wanted.where(Session.organisation_id == organisation_id)
    if department_id:
        wanted = wanted.where(Session.department_id == department_id)
    if doctor_id:
        wanted = wanted.where(Session.doctor_id == doctor_id)
    return (await session.scalars(wanted.limit(400))).all()


async def quotas_of(session: AsyncSession, sessions: Sequence[UUID]) -> Sequence[ResultRow[Slot, str, int, int]]:
    """The slots of these sessions in order, each with its quotas' capacity and taken places."""
    found = await session.execute(
        select(Slot, QuotaRow.quota, QuotaRow.capacity, QuotaRow.taken)
        .join(QuotaRow, QuotaRow.slot_id == Slot.id)
        .where(Slot.session_id.in_(sessions))
        .order_by(Slot.starts_at, QuotaRow.quota)
    )
    return found.all()


async def slots_of_session(session: AsyncSession, session_id: UUID) -> Sequence[UUID]:
    """The ids of a session's slots."""
    return (await session.scalars(select(Slot.id).where(Slot.session_id == session_id).order_by(Slot.id))).all()


async def people_of_slots(
    session: AsyncSession, slots: Collection[UUID], sessions: Collection[UUID]
) -> dict[UUID, frozenset[UUID]]:
    """Who has or had a booking in each of these slots of these sessions (by which bookings that are over are found)."""
    found = await session.execute(
        select(Booking.slot_id, Booking.patient_id).where(Booking.session_id.in_(sessions), Booking.slot_id.in_(slots))
    )
    people: dict[UUID, set[UUID]] = {}
    for slot_id, patient_id in found:
        people.setdefault(slot_id, set()).add(patient_id)
    return {slot_id: frozenset(known) for slot_id, known in people.items()}


async def hospitals_of_teams(session: AsyncSession, person_id: UUID) -> Sequence[UUID]:
    """The hospitals where a family-doctor team of this doctor has places."""
    found = await session.scalars(
        select(BookingTeam.hospital_id)
        .join(BookingTeamMember, BookingTeamMember.team_id == BookingTeam.id)
        .where(BookingTeamMember.person_id == person_id, BookingTeam.ended_at.is_(None))
    )
    return found.all()


async def agreement_on(session: AsyncSession, organisation_id: UUID, day: date) -> PoolAgreement | None:
    """The latest agreement of a hospital that is in force on a day."""
    found = await session.scalars(
        select(PoolAgreement)
        .where(
            PoolAgreement.organisation_id == organisation_id,
            PoolAgreement.valid_from <= day,
            PoolAgreement.valid_until.is_(None) | (PoolAgreement.valid_until >= day),
            PoolAgreement.ended_at.is_(None),
        )
        .order_by(PoolAgreement.made_at.desc())
        .limit(1)
    )
    return found.one_or_none()


async def strangers(
    raw: AsyncConnection[Any], pairs: Sequence[tuple[UUID, OrganisationId]]
) -> list[tuple[UUID, OrganisationId]]:
    """Those of the pairs of patient and organisation where the one is not known to the other yet."""
    found = await raw.execute(
        "SELECT DISTINCT w.person_id, w.organisation_id"
        " FROM unnest(%s::uuid[], %s::uuid[]) AS w (person_id, organisation_id) WHERE NOT EXISTS"
        " (SELECT 1 FROM patient_organisations p"
        " WHERE p.person_id = w.person_id AND p.organisation_id = w.organisation_id)",
        [packed("UUID", [person_id for person_id, _ in pairs]), packed("UUID", [house for _, house in pairs])],
    )
    return list(await found.fetchall())
