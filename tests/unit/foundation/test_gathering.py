"""Errands served together: nobody waits for a batch to fill, nobody is spoiled by another, one key is one errand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest

from server.foundation.actor import NOBODY
from server.foundation.errand import Errand, KeyClaim, Told
from server.foundation.errors import Conflict, Unavailable
from server.foundation.gathering import Answer, Gathering, Waiting
from server.foundation.ground import Ground
from server.foundation.idempotency import KeyReused


class Counter:
    """Serves numbers: what each batch was, and an answer for each; negative ones spoil the whole batch."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.open = asyncio.Event()
        self.open.set()

    async def serve(self, batch: Sequence[Waiting[int]]) -> Sequence[Answer]:
        await self.open.wait()
        wants = [each.want for each in batch]
        self.batches.append(wants)
        if any(want < 0 for want in wants):
            raise ValueError("a joint statement failed")
        return [Conflict() if want == 0 else Told(200, str(want).encode()) for want in wants]


def _errand(key: str | None = None, digest: str = "") -> Errand:
    claim = KeyClaim(key.encode(), digest.encode()) if key else None
    return Errand(cast("Ground", None), NOBODY, key=claim)


async def _all(line: Gathering[int], *wants: int) -> list[Any]:
    return list(await asyncio.gather(*(line.take(want, _errand()) for want in wants), return_exceptions=True))


async def test_alone_one_is_served_at_once_and_alone() -> None:
    counter = Counter()
    told = await Gathering(counter.serve).take(7, _errand())
    assert (told.body, counter.batches) == (b"7", [[7]])


async def test_who_comes_while_a_batch_is_served_goes_together() -> None:
    counter = Counter()
    line = Gathering(counter.serve, most_together=3)
    counter.open.clear()
    first = asyncio.create_task(line.take(1, _errand()))
    await asyncio.sleep(0)
    others = asyncio.create_task(_all(line, 2, 3, 4, 5))
    await asyncio.sleep(0)
    counter.open.set()
    assert (await first).body == b"1"
    assert [told.body for told in await others] == [b"2", b"3", b"4", b"5"]
    assert [each for batch in counter.batches for each in batch] == [1, 2, 3, 4, 5]
    assert len(counter.batches) < 5
    assert max(map(len, counter.batches)) <= 3


async def test_who_spoils_the_batch_spoils_nobody_else() -> None:
    counter = Counter()
    found = await _all(Gathering(counter.serve), 1, -1, 0, 2)
    assert [getattr(each, "body", type(each)) for each in found] == [b"1", ValueError, Conflict, b"2"]


async def test_one_key_at_once_is_one_errand() -> None:
    counter = Counter()
    line = Gathering(counter.serve)
    told = await asyncio.gather(*(line.take(5, _errand("k", "same")) for _ in range(4)))
    assert counter.batches == [[5]]
    assert [each.replayed for each in told] == [False, True, True, True]
    with pytest.raises(KeyReused):
        await asyncio.gather(line.take(5, _errand("k", "same")), line.take(6, _errand("k", "other")))


async def test_a_line_too_long_is_told_when_to_come_again() -> None:
    counter = Counter()
    counter.open.clear()
    line = Gathering(counter.serve, most_waiting=2)
    waiting = [asyncio.create_task(line.take(want, _errand())) for want in (1, 2, 3)]
    for _ in range(3):
        await asyncio.sleep(0)
    refused = [each for each in waiting if each.done()] or [asyncio.create_task(line.take(4, _errand()))]
    with pytest.raises(Unavailable):
        await refused[0]
    counter.open.set()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_whoever_hangs_up_is_served_all_the_same() -> None:
    counter = Counter()
    counter.open.clear()
    line = Gathering(counter.serve)
    gone = asyncio.create_task(line.take(9, _errand()))
    await asyncio.sleep(0)
    gone.cancel()
    counter.open.set()
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert (await line.take(1, _errand())).body == b"1"
    assert [9] in counter.batches
