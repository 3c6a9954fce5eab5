"""The event loop of our processes: uvloop, which costs half of what asyncio's own does for each request; and its rubbish."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import uvloop

Result = TypeVar("Result")

# Requests make rubbish by the thousand, nearly none of it in circles: look seldom, and not through what stays for good.
_NEW_OBJECTS: Final = 20_000
_ROUNDS: Final = 20


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end, like `asyncio.run`."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def settled() -> None:
    """All that was built for starting stays: the search for circles need not go through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _ROUNDS, _ROUNDS)
