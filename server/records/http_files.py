"""Routes of files: attachments up and down, recordings for playing in step, the export."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.answers import Answer, Cookie, FileAnswer, Upload
from server.foundation.errors import Unknown
from server.foundation.routes import Query, Routes, View
from server.foundation.work import Work

from . import attachments, recordings, retention
from .errors import (
    FILE_PROBLEMS,
    EncounterClosed,
    LegalHold,
    ProcessRetentionNotOver,
    RecordingGone,
    RecordingNotReady,
    RetentionNotOver,
    TooManyUploads,
)
from .rules import AttachmentKind

routes = Routes()

PLAYER_COOKIE: Final = "lianyi-player"
_PLAYER_PATH: Final = "/api/recordings"
_UPLOAD_PROBLEMS = (Unknown, EncounterClosed, TooManyUploads, *FILE_PROBLEMS)


class AttachmentView(View):
    """One file of the record."""

    id: UUID
    patient_id: UUID
    encounter_id: UUID | None
    kind: AttachmentKind
    name: str
    content_type: str
    size: int
    pages: int
    width: int | None
    height: int | None
    added_by: UUID
    added_at: datetime


class UploadQuery(Query):
    """What the file is, and for which visit."""

    kind: AttachmentKind
    visit_id: UUID | None = None


class LegView(View):
    """One participant's picture and sound over one connection, or a `second` picture of theirs; play it at `offset_s`."""

    id: UUID
    seat: str
    second: bool
    person_id: UUID | None
    name: str
    state: str
    offset_s: float
    duration_s: float
    has_audio: bool
    has_video: bool
    gaps: tuple[dict[str, Any], ...]
    size: int | None


class RecordingView(View):
    """What a page needs to play all legs in step."""

    recording_id: UUID
    encounter_id: UUID
    started_at: datetime | None
    duration_s: float
    legs: tuple[LegView, ...]
    export_ready: bool
    pending: int


class PlaybackView(View):
    """For how long the page's player is believed; ask again before."""

    good_for_s: int


class ExportView(View):
    """Whether the export can be fetched now."""

    ready: bool


@routes.post("/api/patients/{patient_id}/attachments", may="records.attach", status=201, problems=_UPLOAD_PROBLEMS)
async def upload_attachment(work: Work, patient_id: UUID, query: UploadQuery, upload: Upload) -> AttachmentView:
    """Upload a paper or picture: PDF, JPEG or PNG by content; kept cleaned. The name goes in `X-File-Name`."""
    kept = await attachments.upload_attachment(work, PersonId(patient_id), query.kind, upload, query.visit_id)
    return AttachmentView.model_validate(kept)


@routes.get("/api/patients/{patient_id}/attachments", may="records.read", problems=(Unknown,))
async def list_attachments(work: Work, patient_id: UUID) -> list[AttachmentView]:
    """A patient's files, newest first."""
    found = await attachments.attachments_of(work, PersonId(patient_id))
    return [AttachmentView.model_validate(each) for each in found]


@routes.get("/api/encounters/{encounter_id}/attachments", may="records.read", problems=(Unknown,))
async def list_encounter_attachments(work: Work, encounter_id: UUID) -> list[AttachmentView]:
    """The files for one encounter: its own, and those uploaded without one."""
    found = await attachments.attachments_of_encounter(work, encounter_id)
    return [AttachmentView.model_validate(each) for each in found]


@routes.get("/api/attachments/{attachment_id}", may="records.read", problems=(Unknown,))
async def open_attachment(work: Work, attachment_id: UUID) -> FileAnswer:
    """The file itself."""
    return await attachments.open_attachment(work, attachment_id)


@routes.delete(
    "/api/attachments/{attachment_id}",
    may="records.delete",
    problems=(Unknown, RetentionNotOver, ProcessRetentionNotOver, LegalHold),
)
async def delete_attachment(work: Work, attachment_id: UUID) -> None:
    """Delete a file whose retention is over."""
    await retention.delete_attachment(work, attachment_id)


@routes.get("/api/encounters/{encounter_id}/recording", may="records.read", problems=(Unknown,))
async def show_recording(work: Work, encounter_id: UUID) -> RecordingView:
    """The recording's legs with offsets and gaps, for playing in step."""
    return RecordingView.model_validate(await recordings.recording(work, encounter_id))


@routes.post(
    "/api/encounters/{encounter_id}/recording/playback", may="records.read", grants_tokens=True, problems=(Unknown,)
)
async def open_playback(work: Work, encounter_id: UUID) -> Answer[PlaybackView]:
    """Let this browser's player fetch legs for some minutes: it can send no header, so a cookie of that path speaks for it.

    The cookie opens nothing by itself: each leg is allowed, or not, to the person as always.
    """
    token, good_for_s = await recordings.open_playback(work, encounter_id)
    cookie = Cookie(PLAYER_COOKIE, token, good_for_s, path=_PLAYER_PATH)
    return Answer(PlaybackView(good_for_s=good_for_s), cookies=(cookie,), headers={"Cache-Control": "no-store"})


@routes.get(
    "/api/recordings/{leg_id}/media",
    may="records.read",
    cookie=PLAYER_COOKIE,
    problems=(Unknown, RecordingNotReady, RecordingGone),
)
async def play_leg(work: Work, leg_id: UUID) -> FileAnswer:
    """One leg as WebM; takes ranges."""
    return await recordings.play_leg(work, leg_id)


@routes.delete(
    "/api/recordings/{leg_id}",
    may="records.delete",
    problems=(Unknown, ProcessRetentionNotOver, LegalHold, RecordingGone),
)
async def delete_leg(work: Work, leg_id: UUID) -> None:
    """Delete one leg whose retention is over."""
    await retention.delete_leg(work, leg_id)


@routes.post(
    "/api/encounters/{encounter_id}/recording/export",
    may="records.read",
    problems=(Unknown, RecordingNotReady),
    also=(202,),
)
async def ask_export(work: Work, encounter_id: UUID) -> Answer[ExportView]:
    """Have one MKV with all tracks made; 202 until it is ready."""
    ready = await recordings.ask_export(work, encounter_id)
    return Answer(ExportView(ready=ready), status=200 if ready else 202)


@routes.get(
    "/api/encounters/{encounter_id}/recording/export", may="records.read", problems=(Unknown, RecordingNotReady)
)
async def fetch_export(work: Work, encounter_id: UUID) -> FileAnswer:
    """The MKV with all tracks."""
    return await recordings.export_file(work, encounter_id)
