"""Scans of studies: what has gone quiet, and packs that nobody knows of."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from server.foundation.ground import Ground
from server.foundation.jobs import every
from server.foundation.work import Work

from . import assigning, store
from .shelf import Shelf

_SET_ASIDE_FOR: Final = timedelta(days=90)
_LOST_AFTER: Final = timedelta(hours=2)  # longer than any batch takes from its first byte to its rows


@every("* * * * * */20", "imaging.settle_quiet")
async def settle_quiet(work: Work) -> None:
    """Studies of which nothing came for a minute are whole."""
    await assigning.settle_quiet(work)


@every("23 * * * *", "imaging.sweep_packs", own_transactions=True)
async def sweep_packs(ground: Ground) -> None:
    """Packs whose batch died before its rows were written, or whose last row is gone."""
    await sweep(ground)


async def sweep(ground: Ground) -> int:
    """How many packs were removed. A pack gets its rows within moments, so a young one is left alone."""
    async with ground.database.session() as session:
        known = await store.packs(session)
    return await ground.part(Shelf).packs.sweep(known, ground.clock.now() - _LOST_AFTER)


@every("40 17 * * *", "imaging.forget_quarantine")  # at 1:40 in China
async def forget_quarantine(work: Work) -> None:
    """What was set aside and nobody asked for in 90 days; its pack goes when nothing else lies in it."""
    gone = await store.forget_quarantined(work.session, work.now - _SET_ASIDE_FOR)
    if gone:
        work.audit("imaging-quarantine.forget", "imaging-quarantine", "old", files=gone)


JOBS: Final = (settle_quiet, sweep_packs, forget_quarantine)
