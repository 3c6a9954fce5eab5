"""What a node tells the application, in order; and the bounded list from which late readers catch up."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal[
    "hello",  # first line of every stream: `boot` names this life of the node
    "tick",  # nothing happened; the stream is alive
    "seat-connected",
    "seat-failed",  # the transport did not come up in time
    "seat-lost",  # the transport was up and is over; the seat waits for a new offer
    "seat-closed",
    "lanes",  # `lanes` of `seat` are now as given
    "first-media",  # the first packet of `track` (audio, video) from `seat` came
    "recording-started",
    "recording-stopped",
    "recording-trouble",  # the disk does not take what is recorded; the gap is in the manifest
    "manifest-ready",  # the leg's recording is whole on the node's disk and waits for its acknowledgement
    "room-closed",
    "stopping",  # the node stops: place its rooms elsewhere
]


class NodeEvent(BaseModel):
    """One event. `n` rises by one within a `boot`; `at` is the node's clock in ms since 1970."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    n: int
    boot: str
    at: int
    kind: Kind
    room: str | None = None
    seat: str | None = None
    leg: str | None = None
    recording: str | None = None
    track: str | None = None
    reason: str | None = None
    lanes: dict[str, int] | None = None


class EventLog:
    """The last events of this life of the node. Readers wait on it; a slow reader misses nothing within the bound."""

    def __init__(self, keep: int = 5_000) -> None:
        self.boot = secrets.token_hex(8)
        self._events: deque[NodeEvent] = deque(maxlen=keep)
        self._n = 0
        self._grown = asyncio.Event()

    def tell(self, kind: Kind, at: int, **about: Any) -> NodeEvent:
        """Adds an event and wakes the readers."""
        self._n += 1
        event = NodeEvent(n=self._n, boot=self.boot, at=at, kind=kind, **about)
        self._events.append(event)
        self._grown.set()
        self._grown = asyncio.Event()
        return event

    @property
    def last(self) -> int:
        """The number of the last event."""
        return self._n

    def since(self, after: int) -> list[NodeEvent]:
        """Events after number `after`."""
        if not self._events or after >= self._n:
            return []
        return [event for event in self._events if event.n > after]

    async def follow(self, after: int, tick_s: float) -> AsyncIterator[NodeEvent | None]:
        """Events as they come, and None whenever nothing came for `tick_s`."""
        while True:
            grown = self._grown
            for event in self.since(after):
                after = event.n
                yield event
            try:
                async with asyncio.timeout(tick_s):
                    await grown.wait()
            except TimeoutError:
                yield None
