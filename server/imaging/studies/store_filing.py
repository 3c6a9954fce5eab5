"""SQL of taking files in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from server.foundation.bulk import insert_many

from .model import Instance, Quarantined, Series, Study


async def digests(session: AsyncSession, organisation_id: UUID, study_uid: str) -> dict[str, str]:
    """SOP UID -> SHA-256 of what is here of a study."""
    statement = (
        select(Instance.sop_uid, Instance.sha256)
        .join(Study, Study.id == Instance.study_id)
        .where(Study.organisation_id == organisation_id, Study.study_uid == study_uid)
    )
    return {sop_uid: sha256 for sop_uid, sha256 in await session.execute(statement)}


async def lock_study(session: AsyncSession, organisation_id: UUID, study_uid: str) -> Study | None:
    """A study's row, held until the transaction ends."""
    statement = select(Study).where(Study.organisation_id == organisation_id, Study.study_uid == study_uid)
    statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(statement)).one_or_none()


async def start_study(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert a study; False when another batch was first."""
    statement = insert(Study).values(**values).on_conflict_do_nothing(index_elements=["organisation_id", "study_uid"])
    return (await session.execute(statement.returning(Study.id))).first() is not None


async def instances_of(session: AsyncSession, study_id: UUID, sop_uids: Collection[str]) -> dict[str, tuple[UUID, str]]:
    """SOP UID -> (id, SHA-256) of those that are here."""
    statement = select(Instance.sop_uid, Instance.id, Instance.sha256).where(
        Instance.study_id == study_id, Instance.sop_uid.in_(sop_uids)
    )
    return {sop_uid: (found_id, sha256) for sop_uid, found_id, sha256 in await session.execute(statement)}


async def series_ids(session: AsyncSession, study_id: UUID) -> dict[str, UUID]:
    """Series UID -> id."""
    statement = select(Series.series_uid, Series.id).where(Series.study_id == study_id)
    return {series_uid: found_id for series_uid, found_id in await session.execute(statement)}


async def add_series(session: AsyncSession, values: dict[str, Any]) -> None:
    """Insert one; the study's lock is held."""
    await session.execute(insert(Series).values(**values))


async def add_instances(connection: AsyncConnection[Any], rows: Sequence[dict[str, Any]]) -> None:
    """Insert all of a batch in one statement."""
    await insert_many(connection, Instance, rows)


async def set_aside(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert into quarantine; False when the same file is there already."""
    statement = insert(Quarantined).values(**values).on_conflict_do_nothing()
    return (await session.execute(statement.returning(Quarantined.id))).first() is not None
