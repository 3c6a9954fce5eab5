"""Every statement about agreements. `move` is the only one that changes a status."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from .lifecycle import LIFE, Status
from .model import Agreement, Scan, StepRow


async def next_number(session: AsyncSession) -> int:
    """The count of the next agreement's number."""
    return int((await session.execute(text("SELECT nextval('cooperation_numbers')"))).scalar_one())


async def by_id(session: AsyncSession, agreement_id: UUID) -> Agreement | None:
    """An agreement as it stands now."""
    return await session.get(Agreement, agreement_id, populate_existing=True)


async def move(session: AsyncSession, agreement_id: UUID, verb: str, version: int, **values: Any) -> Agreement | None:
    """Take a step of the life; None when somebody was first, or it stands elsewhere."""
    statement = (
        update(Agreement)
        .where(
            Agreement.id == agreement_id,
            Agreement.version == version,
            Agreement.status.in_([str(each) for each in LIFE.before(verb)]),
        )
        .values(status=str(LIFE.after(verb)), version=version + 1, **values)
        .returning(Agreement)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def between(
    session: AsyncSession, organisation_id: UUID, alliance_ids: Collection[UUID], on: date, server_id: UUID | None
) -> Sequence[Agreement]:
    """What an institution may ask under on a day, as itself or as a member; of one server, when it is named."""
    mine = or_(Agreement.asking_organisation_id == organisation_id, Agreement.asking_alliance_id.in_(alliance_ids))
    wanted = select(Agreement).where(
        mine,
        Agreement.server_id != organisation_id,
        Agreement.status == Status.IN_FORCE,
        Agreement.valid_from <= on,
        Agreement.valid_until >= on,
    )
    if server_id is not None:
        wanted = wanted.where(Agreement.server_id == server_id)
    return (await session.scalars(wanted.order_by(Agreement.number))).all()


async def of_server(session: AsyncSession, server_id: UUID, on: date) -> Sequence[Agreement]:
    """What an institution serves on a day."""
    wanted = select(Agreement).where(
        Agreement.server_id == server_id,
        Agreement.status == Status.IN_FORCE,
        Agreement.valid_from <= on,
        Agreement.valid_until >= on,
    )
    return (await session.scalars(wanted.order_by(Agreement.number))).all()


async def about(
    session: AsyncSession, organisation_ids: Collection[UUID], alliance_ids: Collection[UUID], limit: int
) -> Sequence[Agreement]:
    """The agreements that these institutions have to do with, the newest first."""
    wanted = select(Agreement).where(
        or_(
            Agreement.server_id.in_(organisation_ids),
            Agreement.asking_organisation_id.in_(organisation_ids),
            Agreement.asking_alliance_id.in_(alliance_ids),
        )
    )
    return (await session.scalars(wanted.order_by(Agreement.made_at.desc(), Agreement.id).limit(limit))).all()


async def over(session: AsyncSession, today: date, limit: int) -> Sequence[Agreement]:
    """What is past its last day and not written so yet."""
    running = [str(each) for each in LIFE.before("expire")]
    wanted = select(Agreement).where(Agreement.status.in_(running), Agreement.valid_until < today)
    return (await session.scalars(wanted.order_by(Agreement.id).limit(limit))).all()


async def ending(session: AsyncSession, last: date, limit: int) -> Sequence[Agreement]:
    """What is in force and ends by a day, of which nobody was told yet."""
    wanted = select(Agreement).where(
        Agreement.status == Status.IN_FORCE, Agreement.valid_until <= last, Agreement.told_expiring_at.is_(None)
    )
    return (await session.scalars(wanted.order_by(Agreement.id).limit(limit))).all()


async def mark_told(session: AsyncSession, agreement_id: UUID, at: datetime) -> bool:
    """Whether this was the first to tell of the end."""
    statement = (
        update(Agreement)
        .where(Agreement.id == agreement_id, Agreement.told_expiring_at.is_(None))
        .values(told_expiring_at=at)
        .returning(Agreement.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None


async def steps_of(session: AsyncSession, agreement_id: UUID) -> Sequence[StepRow]:
    """What was done to an agreement, the first first."""
    wanted = (
        select(StepRow).where(StepRow.agreement_id == agreement_id).order_by(StepRow.version, StepRow.at, StepRow.id)
    )
    return (await session.scalars(wanted)).all()


async def hold(session: AsyncSession, agreement_id: UUID) -> None:
    """Let those who file scans of one agreement take turns."""
    await session.execute(select(Agreement.id).where(Agreement.id == agreement_id).with_for_update())


async def scan(session: AsyncSession, agreement_id: UUID, scan_id: UUID) -> Scan | None:
    """One scan of this agreement."""
    statement = select(Scan).where(Scan.id == scan_id, Scan.agreement_id == agreement_id)
    return (await session.scalars(statement)).one_or_none()


async def scans(session: AsyncSession, agreement_ids: Collection[UUID]) -> Sequence[Scan]:
    """Every scan of these agreements, the first first."""
    statement = select(Scan).where(Scan.agreement_id.in_(agreement_ids)).order_by(Scan.added_at, Scan.id)
    return (await session.scalars(statement)).all()
