"""What remote consultations do by the clock: escalate what is overdue, drop what nobody went on with."""

from __future__ import annotations

from typing import Final

import structlog

from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground
from server.foundation.jobs import Task, every
from server.foundation.work import Work, unit_of_work

from . import escalating, following, store

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 200


@every("*/1 * * * *", "consultations.escalate_remote", own_transactions=True)
async def escalate_remote(ground: Ground) -> None:
    """Every minute, each request in a transaction of its own."""
    async with unit_of_work(ground, SYSTEM) as work:
        due = await store.overdue(work.session, work.now, _AT_ONCE)
    for request_id in due:
        try:
            async with unit_of_work(ground, SYSTEM) as work:
                request = await store.by_id(work.session, request_id)
                assert request is not None, "requests are never deleted"
                await escalating.escalate(work, request)
        except Exception as error:  # whatever is wrong with one, the others are not to wait for it
            log.error("escalation failed", request_id=str(request_id), error=type(error).__name__)


@every("50 2 * * *", "consultations.drop_remote_drafts")
async def drop_remote_drafts(work: Work) -> None:
    """Once a day."""
    await following.drop_drafts(work)


JOBS: Final[tuple[Task, ...]] = (escalate_remote, drop_remote_drafts)
