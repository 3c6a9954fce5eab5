"""What circulation does by the clock: digits of finished prescriptions are given back."""

from __future__ import annotations

from typing import Final

from server.foundation.jobs import Task, every
from server.foundation.work import Work

from . import store


@every("41 3 * * *", "prescriptions.retire_codes")
async def retire_codes(work: Work) -> None:
    """Once a day: eight digits are few, so only running prescriptions have theirs to themselves."""
    await store.retire_codes(work.session, work.now)


JOBS: Final[tuple[Task, ...]] = (retire_codes,)
