"""The ordered log of a room's events: sequence numbers, what a page missed, and when it missed too much.

Superseded state is not kept here (see `state`), so twenty strokes a second do not push the chat out of the log.
Delivery over sockets lives in `connections`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

KEPT_EVENTS = 500


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """One event as everybody in the room sees it."""

    seq: int
    kind: str
    fields: dict[str, Any]

    def wire(self) -> dict[str, Any]:
        """The payload of `room:event`."""
        return {"seq": self.seq, "kind": self.kind, **self.fields}


def first_seq(now: datetime) -> int:
    """Where a room's numbering starts: the microseconds of its making, so that a room made again after a restart
    counts on from above whatever its people have seen. Still an exact number in JavaScript, until 2255.
    """
    return int(now.timestamp() * 1_000_000)


@dataclass(slots=True)
class EventLog:
    """The last events in order, bounded."""

    seq: int
    kept: int = KEPT_EVENTS
    _events: deque[RoomEvent] = field(default_factory=deque)
    _forgotten: int = field(init=False)

    def __post_init__(self) -> None:
        self._forgotten = self.seq

    def number(self) -> int:
        """The next sequence number."""
        self.seq += 1
        return self.seq

    def append(self, kind: str, fields: dict[str, Any]) -> RoomEvent:
        """Number an event and keep it, forgetting the oldest past the bound."""
        event = RoomEvent(self.number(), kind, fields)
        self._events.append(event)
        if len(self._events) > self.kept:
            self._forgotten = self._events.popleft().seq
        return event

    def reaches_back_to(self, last_seq: int) -> bool:
        """Whether everything after `last_seq` is still known; not for numbers of another making of the room."""
        return self._forgotten <= last_seq <= self.seq

    def since(self, last_seq: int, also: Iterable[RoomEvent] = ()) -> list[RoomEvent]:
        """What came after `last_seq`, in order, merged with events kept elsewhere (the last state per key)."""
        missed = [event for event in self._events if event.seq > last_seq]
        missed.extend(event for event in also if event.seq > last_seq)
        return sorted(missed, key=lambda event: event.seq)
