"""The media nodes this process knows: where a room lives, what each node tells, and noticing that one died.

A node that dies takes its legs along: it stops answering, and its next life has another `boot`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from media.service import Answer, Load, NodeEvent
from server.foundation.errors import Problem

from .media_mirror import NodeMirror

log = structlog.get_logger(__name__)

FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 2.0
LOAD_DEADLINE_S: Final = 2.0
WATCH_S: Final = 1.0
MISSES: Final = 2


@dataclass(frozen=True, slots=True)
class RecordTo:
    """Under which recording a leg is kept, and the 32-byte key of its segments."""

    recording: str
    key: bytes = field(repr=False)


class MediaNode(Protocol):
    """A media node as rooms need it; `media.service.MediaNode` is one."""

    async def offer(
        self,
        room: str,
        seat: str,
        *,
        sdp: str,
        capacity: int,
        leg: str,
        publish: bool | dict[str, bool] = True,
        recording: str | None = None,
        key: bytes | None = None,
        beside: str | None = None,
    ) -> Answer:
        """Seat a leg; `beside` whom, when it is of a second picture."""
        ...

    async def recording(self, room: str, *, on: bool) -> bool:
        """Keep what is sent, or not, from now on; False when the node has no such room."""
        ...

    async def close_seat(self, room: str, seat: str) -> None:
        """End a seat's media."""
        ...

    async def close_room(self, room: str) -> None:
        """End everybody's media."""
        ...

    async def load(self) -> Load:
        """How busy it is, and which life of it this is."""
        ...

    def events(self) -> AsyncIterator[NodeEvent]:
        """What it tells, for ever: `hello` first and after every break."""
        ...


@dataclass(slots=True)
class NodeAtHome:
    """A node, what it told, and whether it answers."""

    node: MediaNode
    mirror: NodeMirror = field(default_factory=NodeMirror)
    reachable: bool = False
    lost: bool = False


class NodeObserver(Protocol):
    """Told of what nodes tell."""

    def node_event(self, event: NodeEvent) -> None:
        """Something happened in a room; the mirror has it already."""
        ...

    def node_lost(self, rooms: Sequence[str]) -> None:
        """A node went away with these rooms' legs."""
        ...

    def node_back(self, rooms: Sequence[str]) -> None:
        """It is there again, empty: these rooms need new legs."""
        ...


class Nodes:
    """Every node, and which room lives on which."""

    def __init__(self, nodes: Sequence[MediaNode], *, watch_s: float = WATCH_S) -> None:
        self._nodes = [NodeAtHome(node) for node in nodes]
        self._homes: dict[str, NodeAtHome] = {}
        self._watch_s = watch_s
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, observer: NodeObserver) -> None:
        """Follow every node until stopped."""
        self._tasks = [
            asyncio.create_task(each, name="media-node")
            for home in self._nodes
            for each in (self._follow(home, observer), self._watch(home, observer))
        ]

    async def stop(self) -> None:
        """Follow no more; what the nodes do goes on."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    @property
    def reachable(self) -> int:
        """How many nodes answer."""
        return sum(each.reachable for each in self._nodes)

    # --- where rooms live

    def known_home_of(self, room: str) -> NodeAtHome | None:
        """Where the room lives, if it has media at all."""
        home = self._homes.get(room)
        if home is None:  # after a restart of ours the node still has it
            home = next((each for each in self._nodes if room in each.mirror.rooms), None)
        return home

    async def home_of(self, room: str) -> NodeAtHome | None:
        """Where the room lives; a new one is placed on the node with most headroom. None when no node answers."""
        home = self.known_home_of(room)
        if home is None or not home.reachable:
            home = await self._most_headroom()
        if home is not None:
            self._homes[room] = home
        return home

    async def _most_headroom(self) -> NodeAtHome | None:
        reachable = [each for each in self._nodes if each.reachable]
        if len(reachable) <= 1:
            return reachable[0] if reachable else None
        found = await asyncio.gather(*(self._headroom(each) for each in reachable))
        best = max(range(len(reachable)), key=lambda index: found[index])
        return reachable[best]

    @staticmethod
    async def _headroom(home: NodeAtHome) -> float:
        try:
            async with asyncio.timeout(LOAD_DEADLINE_S):
                load = await home.node.load()
        except (Problem, OSError, TimeoutError):
            return -1.0
        return float(load.capacity - load.seats) if load.state == "serving" else -1.0

    def mirror_of(self, room: str) -> NodeMirror:
        """What is told of the room; nothing, when it lives nowhere."""
        home = self.known_home_of(room)
        return home.mirror if home else NodeMirror()

    def forget(self, room: str) -> None:
        """The room is over."""
        home = self._homes.pop(room, None)
        if home is not None:
            home.mirror.rooms.pop(room, None)

    # --- following

    async def _follow(self, home: NodeAtHome, observer: NodeObserver) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                async for event in home.node.events():
                    pause_s = FIRST_PAUSE_S
                    self._take(home, event, observer)
            except (Problem, OSError, ValueError) as error:
                log.warning("media-node-stream-broken", error=type(error).__name__)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _take(self, home: NodeAtHome, event: NodeEvent, observer: NodeObserver) -> None:
        if event.kind == "hello":
            self._is_there(home, event.boot, observer)
        elif event.room is not None and event.boot == home.mirror.boot:
            home.mirror.take(event.kind, event.room, event.seat, event.lanes)
            observer.node_event(event)

    async def _watch(self, home: NodeAtHome, observer: NodeObserver) -> None:
        """The stream mends itself without a word, so whether the node lives is asked of the node."""
        misses = 0
        while True:
            try:
                async with asyncio.timeout(LOAD_DEADLINE_S):
                    load = await home.node.load()
            except (Problem, OSError, TimeoutError, ValueError):
                misses += 1
                if misses == MISSES:
                    self._is_gone(home, observer)
            else:
                misses = 0
                self._is_there(home, load.boot, observer)
            await asyncio.sleep(self._watch_s)

    def _is_there(self, home: NodeAtHome, boot: str, observer: NodeObserver) -> None:
        rooms = self._rooms_of(home)
        home.reachable = True
        died = home.mirror.begin(boot)
        if died and not home.lost:  # it was back before we noticed
            observer.node_lost(rooms)
        if died or home.lost:
            observer.node_back(rooms)
        home.lost = False

    def _is_gone(self, home: NodeAtHome, observer: NodeObserver) -> None:
        """Its rooms' legs are lost; they go to another node if there is one."""
        rooms = self._rooms_of(home)
        was_known = home.mirror.boot is not None
        home.reachable = False
        if not was_known or home.lost:
            return
        home.lost = True
        observer.node_lost(rooms)
        if self.reachable:
            for room in rooms:
                self._homes.pop(room, None)
                home.mirror.rooms.pop(room, None)
            observer.node_back(rooms)

    def _rooms_of(self, home: NodeAtHome) -> list[str]:
        placed = {room for room, where in self._homes.items() if where is home}
        return sorted(placed | (home.mirror.rooms.keys() - self._homes.keys()))
