"""Every statement of marks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.imaging.studies.model import Instance, Study

from .model import MarkRow


async def study(session: AsyncSession, study_id: UUID) -> Study | None:
    """The study that marks lie on."""
    return await session.get(Study, study_id, populate_existing=True)


async def instance(session: AsyncSession, instance_id: UUID) -> Instance | None:
    """The file whose frame is marked."""
    return await session.get(Instance, instance_id)


async def mark(session: AsyncSession, mark_id: UUID) -> MarkRow | None:
    """One mark that was not taken away."""
    found = select(MarkRow).where(MarkRow.id == mark_id, MarkRow.removed_at.is_(None))
    return (await session.scalars(found.execution_options(populate_existing=True))).one_or_none()


async def marks(session: AsyncSession, study_id: UUID, limit: int) -> Sequence[MarkRow]:
    """The marks of a study, the oldest first."""
    standing = (MarkRow.study_id == study_id, MarkRow.removed_at.is_(None))
    found = select(MarkRow).where(*standing).order_by(MarkRow.at, MarkRow.id).limit(limit)
    return (await session.scalars(found)).all()


async def count(session: AsyncSession, study_id: UUID) -> int:
    """How many marks stand on a study."""
    standing = (MarkRow.study_id == study_id, MarkRow.removed_at.is_(None))
    return (await session.execute(select(func.count()).select_from(MarkRow).where(*standing))).scalar_one()


async def remove(session: AsyncSession, mark_id: UUID, by: UUID, now: datetime) -> bool:
    """Take a mark away; False when that was done before."""
    statement = (
        update(MarkRow)
        .where(MarkRow.id == mark_id, MarkRow.removed_at.is_(None))
        .values(removed_at=now, removed_by=by)
        .returning(MarkRow.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None
