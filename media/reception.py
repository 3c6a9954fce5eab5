"""What was received of one stream: the last packets, what is missing, and the figures of a receiver report."""

from __future__ import annotations

from media.rtcp import Block
from media.rtp import Packet, newer, sequence_step

RING_SIZE = 512
_MOST_MISSING = 256
_ASK_AFTER_S = 0.01
_ASK_AGAIN_S = 0.08
_ASK_AT_MOST = 10
_JUMP = 3000


class Ring:
    """The last packets of a source by sequence number, for those who ask again; also knows duplicates."""

    def __init__(self, size: int = RING_SIZE) -> None:
        self._mask = size - 1
        self._slots: list[Packet | None] = [None] * size

    def add(self, packet: Packet) -> bool:
        """Keeps the packet; False when it is here already."""
        at = packet.sequence & self._mask
        held = self._slots[at]
        if held is not None and held.sequence == packet.sequence and held.timestamp == packet.timestamp:
            return False
        self._slots[at] = packet
        return True

    def get(self, sequence: int) -> Packet | None:
        """The packet of that number, if it is still here."""
        held = self._slots[sequence & self._mask]
        return held if held is not None and held.sequence == sequence else None


class Missing:
    """Which packets to ask for again, and when."""

    def __init__(self) -> None:
        self._highest: int | None = None
        self._wanted: dict[int, tuple[float, int]] = {}  # sequence -> (next time to ask, times asked)

    def __len__(self) -> int:
        return len(self._wanted)

    def note(self, sequence: int, now: float) -> None:
        """A packet came. What it skips is wanted; a jump too wide for a loss starts afresh."""
        if self._highest is None or not newer(sequence, self._highest):
            self._wanted.pop(sequence, None)
            self._highest = sequence if self._highest is None else self._highest
            return
        step = sequence_step(sequence, self._highest)
        if step > _JUMP:
            self._wanted.clear()
        elif step > 1:
            for skipped in range(max(1, step - _MOST_MISSING), step):
                self._wanted[(self._highest + skipped) & 0xFFFF] = (now + _ASK_AFTER_S, 0)
            while len(self._wanted) > _MOST_MISSING:
                del self._wanted[next(iter(self._wanted))]
        self._highest = sequence

    def due(self, now: float) -> list[int]:
        """The numbers to ask for now, oldest first; each is given up after some tries."""
        due = [sequence for sequence, (at, _) in self._wanted.items() if at <= now]
        for sequence in due:
            times = self._wanted[sequence][1] + 1
            if times >= _ASK_AT_MOST:
                del self._wanted[sequence]
            else:
                self._wanted[sequence] = (now + _ASK_AGAIN_S, times)
        return due


class Reception:
    """Counts of one stream for RFC 3550 receiver reports."""

    def __init__(self, ssrc: int, rate: int) -> None:
        self.ssrc = ssrc
        self._rate = rate
        self._first: int | None = None
        self._highest = 0  # extended by the number of wraps
        self.packets = 0
        self.octets = 0
        self.jitter = 0.0
        self._transit: float | None = None
        self._expected_before = 0
        self._packets_before = 0
        self.fraction_lost = 0.0

    def add(self, packet: Packet, now: float) -> None:
        """A packet of the stream came (a repeated one counts too)."""
        self.packets += 1
        self.octets += len(packet.data) - packet.payload_at
        if self._first is None:
            self._first = self._highest = packet.sequence
        else:
            step = sequence_step(packet.sequence, self._highest & 0xFFFF)
            if step <= 0:
                return
            self._highest += step
        transit = now * self._rate - packet.timestamp
        if self._transit is not None:
            change = abs(transit - self._transit)
            if change < self._rate:  # more than a second is a new timestamp base, not jitter
                self.jitter += (change - self.jitter) / 16
        self._transit = transit

    def block(self, last_sr: int, since_sr: float) -> Block | None:
        """What to report now; None before the first packet. Starts the next interval of `fraction_lost`."""
        if self._first is None:
            return None
        expected = self._highest - self._first + 1
        interval, received = expected - self._expected_before, self.packets - self._packets_before
        self._expected_before, self._packets_before = expected, self.packets
        lost = interval - received
        self.fraction_lost = lost / interval if interval > 0 and lost > 0 else 0.0
        return Block(
            ssrc=self.ssrc,
            fraction=min(255, int(self.fraction_lost * 256)),
            lost=expected - self.packets,
            highest=self._highest & 0xFFFFFFFF,
            jitter=int(self.jitter),
            last_sr=last_sr,
            since_sr=int(since_sr * 65536) if last_sr else 0,
        )
