"""Use cases of a file on its way: begin, take a part, ask what has arrived, give up, sweep what was forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.foundation.actor import PATIENT_SIDE, PersonId
from server.foundation.answers import Upload
from server.foundation.errors import Unknown
from server.foundation.vault import FileTooLarge, VaultFile
from server.foundation.work import Work, unit_of_work
from server.records import sealing
from server.records.encounters import require_may_read
from server.records.errors import FileTooBig
from server.settings import VisitSettings

from . import rules, store
from .errors import PartDamaged, PartDiffers, PartOfWrongSize, TooManyUnfinished, UploadFinished
from .model import FileUpload
from .rules import UploadPurpose


@dataclass(frozen=True, slots=True)
class UploadFacts:
    """A file on its way, or arrived: `received` are the numbers of its parts, from 0."""

    id: UUID
    purpose: UploadPurpose
    patient_id: PersonId | None
    name: str
    content_type: str
    size: int
    part_bytes: int
    received: tuple[int, ...]
    finished_at: datetime | None
    attachment_id: UUID | None


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What is going to come. Only a packed study may come before it is known whose it is."""

    purpose: UploadPurpose
    patient_id: PersonId | None
    name: str
    content_type: str
    size: int


async def start_upload(work: Work, new: NewUpload) -> UploadFacts:
    """Begin. Raises: Unknown, FileTooBig, TooManyUnfinished. Rule: records-3"""
    await _require_may_add(work, new)
    limit = work.part(VisitSettings).upload_limit_bytes
    if new.purpose is UploadPurpose.IMAGING_ZIP:
        limit = rules.LARGEST_ZIP_BYTES
    if new.size > limit:
        raise FileTooBig(limit_mb=limit // 2**20)
    unfinished, of_bytes = await store.unfinished_of(work.session, work.actor.person)
    if not rules.may_start(unfinished, of_bytes, new.size):
        raise TooManyUnfinished(retry_after_s=600)
    row_id = work.new_id()
    key = await sealing.key_of(work, new.patient_id) if new.patient_id else None
    row = FileUpload(
        id=row_id,
        purpose=new.purpose,
        patient_id=new.patient_id,
        organisation_id=work.actor.organisation_id,
        name=work.ground.fields.seal(new.name, "file_uploads", "name", row_id, key),
        content_type=new.content_type,
        size=new.size,
        part_bytes=rules.PART_BYTES,
        added_by=work.actor.person,
        started_at=work.now,
        touched_at=work.now,
        finished_at=None,
        digest=None,
        attachment_id=None,
    )
    work.session.add(row)
    await work.session.flush()
    work.audit("upload.start", "upload", row_id, patient_id=new.patient_id, what=new.purpose)
    return await facts_of(work, row)


async def receive_part(work: Work, upload_id: UUID, number: int, sha256: str, upload: Upload) -> None:
    """Keep a part; the same one again is fine. The stream is taken before this unit touches the database.

    Raises: Unknown, UploadFinished, PartOfWrongSize, PartDamaged, PartDiffers.
    """
    async with unit_of_work(work.ground, work.actor) as asking:
        row = await own_upload(asking, upload_id)
        if row.finished_at is not None:
            raise UploadFinished
        expected = rules.part_size(row.size, row.part_bytes, number)
        known = await store.part(asking.session, upload_id, number) if expected else None
    if expected is None:
        raise PartOfWrongSize
    if known is not None:
        if known.sha256 != sha256:
            raise PartDiffers
        return
    kept = await _stored(work, upload, expected, sha256)
    try:
        await _enter_part(work, upload_id, number, kept)
    except BaseException:
        await asyncio.shield(work.ground.vault.delete(kept.id))
        raise


async def show_upload(work: Work, upload_id: UUID) -> UploadFacts:
    """What has arrived. Raises: Unknown."""
    return await facts_of(work, await own_upload(work, upload_id))


async def drop_upload(work: Work, upload_id: UUID) -> None:
    """Give a file up, or throw its parts away once they were taken; what became an attachment stays. Raises: Unknown."""
    row = await own_upload(work, upload_id, lock=True)
    await _forget(work, row.id)
    work.audit("upload.drop", "upload", row.id, patient_id=PersonId(row.patient_id) if row.patient_id else None)


async def sweep_uploads(work: Work, limit: int = 100) -> int:
    """Forget what nobody went on with for a week; how many. Rule: records-3"""
    found = await store.untouched(work.session, work.now - rules.KEPT_UNFINISHED, limit)
    for upload_id in found:
        await _forget(work, upload_id)
        work.audit("upload.sweep", "upload", upload_id)
    return len(found)


async def own_upload(work: Work, upload_id: UUID, *, lock: bool = False) -> FileUpload:
    """An upload of the acting person. Raises: Unknown, also for everybody else's."""
    row = await store.upload(work.session, upload_id, lock=lock)
    if row is None or row.added_by != work.actor.person or row.organisation_id != work.actor.organisation_id:
        raise Unknown
    return row


async def facts_of(work: Work, row: FileUpload) -> UploadFacts:
    """The row as its owner is told it."""
    key = await sealing.key_of(work, row.patient_id) if row.patient_id else None
    received = await store.parts(work.session, row.id)
    return UploadFacts(
        id=row.id,
        purpose=UploadPurpose(row.purpose),
        patient_id=PersonId(row.patient_id) if row.patient_id else None,
        name=work.ground.fields.open(row.name, "file_uploads", "name", row.id, key),
        content_type=row.content_type,
        size=row.size,
        part_bytes=row.part_bytes,
        received=tuple(part.number for part in received),
        finished_at=row.finished_at,
        attachment_id=row.attachment_id,
    )


async def drop_parts(work: Work, upload_id: UUID) -> None:
    """Forget the parts; their files go with the commit."""
    for name in await store.forget_parts(work.session, upload_id):
        await work.defer("records.drop_file", name=name)


async def _require_may_add(work: Work, new: NewUpload) -> None:
    if new.patient_id is not None:
        await require_may_read(work, new.patient_id)
    elif new.purpose is not UploadPurpose.IMAGING_ZIP or work.actor.role in PATIENT_SIDE:
        raise Unknown


async def _stored(work: Work, upload: Upload, expected: int, sha256: str) -> VaultFile:
    """The part in the vault. Raises: PartOfWrongSize, PartDamaged; neither leaves anything behind."""
    try:
        kept = await work.ground.vault.put(upload.stream, expected)
    except FileTooLarge:
        raise PartOfWrongSize from None
    if kept.size == expected and kept.sha256 == sha256:
        return kept
    await asyncio.shield(work.ground.vault.delete(kept.id))
    raise PartDamaged if kept.size == expected else PartOfWrongSize


async def _enter_part(work: Work, upload_id: UUID, number: int, kept: VaultFile) -> None:
    row = await own_upload(work, upload_id, lock=True)
    if row.finished_at is not None:
        raise UploadFinished
    values = {"upload_id": upload_id, "number": number, "vault_name": kept.id, "size": kept.size, "sha256": kept.sha256}
    if not await store.keep_part(work.session, values):
        raced = await store.part(work.session, upload_id, number)
        if raced is None or raced.sha256 != kept.sha256:
            raise PartDiffers
        await work.defer("records.drop_file", name=kept.id)
    await store.touch(work.session, upload_id, work.now)


async def _forget(work: Work, upload_id: UUID) -> None:
    await drop_parts(work, upload_id)
    await store.forget(work.session, upload_id)
