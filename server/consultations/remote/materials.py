"""What is attached to a request: files on their way or in the record, and studies. Nothing of another patient ever."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.records import service as records
from server.records.events import UploadBecameAttachment

from . import access, steps, store_people
from .errors import NoSuchMaterial
from .lifecycle import BEFORE_SIGNED
from .model import RemoteMaterial, RemoteRequest

MOST: Final = 200


class MaterialKind(StrEnum):
    """What it is; ECG files come as documents."""

    DOCUMENT = "document"
    PHOTO = "photo"
    ECG = "ecg"
    DICOM = "dicom"


class MaterialState(StrEnum):
    """How far it has come."""

    WAITING = "waiting"
    UPLOADING = "uploading"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Material:
    """One of them, as the pages show it. A study has no size here: imaging knows it."""

    id: UUID
    kind: MaterialKind
    upload_id: UUID | None
    attachment_id: UUID | None
    study_id: UUID | None
    name: str
    size: int | None
    received: int | None
    state: MaterialState


async def add(
    work: Work,
    request_id: UUID,
    kind: MaterialKind,
    *,
    upload_id: UUID | None = None,
    attachment_id: UUID | None = None,
) -> RemoteRequest:
    """Attach a file that is on its way or in the patient's record, until the report is signed.

    Raises: Unknown, NotInThisState, NoSuchMaterial.
    """
    request = await _open(work, request_id)
    if attachment_id is not None:
        found = (await records.attachment_facts(work, [attachment_id])).get(attachment_id)
        if found is None or found.patient_id != request.patient_id:
            raise NoSuchMaterial
    else:
        assert upload_id is not None, "the form has one of the two"
        coming = (await records.uploads_of(work, [upload_id])).get(upload_id)
        if coming is None or coming.patient_id != request.patient_id:
            raise NoSuchMaterial
        attachment_id = coming.attachment_id
    await insert(work, request, kind, upload_id=upload_id, attachment_id=attachment_id)
    return request


async def insert(
    work: Work,
    request: RemoteRequest,
    kind: str,
    *,
    upload_id: UUID | None = None,
    attachment_id: UUID | None = None,
    study_id: UUID | None = None,
) -> None:
    """The row, unless the same is attached already; the pages fetch again. Raises: NotInThisState, NoSuchMaterial."""
    if request.status not in BEFORE_SIGNED:
        raise NotInThisState(status=request.status)
    there = await store_people.materials(work.session, [request.id])
    if len(there) >= MOST:
        raise NoSuchMaterial
    wanted = (upload_id, attachment_id if upload_id is None else None, study_id)
    if wanted in [(row.upload_id, row.attachment_id if row.upload_id is None else None, row.study_id) for row in there]:
        return
    row = RemoteMaterial(
        id=work.new_id(),
        request_id=request.id,
        kind=kind,
        upload_id=upload_id,
        attachment_id=attachment_id,
        study_id=study_id,
        added_by=work.actor.person,
        added_at=work.now,
    )
    work.session.add(row)
    await work.session.flush()
    work.audit(
        "remote-request.attach", "remote_request", request.id, patient_id=PersonId(request.patient_id), what=kind
    )
    steps.tell(work, request)


async def remove(work: Work, request_id: UUID, material_id: UUID) -> RemoteRequest:
    """Take one out of the request; in the record it stays. Raises: Unknown, NotInThisState."""
    request = await _open(work, request_id)
    if not await store_people.remove_material(work.session, request.id, material_id, work.now):
        raise Unknown
    work.audit("remote-request.detach", "remote_request", request.id, patient_id=PersonId(request.patient_id))
    steps.tell(work, request)
    return request


async def on_upload_finished(work: Work, event: UploadBecameAttachment) -> None:
    """What was on its way is in the record now; the request names the file and not the journey."""
    for request in await store_people.upload_arrived(work.session, event.upload_id, event.attachment_id):
        steps.tell(work, request)


async def of_request(work: Work, request: RemoteRequest) -> list[Material]:
    """What is attached, with how far it has come."""
    rows = await store_people.materials(work.session, [request.id])
    files = await records.attachment_facts(work, {row.attachment_id for row in rows if row.attachment_id})
    coming = await records.uploads_of(
        work, {row.upload_id for row in rows if row.upload_id and row.attachment_id is None}
    )
    return [_material(row, files, coming) for row in rows]


def _material(
    row: RemoteMaterial, files: dict[UUID, records.AttachmentFacts], coming: dict[UUID, records.UploadFacts]
) -> Material:
    file = files.get(row.attachment_id) if row.attachment_id else None
    upload = coming.get(row.upload_id) if row.upload_id else None
    name, size, received, state = "", None, None, MaterialState.DONE
    if file is not None:
        name, size, received = file.name, file.size, file.size
    elif upload is not None:
        name, size = upload.name, upload.size
        received = min(upload.size, len(upload.received) * upload.part_bytes)
        state = MaterialState.UPLOADING if upload.received else MaterialState.WAITING
    elif row.study_id is None:
        state = MaterialState.FAILED
    return Material(
        row.id, MaterialKind(row.kind), row.upload_id, row.attachment_id, row.study_id, name, size, received, state
    )


async def _open(work: Work, request_id: UUID) -> RemoteRequest:
    """The requester's, as long as no report is signed. Raises: Unknown, NotInThisState."""
    request, _ = await steps.own(work, request_id, access.REQUESTER)
    if request.status not in BEFORE_SIGNED:
        raise NotInThisState(status=request.status)
    return request
