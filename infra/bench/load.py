"""An open-loop load over plain HTTP/1.1: requests leave when they are due, whether or not earlier ones were answered.

Latency counts from the *intended* start, so a server that falls behind cannot hide it. Requests are bytes made before;
what remains is a socket write, a search for the header's end and two additions, so one core carries many thousands a
second. How busy that core was is told with every run: above 70 % the load itself would be measured.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from .cores import Busy
from .figures import percentile

LINES: Final = 256
TOO_BUSY: Final = 0.70
_TICK_S: Final = 0.001
_HOPELESS_S: Final = 3.0
_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"\r\nContent-Length: "


@dataclass(frozen=True, slots=True)
class Answer:
    """To one request: its status (0: none came), its body, and its latency from the intended start."""

    status: int
    body: bytes
    latency_s: float


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one run. `rate` is answers a second until the last of them."""

    offered: float
    rate: float
    answers: Sequence[Answer] = field(repr=False)
    generator: float
    given_up: bool

    @property
    def statuses(self) -> Counter[int]:
        """How often each status came."""
        return Counter(each.status for each in self.answers)

    def latency_s(self, share: float) -> float:
        """The latency that this share of the answers kept."""
        return percentile([each.latency_s for each in self.answers], share)

    def good(self, status: int, within_s: float) -> bool:
        """Whether everything was answered so, 99 of 100 in time, by a load that had room to spare."""
        only = set(self.statuses) == {status}
        return not self.given_up and only and self.latency_s(0.99) <= within_s and self.generator < TOO_BUSY


class _Line(asyncio.Protocol):
    """One keep-alive connection with at most one request on its way."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._got = b""
        self.sent = -1
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's only looks like one

    def send(self, index: int, request: bytes) -> None:
        """Put a request on the line."""
        assert self.transport is not None, "connected"
        self.sent = index
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        got = self._got = self._got + data if self._got else data
        end = got.find(_END)
        if end < 0:
            return
        at = got.find(_LENGTH, 0, end)
        length = int(got[at + len(_LENGTH) : got.find(b"\r\n", at + 2)]) if at >= 0 else 0
        if len(got) < end + len(_END) + length:
            return
        self._got = b""
        self._load.answered(self, int(got[9:12]), got[end + len(_END) :])

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.lost(self)


class Load:
    """Connections to one server, used for run after run."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._idle: list[_Line] = []
        self._requests: Sequence[bytes] = ()
        self._answers: list[Answer | None] = []
        self._next = self._open = 0
        self._rate = self._start = self._end = 0.0
        self._given_up = False
        self._done = asyncio.Event()

    async def connect(self, lines: int = LINES) -> None:
        """Open the connections."""
        loop = asyncio.get_running_loop()
        for _ in range(lines):
            _, line = await loop.create_connection(lambda: _Line(self), self._host, self._port)
            self._idle.append(line)

    async def run(self, requests: Sequence[bytes], rate: float, patience_s: float = _HOPELESS_S) -> Run:
        """Send them all at this rate; given up once one has waited too long. Waits for every answer that is due."""
        loop = asyncio.get_running_loop()
        self._requests, self._rate = requests, rate
        self._answers = [None] * len(requests)
        self._next = self._open = 0
        self._given_up = False
        self._start = self._end = loop.time() + _TICK_S
        busy = Busy()
        while self._next < len(requests) and not self._given_up:
            await asyncio.sleep(_TICK_S)
            self._send_due(loop.time())
            self._given_up = loop.time() - self._start - self._next / rate > patience_s
        self._done.clear()
        if self._open:
            await asyncio.wait_for(self._done.wait(), 60)
        answers = [each for each in self._answers if each is not None]
        return Run(rate, len(answers) / max(self._end - self._start, 1e-9), answers, busy.share, self._given_up)

    def _send_due(self, now: float) -> None:
        due = min(len(self._requests), int((now - self._start) * self._rate) + 1)
        while self._next < due and self._idle:
            line = self._idle.pop()
            self._open += 1
            line.send(self._next, self._requests[self._next])
            self._next += 1

    def answered(self, line: _Line, status: int, body: bytes) -> None:
        """An answer is there: its line is free for the next request that is due."""
        now = asyncio.get_running_loop().time()
        self._answers[line.sent] = Answer(status, body, now - self._start - line.sent / self._rate)
        self._end = now
        self._open -= 1
        line.sent = -1
        self._idle.append(line)
        if not self._given_up:
            self._send_due(now)
        if not self._open:
            self._done.set()

    def lost(self, line: _Line) -> None:
        """A connection ended; what was on its way got no answer."""
        if line in self._idle:
            self._idle.remove(line)
        elif line.sent >= 0:
            self._answers[line.sent] = Answer(0, b"", float("inf"))
            self._open -= 1
            if not self._open:
                self._done.set()

    async def all(self, requests: Sequence[bytes]) -> Run:
        """Send them all as fast as they are answered."""
        return await self.run(requests, 1e9, float("inf"))

    def close(self) -> None:
        """Close the connections."""
        for line in list(self._idle):
            assert line.transport is not None, "connected"
            line.transport.close()
