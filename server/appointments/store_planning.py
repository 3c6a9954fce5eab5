"""Statements about what is planned and agreed: templates, exceptions, drafts, agreements, teams, limits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from .model import QuotaRelease, Session, Slot
from .model_agreed import BookingPolicy, BookingTeam, BookingTeamMember, DayException, PoolAgreement, SessionTemplate
from .rules import Quota


async def templates(session: AsyncSession, organisation_id: UUID) -> Sequence[SessionTemplate]:
    """An institution's templates by weekday and time."""
    found = await session.scalars(
        select(SessionTemplate)
        .where(SessionTemplate.organisation_id == organisation_id)
        .order_by(SessionTemplate.weekday, SessionTemplate.starts_at, SessionTemplate.id)
    )
    return found.all()


async def template(session: AsyncSession, template_id: UUID) -> SessionTemplate | None:
    """One template, held until the transaction ends."""
    return await session.get(SessionTemplate, template_id, with_for_update=True)


async def exceptions(session: AsyncSession, organisation_id: UUID, first: date, last: date) -> Sequence[DayException]:
    """An institution's exceptional days, in order."""
    found = await session.scalars(
        select(DayException)
        .where(DayException.organisation_id == organisation_id, DayException.day.between(first, last))
        .order_by(DayException.day, DayException.id)
    )
    return found.all()


async def sessions_on(session: AsyncSession, organisation_id: UUID, day: date, doctor_id: UUID | None) -> int:
    """How many sessions of an institution, or of one doctor there, are planned on a day."""
    counted = select(func.count()).where(
        Session.organisation_id == organisation_id, Session.day == day, Session.status != "closed"
    )
    if doctor_id is not None:
        counted = counted.where(Session.doctor_id == doctor_id)
    return int((await session.execute(counted)).scalar_one())


async def made_from_templates(
    session: AsyncSession, organisation_id: UUID, first: date, last: date
) -> set[tuple[UUID, date]]:
    """Which templates have a session on which days, stopped ones too."""
    found = await session.execute(
        select(Session.template_id, Session.day).where(
            Session.organisation_id == organisation_id,
            Session.day.between(first, last),
            Session.template_id.is_not(None),
        )
    )
    return {(row.template_id, row.day) for row in found if row.template_id is not None}


async def drafts(session: AsyncSession, organisation_id: UUID, first: date, last: date) -> Sequence[UUID]:
    """The drafts of some days, earliest first."""
    found = await session.scalars(
        select(Session.id)
        .where(
            Session.organisation_id == organisation_id,
            Session.day.between(first, last),
            Session.status == "draft",
        )
        .order_by(Session.starts_at, Session.id)
    )
    return found.all()


async def forget_session(session: AsyncSession, session_id: UUID) -> None:
    """Delete a draft whose ledger rows are gone already."""
    await session.execute(delete(Slot).where(Slot.session_id == session_id))
    await session.execute(delete(Session).where(Session.id == session_id))


async def set_capacity(session: AsyncSession, slot: Slot, capacity: int, more_numbers: Sequence[int]) -> None:
    """Write a slot's new capacity and the numbers that its new places have."""
    await session.execute(
        update(Slot)
        .where(Slot.id == slot.id)
        .values(capacity=capacity, extra_numbers=[*slot.extra_numbers, *more_numbers])
        .execution_options(synchronize_session="fetch")
    )


async def released(session: AsyncSession, slot_id: UUID) -> dict[Quota, Quota]:
    """Which quotas of a slot were released, and to where."""
    found = await session.execute(
        select(QuotaRelease.from_quota, QuotaRelease.to_quota).where(QuotaRelease.slot_id == slot_id)
    )
    return {Quota(row.from_quota): Quota(row.to_quota) for row in found}


# --- agreed


async def agreements(session: AsyncSession, organisation_id: UUID) -> Sequence[PoolAgreement]:
    """An institution's agreements, the latest first."""
    found = await session.scalars(
        select(PoolAgreement)
        .where(PoolAgreement.organisation_id == organisation_id)
        .order_by(PoolAgreement.made_at.desc(), PoolAgreement.id.desc())
    )
    return found.all()


async def end_agreement(session: AsyncSession, agreement_id: UUID, now: datetime) -> None:
    """An agreement ends, once."""
    await session.execute(
        update(PoolAgreement)
        .where(PoolAgreement.id == agreement_id, PoolAgreement.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session="fetch")
    )


async def teams(session: AsyncSession, hospital_id: UUID) -> Sequence[BookingTeam]:
    """The teams that have places at a hospital."""
    found = await session.scalars(
        select(BookingTeam)
        .where(BookingTeam.hospital_id == hospital_id, BookingTeam.ended_at.is_(None))
        .order_by(BookingTeam.made_at, BookingTeam.id)
    )
    return found.all()


async def team_named(session: AsyncSession, organisation_id: UUID, hospital_id: UUID, name: str) -> BookingTeam | None:
    """The team of that name, ended or not."""
    found = await session.scalars(
        select(BookingTeam).where(
            BookingTeam.organisation_id == organisation_id,
            BookingTeam.hospital_id == hospital_id,
            BookingTeam.name == name,
        )
    )
    return found.one_or_none()


async def members(session: AsyncSession, teams: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """The members of these teams."""
    found = await session.execute(
        select(BookingTeamMember.team_id, BookingTeamMember.person_id)
        .where(BookingTeamMember.team_id.in_(teams))
        .order_by(BookingTeamMember.person_id)
    )
    people: dict[UUID, list[UUID]] = {team_id: [] for team_id in teams}
    for row in found:
        people[row.team_id].append(row.person_id)
    return people


async def set_members(session: AsyncSession, team_id: UUID, people: Collection[UUID]) -> None:
    """A team has these members from now on."""
    await session.execute(delete(BookingTeamMember).where(BookingTeamMember.team_id == team_id))
    session.add_all(BookingTeamMember(team_id=team_id, person_id=person_id) for person_id in set(people))
    await session.flush()


async def limits(session: AsyncSession, organisation_id: UUID) -> BookingPolicy | None:
    """What an institution set itself."""
    return await session.get(BookingPolicy, organisation_id, populate_existing=True)


async def change_limits(session: AsyncSession, organisation_id: UUID, version: int, **values: Any) -> bool:
    """Compare-and-set of an institution's own limits; False when another was faster."""
    changed = await session.execute(
        update(BookingPolicy)
        .where(BookingPolicy.organisation_id == organisation_id, BookingPolicy.version == version)
        .values(version=version + 1, **values)
        .returning(BookingPolicy.version)
        .execution_options(synchronize_session=False)
    )
    return changed.scalar_one_or_none() is not None
