"""What processes tell each other, best effort: one channel, over PostgreSQL or over Redis. Never the holder of a fact.

Every message carries an expiry. A process sends itself a beat every 2 s; one it does not hear within 5 s makes it not
ready and builds the channel anew, and after every gap open pages are told to fetch again. The carriers are `carriers`.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Any, Final, Protocol

import orjson
import structlog

log = structlog.get_logger(__name__)

EXPIRES_S: Final = 10.0
WAITING: Final = 1000
LARGEST: Final = 4000  # NOTIFY takes 8000 bytes
LONGEST_PAUSE_S: Final = 2.0

Heard = Callable[[Mapping[str, Any]], None]


class Carrier(Protocol):
    """A channel that everyone hears, its sender too."""

    async def open(self) -> None:
        """Connect and subscribe; after this returns nothing sent is missed."""
        ...

    async def send(self, text: str) -> None:
        """Send in a statement of its own."""
        ...

    def hear(self) -> AsyncIterator[str]:
        """What is sent from now on; raises when the channel breaks."""
        ...

    async def close(self) -> None:
        """Let go of the connections, also of broken ones."""
        ...


class Bridge:
    """One process's end of the channel."""

    def __init__(
        self,
        carrier: Carrier,
        heard: Heard,
        resync: Callable[[], None],
        now_s: Callable[[], float],
        *,
        beat_s: float = 2.0,
        deaf_s: float = 5.0,
    ) -> None:
        """`heard` gets every message of other processes; `resync` is called after a gap; `now_s` is a clock that
        processes share (seconds since the epoch).
        """
        self._carrier = carrier
        self._heard = heard
        self._resync = resync
        self._now_s = now_s
        self._beat_s = beat_s
        self._deaf_s = deaf_s
        self._origin = secrets.token_hex(8)
        self._outbox: deque[dict[str, Any]] = deque(maxlen=WAITING)
        self._filled = asyncio.Event()
        self._sent_all = asyncio.Event()
        self._heard_self_s: float | None = None
        self._task: asyncio.Task[None] | None = None
        self.stale_dropped = 0

    @property
    def ready(self) -> bool:
        """Whether this process heard itself lately."""
        return self._heard_self_s is not None and self._loop_s() - self._heard_self_s < self._deaf_s

    def start(self) -> None:
        """Connect in the background, and again whenever it breaks."""
        self._task = asyncio.create_task(self._run(), name="bridge")

    async def stop(self) -> None:
        """Send what waits, briefly, and let go."""
        if self._task is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._sent_all.wait()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._task = None

    def send(self, kind: str, **fields: Any) -> None:
        """Tell the other processes; the oldest unsent is given up when a thousand wait."""
        self._outbox.append({"kind": kind, "from": self._origin, "until": self._now_s() + EXPIRES_S, **fields})
        self._sent_all.clear()
        self._filled.set()

    async def _run(self) -> None:
        pause_s = 0.1
        opened_before = False
        while True:
            try:
                async with asyncio.timeout(5):
                    await self._carrier.open()
                if opened_before:
                    self._resync()
                    self.send("resync")
                opened_before = True
                self._heard_self_s = None
                pause_s = 0.1
                await self._converse()
            except Exception as error:  # whatever a driver raises, the way on is the same
                log.warning("bridge-broken", error=type(error).__name__)
            finally:
                self._heard_self_s = None
                await self._let_go()
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _converse(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen())
                group.create_task(self._speak())
                group.create_task(self._beat())
        except* Exception as broken:
            raise ConnectionError(type(broken.exceptions[0]).__name__) from None

    async def _let_go(self) -> None:
        with suppress(Exception):  # it is broken already
            async with asyncio.timeout(2):
                await self._carrier.close()

    async def _listen(self) -> None:
        async for text in self._carrier.hear():
            for line in text.splitlines():
                self._take(line)
        raise ConnectionError("the channel ended")

    def _take(self, text: str) -> None:
        try:
            message = orjson.loads(text)
            kind, origin, until = message["kind"], message["from"], float(message["until"])
        except (ValueError, KeyError, TypeError):
            return  # somebody else's use of the channel
        if origin == self._origin:
            if kind == "beat":
                self._heard_self_s = self._loop_s()
            return
        if until < self._now_s():
            self.stale_dropped += 1
            return
        if kind == "resync":
            self._resync()
        elif kind != "beat":
            self._heard(message)

    async def _speak(self) -> None:
        while True:
            await self._filled.wait()
            while self._outbox:
                if text := self._next():
                    async with asyncio.timeout(self._beat_s):
                        await self._carrier.send(text)
            self._filled.clear()
            self._sent_all.set()

    def _next(self) -> str:
        """What waits, a line for each message, as much as one sending takes: the rush has thousands, and a beat behind them."""
        lines: list[str] = []
        size = 0
        while self._outbox:
            line = orjson.dumps(self._outbox[0]).decode()
            if size and size + len(line) > LARGEST:
                break
            if self._outbox.popleft()["until"] >= self._now_s() and len(line) <= LARGEST:
                lines.append(line)
                size += len(line) + 1
        return "\n".join(lines)

    async def _beat(self) -> None:
        started_s = self._loop_s()
        while True:
            self.send("beat")
            await asyncio.sleep(self._beat_s)
            since_s = self._loop_s() - (self._heard_self_s or started_s)
            if since_s >= self._deaf_s:
                raise ConnectionError("deaf")

    @staticmethod
    def _loop_s() -> float:
        return asyncio.get_running_loop().time()
