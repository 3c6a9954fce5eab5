"""Rooms and seats, and who sees whom: which feed goes to which lane. No transport is opened and nothing is told here."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from media.forwarder import Feed, Output
from media.lanes import Lanes
from media.leg import Leg
from media.messages import Publish, Record
from media.recorder import Recorder


def lanes_of(capacity: int, beside: str | None) -> int:
    """How many lanes a leg has: one for each other seat; a second picture is only sent."""
    return capacity - 1 if beside is None else 0


class Seat:
    """A participant's place, or that of a second picture `beside` one: lanes and feeds stay while legs come and go."""

    def __init__(self, name: str, capacity: int, beside: str | None = None) -> None:
        self.name = name
        self.beside = beside
        self.lanes = Lanes(lanes_of(capacity, beside))
        self.feeds = {kind: Feed(kind) for kind in ("audio", "video")}
        self.publish = Publish()
        self.record: Record | None = None
        self.leg: Leg | None = None
        self.recorder: Recorder | None = None
        self.connecting: asyncio.Task[None] | None = None
        self.connected = False
        self.alone_since: float | None = None  # since when it has no working transport

    @property
    def publishes(self) -> bool:
        """Whether it may send anything."""
        return self.publish.audio or self.publish.video


class Room:
    """People who see each other."""

    def __init__(self, name: str, capacity: int) -> None:
        self.name = name
        self.capacity = capacity
        self.recording = True  # of those legs that were offered with a key
        self.seats: dict[str, Seat] = {}

    def link(self, seat: Seat, now: float) -> list[Seat]:
        """Puts everybody into a lane of this seat's new leg, and this seat into a lane of everybody.

        Gives the others whose lanes are different now.
        """
        if not seat.publishes:
            changed = self.hide(seat)
        else:
            changed = [other for other in self._others(seat) if self._show(other, seat, now)]
        for other in self._others(seat):
            self._show(seat, other, now)
        return changed

    def _others(self, seat: Seat) -> list[Seat]:
        """Who is seen by this seat and sees it: nobody is sent their own second picture."""
        return [
            other
            for other in self.seats.values()
            if other is not seat and other.name != seat.beside and other.beside != seat.name
        ]

    def _show(self, watcher: Seat, shown: Seat, now: float) -> bool:
        if not shown.publishes or watcher.leg is None:
            return False
        new = shown.name not in watcher.lanes.shown()
        lane = watcher.lanes.put(shown.name)
        if lane is None:
            return False
        for output in watcher.leg.outputs[lane]:
            feed = shown.feeds[output.kind]
            if output not in feed.outputs:
                output.stop()
                feed.outputs.append(output)
                feed.want_key_frame(now)
        return new

    def hide(self, seat: Seat) -> list[Seat]:
        """Takes this seat out of everybody's lanes; gives those whose lanes are different now."""
        changed = []
        for watcher in self._others(seat):
            lane = watcher.lanes.free(seat.name)
            if lane is None:
                continue
            changed.append(watcher)
            for output in watcher.leg.outputs[lane] if watcher.leg is not None else ():
                output.stop()
                if output in seat.feeds[output.kind].outputs:
                    seat.feeds[output.kind].outputs.remove(output)
        return changed

    def detach(self, leg: Leg) -> None:
        """This leg gets nothing more."""
        for feed, output in self._received_by(leg):
            feed.outputs.remove(output)

    def refresh(self, leg: Leg, now: float) -> None:
        """Asks for key frames of everybody whom this leg sees."""
        for feed, _ in self._received_by(leg):
            feed.want_key_frame(now)

    def _received_by(self, leg: Leg) -> Iterator[tuple[Feed, Output]]:
        for seat in self.seats.values():
            for output in (output for pair in leg.outputs for output in pair):
                feed = seat.feeds[output.kind]
                if output in feed.outputs:
                    yield feed, output
