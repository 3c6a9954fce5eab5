"""Time as tests of scans need it: a ground on which it is a certain instant, and what the ledger and the inbox say."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from server.appointments.facts import SessionFacts
from server.appointments.model import QuotaRow, Slot
from server.appointments.model_course import Waiting
from server.foundation.actor import SYSTEM
from server.foundation.clock import SHANGHAI, Clock
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests.api import Api

A_SECOND = timedelta(seconds=1)


class _Stopped(Clock):
    """A clock that stands still."""

    def __init__(self, instant: datetime) -> None:
        super().__init__(wall=lambda: instant)
        self._instant = instant

    def now(self) -> datetime:
        """Always the same."""
        return self._instant


def at(ground: Ground, instant: datetime) -> Ground:
    """The same ground at that instant."""
    return replace(ground, clock=_Stopped(instant))


def shanghai(day: date, hour: int, minute: int = 0) -> datetime:
    """A time of day in China."""
    return datetime.combine(day, time(hour, minute), tzinfo=SHANGHAI)


async def places(ground: Ground, session: SessionFacts) -> dict[str, tuple[int, int]]:
    """Capacity and taken places of every quota of a session, over all its slots; quotas without places left out."""
    capacity, taken = Counter[str](), Counter[str]()
    async with unit_of_work(ground, SYSTEM) as work:
        rows = await work.session.scalars(
            select(QuotaRow).join(Slot, Slot.id == QuotaRow.slot_id).where(Slot.session_id == session.id)
        )
        for row in rows:
            capacity[row.quota] += row.capacity
            taken[row.quota] += row.taken
    return {quota: (count, taken[quota]) for quota, count in capacity.items() if count}


async def waiting_of(ground: Ground, session_id: UUID) -> dict[UUID, Waiting]:
    """Everybody who is or was on a session's list, by patient."""
    async with unit_of_work(ground, SYSTEM) as work:
        rows = await work.session.scalars(select(Waiting).where(Waiting.session_id == session_id))
        return {row.patient_id: row for row in rows}


async def blocked(ground: Ground, word: str) -> None:
    """Wait until a statement with this word in it waits for a lock that another transaction has."""
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s"
    async with asyncio.timeout(4):
        while True:
            async with unit_of_work(ground, SYSTEM) as work:  # a fresh one each time: it keeps what it saw
                if await (await (await work.raw()).execute(waits, [f"%{word}%"])).fetchone():
                    return
            await asyncio.sleep(0.02)


async def inbox(mine: Api, of: Collection[str] = ()) -> list[str]:
    """The templates of somebody's messages, the oldest first; only of these kinds, where any are named."""
    messages = (await mine.get("/api/inbox")).ok()["messages"]
    return [each["template"] for each in reversed(messages) if not of or each["template"] in of]
