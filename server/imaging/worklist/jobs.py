"""By the clock: claims whose time is over go back, and what is overdue is told."""

from __future__ import annotations

from typing import Final

from server.foundation.jobs import every
from server.foundation.work import Work

from . import claiming, clocks


@every("* * * * * */15", "imaging.lapse_claims")
async def lapse_claims(work: Work) -> None:
    """Rule: imaging-27"""
    await claiming.lapse_all(work)


@every("* * * * * */30", "imaging.escalate_overdue")
async def escalate_overdue(work: Work) -> None:
    """Rule: imaging-28"""
    await clocks.escalate_overdue(work)


JOBS: Final = (lapse_claims, escalate_overdue)
