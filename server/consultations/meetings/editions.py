"""The report's editions: of which signed versions each consists, opened, with every signature checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.consultations.remote.model import RemoteRequest
from server.foundation import data_keys
from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.signatures import service as signatures

from . import store_opinions as store
from .content import OpinionContent, signed_document
from .model_opinions import Opinion, OpinionVersion, ReportEdition
from .rules import Sort


@dataclass(frozen=True, slots=True)
class SignedPart:
    """One signed version in an edition."""

    sort: Sort
    author_id: PersonId
    version: int
    content: OpinionContent
    reason: str | None
    signed_at: datetime
    signature_id: UUID
    valid: bool


async def make(work: Work, request_id: UUID) -> int:
    """The next edition, of the newest signed version of everything that was signed; its number."""
    written = [each for each in await store.of_request(work.session, request_id) if each.version > 0]
    newest = {each.opinion_id: each.id for each in await store.versions(work.session, [each.id for each in written])}
    edition = len(await store.editions(work.session, request_id)) + 1
    parts = [newest[each.id] for each in written]
    work.session.add(
        ReportEdition(id=work.new_id(), request_id=request_id, edition=edition, parts=parts, made_at=work.now)
    )
    await work.session.flush()
    work.audit("report.edition", "remote_request", request_id, edition=edition)
    return edition


async def edition_of(work: Work, request_id: UUID, number: int | None) -> tuple[ReportEdition, Sequence[ReportEdition]]:
    """One edition (the newest, when none is named), and all of them. Raises: Unknown."""
    every = await store.editions(work.session, request_id)
    wanted = (
        next((each for each in every if each.edition == number), None) if number else (every[-1] if every else None)
    )
    if wanted is None:
        raise Unknown
    return wanted, every


async def parts_of(work: Work, request: RemoteRequest, edition: ReportEdition) -> list[SignedPart]:
    """The signed versions of an edition, opinions first, the summary last."""
    written = {each.id: each for each in await store.of_request(work.session, request.id)}
    versions = await store.versions(work.session, list(written))
    wanted = [each for each in versions if each.id in edition.parts]
    found = [await signed_part(work, request, written[each.opinion_id], each) for each in wanted]
    return sorted(found, key=lambda each: (each.sort is Sort.SUMMARY, each.signed_at))


async def signed_part(work: Work, request: RemoteRequest, row: Opinion, version: OpinionVersion) -> SignedPart:
    """One version, opened and checked against what its author signed."""
    key = await data_keys.fetch(work.session, work.ground.fields, row.patient_id)
    fields = work.ground.fields
    content = OpinionContent.model_validate_json(
        fields.open(version.content, "opinion_versions", "content", version.id, key)
    )
    reason = fields.open(version.reason, "opinion_versions", "reason", version.id, key) if version.reason else None
    document = signed_document(
        request_id=request.id,
        number=request.number,
        kind=row.kind,
        author_id=version.author_id,
        version=version.version,
        reason=reason,
        content=content,
    )
    act = "opinion.amend" if version.version > 1 else "opinion.sign"
    verdict = await signatures.verify(work, version.signature_id, document, act, signatures.OPINION)
    return SignedPart(
        sort=Sort(row.kind),
        author_id=PersonId(version.author_id),
        version=version.version,
        content=content,
        reason=reason,
        signed_at=version.signed_at,
        signature_id=version.signature_id,
        valid=verdict.valid and verdict.signer_id == version.author_id,
    )
