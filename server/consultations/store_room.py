"""Every statement about who is, was and may be in a visit's room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Update, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .lifecycle import Status
from .model import Participant, Stay, Visit
from .stays import Stays

VISIT_STAYS: Final = Stays(Stay, "visit_id")


async def invite(
    session: AsyncSession, visit_id: UUID, person_id: UUID, party: str, now: datetime, *, agrees: bool
) -> Participant:
    """Note that somebody was given a ticket; once agreed to recording, the first instant stays."""
    agreed_at = now if agrees else None
    statement = insert(Participant).values(
        visit_id=visit_id, person_id=person_id, party=party, invited_at=now, recording_agreed_at=agreed_at
    )
    statement = statement.on_conflict_do_update(
        index_elements=[Participant.visit_id, Participant.person_id],
        set_={
            "party": party,
            "recording_agreed_at": func.coalesce(Participant.recording_agreed_at, agreed_at),
        },
    )
    invited = await session.execute(statement.returning(Participant), execution_options={"populate_existing": True})
    return invited.scalar_one()


async def participants(session: AsyncSession, visit_id: UUID) -> Sequence[Participant]:
    """Everybody who was given a ticket to this visit's room."""
    found = select(Participant).where(Participant.visit_id == visit_id).order_by(Participant.invited_at)
    return (await session.execute(found.execution_options(populate_existing=True))).scalars().all()


async def came(session: AsyncSession, visit_id: UUID, person_id: UUID, at: datetime) -> None:
    """Somebody is in the room, for the first time or again."""
    await session.execute(
        _of(visit_id, person_id).values(
            connected_at=func.coalesce(Participant.connected_at, at), away_since=None, left_at=None
        )
    )


async def went(session: AsyncSession, visit_id: UUID, person_id: UUID, at: datetime, *, by_will: bool) -> None:
    """Somebody left, or lost the line; who is away already stays away since then."""
    if by_will:
        await session.execute(_of(visit_id, person_id).values(left_at=at, away_since=None))
        return
    away = _of(visit_id, person_id).where(Participant.left_at.is_(None))
    await session.execute(away.values(away_since=func.coalesce(Participant.away_since, at)))


async def withdraw_recording(session: AsyncSession, visit_id: UUID, person_id: UUID) -> None:
    """This person no longer agrees to being recorded."""
    await session.execute(_of(visit_id, person_id).values(recording_agreed_at=None))


async def expect_back(session: AsyncSession, visit_id: UUID) -> None:
    """A room is opened again: nobody counts as lost or gone until told so anew."""
    reset = update(Participant).where(Participant.visit_id == visit_id).values(away_since=None, left_at=None)
    await session.execute(reset.execution_options(synchronize_session=False))


async def everybody_away(session: AsyncSession, since: datetime) -> int:
    """After a restart nobody is known to be there: whoever was in a live room is away since now, until seen again."""
    live = select(Visit.id).where(Visit.status == Status.IN_VIDEO)
    moved = await session.execute(
        update(Participant)
        .where(
            Participant.visit_id.in_(live),
            Participant.connected_at.is_not(None),
            Participant.left_at.is_(None),
            Participant.away_since.is_(None),
        )
        .values(away_since=since)
        .returning(Participant.person_id)
    )
    return len(moved.all())


async def stays(session: AsyncSession, visit_id: UUID) -> Sequence[Stay]:
    """Every time anybody was in the room, in order."""
    return (await session.execute(select(Stay).where(Stay.visit_id == visit_id).order_by(Stay.since))).scalars().all()


def _of(visit_id: UUID, person_id: UUID) -> Update:
    return (
        update(Participant)
        .where(Participant.visit_id == visit_id, Participant.person_id == person_id)
        .execution_options(synchronize_session=False)
    )
