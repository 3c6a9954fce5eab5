"""Use cases of attachments: take a file in (checked, cleaned, in the vault), list, open, and who has opened a paper."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.answers import FileAnswer, Upload
from server.foundation.errors import Unknown
from server.foundation.fields import DataKey
from server.foundation.vault import FileTooLarge, Vault, VaultFile
from server.foundation.work import Work, unit_of_work
from server.settings import VisitSettings

from . import store_kept as store
from .encounters import (
    EncounterFacts,
    encounter,
    encounter_of,
    note_read,
    require_may_read,
    require_may_read_encounter,
)
from .errors import EncounterClosed, FileTooBig, TooManyUploads, WrongFileType
from .events import AttachmentAdded
from .model import Attachment
from .papers import clean_paper
from .pictures import CleanFile, clean_picture
from .recordings import vault_file
from .rules import AttachmentKind, Right, Seen
from .sealing import key_of, seal, unseal
from .sniffing import HEAD_BYTES, TAKEN, Form, form_taken

MOST_A_DAY: Final = 100
_DAY: Final = timedelta(days=1)
_CLEANING: Final = asyncio.Semaphore(2)  # a decoded picture takes 150 MB; two at a time are enough for two cores


@dataclass(frozen=True, slots=True)
class AttachmentFacts:
    """A file of the record. `opened_by_doctor` says whether the encounter's doctor has seen it."""

    id: UUID
    patient_id: PersonId
    encounter_id: UUID | None
    kind: AttachmentKind
    name: str
    content_type: str
    size: int
    pages: int
    width: int | None
    height: int | None
    added_by: PersonId
    added_at: datetime


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A cleaned file that lies in the vault."""

    vault: VaultFile
    source_sha256: str
    content_type: str
    pages: int
    width: int | None
    height: int | None


async def upload_attachment(
    work: Work, patient_id: PersonId, kind: AttachmentKind, upload: Upload, visit_id: UUID | None
) -> AttachmentFacts:
    """Check, clean and keep an uploaded file; the same file again is the same attachment.

    The stream is taken before this unit touches the database, so that a slow line never holds a transaction.
    Raises: Unknown, EncounterClosed, TooManyUploads, FileTooBig, WrongFileType and the problems of cleaning.
    """
    async with unit_of_work(work.ground, work.actor, language=work.language) as asking:
        place = await _place(asking, patient_id, visit_id)
    return await take_file(work, patient_id, place.id if place else None, kind, upload)


async def take_file(
    work: Work, patient_id: PersonId, encounter_id: UUID | None, kind: AttachmentKind, upload: Upload
) -> AttachmentFacts:
    """Check, clean and keep what is uploaded; the caller knows that the actor may, and has not begun with the database.

    Raises: FileTooBig, WrongFileType and the problems of cleaning.
    """
    limit = work.part(VisitSettings).upload_limit_bytes
    checked = await check_file(work.ground.vault, upload.stream, TAKEN[kind], limit)
    try:
        return await add_attachment(
            work,
            patient_id=patient_id,
            encounter_id=encounter_id,
            kind=kind,
            file=checked,
            name=upload.name,
        )
    except BaseException:
        await asyncio.shield(work.ground.vault.delete(checked.vault.id))
        raise


async def add_attachment(
    work: Work,
    *,
    patient_id: PersonId,
    encounter_id: UUID | None,
    kind: AttachmentKind,
    file: CheckedFile,
    name: str = "",
) -> AttachmentFacts:
    """Enter a checked file into the record; the caller knows that the actor may."""
    author = work.actor.person
    key = await key_of(work, patient_id)
    await store.hold_upload(work.session, patient_id, file.source_sha256)
    known = await store.same_upload(work.session, patient_id, encounter_id, kind, file.source_sha256, author)
    if known is not None:
        await work.defer("records.drop_file", name=file.vault.id)
        return _facts(work, known, key)
    row_id = work.new_id()
    row = Attachment(
        id=row_id,
        patient_id=patient_id,
        encounter_id=encounter_id,
        kind=kind,
        vault_name=file.vault.id,
        content_type=file.content_type,
        size=file.vault.size,
        sha256=file.vault.sha256,
        source_sha256=file.source_sha256,
        pages=file.pages,
        width=file.width,
        height=file.height,
        name=seal(work, name, ("attachments", "name", row_id), key),
        added_by=author,
        added_at=work.now,
    )
    work.session.add(row)
    await work.session.flush()
    work.audit("attachment.add", "attachment", row_id, patient_id=patient_id, what=kind)
    work.record(AttachmentAdded(row_id, patient_id, encounter_id, kind))
    return _facts(work, row, key)


async def check_file(
    vault: Vault, stream: AsyncIterable[bytes], taken: Collection[Form], limit_bytes: int
) -> CheckedFile:
    """A stream of one of these forms as a cleaned file in the vault. What was sent lies there only while it is being cleaned.

    Raises: FileTooBig, WrongFileType (at the first bytes), PaperDamaged and the other problems of cleaning.
    """
    found: list[Form] = []
    try:
        source = await vault.put(_sniffed(stream, taken, found), limit_bytes)
    except FileTooLarge:
        raise FileTooBig(limit_mb=max(1, limit_bytes // 2**20)) from None
    try:
        async with _CLEANING:
            raw = b"".join([piece async for piece in vault.read(source.id)])
            clean = await asyncio.to_thread(_cleaned, raw, found[0])
        stored = await vault.put(_once(clean.content), max(limit_bytes, len(clean.content)))
    finally:
        await asyncio.shield(vault.delete(source.id))
    return CheckedFile(stored, source.sha256, clean.form, clean.pages, clean.width, clean.height)


async def attachments_of(work: Work, patient_id: PersonId, encounter_id: UUID | None = None) -> list[AttachmentFacts]:
    """A patient's files, newest first; a line in the who-read list. Raises: Unknown."""
    right = await require_may_read(work, patient_id)
    await note_read(work, patient_id, Seen.ATTACHMENTS, encounter_id or patient_id, own=right is Right.SELF)
    key = await key_of(work, patient_id)
    return [_facts(work, row, key) for row in await store.attachments(work.session, patient_id, encounter_id)]


