"""Pushes to pages: who watches which topic, and `changed {topic, id}` to them, at most ten a second per topic.

A push is a hint to fetch again, never a fact; a lost one costs staleness until the next. Between processes: `bridge`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from server.foundation.actor import Actor

from .connections import Connection, Connections
from .errors import MayNotWatch

MayWatch = Callable[[Actor, str], Awaitable[bool]]
Out = Callable[[str, str | None], None]


@dataclass(slots=True)
class _Waiting:
    """What came for a topic since it was last told."""

    timer: asyncio.TimerHandle
    any: bool = False
    id: str | None = None


class Coalescer:
    """The first push of a topic at once, those that follow together after the gap; no id when they differ."""

    def __init__(self, per_s: int, out: Out) -> None:
        self._gap_s = 1 / per_s
        self._out = out
        self._waiting: dict[str, _Waiting] = {}

    def add(self, topic: str, identifier: str | None) -> None:
        """Something of the topic changed."""
        waiting = self._waiting.get(topic)
        if waiting is None:
            self._waiting[topic] = _Waiting(self._later(topic))
            self._out(topic, identifier)
            return
        waiting.id = identifier if not waiting.any or waiting.id == identifier else None
        waiting.any = True

    def _later(self, topic: str) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._gap_s, self._flush, topic)

    def _flush(self, topic: str) -> None:
        waiting = self._waiting.pop(topic)
        if waiting.any:
            self._waiting[topic] = _Waiting(self._later(topic))
            self._out(topic, waiting.id)

    def stop(self) -> None:
        """Tell what waits now, and no more."""
        for topic, waiting in list(self._waiting.items()):
            waiting.timer.cancel()
            if waiting.any:
                self._out(topic, waiting.id)
        self._waiting.clear()


class Topics:
    """Who watches what in this process."""

    def __init__(self, connections: Connections, may_watch: MayWatch, *, per_s: int, per_socket: int) -> None:
        self._connections = connections
        self._may_watch = may_watch
        self._per_socket: Final = per_socket
        self._watchers: dict[str, set[str]] = {}
        self._told = Coalescer(per_s, self._tell)

    def __len__(self) -> int:
        return len(self._watchers)

    async def watch(self, connection: Connection, topic: str) -> None:
        """Tell this socket of changes from now on.

        Raises: MayNotWatch, also for one topic too many.
        """
        if len(connection.topics) >= self._per_socket and topic not in connection.topics:
            raise MayNotWatch
        if not await self._may_watch(connection.actor, topic):
            raise MayNotWatch
        if self._connections.get(connection.sid) is connection:  # it may have gone while we asked
            connection.topics.add(topic)
            self._watchers.setdefault(topic, set()).add(connection.sid)

    def unwatch(self, connection: Connection, topic: str) -> None:
        """No longer."""
        connection.topics.discard(topic)
        watchers = self._watchers.get(topic, set())
        watchers.discard(connection.sid)
        if not watchers:
            self._watchers.pop(topic, None)

    def forget(self, connection: Connection) -> None:
        """The socket is gone."""
        for topic in list(connection.topics):
            self.unwatch(connection, topic)

    def changed(self, topic: str, identifier: str | None) -> None:
        """Something of the topic changed, here or in another process."""
        if topic in self._watchers:
            self._told.add(topic, identifier)

    def resync(self) -> None:
        """Pushes may have been missed: everybody fetches what they watch again."""
        for topic in self._watchers:
            self._told.add(topic, None)

    def _tell(self, topic: str, identifier: str | None) -> None:
        self._connections.send_all(self._watchers.get(topic, ()), "changed", {"topic": topic, "id": identifier})

    def stop(self) -> None:
        """Tell what waits."""
        self._told.stop()
