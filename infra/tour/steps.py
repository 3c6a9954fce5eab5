"""The tour's printout: each step with its time, each refusal with its sentence; kept for the summary in the folder."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from .caller import Refused


class TourFailed(Exception):
    """Something that must be refused was not, or the other way round."""


@dataclass
class Steps:
    """What was done so far."""

    lines: list[str] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        """One line."""
        self.lines.append(text)
        print(text, flush=True)

    @asynccontextmanager
    async def step(self, what: str) -> AsyncIterator[None]:
        """A step, told with how long it took."""
        started = time.monotonic()
        yield
        now = time.monotonic()
        self.say(f"{now - self._began:7.1f} s  {what}  ({(now - started) * 1000:.0f} ms)")

    async def refused(self, what: str, attempt: Awaitable[Any], code: str) -> None:
        """Something that must be refused with this code; prints the sentence that a person would read."""
        try:
            await attempt
        except Refused as refusal:
            if refusal.code != code:
                raise TourFailed(f"{what}: refused as {refusal.code}, not as {code}") from refusal
            self.say(f"           × {what}: {refusal}")
            return
        raise TourFailed(f"{what}: was not refused")
