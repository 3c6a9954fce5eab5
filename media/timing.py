"""Clocks: the node's, each sender's, and each stream's, related by the senders' reports.

A sender's reports say which instant of *its* clock an RTP timestamp is; the smallest delay with which reports arrive says
what that instant is on the *node's* clock. So audio and video of one person, and all people of a room, line up.
"""

from __future__ import annotations

import time
from collections import deque

from media.rtp import timestamp_step

_NTP_EPOCH = 2208988800
_WINDOW_S = 60.0


class NodeClock:
    """Seconds since 1970 that never step: read once from the system, then carried by its monotonic clock."""

    def __init__(self) -> None:
        self._base = 0.0
        self.set()

    def set(self) -> None:
        """Reads the system's clock again; only while nobody is being recorded."""
        self._base = time.time() - time.monotonic()

    def now(self) -> float:
        """The node's instant, in seconds since 1970."""
        return self._base + time.monotonic()

    def now_ms(self) -> int:
        """The same in whole milliseconds."""
        return int(self.now() * 1000)


def to_ntp(seconds: float) -> int:
    """NTP's 32.32 fixed point of an instant."""
    return int((seconds + _NTP_EPOCH) * 4294967296) & 0xFFFFFFFFFFFFFFFF


def from_ntp(ntp: int) -> float:
    """The instant of NTP's 32.32 fixed point."""
    return ntp / 4294967296 - _NTP_EPOCH


def middle(ntp: int) -> int:
    """The middle 32 bits, by which receiver reports name a sender report."""
    return ntp >> 16 & 0xFFFFFFFF


class SenderClock:
    """How far a sender's clock is from the node's: the smallest (arrival - sent) of the last minute's reports and frames."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()  # (arrival, offset), offsets rising from left to right

    def report(self, sent: float, arrival: float) -> None:
        """What the sender stamped `sent` arrived at the node's `arrival`."""
        offset = arrival - sent
        while self._seen and self._seen[-1][1] >= offset:
            self._seen.pop()
        self._seen.append((arrival, offset))
        while self._seen[0][0] < arrival - _WINDOW_S:
            self._seen.popleft()

    @property
    def offset(self) -> float | None:
        """Seconds to add to the sender's clock to get the node's; None before the first report."""
        return self._seen[0][1] if self._seen else None


class StreamClock:
    """Relates one stream's RTP timestamps to the node's clock."""

    def __init__(self, rate: int, sender: SenderClock) -> None:
        self.rate = rate
        self._sender = sender
        self._timestamp: int | None = None
        self._sent = 0.0
        self.last_report = 0
        self.last_report_at = 0.0

    @property
    def known(self) -> bool:
        """Whether a report has come."""
        return self._timestamp is not None

    def report(self, ntp: int, timestamp: int, arrival: float) -> None:
        """Takes the sender's report. One with NTP 0 says nothing (RFC 3550 6.4.1)."""
        self.last_report, self.last_report_at = middle(ntp), arrival
        if ntp == 0:
            return
        self._sent = from_ntp(ntp)
        self._timestamp = timestamp
        self._sender.report(self._sent, arrival)

    def heard(self, timestamp: int, arrival: float) -> None:
        """What was sampled at `timestamp` was here at `arrival`: nothing arrives before it is sampled."""
        if self._timestamp is not None:
            self._sender.report(self._sent + timestamp_step(timestamp, self._timestamp) / self.rate, arrival)

    def instant(self, timestamp: int) -> float | None:
        """When, on the node's clock, this timestamp was sent at the earliest; None before the first report."""
        offset = self._sender.offset
        if self._timestamp is None or offset is None:
            return None
        return self._sent + offset + timestamp_step(timestamp, self._timestamp) / self.rate

    def timestamp_at(self, instant: float) -> int | None:
        """The stream's timestamp at an instant of the node's clock; None before the first report."""
        offset = self._sender.offset
        if self._timestamp is None or offset is None:
            return None
        return (self._timestamp + round((instant - self._sent - offset) * self.rate)) & 0xFFFFFFFF
