"""Every time that somebody's seat or media was in a room, in whichever table it is kept: visits and meetings alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession


class Stays:
    """The stays of one table; `of` is its column that says what the room belongs to."""

    def __init__(self, table: Any, of: str) -> None:
        self._table = table
        self._of = of
        self._place = getattr(table, of)

    async def begin(
        self, session: AsyncSession, stay_id: UUID, of: UUID, person_id: UUID, kind: str, at: datetime
    ) -> None:
        """A seat was taken or media began to flow; one open stay of a kind at a time."""
        values = {self._of: of, "id": stay_id, "person_id": person_id, "kind": kind, "since": at}
        await session.execute(insert(self._table).values(**values).on_conflict_do_nothing())

    async def end(
        self, session: AsyncSession, of: UUID, person_id: UUID | None, kind: str | None, at: datetime, why: str
    ) -> None:
        """The open stay ends; of everybody when no person is named, of both kinds when none is."""
        table = self._table
        statement = update(table).where(self._place == of, table.until.is_(None))
        if person_id is not None:
            statement = statement.where(table.person_id == person_id)
        if kind is not None:
            statement = statement.where(table.kind == kind)
        await session.execute(statement.values(until=func.greatest(table.since, at), ended_by=why))

    async def end_before(self, session: AsyncSession, of: UUID, person_id: UUID, kind: str, at: datetime) -> None:
        """An open stay that began earlier is over, because a new one begins; the same beginning told twice ends nothing."""
        table = self._table
        earlier = update(table).where(
            self._place == of,
            table.person_id == person_id,
            table.kind == kind,
            table.until.is_(None),
            table.since < at,
        )
        await session.execute(earlier.values(until=at, ended_by="new-leg"))
