"""A media node without media: answers and tells as a real one does; can be slow, die and come back."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any

from media.errors import NodeAway
from media.service import Answer, Load, NodeEvent


class NodeWithoutMedia:
    """Answers offers and tells events as a media node does; can die and come back."""

    def __init__(self) -> None:
        self.boot = "boot-1"
        self.down = False
        self.slow_s = 0.0
        self.rooms: dict[str, dict[str, str]] = {}
        self.kept: dict[str, bytes] = {}
        self.recording_on: dict[str, bool] = {}
        self.closed_rooms: list[str] = []
        self._n = 0
        self._streams: list[asyncio.Queue[NodeEvent | None]] = []

    def _answering(self) -> None:
        if self.down:
            raise NodeAway

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
        self._answering()
        await asyncio.sleep(self.slow_s)
        seats = self.rooms.setdefault(room, {})
        seats[seat] = leg
        if recording is not None and key is not None:
            self.kept[leg] = key
        self._tell_lanes(room)
        return Answer(sdp=f"{sdp}a=answer:{capacity}:{publish}\r\n", lanes=self._lanes(room, seat))

    def _lanes(self, room: str, seat: str) -> dict[str, int]:
        others = [other for other in self.rooms.get(room, {}) if other != seat]
        return {other: lane for lane, other in enumerate(others)}

    def _tell_lanes(self, room: str) -> None:
        for seat in self.rooms.get(room, {}):
            self.tell("lanes", room=room, seat=seat, lanes=self._lanes(room, seat))

    async def recording(self, room: str, *, on: bool) -> bool:
        self._answering()
        self.recording_on[room] = on
        return room in self.rooms

    async def close_seat(self, room: str, seat: str) -> None:
        self._answering()
        if self.rooms.get(room, {}).pop(seat, None) is not None:
            self._tell_lanes(room)
            self.tell("seat-closed", room=room, seat=seat)

    async def close_room(self, room: str) -> None:
        self._answering()
        self.closed_rooms.append(room)
        for seat in list(self.rooms.get(room, {})):
            await self.close_seat(room, seat)
        self.rooms.pop(room, None)

    async def load(self) -> Load:
        self._answering()
        seats = sum(len(seats) for seats in self.rooms.values())
        return Load(
            boot=self.boot, state="serving", rooms=len(self.rooms), seats=seats, capacity=50, recordings=0, packets=0
        )

    def tell(self, kind: Any, **about: Any) -> None:
        self._n += 1
        event = NodeEvent(n=self._n, boot=self.boot, at=1, kind=kind, **about)
        for stream in self._streams:
            stream.put_nowait(event)

    async def events(self) -> AsyncIterator[NodeEvent]:
        stream: asyncio.Queue[NodeEvent | None] = asyncio.Queue()
        self._streams.append(stream)
        if not self.down:
            yield NodeEvent(n=self._n, boot=self.boot, at=1, kind="hello")
        while True:
            event = await stream.get()
            if event is not None:
                yield event

    def connect(self, room: str, seat: str) -> None:
        """The transport of this seat's leg comes up."""
        leg = self.rooms[room][seat]
        self.tell("seat-connected", room=room, seat=seat, leg=leg)
        if leg in self.kept and self.recording_on.get(room, True):
            self.tell("recording-started", room=room, seat=seat, leg=leg)

    def die(self) -> None:
        self.down = True
        self.rooms.clear()

    def come_back(self) -> None:
        self.boot = f"boot-{secrets.token_hex(3)}"
        self.down = False
        self.tell("hello")
