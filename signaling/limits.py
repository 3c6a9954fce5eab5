"""Every number that bounds realtime, and the sliding window that counts. Sizes of messages live in `messages`."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from .errors import TooFast


@dataclass(frozen=True, slots=True)
class Limits:
    """Set from the settings by the composition root; the defaults are the design's."""

    grace: timedelta = timedelta(seconds=90)
    connect_timeout_s: float = 10
    handler_deadline_s: float = 5
    media_deadline_s: float = 5
    ping_interval_s: int = 10
    ping_timeout_s: int = 8
    message_bytes: int = 96 * 1024  # a browser's offer with many lanes is 30 KB
    queue_bytes: int = 400 * 1024  # one such queue waits, one is being written: a slow reader holds under 1 MB
    answer_bytes: int = 200 * 1024  # more missed events than this are replaced by the room as it is
    recheck_s: float = 45
    sweep_s: float = 1
    node_watch_s: float = 1
    sockets: int = 20_000
    topics_per_socket: int = 64
    rooms: int = 5_000
    pushes_per_s: int = 10
    person_state_per_s: int = 30  # a page sends 20; what waited on the line arrives together
    sockets_per_login: int = 20


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in any `per_s` seconds."""

    count: int
    per_s: float


EVERY_EVENT: Final = Rate(120, 1)
REFUSALS_BEFORE_CUT: Final = 500  # in a row, over the rate: no page of ours does that
PER_EVENT: Final[Mapping[str, Rate]] = MappingProxyType(
    {
        "room:join": Rate(20, 10),
        "room:resync": Rate(20, 10),
        "room:remove": Rate(10, 10),
        "room:hand_over": Rate(10, 10),
        "share:take": Rate(20, 10),
        "share:give": Rate(20, 10),
        "second:show": Rate(20, 30),
        "second:hide": Rate(20, 30),
        "media:offer": Rate(24, 30),  # of both legs, when a second picture is shown
        "media:connected": Rate(20, 30),
        "media:publishing": Rate(20, 5),
        "chat:send": Rate(20, 10),
        "topic:watch": Rate(100, 10),
        "session:renew": Rate(10, 30),
        "quality:report": Rate(10, 10),
    }
)


@dataclass(slots=True)
class Window:
    """Counts what happened in the last seconds; holds at most `rate.count` instants."""

    rate: Rate
    _at: deque[float] = field(default_factory=deque)

    def wait_s(self, now_s: float) -> float:
        """0 when one more is allowed (and counted), else the seconds until it is."""
        while self._at and now_s - self._at[0] >= self.rate.per_s:
            self._at.popleft()
        if len(self._at) >= self.rate.count:
            return self.rate.per_s - (now_s - self._at[0])
        self._at.append(now_s)
        return 0

    def take(self, now_s: float) -> None:
        """Count one.

        Raises: TooFast with `retry_after_ms` when over the rate.
        """
        if wait := self.wait_s(now_s):
            raise TooFast(retry_after_s=max(1, round(wait)), retry_after_ms=max(1, round(wait * 1000)))


class Rates:
    """The windows of one socket: one over all its events, one for each event that has its own."""

    def __init__(self) -> None:
        self._all = Window(EVERY_EVENT)
        self._own: dict[str, Window] = {}
        self.refused_in_a_row = 0

    def take(self, event: str, now_s: float) -> None:
        """Count one event of this name.

        Raises: TooFast.
        """
        self.refused_in_a_row += 1
        self._all.take(now_s)
        rate = PER_EVENT.get(event)
        if rate is not None:
            if event not in self._own:
                self._own[event] = Window(rate)
            self._own[event].take(now_s)
        self.refused_in_a_row = 0
