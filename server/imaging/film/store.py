"""Every statement of cloud film. Tries of one link come one after the other: its row is locked while they are counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from server.imaging.studies.model import Study

from .model import Film, FilmAccess


async def study(session: AsyncSession, study_id: UUID) -> Study | None:
    """The study that somebody wants to share."""
    return await session.get(Study, study_id, populate_existing=True)


async def film(session: AsyncSession, film_id: UUID) -> Film | None:
    """One link."""
    return await session.get(Film, film_id, populate_existing=True)


async def by_digest(session: AsyncSession, digest: bytes) -> Film | None:
    """The link with this secret, locked against other tries until the transaction ends."""
    found = select(Film).where(Film.secret_digest == digest).with_for_update()
    return (await session.scalars(found.execution_options(populate_existing=True))).one_or_none()


async def films_of(session: AsyncSession, study_id: UUID, limit: int) -> Sequence[Film]:
    """The links of a study, the newest first."""
    found = select(Film).where(Film.study_id == study_id).order_by(Film.made_at.desc(), Film.id.desc()).limit(limit)
    return (await session.scalars(found.execution_options(populate_existing=True))).all()


async def count_live(session: AsyncSession, study_id: UUID, now: datetime) -> int:
    """How many links of a study stand now."""
    live = (Film.revoked_at.is_(None), Film.locked_at.is_(None), Film.expires_at > now)
    found = select(func.count()).select_from(Film).where(Film.study_id == study_id, *live)
    return (await session.execute(found)).scalar_one()


async def revoke(session: AsyncSession, film_id: UUID, by: UUID, now: datetime) -> bool:
    """Take a link back; False when that was done before."""
    statement = (
        update(Film)
        .where(Film.id == film_id, Film.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=by)
        .returning(Film.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None


async def openings(session: AsyncSession, film_ids: Collection[UUID]) -> dict[UUID, tuple[int, datetime]]:
    """How often each link was opened, and when last; a link that never was is left out."""
    found = await session.execute(
        select(FilmAccess.film_id, func.count(), func.max(FilmAccess.at))
        .where(FilmAccess.film_id.in_(film_ids), FilmAccess.outcome == "opened")
        .group_by(FilmAccess.film_id)
    )
    return {row[0]: (row[1], row[2]) for row in found}


async def accesses(session: AsyncSession, film_id: UUID, limit: int) -> Sequence[FilmAccess]:
    """The attempts to open a link, the newest first."""
    found = (
        select(FilmAccess)
        .where(FilmAccess.film_id == film_id)
        .order_by(FilmAccess.at.desc(), FilmAccess.id.desc())
        .limit(limit)
    )
    return (await session.scalars(found)).all()


async def count_refusals(session: AsyncSession, film_id: UUID) -> int:
    """How many attempts on a link failed."""
    failed = (FilmAccess.film_id == film_id, FilmAccess.outcome != "opened")
    return (await session.execute(select(func.count()).select_from(FilmAccess).where(*failed))).scalar_one()
