"""What realtime tells the application: in order, outside any handler's deadline, tried again, bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import structlog

log = structlog.get_logger(__name__)

Report = Callable[[], Awaitable[None]]
WAITING: Final = 10_000
TRIES: Final = 6  # with the pauses doubling, a database that is away for fifteen seconds loses nothing
DEADLINE_S: Final = 10.0


class Reports:
    """One worker that makes the calls one after the other."""

    def __init__(self, *, pause_s: float = 0.5) -> None:
        self._queue: asyncio.Queue[tuple[str, Report]] = asyncio.Queue(WAITING)
        self._pause_s = pause_s
        self._task: asyncio.Task[None] | None = None
        self.failed = 0

    def put(self, name: str, report: Report) -> None:
        """Call this when its turn comes; given up (and counted) when ten thousand wait."""
        try:
            self._queue.put_nowait((name, report))
        except asyncio.QueueFull:
            self.failed += 1
            log.error("report-dropped", report=name)

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name="reports")

    async def stop(self) -> None:
        """Make the calls that wait, for at most five seconds, and end."""
        if self._task is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self._queue.join()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._task = None

    async def _run(self) -> None:
        while True:
            name, report = await self._queue.get()
            try:
                await self._call(name, report)
            finally:
                self._queue.task_done()

    async def _call(self, name: str, report: Report) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                async with asyncio.timeout(DEADLINE_S):
                    await report()
            except Exception as error:  # the application's failure must not end the worker
                log.warning("report-failed", report=name, attempt=attempt, error=type(error).__name__)
                if attempt < TRIES:
                    await asyncio.sleep(self._pause_s * 2 ** (attempt - 1))
            else:
                return
        self.failed += 1
