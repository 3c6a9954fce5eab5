"""The scan that closes rooms which everybody has left."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog

from server.consultations.remote import steps as request_steps
from server.consultations.remote import store as request_store
from server.consultations.remote.lifecycle import Status
from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground
from server.foundation.jobs import every
from server.foundation.work import unit_of_work
from server.settings import MeetingSettings

from . import room, store

log = structlog.get_logger(__name__)


@every("*/5 * * * *", "consultations.close_empty_meetings", own_transactions=True)
async def close_empty_meetings(ground: Ground) -> None:
    """End what nobody is in any more; while no expert has come, the room of an emergency waits. Rule: meetings-6"""
    async with unit_of_work(ground, SYSTEM) as work:
        since = work.now - timedelta(seconds=work.part(MeetingSettings).abandoned_s)
        due = list(await store.abandoned(work.session, since))
    for meeting_id in due:
        await _close(ground, meeting_id)


async def _close(ground: Ground, meeting_id: UUID) -> None:
    try:
        async with unit_of_work(ground, SYSTEM) as work:
            request = await request_store.by_id(work.session, meeting_id)
            if request is None or request.status == Status.SCHEDULED:
                return
            await request_steps.attempt(work, request, "conclude")
            await room.finish(work, meeting_id, "abandoned")
    except Exception as error:  # whatever is wrong with one meeting, the others are not to wait for it
        log.error("scan failed", scan="close_empty_meetings", meeting_id=str(meeting_id), error=type(error).__name__)


JOBS = (close_empty_meetings,)
