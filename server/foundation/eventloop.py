"""The event loop of our processes: uvloop, which costs half of what asyncio's own does for each request; and its rubbish."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

Result = TypeVar("Result")


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end, like `asyncio.run`."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def settled() -> None:
    """All that was built for starting stays: the search for circles (how seldom, says `server`) need not go through it."""
    gc.collect()
    gc.freeze()
