"""Routes of resumable uploads."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from server.foundation.actor import PersonId
from server.foundation.answers import Upload
from server.foundation.errand import Errand, Told
from server.foundation.errors import Unknown
from server.foundation.routes import Body, Query, Routes, View
from server.foundation.work import Work
from server.records.errors import (
    FileNotClean,
    FileTooBig,
    PaperDamaged,
    PaperEncrypted,
    PictureTooManyPixels,
    TooManyPages,
    WrongFileType,
)

from . import finishing, receiving
from .errors import (
    PartDamaged,
    PartDiffers,
    PartOfWrongSize,
    TooManyUnfinished,
    UploadDiffers,
    UploadFinished,
    UploadNotWhole,
)
from .rules import LARGEST_ZIP_BYTES, UploadPurpose

routes = Routes()

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_CHECKING = (FileTooBig, WrongFileType, PaperDamaged, PaperEncrypted, PictureTooManyPixels, TooManyPages, FileNotClean)


class StartUploadBody(Body):
    """What is going to come. `patient_id` may be missing for a packed study only."""

    purpose: UploadPurpose
    patient_id: UUID | None = None
    name: str = Field(min_length=1, max_length=200)
    size: int = Field(gt=0, le=LARGEST_ZIP_BYTES)
    content_type: str = Field(default="application/octet-stream", max_length=100)


class PartQuery(Query):
    """The SHA-256 of the part, in hex."""

    sha256: Sha256


class FinishUploadBody(Body):
    """The file's digest: the SHA-256 of the SHA-256 (32 bytes each) of all parts, one after the other; in hex."""

    sha256: Sha256


class UploadView(View):
    """A file on its way: parts are numbered from 0, each of `part_bytes` except the last."""

    id: UUID
    purpose: UploadPurpose
    patient_id: UUID | None
    name: str
    content_type: str
    size: int
    part_bytes: int
    received: tuple[int, ...]
    finished_at: datetime | None
    attachment_id: UUID | None = Field(description="Once finished, where the file was a document")


@routes.post("/api/uploads", may="records.attach", status=201, problems=(Unknown, FileTooBig, TooManyUnfinished))
async def start_upload(work: Work, body: StartUploadBody) -> UploadView:
    """Begin a file that comes in parts."""
    new = receiving.NewUpload(
        body.purpose, PersonId(body.patient_id) if body.patient_id else None, body.name, body.content_type, body.size
    )
    return UploadView.model_validate(await receiving.start_upload(work, new))


@routes.put(
    "/api/uploads/{upload_id}/parts/{number}",
    may="records.attach",
    problems=(Unknown, UploadFinished, PartOfWrongSize, PartDamaged, PartDiffers),
)
async def receive_part(work: Work, upload_id: UUID, number: int, query: PartQuery, upload: Upload) -> None:
    """One part as the raw body; the same part again is fine. It is on the disk, encrypted, when this answers."""
    await receiving.receive_part(work, upload_id, number, query.sha256, upload)


@routes.get("/api/uploads/{upload_id}", may="records.attach", problems=(Unknown,))
async def show_upload(work: Work, upload_id: UUID) -> UploadView:
    """Which parts have arrived."""
    return UploadView.model_validate(await receiving.show_upload(work, upload_id))


@routes.post(
    "/api/uploads/{upload_id}/finish",
    may="records.attach",
    problems=(Unknown, UploadNotWhole, UploadDiffers, *_CHECKING),
)
async def finish_upload(errand: Errand, upload_id: UUID, body: FinishUploadBody) -> Told[UploadView]:
    """All parts are there. A document is checked and becomes an attachment; asked again, the answer is the same."""
    facts = await finishing.finish_upload(errand.ground, errand.actor, errand.language, upload_id, body.sha256)
    return Told(errand.status, errand.dump(UploadView.model_validate(facts)))


@routes.delete("/api/uploads/{upload_id}", may="records.attach", problems=(Unknown,))
async def drop_upload(work: Work, upload_id: UUID) -> None:
    """Give the file up. An attachment that was made of it stays in the record."""
    await receiving.drop_upload(work, upload_id)
