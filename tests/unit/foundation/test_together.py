"""Many who ask at once share one question; who is alone asks alone; a failed question is everybody's, and the next is fresh."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from server.foundation.together import Together


class _Library:
    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.broken = False
        self.go = asyncio.Event()
        self.together = Together[int, str](self._ask)

    async def _ask(self, keys: Sequence[int]) -> dict[int, str]:
        self.asked.append(list(keys))
        await self.go.wait()
        if self.broken:
            raise ConnectionError
        return {key: str(key) for key in keys if key >= 0}


async def test_those_who_wait_share_one_question() -> None:
    library = _Library()
    first = asyncio.create_task(library.together.about(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(library.together.about(key)) for key in (2, 3, 2, -1, 1)]
    await asyncio.sleep(0)
    library.go.set()
    assert await first == "1"
    assert await asyncio.gather(*others) == ["2", "3", "2", None, "1"]
    assert library.asked == [[1], [2, 3, -1, 1]]  # the second 1 came after its question had left: it is asked anew


async def test_a_failure_is_told_to_all_and_not_kept() -> None:
    library = _Library()
    library.go.set()
    library.broken = True
    told = await asyncio.gather(*(library.together.about(key) for key in range(3)), return_exceptions=True)
    assert [type(each) for each in told] == [ConnectionError] * 3
    library.broken = False
    assert await library.together.about(7) == "7"


async def test_who_goes_away_spoils_nothing() -> None:
    library = _Library()
    gone, stays = (asyncio.create_task(library.together.about(4)) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    library.go.set()
    assert await stays == "4"
    with pytest.raises(asyncio.CancelledError):
        await gone
