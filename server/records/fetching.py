"""Taking finished legs from the media node into the vault, and making the export: slow work, outside of transactions."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import IO, Any, Final
from uuid import UUID

import structlog

from media.service import Manifest, MediaNode, assemble, export_mkv, open_segment
from server.foundation.actor import SYSTEM, PersonId
from server.foundation.ground import Ground
from server.foundation.vault import VaultFile
from server.foundation.work import Work, unit_of_work
from server.identity import service as identity
from signaling.service import is_second

from . import store_kept as store
from .events import RecordingFinished
from .model_kept import RecordingLeg
from .recordings import fresh_leg, recording_key

LARGEST_LEG: Final = 8 * 2**30
LOST_AFTER: Final = timedelta(days=3)  # a node that was away that long has lost what it had not handed over
_STEP: Final = 512 * 1024
_A_SCAN: Final = 100
_SEGMENT_WITHIN_S: Final = 60

log = structlog.get_logger(__name__)


class LegDamaged(Exception):
    """A segment or seal is not what the node wrote; the leg stays on the node, and the job's failure is seen."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a leg belongs."""

    leg_id: UUID
    encounter_id: UUID
    key: bytes = field(repr=False)


async def fetch_leg(ground: Ground, leg: str) -> None:
    """Take one finished leg: manifest, segments, WebM, vault, row, and only then tell the node that it may forget it.

    Every step may be repeated after a crash. Raises: LegDamaged.
    """
    node = ground.part(MediaNode)
    manifest = await node.manifest(leg)
    if manifest is None:
        await _give_up_late(ground, leg)
        return
    async with unit_of_work(ground, SYSTEM) as work:
        place = await _place(work, manifest)
    if place is not None:
        if manifest.complete and not manifest.seal_holds(place.key):
            raise LegDamaged("manifest")
        stored = await _store(ground, node, manifest, place.key)
        async with unit_of_work(ground, SYSTEM) as work:
            await _enter(work, place, manifest, stored)
    await node.acknowledge(leg)


async def export_recording(ground: Ground, recording_id: UUID) -> None:
    """Make one MKV of all kept legs and put it into the vault."""
    async with unit_of_work(ground, SYSTEM) as work:
        legs = [leg for leg in await store.legs_of(work.session, recording_id) if leg.state == "kept"]
        titles = await _titles(work, legs)
    files: list[IO[bytes]] = []
    try:
        parts: list[tuple[IO[bytes], int, str]] = []
        for leg in legs:
            assert leg.vault_name is not None, "a kept leg has a file"
            assert leg.started_at is not None, "a kept leg has begun"
            file = await _opened(ground, leg.vault_name)
            files.append(file)
            parts.append((file, round(leg.started_at.timestamp() * 1000), titles[leg.id]))
        made = await asyncio.to_thread(export_mkv, parts)
        files.append(made)
        stored = await ground.vault.put(_pieces(made), LARGEST_LEG)
    finally:
        for file in files:
            file.close()
    async with unit_of_work(ground, SYSTEM) as work:
        row = await store.recording(work.session, recording_id)
        if row is not None:
            former, row.export_name, row.export_size, row.export_legs = (
                row.export_name,
                stored.id,
                stored.size,
                len(legs),
            )
            if former is not None:
                await work.defer("records.drop_file", name=former)


async def overdue(work: Work) -> list[str]:
    """Legs that were opened over three days ago and never came: the next try says that they are lost."""
    return list(await store.open_legs(work.session, work.now - LOST_AFTER, _A_SCAN))


async def _place(work: Work, manifest: Manifest) -> _Place | None:
    """Where the leg belongs; None when it is kept already. A recording that we do not know is an error."""
    recording_id = UUID(manifest.recording)
    recording = await store.recording(work.session, recording_id)
    if recording is None:
        raise LookupError(f"recording {recording_id} of leg {manifest.leg} is unknown")
    await store.start_leg(work.session, fresh_leg(work, recording_id, manifest.leg, manifest.seat, None))
    row = await store.leg_named(work.session, manifest.leg)
    assert row is not None, "it was just made, or there before"
    if row.state != "open":
        return None
    return _Place(row.id, recording.encounter_id, await recording_key(work, recording))


