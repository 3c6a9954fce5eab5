"""A person in a room who comes back by themselves, as the page does: new legs when asked, the same seat after a lost socket."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import socketio  # type: ignore[import-untyped]  # it ships no types

from infra.tour.caller import InRoom, Refused, until
from media.sample_peer import SamplePeer, Seen

PATIENCE_S = 40.0


class Steady(InRoom):
    """Survives a node or an application that dies."""

    leg = 0
    renewals = 0

    async def enter(self, visit_id: str) -> None:
        """Enter, and from then on answer `media:renew`."""
        await super().enter(visit_id)
        self._socket.on("media:renew", self._renew)

    async def _renew(self, _: dict[str, Any]) -> None:
        for _attempt in range(60):
            try:
                await self.offer_again()
            except (Refused, TimeoutError):
                await asyncio.sleep(0.5)
            else:
                self.renewals += 1
                return

    async def offer_again(self) -> None:
        """A new peer connection into the same seat."""
        former, self.leg = self.peer, self.leg + 1
        peer = SamplePeer(self.joined["capacity"], colour=self.colour, hertz=self.hertz)
        answer = await self.ask("media:offer", {"sdp": await peer.offer(), "leg": self.leg})
        await peer.answered(answer["sdp"])
        await until(lambda: peer.state == "connected", PATIENCE_S)
        await self.ask("media:connected", {"leg": self.leg})
        self.peer = peer
        if former is not None:
            await former.close()

    async def come_back(self) -> None:
        """A new socket into the same seat, with the seat token; media was never touched."""
        token = self.joined["seat_token"]
        last_seq = max([self.joined["seq"], *(event["seq"] for event in self.events)])
        self._socket = socketio.AsyncClient(reconnection=False)
        self._socket.on("room:event", self._take)
        self._socket.on("media:renew", self._renew)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    await self._socket.connect(
                        self.caller.address,
                        socketio_path="/rt/",
                        transports=["websocket"],
                        auth={"token": await self.caller.fresh_token(), "client": str(uuid4())},
                        headers={"Origin": self.caller.address},
                    )
                except socketio.exceptions.ConnectionError:
                    await asyncio.sleep(0.3)
                else:
                    break
        self.joined = await self.ask("room:join", {"seat_token": token, "last_seq": last_seq})

    @property
    def lanes(self) -> list[Seen]:
        """What came in each lane of the present leg."""
        assert self.peer is not None
        return self.peer.lanes

    @property
    def pictures(self) -> int:
        """How many pictures of others came over the present leg."""
        assert self.peer is not None
        return sum(lane.pictures for lane in self.peer.lanes)

    async def sees_more(self, than: int = 0) -> None:
        """Wait until twenty more pictures came."""
        await until(lambda: self.pictures >= than + 20, PATIENCE_S)
