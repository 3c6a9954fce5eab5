"""Acts written into the audit log by tests."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from server.foundation.actor import SYSTEM
from server.foundation.audit import row
from server.foundation.database import Database
from server.foundation.ids import new_id
from tests.integration.foundation.conftest import NOON


def write(session: AsyncSession, count: int = 1) -> None:
    """Some acts in that transaction."""
    for _ in range(count):
        made = row(
            id=new_id(NOON), at=NOON, actor=SYSTEM, action="visits.start", kind="visit", subject=str(new_id(NOON)),
            patient_id=new_id(NOON), facts={"count": 1, "own": True, "reason": None, "level": "county"},
        )  # fmt: skip
        session.add(made)


async def written(database: Database, count: int = 1) -> None:
    """Some acts in a transaction of their own."""
    async with database.session() as session:
        write(session, count)
        await session.commit()


async def counted(database: Database, table: str) -> int:
    """How many rows a table has."""
    async with database.session() as session:
        found: int = (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()  # noqa: S608  # ours
        return found
