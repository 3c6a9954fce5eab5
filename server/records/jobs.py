"""Jobs of records: fetching finished legs from the media node, making exports, removing files that no row names any more."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import structlog

from media.errors import NodeAway
from media.service import MediaNode
from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground
from server.foundation.jobs import every, task
from server.foundation.work import unit_of_work

from . import fetching

log = structlog.get_logger(__name__)


@task("records.fetch_leg", own_transactions=True)
async def fetch_leg(ground: Ground, leg: str) -> None:
    """Take one finished leg into the vault."""
    await fetching.fetch_leg(ground, leg)


@every("*/2 * * * *", "records.fetch_waiting", own_transactions=True)
async def fetch_waiting(ground: Ground) -> None:
    """Queue every leg that waits at the node: those whose event was lost, and those that a restarted node closed."""
    if not ground.has(MediaNode):
        return
    try:
        waiting = await ground.part(MediaNode).waiting_legs()
    except NodeAway:
        log.warning("media node away, legs wait")  # the next scan asks again
        return
    async with unit_of_work(ground, SYSTEM) as work:
        for leg in sorted({*waiting, *await fetching.overdue(work)}):
            await work.defer("records.fetch_leg", leg=leg)


@task("records.export_recording", own_transactions=True)
async def export_recording(ground: Ground, recording_id: str) -> None:
    """Make one MKV of a recording."""
    await fetching.export_recording(ground, UUID(recording_id))


@task("records.drop_file", own_transactions=True)
async def drop_file(ground: Ground, name: str) -> None:
    """Delete a file of the vault; one that is gone already is no error."""
    await ground.vault.delete(name)


JOBS: Final = (fetch_leg, fetch_waiting, export_recording, drop_file)
