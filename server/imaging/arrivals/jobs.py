"""The scan that ends uploads nobody finished."""

from __future__ import annotations

from typing import Final

from server.foundation.jobs import Task, every
from server.foundation.work import Work

from . import receiving


@every("17 * * * *", "imaging.sweep_arrivals")
async def sweep(work: Work) -> None:
    """End what nobody has touched for a week."""
    await receiving.sweep(work)


JOBS: Final[tuple[Task, ...]] = (sweep,)
