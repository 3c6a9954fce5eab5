"""SQL of uploads by page. Time is always an argument."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .model import Arrival, ArrivedFile, NamedPerson


async def arrival(session: AsyncSession, arrival_id: UUID, *, lock: bool = False) -> Arrival | None:
    """One upload."""
    return await session.get(Arrival, arrival_id, populate_existing=True, with_for_update=lock or None)


async def open_arrivals(session: AsyncSession, by_id: UUID, organisation_id: UUID, limit: int) -> Sequence[Arrival]:
    """Somebody's uploads that are not over, the newest first."""
    own = (Arrival.by_id == by_id, Arrival.organisation_id == organisation_id, Arrival.state == "open")
    return (await session.scalars(select(Arrival).where(*own).order_by(Arrival.created_at.desc()).limit(limit))).all()


async def touch(session: AsyncSession, arrival_id: UUID, now: datetime) -> bool:
    """Note that something came; False when the upload is over meanwhile."""
    return await _change(session, arrival_id, touched_at=now)


async def end(session: AsyncSession, arrival_id: UUID, state: str, now: datetime, words: bytes | None = None) -> bool:
    """End an open upload and forget whom its files named; False when it was over already."""
    ended = await _change(session, arrival_id, state=state, ended_at=now, touched_at=now, words=words)
    if ended:
        await session.execute(delete(NamedPerson).where(NamedPerson.arrival_id == arrival_id))
    return ended


async def _change(session: AsyncSession, arrival_id: UUID, **values: Any) -> bool:
    statement = update(Arrival).where(Arrival.id == arrival_id, Arrival.state == "open").values(**values)
    done = await session.execute(statement.returning(Arrival.id).execution_options(synchronize_session=False))
    return done.first() is not None


async def add_files(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Enter files; one that came before stays as it was, unless it could not be taken then."""
    if not rows:
        return
    statement = insert(ArrivedFile).values(list(rows))
    fresh = {name: statement.excluded[name] for name in ("state", "reason", "study_uid", "study_id", "whom", "at")}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["arrival_id", "sha256"],
            set_=fresh,
            where=ArrivedFile.state.in_(("quarantined", "refused")),
        )
    )


async def add_people(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Enter whom files name, each once."""
    if rows:
        await session.execute(insert(NamedPerson).values(list(rows)).on_conflict_do_nothing())


async def files(session: AsyncSession, arrival_id: UUID) -> Sequence[ArrivedFile]:
    """The files of an upload, in the order in which they came."""
    statement = select(ArrivedFile).where(ArrivedFile.arrival_id == arrival_id)
    return (await session.scalars(statement.order_by(ArrivedFile.at, ArrivedFile.sha256))).all()


async def file(session: AsyncSession, arrival_id: UUID, sha256: bytes) -> ArrivedFile | None:
    """The file of that content, if it came."""
    return await session.get(ArrivedFile, (arrival_id, sha256), populate_existing=True)


async def people(session: AsyncSession, arrival_id: UUID) -> Sequence[NamedPerson]:
    """Whom the files of an upload name."""
    return (await session.scalars(select(NamedPerson).where(NamedPerson.arrival_id == arrival_id))).all()


async def forgotten(session: AsyncSession, touched_before: datetime, limit: int) -> Sequence[UUID]:
    """Open uploads that nobody has touched since."""
    statement = select(Arrival.id).where(Arrival.state == "open", Arrival.touched_at < touched_before)
    return (await session.scalars(statement.order_by(Arrival.touched_at).limit(limit))).all()


async def elsewhere(session: AsyncSession, arrival_id: UUID, study_ids: Collection[UUID]) -> set[UUID]:
    """Those of the studies to which another upload added files too."""
    statement = select(ArrivedFile.study_id).where(
        ArrivedFile.study_id.in_(study_ids), ArrivedFile.arrival_id != arrival_id, ArrivedFile.state == "kept"
    )
    return {found for found in await session.scalars(statement.distinct()) if found is not None}
