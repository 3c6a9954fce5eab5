"""Statements of the course of bookings: what is due, no-shows and suspensions, reminders given. Time is an argument."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import Select, and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from server.foundation.ids import least_id

from .model import Booking, QuotaRow, Session, Slot
from .model_agreed import PoolAgreement
from .model_course import Reminder, Suspension, Waiting
from .rules import BY_VIDEO, LIVE, Status

_DUE = (
    "SELECT w.n, d.id, s.id FROM unnest(%(agreements)s::uuid[], %(steps)s::int[], %(sources)s::text[], %(lasts)s::date[])"
    " WITH ORDINALITY AS w (agreement_id, step, source, last_day, n)"
    " JOIN sessions d ON d.agreement_id = w.agreement_id AND d.day BETWEEN %(first)s AND w.last_day"
    " AND d.status = 'published'"
    " JOIN slots s ON s.session_id = d.id AND s.starts_at > %(now)s"
    " JOIN quotas q ON q.slot_id = s.id AND q.quota = w.source AND q.is_open"
    " WHERE NOT EXISTS (SELECT 1 FROM quota_releases r WHERE r.slot_id = s.id AND r.step = w.step)"
    " ORDER BY w.n, d.id, s.id"
)


# --- release


async def agreements_from(session: AsyncSession, day: date) -> Sequence[PoolAgreement]:
    """Every agreement that sessions of that day or later may be under, ended early or not."""
    found = await session.scalars(
        select(PoolAgreement).where(or_(PoolAgreement.valid_until.is_(None), PoolAgreement.valid_until >= day))
    )
    return found.all()


async def unreleased(
    raw: AsyncConnection[Any], steps: Sequence[tuple[UUID, int, str, date]], first: date, now: datetime
) -> list[tuple[int, UUID, UUID]]:
    """The coming slots for which a step was not taken: index of the step, session, slot, in this order.

    Each step is an agreement, its number, the quota it empties, and the last day of sessions for which it is due.
    """
    agreements, numbers, sources, lasts = zip(*steps, strict=True)
    asked = {
        "agreements": list(agreements),
        "steps": list(numbers),
        "sources": list(sources),
        "lasts": list(lasts),
        "first": first,
        "now": now,
    }
    found = await raw.execute(_DUE, asked)
    return [(ordinal - 1, session_id, slot_id) for ordinal, session_id, slot_id in await found.fetchall()]


async def hold_sessions(session: AsyncSession, ids: Collection[UUID]) -> Sequence[Session]:
    """Sessions, locked in one order until the transaction ends: nobody joins their waiting lists meanwhile."""
    found = await session.scalars(
        select(Session)
        .where(Session.id.in_(ids))
        .order_by(Session.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return found.all()


async def waited_for(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """Those of the sessions for which somebody waits."""
    found = await session.scalars(
        select(Waiting.session_id).where(Waiting.session_id.in_(ids), Waiting.status == "waiting").distinct()
    )
    return set(found)


async def free_places_waited_for(session: AsyncSession, now: datetime) -> list[tuple[Session, list[str]]]:
    """Coming sessions with the quotas in which there is a place for somebody who waits, who is neither suspended there
    nor booked in that department on that day. Whether the quotas have opened is not asked here.
    """
    booked = exists().where(
        Booking.patient_id == Waiting.patient_id,
        Booking.department_id == Session.department_id,
        Booking.day == Session.day,
        Booking.status.in_(LIVE),
    )
    suspended = exists().where(
        Suspension.patient_id == Waiting.patient_id,
        Suspension.organisation_id == Session.organisation_id,
        Suspension.lifted_at.is_(None),
        Suspension.ends_at > now,
        Waiting.right_used != "window",
    )
    found = await session.execute(
        select(Session, func.array_agg(QuotaRow.quota.distinct()))
        .join(Waiting, and_(Waiting.session_id == Session.id, Waiting.status == "waiting"))
        .join(Slot, and_(Slot.session_id == Session.id, Slot.starts_at > now))
        .join(
            QuotaRow,
            and_(
                QuotaRow.slot_id == Slot.id,
                QuotaRow.quota == func.any(Waiting.quotas),
                QuotaRow.is_open,
                QuotaRow.taken < QuotaRow.capacity,
            ),
        )
        .where(Session.status == "published", ~booked, ~suspended)
        .group_by(Session.id)
    )
    return [(row[0], list(row[1])) for row in found]


# --- holds, and who never came


async def holds_over(session: AsyncSession, now: datetime, limit: int) -> Sequence[UUID]:
    """The holds and offers whose time is over, the oldest first."""
    found = await session.scalars(
        select(Booking.id)
        .where(Booking.status == Status.HELD, Booking.expires_at <= now)
        .order_by(Booking.expires_at)
        .limit(limit)
    )
    return found.all()


async def never_came(session: AsyncSession, ended_before: datetime) -> list[tuple[UUID, UUID, datetime]]:
    """Bookings of sessions that ended before then, of people who never came: booking, institution, end of the session.

    Visits by video see to theirs themselves.
    """
    found = await session.execute(
        select(Booking.id, Booking.organisation_id, Session.ends_at)
        .join(Session, Session.id == Booking.session_id)
        .where(
            Booking.status == Status.BOOKED,
            Booking.starts_at < ended_before,
            Session.ends_at <= ended_before,
            Session.service != BY_VIDEO,
        )
        .order_by(Booking.starts_at)
    )
    return [(row.id, row.organisation_id, row.ends_at) for row in found]


async def hold_conduct(session: AsyncSession, patient_id: UUID, organisation_id: UUID) -> None:
    """No-shows of this patient at this institution are counted one at a time, until the transaction ends."""
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"{patient_id}{organisation_id}", 0)))
    )


async def count_no_shows(
    session: AsyncSession, patient_id: UUID, organisation_id: UUID, since: date
) -> tuple[int, datetime | None]:
    """How often the patient did not come to that institution from that day on, and when that was last found; what led to
    a suspension counts no more.
    """
    last = (
        select(func.max(Suspension.starts_at))
        .where(Suspension.patient_id == patient_id, Suspension.organisation_id == organisation_id)
        .scalar_subquery()
    )
    counted = select(func.count(), func.max(Booking.ended_at)).where(
        Booking.patient_id == patient_id,
        Booking.organisation_id == organisation_id,
        Booking.status == Status.NO_SHOW,
        Booking.day >= since,
        or_(last.is_(None), Booking.ended_at > last),
    )
    number, latest = (await session.execute(counted)).one()
    return int(number), latest


# --- suspensions


async def suspensions(
    session: AsyncSession,
    now: datetime,
    *,
    patients: Collection[UUID] | None = None,
    organisation_id: UUID | None = None,
    limit: int = 500,
) -> Sequence[Suspension]:
    """Suspensions in force, of these patients or at an institution; those that end last first."""
    wanted = select(Suspension).where(Suspension.lifted_at.is_(None), Suspension.ends_at > now)
    if patients is not None:
        wanted = wanted.where(Suspension.patient_id.in_(patients))
    if organisation_id is not None:
        wanted = wanted.where(Suspension.organisation_id == organisation_id)
    return (await session.scalars(wanted.order_by(Suspension.ends_at.desc(), Suspension.id).limit(limit))).all()


async def lift(session: AsyncSession, suspension_id: UUID, by: UUID, now: datetime) -> bool:
    """End a suspension early; False when it was lifted before."""
    lifted = await session.execute(
        update(Suspension)
        .where(Suspension.id == suspension_id, Suspension.lifted_at.is_(None))
        .values(lifted_at=now, lifted_by=by)
        .returning(Suspension.id)
        .execution_options(synchronize_session="fetch")
    )
    return lifted.scalar_one_or_none() is not None


# --- reminders


async def remind_once(session: AsyncSession, booking_id: UUID, kind: str, now: datetime) -> bool:
    """Write down that the patient is reminded in this way; False when that was done before."""
    written = await session.execute(
        insert(Reminder)
        .values(booking_id=booking_id, kind=kind, told_at=now)
        .on_conflict_do_nothing()
        .returning(Reminder.booking_id)
    )
    return written.scalar_one_or_none() is not None


async def reminded(session: AsyncSession, bookings: Collection[UUID], kind: str) -> set[UUID]:
    """Those of the bookings of which the patient was reminded in this way."""
    found = await session.scalars(
        select(Reminder.booking_id).where(Reminder.booking_id.in_(bookings), Reminder.kind == kind)
    )
    return set(found)


async def to_remind(
    session: AsyncSession, kind: str, *, after: datetime, until: datetime, booked_before: datetime | None, limit: int
) -> Sequence[UUID]:
    """Bookings that start after and up to these instants and were not reminded of in this way; the first to start first.

    `booked_before` leaves out who booked only after the reminder was due; None where that depends on the start.
    """
    wanted = _unreminded(kind).where(Booking.starts_at > after, Booking.starts_at <= until)
    if booked_before is not None:
        wanted = wanted.where(Booking.booked_at < booked_before)
    else:
        wanted = wanted.where(Booking.booked_at < Booking.starts_at - (until - after))
    return (await session.scalars(wanted.order_by(Booking.starts_at).limit(limit))).all()


async def untold(session: AsyncSession, kind: str, booked_after: datetime, now: datetime, limit: int) -> Sequence[UUID]:
    """New bookings of which the patient was not told, except visits by video, which tell of themselves.

    Ids carry the instant of the booking: so the primary key finds the new ones.
    """
    wanted = (
        _unreminded(kind)
        .join(Session, Session.id == Booking.session_id)
        .where(Booking.id >= least_id(booked_after), Booking.starts_at > now, Session.service != BY_VIDEO)
        .order_by(Booking.id)
    )
    return (await session.scalars(wanted.limit(limit))).all()


def _unreminded(kind: str) -> Select[UUID]:
    told = exists().where(Reminder.booking_id == Booking.id, Reminder.kind == kind)
    return select(Booking.id).where(Booking.status == Status.BOOKED, ~told)
