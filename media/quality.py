"""How much a publisher may send: a limit that finds the line's rate from loss and growing delay. No sockets."""

from __future__ import annotations

from collections import deque

START = 1_500_000
CEILING = 2_500_000
FLOOR = 150_000  # below it Chromium stops video; audio (about 40 kbit/s) is never limited by it
_MEMORY = 30
_QUEUE_GROWS_S = 0.08
_QUEUE_CALM_S = 0.04
_WRAP = 64.0  # abs-send-time is 6.18 fixed point seconds


class QueueDelay:
    """How long packets wait on the way: the smallest delay of an interval above the smallest of the last half minute."""

    def __init__(self) -> None:
        self._smallest: float | None = None
        self._intervals: deque[float] = deque(maxlen=_MEMORY)
        self._last: float | None = None

    def packet(self, send_time: int, arrival: float) -> None:
        """A packet stamped `send_time` (24 bits) arrived."""
        delay = (arrival - send_time / 262144) % _WRAP
        if self._last is not None:  # keep on the same turn of the wrapping clock
            delay = self._last + (delay - self._last + _WRAP / 2) % _WRAP - _WRAP / 2
        self._last = delay
        if self._smallest is None or delay < self._smallest:
            self._smallest = delay

    def interval(self) -> float:
        """The queue of the interval that ends now, in seconds; 0 when nothing was seen."""
        if self._smallest is None:
            return 0.0
        smallest, self._smallest = self._smallest, None
        self._intervals.append(smallest)
        return smallest - min(self._intervals)


class UplinkLimit:
    """The rate asked of one publisher, in bit/s, adapted once a second."""

    def __init__(self, start: int = START, ceiling: int = CEILING, floor: int = FLOOR) -> None:
        self.bitrate = start
        self._ceiling = ceiling
        self._floor = floor

    def step(self, *, loss: float, queue_s: float, received: float, takers: int | None) -> int:
        """The limit for the next second.

        `loss` is the fraction lost on the way here, `received` the rate that came in bit/s, `takers` what the weakest
        troubled receiver can take, if any is troubled.
        """
        limit = float(self.bitrate)
        if queue_s > _QUEUE_GROWS_S and received > 0:
            limit = min(limit, 0.85 * received)
        elif loss > 0.10:
            limit *= 1 - 0.5 * loss
        elif loss < 0.02 and queue_s < _QUEUE_CALM_S:
            limit *= 1.08
        if takers is not None:
            limit = min(limit, takers)
        self.bitrate = int(max(self._floor, min(limit, self._ceiling)))
        return self.bitrate
