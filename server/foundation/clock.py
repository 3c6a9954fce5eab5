"""The process clock: the database's time carried forward by this machine's steady counter, and Chinese days.

Several processes on several machines must agree on what "now" is, so each follows the database: `measure` asks it, and
between two answers a monotonic counter does the counting. A wall clock set wrong or stepped therefore changes nothing
here. Business code never calls this module for the time: it gets `work.now`, and hands instants on as arguments.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from .metrics import CLOCK_OFFSET_SECONDS

SHANGHAI = ZoneInfo("Asia/Shanghai")
MEASURE_EVERY_S = 10.0
JUMP_S = 2.0
_SLOWEST_ANSWER_S = 1.0  # an answer that took longer says too little about when it was given
_AGREEING_ANSWERS = 3  # how many measurements must agree on the far side of a jump before we follow

ReadTime = Callable[[], Awaitable[datetime]]


def day_of(instant: datetime) -> date:
    """The calendar day in China on which an aware instant falls."""
    if instant.tzinfo is None:
        raise ValueError("a naive time has no day")
    return instant.astimezone(SHANGHAI).date()


def start_of_day(day: date) -> datetime:
    """The instant (UTC) at which that day begins in China."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)


async def database_time(connection: AsyncConnection) -> datetime:
    """The database's own reading of the time; the one place where SQL is asked for it."""
    instant: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return instant.astimezone(UTC)


def _steady_s() -> float:
    """Seconds of a counter nobody can set; where the system has one that also runs while it sleeps, that one."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def _wall() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Aware UTC time that follows the database; `ready` says whether it may be trusted."""

    def __init__(self, wall: Callable[[], datetime] = _wall, steady_s: Callable[[], float] = _steady_s) -> None:
        self._wall = wall
        self._steady_s = steady_s
        self._at = wall()
        self._read_at_s = steady_s()
        self._measured = False
        self._offset = timedelta()
        self._jump: timedelta | None = None
        self._agreeing = 0

    def now(self) -> datetime:
        """The corrected time, aware, in UTC."""
        return self._at + timedelta(seconds=self._steady_s() - self._read_at_s)

    @property
    def ready(self) -> bool:
        """Whether a first measurement was made and no unexplained jump is open."""
        return self._measured and self._jump is None

    @property
    def offset_s(self) -> float:
        """How far the database is ahead of this machine's wall clock, in seconds."""
        return self._offset.total_seconds()

    async def measure(self, read: ReadTime) -> None:
        """Ask the database once and follow its answer.

        An answer more than `JUMP_S` away from what the steady counter expects is not followed: the process stops being
        ready, and only when three measurements in a row agree does it take the new time and become ready again.
        """
        before_s = self._steady_s()
        answer = await read()
        after_s = self._steady_s()
        took_s = after_s - before_s
        if took_s > _SLOWEST_ANSWER_S:
            return
        expected = self._at + timedelta(seconds=after_s - self._read_at_s)
        answer += timedelta(seconds=took_s / 2)
        if not self._measured or abs(answer - expected) <= timedelta(seconds=JUMP_S):
            self._follow(answer, after_s)
        else:
            self._doubt(answer - expected, answer, after_s)

    async def run(self, read: ReadTime) -> None:
        """Measure every ten seconds until cancelled; a database that does not answer is not a jump."""
        while True:
            await asyncio.sleep(MEASURE_EVERY_S)
            with suppress(Exception):  # readiness reports a silent database itself; the counter carries us meanwhile
                await self.measure(read)

    def _follow(self, instant: datetime, at_s: float) -> None:
        self._at, self._read_at_s = instant, at_s
        self._offset = instant - self._wall()
        CLOCK_OFFSET_SECONDS.set(self._offset.total_seconds())
        self._measured, self._jump, self._agreeing = True, None, 0

    def _doubt(self, jump: timedelta, instant: datetime, at_s: float) -> None:
        same = self._jump is not None and abs(jump - self._jump) <= timedelta(seconds=JUMP_S)
        self._agreeing = self._agreeing + 1 if same else 1
        self._jump = jump
        if self._agreeing >= _AGREEING_ANSWERS:
            self._follow(instant, at_s)
