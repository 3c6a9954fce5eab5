"""What agreements do by the clock: both sides hear of the end before it comes, and what is over is written so."""

from __future__ import annotations

from typing import Final

from server.foundation.clock import day_of
from server.foundation.jobs import Task, every
from server.foundation.work import Work

from . import agreeing, rules, store

_AT_ONCE: Final = 200


@every("20 1 * * *", "cooperation.expire")
async def expire(work: Work) -> None:
    """Once a day. Whether one is in force is asked of its dates; this only writes it down."""
    for agreement in await store.over(work.session, day_of(work.now), _AT_ONCE):
        await agreeing.expire(work, agreement)


@every("30 1 * * *", "cooperation.tell_ending")
async def tell_ending(work: Work) -> None:
    """Once a day, of what ends within a month."""
    for agreement in await store.ending(work.session, day_of(work.now) + rules.TOLD_BEFORE, _AT_ONCE):
        await agreeing.tell_ending(work, agreement)


JOBS: Final[tuple[Task, ...]] = (expire, tell_ending)
