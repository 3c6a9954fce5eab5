"""What one media node has told of its rooms: seats connected, lanes, legs being recorded. Pure; kept also for rooms
that this process does not know yet, because after a restart the node is there before the people come back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class SeatMedia:
    """A seat as the node sees it."""

    connected: bool = False
    lanes: dict[str, int] = field(default_factory=dict)
    told_lanes: bool = False
    recording: bool = False


@dataclass(slots=True)
class NodeMirror:
    """One life of a node; another `boot` is another life, and everything before it is gone."""

    boot: str | None = None
    rooms: dict[str, dict[str, SeatMedia]] = field(default_factory=dict)

    def begin(self, boot: str) -> bool:
        """A stream began. Gives whether the node lost its rooms since the last one."""
        lost = self.boot is not None and self.boot != boot
        if self.boot != boot:
            self.rooms.clear()
        self.boot = boot
        return lost

    def seat(self, room: str, seat: str) -> SeatMedia:
        """The seat's media, as far as told."""
        return self.rooms.get(room, {}).get(seat) or SeatMedia()

    def is_recording(self, room: str) -> bool:
        """Whether any leg of the room is being kept."""
        return any(seat.recording for seat in self.rooms.get(room, {}).values())

    def take(self, kind: str, room: str, seat: str | None, lanes: dict[str, int] | None) -> None:
        """Note an event of a room."""
        if kind == "room-closed":
            self.rooms.pop(room, None)
        elif seat is not None and kind == "seat-closed":
            self._forget(room, seat)
        elif seat is not None:
            _note(self.rooms.setdefault(room, {}).setdefault(seat, SeatMedia()), kind, lanes)

    def _forget(self, room: str, seat: str) -> None:
        seats = self.rooms.get(room, {})
        seats.pop(seat, None)
        if not seats:
            self.rooms.pop(room, None)


def _note(seat: SeatMedia, kind: str, lanes: dict[str, int] | None) -> None:
    changes: dict[str, dict[str, Any]] = {
        "seat-connected": {"connected": True},
        "seat-failed": {"connected": False},
        "seat-lost": {"connected": False, "recording": False},
        "recording-started": {"recording": True},
        "recording-stopped": {"recording": False},
        "lanes": {"lanes": lanes or {}, "told_lanes": True},
    }
    for name, value in changes.get(kind, {}).items():
        setattr(seat, name, value)
