"""Use cases while an upload is open: begin, take a file or a zip, say what has come, withdraw, sweep what was forgotten."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.answers import Upload
from server.foundation.errors import Unknown
from server.foundation.vault import FileTooLarge
from server.foundation.work import Work, unit_of_work
from server.identity import service as identity
from server.imaging.dicom.inspecting import inspect
from server.imaging.matching import attaching
from server.imaging.matching.errors import StudyDecidedAlready
from server.imaging.orders.finding import order_facts
from server.imaging.studies import service as studies
from server.imaging.studies.facts import CameBy, Fate, Outcome, Part
from server.imaging.studies.ingest import ingest
from server.records import service as records
from server.settings import ImagingSettings

from . import store, unpacking
from .errors import ArrivalOver
from .model import Arrival, ArrivedFile
from .people import Person, sealed

GIVEN_UP_AFTER: Final = timedelta(days=7)
_MOST_OPEN: Final = 50
_SWEPT_AT_ONCE: Final = 200
_WITHDRAWN: Final = "上传者撤回了这次上传"


@dataclass(frozen=True, slots=True)
class ArrivalFacts:
    """An upload, and for whom it was meant when it began."""

    id: UUID
    state: str
    patient_id: PersonId | None
    order_id: UUID | None
    request_id: UUID | None
    created_at: datetime
    touched_at: datetime


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What became of one file; `name` only in the answer to its own upload."""

    sha256: str
    state: Fate
    reason: str | None
    study_uid: str | None
    name: str = field(default="", repr=False)


@dataclass(slots=True)
class _Seen:
    """A part on its way through: its digest, its size, whom it names."""

    sha256: bytes
    size: int
    person: Person | None


async def start(work: Work, patient_id: UUID | None, order_id: UUID | None, request_id: UUID | None) -> ArrivalFacts:
    """Begin an upload, perhaps for an order or a patient. Raises: Unknown."""
    whose = PersonId(patient_id) if patient_id else None
    if order_id is not None:
        order = await order_facts(work, order_id)
        if work.actor.organisation not in (order.organisation_id, order.performing_organisation_id):
            raise Unknown
        if whose not in (None, order.patient_id):
            raise Unknown
        whose = order.patient_id
    elif whose is not None:
        await identity.patient_here(work, whose)
    row = Arrival(
        id=work.new_id(),
        organisation_id=work.actor.organisation,
        by_id=work.actor.person,
        patient_id=whose,
        order_id=order_id,
        request_id=request_id,
        state="open",
        created_at=work.now,
        touched_at=work.now,
    )
    work.session.add(row)
    await work.session.flush()
    work.audit("imaging-arrival.start", "imaging-arrival", row.id, patient_id=whose)
    return facts(row)


async def mine(work: Work) -> list[ArrivalFacts]:
    """The actor's uploads that are not over: where to go on after a broken line."""
    found = await store.open_arrivals(work.session, work.actor.person, work.actor.organisation, _MOST_OPEN)
    return [facts(row) for row in found]


async def files(work: Work, arrival_id: UUID) -> tuple[ArrivalFacts, list[FileFacts]]:
    """An upload and every file that came, by digest. Raises: Unknown."""
    row = await own(work, arrival_id)
    found = await store.files(work.session, arrival_id)
    return facts(row), [_file(each) for each in found]


async def take(work: Work, arrival_id: UUID, upload: Upload) -> list[FileFacts]:
    """One DICOM file, or a zip of them. It is in the archive when this returns; nobody's yet.

    The stream is taken before this unit touches the database, so that a slow line never holds a transaction.
    Raises: Unknown, ArrivalOver, FileTooLarge, ZipUnreadable, ZipExpandsTooFar.
    """
    async with unit_of_work(work.ground, work.actor, language=work.language) as asking:
        await _open(asking, arrival_id)
    head, stream = await _peek(upload.stream)
    if head.startswith(unpacking.MAGIC):
        most = work.part(ImagingSettings).store_limit_bytes
        kept = await work.ground.vault.put(stream, most)
        try:
            return await _take_zip(work, arrival_id, [(kept.id, kept.size)])
        finally:
            await asyncio.shield(work.ground.vault.delete(kept.id))
    return await _take_parts(work, arrival_id, _one(await _all(work, stream), upload.name))


async def take_upload(work: Work, arrival_id: UUID, upload_id: UUID) -> list[FileFacts]:
    """A zip that came piece by piece over a bad line. Raises: Unknown, ArrivalOver, ZipUnreadable, ZipExpandsTooFar."""
    async with unit_of_work(work.ground, work.actor, language=work.language) as asking:
        await _open(asking, arrival_id)
        whole = await records.whole_file(asking, upload_id)
    vault = work.ground.vault
    pieces = [(name, (await vault.stat(name)).size) for name in whole.parts]
    return await _take_zip(work, arrival_id, pieces)


async def _take_zip(work: Work, arrival_id: UUID, pieces: list[tuple[str, int]]) -> list[FileFacts]:
    settings = work.part(ImagingSettings)
    stored = unpacking.Stored(work.ground.vault, pieces, asyncio.get_running_loop())
    entries = unpacking.unpacked(
        stored, most_bytes=settings.store_limit_bytes, most_entry_bytes=settings.instance_limit_bytes
    )
    return await _take_parts(work, arrival_id, entries)


