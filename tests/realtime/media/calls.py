"""Generated people in rooms of a media node, and waiting for a state with a deadline."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable

from media.sample_peer import Colour, SamplePeer
from media.service import MediaNode, NodeEvent

RED: Colour = (200, 40, 40)
GREEN: Colour = (40, 180, 60)
BLUE: Colour = (40, 60, 200)


async def until(state: Callable[[], bool], what: str, within_s: float = 15.0) -> None:
    """Waits until `state()` holds; fails saying what did not come."""
    deadline = time.monotonic() + within_s
    while not state():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s} s: {what}")
        await asyncio.sleep(0.05)


def like(seen: Colour, wanted: Colour) -> bool:
    """Whether two colours are the same to the eye."""
    return all(abs(a - b) < 40 for a, b in zip(seen, wanted, strict=True))


class Calls:
    """Who is in which room."""

    def __init__(self, node: MediaNode, capacity: int = 3) -> None:
        self.node = node
        self.capacity = capacity
        self.peers: list[SamplePeer] = []
        self.lanes: dict[str, int] = {}

    async def enter(
        self,
        room: str,
        seat: str,
        *,
        colour: Colour | None = None,
        hertz: float | None = None,
        recording: str | None = None,
        key: bytes | None = None,
        leg: str | None = None,
        capacity: int | None = None,
    ) -> SamplePeer:
        """Somebody new in a seat; `self.lanes` is then what the answer said."""
        peer = SamplePeer(capacity or self.capacity, colour=colour, hertz=hertz)
        self.peers.append(peer)
        answer = await self.node.offer(
            room,
            seat,
            sdp=await peer.offer(),
            capacity=capacity or self.capacity,
            leg=leg or secrets.token_hex(8),
            recording=recording,
            key=key,
        )
        self.lanes = answer.lanes
        await peer.answered(answer.sdp)
        return peer

    async def leave(self, peer: SamplePeer, room: str, seat: str) -> None:
        """Somebody goes: first the node is told, then the peer closes."""
        await self.node.close_seat(room, seat)
        await peer.close()
        self.peers.remove(peer)

    async def end(self) -> None:
        """Everybody goes."""
        for peer in self.peers:
            await peer.close()
        self.peers.clear()


class Told:
    """What the node told, as the application reads it."""

    def __init__(self, node: MediaNode) -> None:
        self.events: list[NodeEvent] = []
        self._reading = asyncio.create_task(self._read(node))

    async def _read(self, node: MediaNode) -> None:
        async for event in node.events():
            self.events.append(event)

    async def wait(self, kind: str, within_s: float = 15.0, after: int = 0, **about: object) -> NodeEvent:
        """The first event of this kind about this."""

        def found() -> list[NodeEvent]:
            new = [event for event in self.events if event.kind == kind and event.n > after]
            return [event for event in new if all(getattr(event, name) == value for name, value in about.items())]

        await until(lambda: bool(found()), f"{kind} of {about}", within_s)
        return found()[0]

    async def end(self) -> None:
        """Reads no more."""
        self._reading.cancel()
        await asyncio.wait({self._reading})
