"""Use cases of a file that is whole: check it and make it an attachment, or hand it on to the capability that waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from server.foundation.actor import Actor, PersonId
from server.foundation.errors import Unknown
from server.foundation.ground import Ground
from server.foundation.vault import Vault
from server.foundation.work import Work, unit_of_work
from server.records import attachments
from server.records.events import UploadBecameAttachment
from server.records.rules import AttachmentKind
from server.records.sniffing import TAKEN
from server.settings import VisitSettings

from . import rules, store
from .errors import UploadDiffers, UploadNotWhole
from .model import FileUpload
from .receiving import UploadFacts, drop_parts, facts_of, own_upload
from .rules import UploadPurpose


@dataclass(frozen=True, slots=True)
class WholeFile:
    """A file that has arrived and waits to be taken: its size, and its parts' names in the vault, in their order."""

    upload_id: UUID
    patient_id: PersonId | None
    name: str
    size: int
    parts: tuple[str, ...]


async def finish_upload(ground: Ground, actor: Actor, language: str, upload_id: UUID, digest: str) -> UploadFacts:
    """Compare and close; a document is cleaned and becomes an attachment. Finishing again gives the same.

    Opens its own units, because cleaning takes seconds and belongs into none.
    Raises: Unknown, UploadNotWhole, UploadDiffers, and the problems of attachments.
    """
    async with unit_of_work(ground, actor, language=language) as asking:
        row = await own_upload(asking, upload_id)
        if row.finished_at is not None:
            if row.digest != digest:
                raise UploadDiffers
            return await facts_of(asking, row)
        names = await _whole(asking, row, digest)
    if row.purpose != UploadPurpose.REMOTE_MATERIAL:
        async with unit_of_work(ground, actor, language=language) as work:
            return await _finished(work, upload_id, digest, None)
    limit = ground.part(VisitSettings).upload_limit_bytes
    checked = await attachments.check_file(
        ground.vault, _joined(ground.vault, names), TAKEN[AttachmentKind.REMOTE_MATERIAL], limit
    )
    try:
        async with unit_of_work(ground, actor, language=language) as work:
            return await _finished(work, upload_id, digest, checked)
    except BaseException:
        await asyncio.shield(ground.vault.delete(checked.vault.id))
        raise


async def whole_file(work: Work, upload_id: UUID) -> WholeFile:
    """A packed study that has arrived, for who takes it. Raises: Unknown, UploadNotWhole."""
    row = await own_upload(work, upload_id)
    if row.purpose != UploadPurpose.IMAGING_ZIP:
        raise Unknown
    facts = await facts_of(work, row)
    if row.finished_at is None:
        raise UploadNotWhole(missing=rules.part_count(row.size, row.part_bytes) - len(facts.received))
    names = [part.vault_name for part in await store.parts(work.session, upload_id)]
    return WholeFile(upload_id, facts.patient_id, facts.name, row.size, tuple(names))


def read_whole(vault: Vault, file: WholeFile) -> AsyncIterator[bytes]:
    """The bytes of a whole file, decrypted piece by piece."""
    return _joined(vault, file.parts)


async def _whole(work: Work, row: FileUpload, digest: str) -> list[str]:
    parts = await store.parts(work.session, row.id)
    digests = {part.number: part.sha256 for part in parts}
    if lacking := rules.missing(row.size, row.part_bytes, digests):
        raise UploadNotWhole(missing=len(lacking))
    if rules.file_digest(digests) != digest:
        raise UploadDiffers
    return [part.vault_name for part in parts]


async def _finished(work: Work, upload_id: UUID, digest: str, checked: attachments.CheckedFile | None) -> UploadFacts:
    """Close it under its lock: of two windows that finish at once the second gets what the first made."""
    row = await own_upload(work, upload_id, lock=True)
    if row.finished_at is None:
        attachment_id = await _attached(work, row, checked) if checked else None
        await store.finish(work.session, upload_id, digest, work.now, attachment_id)
        if attachment_id is not None:
            await drop_parts(work, upload_id)
            work.record(UploadBecameAttachment(upload_id, attachment_id))
        patient_id = PersonId(row.patient_id) if row.patient_id else None
        work.audit("upload.finish", "upload", upload_id, patient_id=patient_id, what=row.purpose)
        row = await own_upload(work, upload_id)
    elif checked is not None:
        await work.defer("records.drop_file", name=checked.vault.id)
    return await facts_of(work, row)


async def _attached(work: Work, row: FileUpload, checked: attachments.CheckedFile) -> UUID:
    facts = await facts_of(work, row)
    assert facts.patient_id is not None, "a document is somebody's"
    kept = await attachments.add_attachment(
        work,
        patient_id=facts.patient_id,
        encounter_id=None,
        kind=AttachmentKind.REMOTE_MATERIAL,
        file=checked,
        name=facts.name,
    )
    return kept.id


async def _joined(vault: Vault, names: Sequence[str]) -> AsyncIterator[bytes]:
    for name in names:
        async for piece in vault.read(name):
            yield piece
