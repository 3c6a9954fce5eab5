"""Waiting for a state of the world with a deadline, never for time to pass."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

PATIENCE_S = 40.0


async def until(state: Callable[[], Awaitable[bool]], what: str, within_s: float = PATIENCE_S) -> None:
    """Ask again and again until it is so. Raises: AssertionError that names what did not come."""
    try:
        async with asyncio.timeout(within_s):
            while not await state():  # noqa: ASYNC110  # pages and the API offer states, no events
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise AssertionError(f"never came: {what}") from None
