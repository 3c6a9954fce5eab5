"""Asking together: those who want to know a thing of the same kind at the same moment share one statement.

Alone, one asks alone and at once; while a statement runs, the next one gathers. Nothing is remembered here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Final, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")

_MOST: Final = 500


class Together(Generic[Key, Found]):
    """One question about many keys."""

    def __init__(self, ask: Callable[[Sequence[Key]], Awaitable[Mapping[Key, Found]]]) -> None:
        self._ask = ask
        self._wanted: dict[Key, asyncio.Future[Found | None]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def about(self, key: Key) -> Found | None:
        """What was found for this key; None when nothing was. Raises what the question raises, for all who shared it."""
        wanted = self._wanted.get(key)
        if wanted is None:
            wanted = self._wanted[key] = asyncio.get_running_loop().create_future()
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._until_answered())
        return await asyncio.shield(wanted)

    async def _until_answered(self) -> None:
        while self._wanted:
            keys = list(self._wanted)[:_MOST]
            asked = {key: self._wanted.pop(key) for key in keys}
            try:
                found = await self._ask(keys)
            except Exception as error:  # theirs to handle: the next to ask may fare better
                for wanted in asked.values():
                    wanted.set_exception(error)
                    wanted.exception()  # nobody may be waiting any more; that is no error
            else:
                for key, wanted in asked.items():
                    wanted.set_result(found.get(key))
