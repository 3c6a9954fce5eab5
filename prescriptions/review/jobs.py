"""By the clock: claims whose time is over go back to the queue."""

from __future__ import annotations

from typing import Final

from server.foundation.jobs import every
from server.foundation.work import Work

from . import claiming


@every("* * * * * */15", "prescriptions.lapse_claims")
async def lapse_claims(work: Work) -> None:
    """Rule: reviews-2"""
    await claiming.lapse_all(work)


JOBS: Final = (lapse_claims,)