async def _take_parts(work: Work, arrival_id: UUID, entries: AsyncIterable[tuple[str, bytes]]) -> list[FileFacts]:
    seen: list[_Seen] = []

    async def parts() -> AsyncIterator[Part]:
        async for name, content in entries:
            seen.append(await asyncio.to_thread(_look_at, content))
            yield Part(content, name)

    outcomes = await ingest(work.ground, work.actor, work.actor.organisation, parts(), CameBy.PAGE)
    return await _note(work, arrival_id, seen, outcomes)


async def _note(work: Work, arrival_id: UUID, seen: list[_Seen], outcomes: list[Outcome]) -> list[FileFacts]:
    """Write down what came, with the transaction; the same content twice is one file."""
    if not await store.touch(work.session, arrival_id, work.now):
        raise ArrivalOver
    rows: dict[bytes, dict[str, object]] = {}
    named: dict[bytes, Person] = {}
    for each, outcome in zip(seen, outcomes, strict=True):
        whom = None
        if each.person is not None and outcome.stored:
            whom = each.person.digest(work, arrival_id)
            named[whom] = each.person
        rows[each.sha256] = {
            "arrival_id": arrival_id,
            "sha256": each.sha256,
            "size": each.size,
            "state": str(outcome.fate),
            "reason": outcome.reason,
            "study_uid": outcome.study_uid,
            "study_id": outcome.study_id,
            "whom": whom,
            "at": work.now,
        }
    await store.add_files(work.session, list(rows.values()))
    await store.add_people(
        work.session,
        [
            {"arrival_id": arrival_id, "whom": whom, "sealed": sealed(work, arrival_id, whom, person)}
            for whom, person in named.items()
        ],
    )
    kept = sum(outcome.stored for outcome in outcomes)
    work.audit("imaging-arrival.take", "imaging-arrival", arrival_id, kept=kept, failed=len(outcomes) - kept)
    return [
        FileFacts(each.sha256.hex(), outcome.fate, outcome.reason, outcome.study_uid, outcome.name)
        for each, outcome in zip(seen, outcomes, strict=True)
    ]


async def withdraw(work: Work, arrival_id: UUID) -> None:
    """Give an upload up: its studies that nobody else added to and nobody has matched are rejected.

    Raises: Unknown, ArrivalOver.
    """
    row = await _open(work, arrival_id)
    ids = {each.study_id for each in await store.files(work.session, arrival_id) if each.study_id}
    ids -= await store.elsewhere(work.session, arrival_id, ids) if ids else set()
    for study in await studies.studies_by_id(work, list(ids)):
        own_only = study.came_by is CameBy.PAGE and study.first_came_at >= row.created_at
        if own_only and study.patient_id is None:
            await _turn_away(work, study)
    if not await store.end(work.session, arrival_id, "withdrawn", work.now):
        raise ArrivalOver
    work.audit("imaging-arrival.withdraw", "imaging-arrival", arrival_id)


async def _turn_away(work: Work, study: studies.StudyFacts) -> None:
    try:
        await attaching.turn_away(work, study, _WITHDRAWN)
    except StudyDecidedAlready:
        return  # a colleague dealt with it in 待匹配


async def sweep(work: Work) -> None:
    """End what nobody has touched for a week; what came stays in 待匹配."""
    for arrival_id in await store.forgotten(work.session, work.now - GIVEN_UP_AFTER, _SWEPT_AT_ONCE):
        if await store.end(work.session, arrival_id, "lapsed", work.now):
            work.audit("imaging-arrival.lapse", "imaging-arrival", arrival_id)


async def own(work: Work, arrival_id: UUID) -> Arrival:
    """The actor's own upload, begun for the institution acted for. Raises: Unknown."""
    row = await store.arrival(work.session, arrival_id)
    if row is None or row.by_id != work.actor.person or row.organisation_id != work.actor.organisation:
        raise Unknown
    return row


async def _open(work: Work, arrival_id: UUID) -> Arrival:
    row = await own(work, arrival_id)
    if row.state != "open":
        raise ArrivalOver
    return row


def facts(row: Arrival) -> ArrivalFacts:
    """The row as a value."""
    patient_id = PersonId(row.patient_id) if row.patient_id else None
    return ArrivalFacts(row.id, row.state, patient_id, row.order_id, row.request_id, row.created_at, row.touched_at)


def _file(row: ArrivedFile) -> FileFacts:
    return FileFacts(row.sha256.hex(), Fate(row.state), row.reason, row.study_uid)


def _look_at(content: bytes) -> _Seen:
    header = inspect(content).header
    digest = hashlib.sha256(content).digest()
    if header is None:
        return _Seen(digest, len(content), None)
    said = header.names
    person = Person(said["patient_name"], said["file_id"], said["birth_date"], said["sex"])
    return _Seen(digest, len(content), person)


async def _peek(stream: AsyncIterator[bytes]) -> tuple[bytes, AsyncIterator[bytes]]:
    """The first bytes, and the whole stream with them."""
    head = b""
    async for piece in stream:
        head += piece
        if len(head) >= len(unpacking.MAGIC[0]):
            break

    async def whole() -> AsyncIterator[bytes]:
        yield head
        async for piece in stream:
            yield piece

    return head, whole()


async def _all(work: Work, stream: AsyncIterator[bytes]) -> bytes:
    most = work.part(ImagingSettings).instance_limit_bytes
    content = bytearray()
    async for piece in stream:
        content += piece
        if len(content) > most:
            raise FileTooLarge(limit_mb=most // 2**20)
    return bytes(content)


async def _one(content: bytes, name: str) -> AsyncIterator[tuple[str, bytes]]:
    yield unpacking.shown_name(name), content
