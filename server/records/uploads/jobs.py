"""The sweep of uploads that nobody went on with."""

from __future__ import annotations

from typing import Final

from server.foundation.jobs import every
from server.foundation.work import Work

from . import receiving


@every("*/30 * * * *", "records.sweep_uploads")
async def sweep_uploads(work: Work) -> None:
    """What was not touched for a week goes, a hundred at a time."""
    await receiving.sweep_uploads(work)


JOBS: Final = (sweep_uploads,)
