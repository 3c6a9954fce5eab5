"""From packets as they come to frames in order: waits a little for late packets, puts VP8 frames together, says what is lost."""

from __future__ import annotations

from dataclasses import dataclass, field

from media import vp8
from media.rtp import Packet, sequence_step

_JUMP = 3000
_MOST_HELD = 1000


class Reorder:
    """One source's packets in order of sending. A loss that was waited for in vain comes out as one None."""

    def __init__(self, patience_s: float) -> None:
        self._patience = patience_s
        self._next: int | None = None
        self._held: dict[int, tuple[Packet, float]] = {}

    def add(self, packet: Packet, now: float) -> list[Packet | None]:
        """Takes a packet; gives those that are in order now."""
        if self._next is None:
            self._next = packet.sequence
        step = sequence_step(packet.sequence, self._next)
        if step < -_JUMP or step > _JUMP:  # the sender began anew
            before = self.flush()
            self._next = packet.sequence
            return [*before, None, *self.add(packet, now)]
        if step < 0:
            return []
        self._held[packet.sequence] = (packet, now)
        ready = self._ready()
        return ready if len(self._held) <= _MOST_HELD else [*ready, *self._skip()]

    def overdue(self, now: float) -> list[Packet | None]:
        """Gives up what is missing for too long."""
        given: list[Packet | None] = []
        while self._held and now - min(at for _, at in self._held.values()) > self._patience:
            given += self._skip()
        return given

    def flush(self) -> list[Packet | None]:
        """Everything still held, with its losses."""
        given: list[Packet | None] = []
        while self._held:
            given += self._skip()
        return given

    def _ready(self) -> list[Packet | None]:
        ready: list[Packet | None] = []
        while self._next is not None and self._next in self._held:
            ready.append(self._held.pop(self._next)[0])
            self._next = (self._next + 1) & 0xFFFF
        return ready

    def _skip(self) -> list[Packet | None]:
        start = self._next or 0
        self._next = min(self._held, key=lambda sequence: sequence_step(sequence, start))
        return [None, *self._ready()]


@dataclass(frozen=True, slots=True)
class Frame:
    """An encoded frame: one Opus packet or one VP8 picture."""

    timestamp: int
    data: bytes
    is_key: bool
    arrived: float


@dataclass(slots=True)
class Pictures:
    """Puts VP8 pictures together. After a loss nothing comes out until a key frame; `needs_key` says so."""

    needs_key: bool = True
    _parts: list[bytes] = field(default_factory=list)
    _timestamp: int | None = None

    def add(self, packet: Packet, now: float) -> Frame | None:
        """Takes the next packet in order; gives the picture that it completes."""
        payload = packet.payload
        if not payload:  # only probes the line
            return None
        try:
            found = vp8.describe(payload)
        except ValueError:
            self.lose()
            return None
        if found.starts_frame:
            if self._parts:  # the picture before never ended
                self.lose()
            self._parts, self._timestamp = [payload[found.size :]], packet.timestamp
        elif self._timestamp != packet.timestamp:
            self.lose()
            return None
        else:
            self._parts.append(payload[found.size :])
        return self._complete(now) if packet.marker else None

    def _complete(self, now: float) -> Frame | None:
        data, timestamp = b"".join(self._parts), self._timestamp or 0
        self._parts, self._timestamp = [], None
        is_key = not data[0] & 0x01
        if self.needs_key and not is_key:
            return None
        self.needs_key = False
        return Frame(timestamp, data, is_key, now)

    def lose(self) -> None:
        """Something is missing: what depends on it cannot be shown."""
        self._parts, self._timestamp = [], None
        self.needs_key = True