async def attachments_of_encounter(work: Work, encounter_id: UUID) -> list[AttachmentFacts]:
    """The files that an encounter's doctor works with: its own, and those uploaded before any. Raises: Unknown."""
    facts = await require_may_read_encounter(work, encounter_id)
    return await attachments_of(work, facts.patient_id, encounter_id)


async def attachment_facts(work: Work, attachment_ids: Collection[UUID]) -> dict[UUID, AttachmentFacts]:
    """These files by their ids, without asking who asks and without opening one: what they are called, how large."""
    found = {}
    for attachment_id in attachment_ids:
        row = await store.attachment(work.session, attachment_id)
        if row is not None:
            found[attachment_id] = _facts(work, row, await key_of(work, PersonId(row.patient_id)))
    return found


async def picture(work: Work, attachment_id: UUID, patient_id: PersonId) -> FileAnswer | None:
    """A picture of this patient's record, for whoever puts it into a report; None for anything else. Nobody is asked who asks,
    and no byte is read before the answer's `read` is called.
    """
    row = await store.attachment(work.session, attachment_id)
    if row is None or row.patient_id != patient_id or row.content_type == Form.PDF:
        return None
    return vault_file(work, row.vault_name, row.size, row.content_type, str(row.id))


async def open_attachment(work: Work, attachment_id: UUID) -> FileAnswer:
    """The file itself; a line in the who-read list. Raises: Unknown."""
    row = await store.attachment(work.session, attachment_id)
    if row is None:
        raise Unknown
    right = await require_may_read(work, PersonId(row.patient_id))
    return await _opened(work, row, own=right is Right.SELF)


