"""A room's shared state: opaque values by key, latest wins, the last one kept for late joiners. Bounded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from .errors import StateTooLarge
from .floor import OWN, own_keys
from .relay import RoomEvent

VALUE_BYTES = 2048
KEYS = 32  # shared by everybody
OWN_KEYS = 4  # of each seat, under its own name


@dataclass(frozen=True, slots=True)
class StateEntry:
    """The last value of a key, who wrote it, their own count of it, and the room's number of that event."""

    value: Any
    by: str
    client: str  # the page: its count starts again when it is loaded again
    writer_seq: int
    seq: int


@dataclass(slots=True)
class SharedState:
    """Key -> last value."""

    entries: dict[str, StateEntry] = field(default_factory=dict)

    def check(self, key: str, value: Any) -> None:
        """Refuse a value over 2 KB of JSON and a key too many.

        Raises: StateTooLarge.
        """
        try:
            fits = len(orjson.dumps(value)) <= VALUE_BYTES
        except orjson.JSONEncodeError:  # a number of more than 64 bits
            fits = False
        if not fits or (key not in self.entries and self._is_full(key)):
            raise StateTooLarge(limit_bytes=VALUE_BYTES, limit_keys=KEYS)

    def _is_full(self, key: str) -> bool:
        """Whether no further key of this kind is kept: shared, or of one seat."""
        if key.startswith(OWN):
            seat = key.removeprefix(OWN).partition("/")[0]
            return len(own_keys(self.entries, seat)) >= OWN_KEYS
        return sum(not each.startswith(OWN) for each in self.entries) >= KEYS

    def forget_seat(self, seat: str) -> None:
        """Drop what belonged to a seat that is free again; pages do the same when they hear that somebody left."""
        for key in own_keys(self.entries, seat):
            del self.entries[key]

    def is_stale(self, key: str, by: str, client: str, writer_seq: int) -> bool:
        """Whether this page has already written a later value: a message sent again after a reconnect."""
        last = self.entries.get(key)
        return last is not None and (last.by, last.client) == (by, client) and last.writer_seq >= writer_seq

    def put(self, key: str, entry: StateEntry) -> RoomEvent:
        """Keep the value; gives its event."""
        self.entries[key] = entry
        return state_event(key, entry)

    def events(self) -> list[RoomEvent]:
        """The last event of every key, for those who missed it."""
        return [state_event(key, entry) for key, entry in self.entries.items()]

    def wire(self) -> dict[str, dict[str, Any]]:
        """The snapshot in an ack: key -> value, seq, by."""
        return {
            key: {"value": entry.value, "seq": entry.writer_seq, "by": entry.by} for key, entry in self.entries.items()
        }


def state_event(key: str, entry: StateEntry) -> RoomEvent:
    """The room event that tells a key's value."""
    fields = {"key": key, "value": entry.value, "by": entry.by, "state_seq": entry.writer_seq}
    return RoomEvent(entry.seq, "state", fields)
