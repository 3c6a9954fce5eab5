"""The media nodes this process knows: where a room lives, what each node tells, and noticing that one died.

A node that dies takes its legs along; its stream of events breaks, and its next life has another `boot`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from media.events import NodeEvent
from server.foundation.errors import Problem

from .media_mirror import NodeMirror

log = structlog.get_logger(__name__)

FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 2.0
SILENCE_S: Final = 15.0
LOAD_DEADLINE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class RecordTo:
    """Under which recording a leg is kept, and the 32-byte key of its segments."""

    recording: str
    key: bytes = field(repr=False)


class Answer(Protocol):
    """What a node answers to an offer."""

    @property
    def sdp(self) -> str:
        """The SDP answer."""
        ...

    @property
    def lanes(self) -> dict[str, int]:
        """Seat -> receive lane."""
        ...


class Load(Protocol):
    """How busy a node is."""

    @property
    def state(self) -> str:
        """`serving` or `stopping`."""
        ...

    @property
    def seats(self) -> int:
        """Seats taken."""
        ...

    @property
    def capacity(self) -> int:
        """Seats at most."""
        ...


class MediaNode(Protocol):
    """A media node as rooms need it; `media.service.MediaNode` is one."""

    async def offer(
        self, room: str, seat: str, *, sdp: str, capacity: int, leg: str, publish: bool, record: RecordTo | None
    ) -> Answer:
        """Seat a leg."""
        ...

    async def set_recording(self, room: str, *, on: bool) -> None:
        """Keep what is sent, or not, from now on."""
        ...

    async def close_seat(self, room: str, seat: str) -> None:
        """End a seat's media."""
        ...

    async def close_room(self, room: str) -> None:
        """End everybody's media."""
        ...

    async def load(self) -> Load:
        """How busy it is."""
        ...

    def events(self, after: int = 0, boot: str | None = None) -> AsyncIterator[NodeEvent]:
        """What it tells, `hello` first; ends or raises when the stream breaks."""
        ...


@dataclass(slots=True)
class NodeAtHome:
    """A node, what it told, and whether its stream is open."""

    node: MediaNode
    mirror: NodeMirror = field(default_factory=NodeMirror)
    after: int = 0
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

    def __init__(self, nodes: Sequence[MediaNode], *, silence_s: float = SILENCE_S) -> None:
        self._nodes = [NodeAtHome(node) for node in nodes]
        self._homes: dict[str, NodeAtHome] = {}
        self._silence_s = silence_s
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, observer: NodeObserver) -> None:
        """Follow every node until stopped."""
        self._tasks = [asyncio.create_task(self._follow(each, observer), name="media-node") for each in self._nodes]

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
                async for event in self._within(home.node.events(home.after, home.mirror.boot)):
                    pause_s = FIRST_PAUSE_S
                    self._take(home, event, observer)
            except (Problem, OSError, TimeoutError, ValueError) as error:
                log.warning("media-node-stream-broken", error=type(error).__name__)
            self._broke(home, observer)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _within(self, events: AsyncIterator[NodeEvent]) -> AsyncIterator[NodeEvent]:
        """The same events; a node that says nothing for long is as good as dead (it ticks when nothing happens)."""
        iterator = aiter(events)
        while True:
            try:
                async with asyncio.timeout(self._silence_s):
                    event = await anext(iterator)
            except StopAsyncIteration:
                return
            yield event

    def _take(self, home: NodeAtHome, event: NodeEvent, observer: NodeObserver) -> None:
        if event.kind == "hello":
            self._began(home, event.boot, observer)
        elif event.kind not in {"tick", "stopping"}:
            home.after = max(home.after, event.n)
            if event.room is not None:
                home.mirror.take(event.kind, event.room, event.seat, event.lanes)
                observer.node_event(event)

    def _began(self, home: NodeAtHome, boot: str, observer: NodeObserver) -> None:
        rooms = self._rooms_of(home)
        home.reachable = True
        died = home.mirror.begin(boot)
        if died:
            home.after = 0
        if died and not home.lost:  # it was back before we noticed
            observer.node_lost(rooms)
        if died or home.lost:
            observer.node_back(rooms)
        home.lost = False

    def _broke(self, home: NodeAtHome, observer: NodeObserver) -> None:
        """The stream broke, or could not be opened again: then the node is gone, and its rooms go where they can."""
        if home.reachable or home.lost:
            home.reachable = False
            return
        rooms = self._rooms_of(home)
        home.lost = True
        observer.node_lost(rooms)
        if self.reachable:
            for room in rooms:
                self._homes.pop(room, None)
            observer.node_back(rooms)

    def _rooms_of(self, home: NodeAtHome) -> list[str]:
        placed = {room for room, where in self._homes.items() if where is home}
        return sorted(placed | (home.mirror.rooms.keys() - self._homes.keys()))
