"""The node's use cases: what a new offer replaces, what is recorded, when a seat is over, and what is told of it.

Who sees whom is in `rooms`; no HTTP and no packet lives here.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from media.engine import Wire
from media.errors import NodeFull, OfferRefused, RoomDiffers
from media.events import EventLog
from media.leg import Leg
from media.manifest import Manifest
from media.messages import Answer, Load, OfferBody
from media.metrics import COUNTED
from media.recorder import Recorder
from media.rooms import Room, Seat, lanes_of
from media.sdp import Offer, OfferUnfit, parse_offer
from media.segments import Shelf
from media.timing import NodeClock
from media.udp import Ports

TICK_S = 0.05

log = structlog.get_logger("media")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a transport may take to come up, and how long a seat without one waits for a new offer."""

    connect_s: float = 30.0
    return_s: float = 30.0


class Node:
    """One media node."""

    def __init__(self, ports: Ports, folder: Path, patience: Patience | None = None) -> None:
        self.clock = NodeClock()
        self.events = EventLog()
        self.shelf = Shelf(folder)
        self.stopping = False
        self.ports = ports
        self._patience = patience or Patience()
        self._rooms: dict[str, Room] = {}
        self._tidying: set[asyncio.Task[None]] = set()
        self._ticker: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Closes what an earlier life left unfinished, announces what was never acknowledged, and runs."""
        for manifest in await asyncio.to_thread(self.shelf.recover):
            self._announce(manifest)
        self._ticker = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """Closes every room, finishes every recording, leaves no task."""
        self.stopping = True
        self._tell("stopping")
        for room in list(self._rooms):
            self.close_room(room, reason="node-stopping")
        while self._tidying:
            await asyncio.wait(self._tidying)
        if self._ticker is not None:
            self._ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticker

    # use cases

    def offer(self, room_name: str, seat_name: str, body: OfferBody) -> Answer:
        """Seats somebody, or gives a seat a new leg, and answers the browser. Waits for nothing, so it is one step.

        Raises: NodeFull, OfferRefused, RoomDiffers.
        """
        offer = self._fit(body)
        room = self._room(room_name, body.capacity)
        try:
            seat = self._seat(room, seat_name, body.beside)
            leg = Leg(body.leg, offer, Wire(self.ports), self.clock, seat.feeds)
            sdp = leg.answer()
        except NodeFull:
            self._forget_if_empty(room)
            raise
        self._end_leg(room, seat, reason="replaced")
        room.seats[seat_name] = seat
        self._seat_leg(room, seat, leg, body)
        return Answer(sdp=sdp, lanes=seat.lanes.shown())

    def _fit(self, body: OfferBody) -> Offer:
        if self.stopping:
            raise NodeFull
        try:
            offer = parse_offer(body.sdp)
        except OfferUnfit as unfit:
            raise OfferRefused(reason=str(unfit)) from None
        if offer.lanes != lanes_of(body.capacity, body.beside):
            raise OfferRefused(reason="the number of lanes does not fit the room")
        if body.record is not None and self.shelf.holds(body.leg):
            raise OfferRefused(reason="a leg of this name was recorded before")
        return offer

    def _seat(self, room: Room, name: str, beside: str | None) -> Seat:
        seat = room.seats.get(name)
        if seat is None:
            if len(room.seats) >= room.capacity:
                raise NodeFull
            seat = Seat(name, room.capacity, beside)
        elif seat.beside != beside:
            raise OfferRefused(reason="the seat is somebody else's")
        return seat

    def _forget_if_empty(self, room: Room) -> bool:
        if room.seats or self._rooms.get(room.name) is not room:
            return False
        del self._rooms[room.name]
        return True

    def _room(self, name: str, capacity: int) -> Room:
        room = self._rooms.get(name)
        if room is None:
            if not self._rooms:
                self.clock.set()
            room = self._rooms[name] = Room(name, capacity)
        if room.capacity != capacity:
            raise RoomDiffers
        return room

    def _seat_leg(self, room: Room, seat: Seat, leg: Leg, body: OfferBody) -> None:
        seat.leg, seat.record, seat.publish = leg, body.record, body.publish
        seat.alone_since, seat.connected = None, False
        leg.may_send = {"audio": body.publish.audio, "video": body.publish.video}
        leg.on_first = lambda kind: self._tell("first-media", room=room.name, seat=seat.name, leg=leg.name, track=kind)
        leg.wire.on_lost = lambda: self._lost(room, seat, leg)
        for other in room.link(seat, self.clock.now()):
            self._tell_lanes(room, other)
        seat.connecting = asyncio.create_task(self._connect(room, seat, leg))

    async def _connect(self, room: Room, seat: Seat, leg: Leg) -> None:
        try:
            async with asyncio.timeout(self._patience.connect_s):
                await leg.wire.connect(leg.offer)
        except (TimeoutError, ConnectionError):
            if seat.leg is leg:
                self._tell("seat-failed", room=room.name, seat=seat.name, leg=leg.name)
                self.close_seat(room.name, seat.name, reason="never-connected")
            return
        seat.connected = True
        self._tell("seat-connected", room=room.name, seat=seat.name, leg=leg.name)
        self._record(room, seat)
        room.refresh(leg, self.clock.now())

    def _lost(self, room: Room, seat: Seat, leg: Leg) -> None:
        if seat.leg is leg:
            self._end_leg(room, seat, reason="lost")
            seat.alone_since = self.clock.now()
            self._tell("seat-lost", room=room.name, seat=seat.name, leg=leg.name)

    def set_recording(self, room_name: str, *, on: bool) -> bool:
        """Recording of the room from this instant; False when there is no such room."""
        room = self._rooms.get(room_name)
        if room is None:
            return False
        room.recording = on
        for seat in room.seats.values():
            if on:
                self._record(room, seat)
            elif seat.recorder is not None:
                seat.recorder.pause("recording-off")
        return True

    def _record(self, room: Room, seat: Seat) -> None:
        if not room.recording or seat.record is None or seat.leg is None or not seat.connected:
            return
        if seat.recorder is not None:
            seat.recorder.resume()
            return
        about = {"room": room.name, "seat": seat.name, "leg": seat.leg.name, "recording": seat.record.recording}
        folder = self.shelf.open(key=seat.record.key_bytes, started_ms=self.clock.now_ms(), **about)
        trouble = partial(self._tell, "recording-trouble", **about)
        seat.recorder = Recorder(folder, self.clock, seat.feeds, trouble)
        self._tell("recording-started", **about)

    def close_seat(self, room_name: str, seat_name: str, reason: str = "left") -> bool:
        """Media of the seat stops now; False when there is no such seat."""
        room = self._rooms.get(room_name)
        seat = room.seats.pop(seat_name, None) if room else None
        if room is None or seat is None:
            return False
        self._end_leg(room, seat, reason=reason)
        for other in room.hide(seat):
            self._tell_lanes(room, other)
        self._tell("seat-closed", room=room.name, seat=seat.name, reason=reason)
        if self._forget_if_empty(room):
            self._tell("room-closed", room=room.name)
        return True

    def close_room(self, room_name: str, reason: str = "room-closed") -> bool:
        """Media of everybody in the room stops now; False when there is no such room."""
        room = self._rooms.get(room_name)
        if room is None:
            return False
        for seat in list(room.seats):
            self.close_seat(room_name, seat, reason=reason)
        return True

    def _end_leg(self, room: Room, seat: Seat, *, reason: str) -> None:
        leg, seat.leg = seat.leg, None
        if leg is None:
            return
        leg.wire.silence()
        room.detach(leg)
        for feed in seat.feeds.values():
            feed.forget()
        recorder, seat.recorder = seat.recorder, None
        connecting, seat.connecting = seat.connecting, None
        seat.connected = False
        self._later(self._tidy(leg, connecting))
        if recorder is not None:
            self._tell("recording-stopped", room=room.name, seat=seat.name, leg=leg.name, reason=reason)
            recorder.stop(reason)
            self._later(self._finish(recorder))

    async def _tidy(self, leg: Leg, connecting: asyncio.Task[None] | None) -> None:
        if connecting is not None and connecting is not asyncio.current_task():
            connecting.cancel()
            await asyncio.wait({connecting})
        await leg.wire.close()

    async def _finish(self, recorder: Recorder) -> None:
        manifest = await recorder.finished()
        if manifest is not None:
            self._announce(manifest)

    def _announce(self, manifest: Manifest) -> None:
        self._tell(
            "manifest-ready", room=manifest.room, seat=manifest.seat, leg=manifest.leg, recording=manifest.recording
        )

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tidying.add(task)
        task.add_done_callback(self._tidied)

    def _tidied(self, task: asyncio.Task[None]) -> None:
        self._tidying.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("media.tidying_failed", kind=type(task.exception()).__name__)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            now = self.clock.now()
            for room in list(self._rooms.values()):
                for seat in list(room.seats.values()):
                    try:
                        self._tick_seat(room, seat, now)
                    except Exception as broken:  # one leg's trouble must not silence the reports of all others
                        log.exception("media.tick_failed", kind=type(broken).__name__)

    def _tick_seat(self, room: Room, seat: Seat, now: float) -> None:
        if seat.leg is not None and seat.connected:
            seat.leg.tick(now)
            if seat.recorder is not None:
                seat.recorder.tick()
        elif seat.alone_since is not None and now - seat.alone_since > self._patience.return_s:
            self.close_seat(room.name, seat.name, reason="did-not-return")

    # what is asked of it

    def leg(self, room: str, seat: str) -> Leg:
        """The present leg of a seat. Raises: KeyError when there is none."""
        leg = self._rooms[room].seats[seat].leg
        if leg is None:
            raise KeyError(seat)
        return leg

    def load(self) -> Load:
        """How busy it is."""
        seats = [seat for room in self._rooms.values() for seat in room.seats.values()]
        return Load(
            boot=self.events.boot,
            state="stopping" if self.stopping else "serving",
            rooms=len(self._rooms),
            seats=len(seats),
            capacity=self.ports.capacity,
            recordings=sum(1 for seat in seats if seat.recorder is not None),
            packets=COUNTED.packets_in + COUNTED.packets_out,
        )

    def _tell_lanes(self, room: Room, seat: Seat) -> None:
        self._tell("lanes", room=room.name, seat=seat.name, lanes=seat.lanes.shown())

    def _tell(self, kind: Any, **about: Any) -> None:
        self.events.tell(kind, self.clock.now_ms(), **about)