async def _store(ground: Ground, node: MediaNode, manifest: Manifest, key: bytes) -> VaultFile | None:
    """The leg as one seekable WebM in the vault; None when nothing was sent over it."""
    loop = asyncio.get_running_loop()

    def segments() -> Iterator[bytes]:
        # In the assembling thread: one segment at a time crosses from the loop, so a long leg never lies in memory.
        for segment in manifest.segments:
            asked = asyncio.run_coroutine_threadsafe(node.segment(manifest.leg, segment.n), loop)
            stored = asked.result(_SEGMENT_WITHIN_S)
            if stored is None or hashlib.sha256(stored).hexdigest() != segment.sha256:
                raise LegDamaged(f"segment {segment.n}")
            yield open_segment(key, manifest.leg, segment.n, stored)

    file = await asyncio.to_thread(assemble, segments(), manifest)
    with file:
        if not await asyncio.to_thread(_has_bytes, file):
            return None
        return await ground.vault.put(_pieces(file), LARGEST_LEG)


async def _enter(work: Work, place: _Place, manifest: Manifest, stored: VaultFile | None) -> None:
    row = await store.leg_named(work.session, manifest.leg, lock=True)
    if row is None or row.state != "open":
        if stored is not None:
            await work.defer("records.drop_file", name=stored.id)  # a twin was faster
        return
    row.state = "kept" if stored else "empty"
    row.started_at = datetime.fromtimestamp(manifest.started_ms / 1000, UTC)
    row.duration_s = (manifest.ended_ms - manifest.started_ms) / 1000
    row.has_audio = any(track.kind == "audio" and track.frames for track in manifest.tracks)
    row.has_video = any(track.kind == "video" and track.frames for track in manifest.tracks)
    row.gaps = gaps_in_seconds(manifest)
    row.kept_at = work.now
    if stored is not None:
        row.vault_name, row.size, row.sha256 = stored.id, stored.size, stored.sha256
    await work.session.flush()
    work.audit("recording.keep", "recording_leg", row.id, complete=manifest.complete, gaps=len(row.gaps))
    work.record(RecordingFinished(place.encounter_id, row.id))


def gaps_in_seconds(manifest: Manifest) -> list[dict[str, Any]]:
    """The manifest's gaps, in seconds from the leg's start; `to_s` None: until its end, and nobody knows more."""

    def from_start(instant_ms: int) -> float:
        return round((instant_ms - manifest.started_ms) / 1000, 3)

    return [
        {
            "from_s": from_start(gap.from_),
            "to_s": None if gap.to is None else from_start(gap.to),
            "track": gap.track,
            "reason": gap.reason,
        }
        for gap in manifest.gaps
    ]


async def _give_up_late(ground: Ground, leg: str) -> None:
    """The node does not know the leg (any more, or not closed yet): say after three days that it is lost."""
    async with unit_of_work(ground, SYSTEM) as work:
        row = await store.leg_named(work.session, leg, lock=True)
        if row is None or row.state != "open" or row.opened_at > work.now - LOST_AFTER:
            return
        row.state = "lost"
        work.audit("recording.lost", "recording_leg", row.id)
        log.warning("recording leg lost", leg_id=str(row.id))


async def _titles(work: Work, legs: list[RecordingLeg]) -> dict[UUID, str]:
    names = await identity.people(work, {PersonId(leg.person_id) for leg in legs if leg.person_id})
    found = {}
    for leg in legs:
        card = names.get(PersonId(leg.person_id)) if leg.person_id else None
        found[leg.id] = (card.name if card else leg.seat) + (" 第二路画面" if is_second(leg.seat) else "")
    return found


async def _opened(ground: Ground, name: str) -> IO[bytes]:
    """A vault file as an anonymous temporary file, at its start."""
    file: IO[bytes] = await asyncio.to_thread(tempfile.TemporaryFile)
    async for piece in ground.vault.read(name):
        await asyncio.to_thread(file.write, piece)
    file.seek(0)
    return file


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(file.read, _STEP):
        yield piece


def _has_bytes(file: IO[bytes]) -> bool:
    found = bool(file.read(1))
    file.seek(0)
    return found
