"""Scans of the signed agreement: both ends' administrators file and open them; nothing that was filed is ever lost.

Photographs are filed page by page, a PDF at once. Whatever comes is checked and drawn anew as every paper of a record is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from server.foundation.actor import OrganisationId
from server.foundation.answers import FileAnswer, Upload
from server.foundation.errors import Unknown
from server.foundation.work import Work, unit_of_work
from server.records import service as records
from server.records.service import CheckedFile, Form
from server.settings import VisitSettings

from . import agreeing, store
from .errors import ScanReplaced, TooManyScans
from .model import Agreement, Scan

MOST: Final = 60
_ENDINGS: Final = {Form.PDF: "pdf", Form.JPEG: "jpg", Form.PNG: "png"}


@dataclass(frozen=True, slots=True)
class ScanFacts:
    """A filed scan."""

    id: UUID
    content_type: str
    size: int
    pages: int
    organisation_id: OrganisationId
    added_at: datetime
    replaced: bool


async def add(work: Work, agreement_id: UUID, upload: Upload, replaces: UUID | None = None) -> None:
    """File a scan, perhaps in the place of an earlier one; the same file again changes nothing.

    The stream is taken before this unit touches the database.
    Raises: Unknown, ScanReplaced, TooManyScans, FileTooBig, WrongFileType and the problems of cleaning. Rule: cooperation-4
    """
    async with unit_of_work(work.ground, work.actor, language=work.language) as asking:
        await agreeing.own(asking, agreement_id)
        await _require_fit(asking, agreement_id, replaces)
    vault = work.ground.vault
    checked = await records.check_file(
        vault, upload.stream, records.PAPERS, work.part(VisitSettings).upload_limit_bytes
    )
    try:
        await _file(work, agreement_id, checked, replaces)
    except BaseException:
        await asyncio.shield(vault.delete(checked.vault.id))
        raise


async def scans_of(work: Work, agreement_ids: Collection[UUID]) -> dict[UUID, list[ScanFacts]]:
    """What is filed with these agreements, the first first; the caller knows that the actor may see them."""
    rows = await store.scans(work.session, agreement_ids)
    replaced = {row.replaces_id for row in rows}
    found: dict[UUID, list[ScanFacts]] = {}
    for row in rows:
        found.setdefault(row.agreement_id, []).append(
            ScanFacts(
                row.id,
                row.content_type,
                row.size,
                row.pages,
                OrganisationId(row.organisation_id),
                row.added_at,
                row.id in replaced,
            )
        )
    return found


async def open_scan(work: Work, agreement_id: UUID, scan_id: UUID) -> FileAnswer:
    """The file itself. Raises: Unknown."""
    agreement = await agreeing.own(work, agreement_id)
    row = await store.scan(work.session, agreement_id, scan_id)
    if row is None:
        raise Unknown
    work.audit("agreement.scan.open", "agreement", agreement_id)
    name = f"{agreement.number}.{_ENDINGS[Form(row.content_type)]}"
    return records.vault_file(work, row.vault_name, row.size, row.content_type, name)


async def _file(work: Work, agreement_id: UUID, file: CheckedFile, replaces: UUID | None) -> None:
    agreement = await agreeing.own(work, agreement_id)
    await store.hold(work.session, agreement_id)
    if await _is_filed(work, agreement_id, file.source_sha256):
        await work.defer("records.drop_file", name=file.vault.id)
        return
    await _require_fit(work, agreement_id, replaces)
    await _enter(work, agreement, file, replaces)
    verb = "replace_scan" if replaces else "add_scan"
    await agreeing.write(work, agreement, verb)


async def _is_filed(work: Work, agreement_id: UUID, source_sha256: str) -> bool:
    """Whether this very file stands there now; filed again after it was replaced it stands there anew."""
    rows = await store.scans(work.session, [agreement_id])
    replaced = {row.replaces_id for row in rows}
    return any(row.source_sha256 == source_sha256 and row.id not in replaced for row in rows)


async def _require_fit(work: Work, agreement_id: UUID, replaces: UUID | None) -> None:
    """Raises: Unknown, ScanReplaced, TooManyScans."""
    filed = (await scans_of(work, [agreement_id])).get(agreement_id, [])
    if len(filed) >= MOST:
        raise TooManyScans(most=MOST)
    if replaces is None:
        return
    earlier = next((each for each in filed if each.id == replaces), None)
    if earlier is None:
        raise Unknown
    if earlier.replaced:
        raise ScanReplaced


async def _enter(work: Work, agreement: Agreement, file: CheckedFile, replaces: UUID | None) -> None:
    work.session.add(
        Scan(
            id=work.new_id(),
            agreement_id=agreement.id,
            replaces_id=replaces,
            vault_name=file.vault.id,
            content_type=file.content_type,
            size=file.vault.size,
            sha256=file.vault.sha256,
            source_sha256=file.source_sha256,
            pages=file.pages,
            added_by=work.actor.person,
            organisation_id=work.actor.organisation,
            added_at=work.now,
        )
    )
    await work.session.flush()