async def open_chat_file(work: Work, attachment_id: UUID, encounter_id: UUID) -> FileAnswer:
    """A file that was sent in the room of an encounter, for who is in it, as the caller knows; a line in the who-read list.

    Raises: Unknown, also for any other file.
    """
    row = await store.attachment(work.session, attachment_id)
    if row is None or (row.encounter_id, row.kind) != (encounter_id, AttachmentKind.CHAT_FILE):
        raise Unknown
    return await _opened(work, row, own=row.patient_id == work.actor.person_id)


async def _opened(work: Work, row: Attachment, *, own: bool) -> FileAnswer:
    await note_read(work, PersonId(row.patient_id), Seen.ATTACHMENT, row.id, own=own)
    ending = {Form.PDF: "pdf", Form.JPEG: "jpg", Form.PNG: "png"}[Form(row.content_type)]
    return vault_file(work, row.vault_name, row.size, row.content_type, f"{row.id}.{ending}")


async def has_paper(work: Work, encounter_id: UUID) -> bool:
    """Whether there is a diagnosis paper for this encounter or from before (B13), without asking who asks."""
    facts = await encounter(work, encounter_id)
    rows = await store.attachments(work.session, facts.patient_id, encounter_id)
    return any(row.kind == AttachmentKind.DIAGNOSIS_PAPER for row in rows)


async def opened_by(work: Work, encounter_id: UUID, doctor_id: PersonId) -> bool:
    """Whether this doctor has opened a diagnosis paper of the patient since the encounter was opened. Rule: B12, B13"""
    facts = await encounter(work, encounter_id)
    return await store.opened_paper(
        work.session, doctor_id, facts.patient_id, AttachmentKind.DIAGNOSIS_PAPER, facts.opened_at
    )


async def require_uploads_left(work: Work, patient_id: PersonId) -> None:
    """Nothing, while the record takes more files today. Raises: TooManyUploads."""
    if await store.uploads_since(work.session, patient_id, work.now - _DAY) >= MOST_A_DAY:
        raise TooManyUploads(retry_after_s=3600)


async def _place(work: Work, patient_id: PersonId, visit_id: UUID | None) -> EncounterFacts | None:
    """The encounter that an upload belongs to, when the actor may put one there."""
    await require_may_read(work, patient_id)
    await require_uploads_left(work, patient_id)
    if visit_id is None:
        return None
    place = await encounter_of(work, visit_id)
    if place is None or place.patient_id != patient_id:
        raise Unknown
    if place.closed_at is not None:
        raise EncounterClosed
    return place


async def _sniffed(stream: AsyncIterable[bytes], taken: Collection[Form], found: list[Form]) -> AsyncIterator[bytes]:
    """The stream as it is, refused at its first bytes when its form is not taken; says the form in `found`."""
    head = b""
    async for part in stream:
        if found:
            yield part
            continue
        head += part
        if len(head) < HEAD_BYTES:
            continue
        found.append(_form(head, taken))
        yield head
    if not found:
        found.append(_form(head, taken))
        yield head


def _form(head: bytes, taken: Collection[Form]) -> Form:
    form = form_taken(head, taken)
    if form is None:
        raise WrongFileType
    return form


def _cleaned(raw: bytes, form: Form) -> CleanFile:
    return clean_paper(raw) if form is Form.PDF else clean_picture(raw, form)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _facts(work: Work, row: Attachment, key: DataKey) -> AttachmentFacts:
    return AttachmentFacts(
        id=row.id,
        patient_id=PersonId(row.patient_id),
        encounter_id=row.encounter_id,
        kind=AttachmentKind(row.kind),
        name=unseal(work, row.name, ("attachments", "name", row.id), key),
        content_type=row.content_type,
        size=row.size,
        pages=row.pages,
        width=row.width,
        height=row.height,
        added_by=PersonId(row.added_by),
        added_at=row.added_at,
    )
