"""The ground's own periodic jobs: old idempotency keys and done jobs go, signing keys turn, the audit log is sealed."""

from __future__ import annotations

from typing import Final

from . import idempotency
from .ground import Ground
from .jobs import Task, every
from .work import Work


@every("*/15 * * * *", "foundation.forget_idempotency_keys")
async def forget_idempotency_keys(work: Work) -> None:
    """Answers older than 24 hours are no longer repeated."""
    await idempotency.forget_old(work.session, work.now)


@every("7 * * * *", "foundation.tidy_jobs", own_transactions=True)
async def tidy_jobs(ground: Ground) -> None:
    """Done jobs are kept a week; jobs of a worker that died go back to the queue."""
    await ground.jobs.tidy()


@every("23 * * * *", "foundation.turn_keys")
async def turn_keys(work: Work) -> None:
    """Make the signing pairs that are due."""
    await work.ground.keys.ensure(work.session, work.now)


TASKS: Final[tuple[Task, ...]] = (forget_idempotency_keys, tidy_jobs, turn_keys)
