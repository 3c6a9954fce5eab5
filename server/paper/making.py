"""A paper as an answer: drawn in a thread, two at a time, and never inside a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

from server.foundation.answers import FileAnswer

_AT_ONCE: Final = asyncio.Semaphore(2)  # drawing is all work for the processor


async def drawn(draw: Callable[[], bytes], name: str) -> FileAnswer:
    """The PDF that `draw` makes. Call it when what stands on the paper was read and that unit of work is closed."""
    async with _AT_ONCE:
        content = await asyncio.to_thread(draw)

    async def read(start: int, end: int) -> AsyncIterator[bytes]:
        yield content[start:end]

    return FileAnswer(read, len(content), "application/pdf", f"{name}.pdf")
