"""Taking files in: each is inspected, what is sound goes to the archive in one batch, then one transaction writes all rows.

When `ingest` returns, what it says is kept is on the disk, encrypted and indexed. A crash before the transaction leaves a
pack that nobody knows of, which a job removes; the sender was told nothing and sends again, and the same file is known again
by its content. Inspecting, sealing and receiving go on side by side, a few files apart, so that memory stays small.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress
from typing import Final
from uuid import UUID

from server.foundation.actor import Actor, OrganisationId, PersonId
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.imaging.archive.keeping import ArchiveUnavailable, Whole
from server.imaging.dicom.inspecting import inspect
from server.imaging.dicom.verdict import Limits, Reason
from server.settings import ImagingSettings

from . import store_filing as store
from .errors import ArchiveSilent
from .facts import CameBy, Fate, Outcome, Part
from .filing import Arrival, Seen, file_batch
from .shelf import Shelf

_AHEAD_BYTES: Final = 32 * 2**20  # of files inspected and waiting to be sealed; one larger file waits alone
_INSPECTING: Final = asyncio.Semaphore(2)


async def ingest(
    ground: Ground,
    actor: Actor,
    organisation_id: OrganisationId,
    parts: AsyncIterable[Part],
    came_by: CameBy,
    device_id: UUID | None = None,
    order_id: UUID | None = None,
    patient_id: PersonId | None = None,
) -> list[Outcome]:
    """What became of each part, in their order. `patient_id` and `order_id` are for studies that are new; the caller
    knows that they are theirs.

    Raises: VaultFull, ArchiveSilent, and what the stream raises: then nothing was kept. Rule: imaging-2, imaging-3
    """
    arrival = Arrival(organisation_id, came_by, device_id, order_id, patient_id)
    batch = _Batch(ground, organisation_id, _limits(ground))
    archive = ground.part(Shelf).archive
    try:
        places = await archive.keep(batch.files(parts))
    except ArchiveUnavailable:
        raise ArchiveSilent from None
    for seen, place in zip(batch.stored, places, strict=True):
        seen.place = place
    try:
        async with unit_of_work(ground, actor) as work:
            outcomes = await file_batch(work, arrival, batch.seen)
    except BaseException:
        await asyncio.shield(archive.discard(places))
        raise
    if places and not any(outcome.fate in (Fate.KEPT, Fate.QUARANTINED) for outcome in outcomes):
        await archive.discard(places)  # somebody else was faster with every one of them
    return outcomes


def _limits(ground: Ground) -> Limits:
    return Limits(bytes=ground.part(ImagingSettings).instance_limit_bytes)


class _Batch:
    """The parts of one call: what was seen of each, and of those the ones that go to the archive."""

    def __init__(self, ground: Ground, organisation_id: OrganisationId, limits: Limits) -> None:
        self._ground = ground
        self._organisation_id = organisation_id
        self._limits = limits
        self._known: dict[str, dict[str, str]] = {}
        self.seen: list[Seen] = []
        self.stored: list[Seen] = []

    async def files(self, parts: AsyncIterable[Part]) -> AsyncIterator[Whole]:
        """The files to store, inspected a little ahead of their sealing."""
        ahead = _Ahead()
        inspecting = asyncio.create_task(self._inspect_all(parts, ahead))
        try:
            while (file := await ahead.get()) is not None:
                yield file
            await inspecting
        finally:
            inspecting.cancel()
            with suppress(asyncio.CancelledError, Exception):  # its own error was raised above, where it counts
                await inspecting

    async def _inspect_all(self, parts: AsyncIterable[Part], ahead: _Ahead) -> None:
        try:
            async for part in parts:
                async with _INSPECTING:
                    seen = await asyncio.to_thread(_looked_at, part, self._limits)
                self.seen.append(seen)
                if await self._is_stored(seen):
                    self.stored.append(seen)
                    await ahead.put(Whole(seen.content, aside=seen.reason is not None))
                seen.content = b""
        finally:
            await ahead.put(None)

    async def _is_stored(self, seen: Seen) -> bool:
        """Whether the file goes to the archive: not what is refused, not what is there already."""
        if seen.refused:
            return False
        if seen.header is None:
            return True
        known = await self._instances(seen.header.uids.study)
        before = known.setdefault(seen.header.uids.sop, seen.sha256)
        if before is seen.sha256:
            return True
        if before != seen.sha256:
            seen.set_aside(Reason.OTHER_CONTENT)
            return True
        seen.same = True
        return False

    async def _instances(self, study_uid: str) -> dict[str, str]:
        """The digest of each instance of a study, here or earlier in this batch."""
        if study_uid not in self._known:
            async with self._ground.database.session() as session:
                self._known[study_uid] = await store.digests(session, self._organisation_id, study_uid)
        return self._known[study_uid]


class _Ahead:
    """Files between inspecting and sealing, bounded by their bytes."""

    def __init__(self) -> None:
        self._files: deque[Whole | None] = deque()
        self._held = 0
        self._changed = asyncio.Condition()

    async def put(self, file: Whole | None) -> None:
        """Hand one over, or None at the end; waits while too much is held."""
        size = len(file.content) if file else 0
        async with self._changed:
            await self._changed.wait_for(lambda: not self._held or self._held + size <= _AHEAD_BYTES)
            self._held += size
            self._files.append(file)
            self._changed.notify_all()

    async def get(self) -> Whole | None:
        """The next one; None at the end."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._files))
            file = self._files.popleft()
            self._held -= len(file.content) if file else 0
            self._changed.notify_all()
            return file


def _looked_at(part: Part, limits: Limits) -> Seen:
    verdict = inspect(part.content, limits)
    content = bytes(verdict.content)
    digest = "" if verdict.refused else hashlib.sha256(content).hexdigest()
    return Seen(part.name, content, digest, verdict.header, verdict.reason, verdict.uids)
