"""Statements about places reserved for no patient."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from .model import QuotaRow, Session, Slot
from .model_course import ReservedPlace


async def slot_at(session: AsyncSession, doctor_id: UUID, organisation_id: UUID, at: datetime) -> UUID | None:
    """The slot of a published session of this doctor here in which the instant falls."""
    wanted = (
        select(Slot.id)
        .join(Session, Session.id == Slot.session_id)
        .where(
            Session.doctor_id == doctor_id,
            Session.organisation_id == organisation_id,
            Session.status == "published",
            Slot.starts_at <= at,
            Slot.ends_at > at,
        )
    )
    return (await session.scalars(wanted.limit(1))).first()


async def live(session: AsyncSession, source_id: UUID) -> tuple[ReservedPlace, UUID] | None:
    """What a source holds, and the session it is of."""
    wanted = (
        select(ReservedPlace, Slot.session_id)
        .join(Slot, Slot.id == ReservedPlace.slot_id)
        .where(ReservedPlace.source_id == source_id, ReservedPlace.given_back_at.is_(None))
    )
    found = (await session.execute(wanted)).first()
    return (found[0], found[1]) if found else None


async def give_back(session: AsyncSession, place_id: UUID, at: datetime) -> bool:
    """Whether this was the one to give it back."""
    statement = (
        update(ReservedPlace)
        .where(ReservedPlace.id == place_id, ReservedPlace.given_back_at.is_(None))
        .values(given_back_at=at)
        .returning(ReservedPlace.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None


async def sources_of_session(session: AsyncSession, session_id: UUID) -> Sequence[UUID]:
    """What holds places of a session."""
    wanted = (
        select(ReservedPlace.source_id)
        .join(Slot, Slot.id == ReservedPlace.slot_id)
        .where(Slot.session_id == session_id, ReservedPlace.given_back_at.is_(None))
    )
    return (await session.scalars(wanted)).all()


async def free_slots(
    session: AsyncSession, organisation_id: UUID, doctor_ids: Sequence[UUID], after: datetime, until: datetime
) -> Sequence[tuple[UUID, datetime]]:
    """The slots ahead in which these doctors have a place left, the earliest first: whose, and when."""
    wanted = (
        select(Session.doctor_id, Slot.starts_at)
        .join(Slot, Slot.session_id == Session.id)
        .join(QuotaRow, QuotaRow.slot_id == Slot.id)
        .where(
            Session.organisation_id == organisation_id,
            Session.doctor_id.in_(doctor_ids),
            Session.status == "published",
            Slot.starts_at > after,
            Slot.starts_at < until,
            QuotaRow.is_open,
            QuotaRow.taken < QuotaRow.capacity,
        )
        .distinct()
        .order_by(Slot.starts_at)
    )
    return [(row[0], row[1]) for row in await session.execute(wanted)]
