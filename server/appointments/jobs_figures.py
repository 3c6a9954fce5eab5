"""The figures' job: days that are over are counted and kept, and schedulers hear of a day below the target.

Every hour, because a worker that was away in the night must not lose a day; all but the first run of a day find nothing.
"""

from __future__ import annotations

from typing import Final

from server.foundation.jobs import every
from server.foundation.work import Work

from . import figures


@every("7 * * * *", "appointments.keep_figures")
async def keep_figures(work: Work) -> None:
    """Keep the open rates of days that are over (Rule: appointments-15)."""
    await figures.keep_days(work)


JOBS: Final = (keep_figures,)
