"""Routes of the note: draft, versions, amendments, proof, ICD-10; and the dialogue."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from server.foundation.errors import Unknown
from server.foundation.routes import SIGNED_IN, Body, Query, Routes, View
from server.foundation.work import Work

from . import chat, icd10, notes
from .content import NoteContent
from .errors import (
    AlreadySigned,
    DiagnosisNeedsOffline,
    EncounterClosed,
    NoteChangedElsewhere,
    NoteIncomplete,
    NotSignedYet,
)

routes = Routes()


class DraftView(View):
    """The draft as it stands; send its `seq` with the next save."""

    note_id: UUID
    encounter_id: UUID
    seq: int
    saved_at: datetime
    content: NoteContent


class SaveBody(Body):
    """A draft to be saved over the one with this `seq`; 0 when there is none."""

    seq: int = Field(ge=0)
    content: NoteContent


class AmendBody(Body):
    """A corrected note and why."""

    content: NoteContent
    reason: str = Field(min_length=2, max_length=500)


class VersionView(View):
    """One signed version."""

    version: int
    content: NoteContent
    author_id: UUID
    signed_at: datetime
    signature_id: UUID
    signature_valid: bool = Field(description="Checked now: signed by its author, unchanged since")
    reason: str | None


class NoteView(View):
    """A signed note with all its versions, the original first."""

    note_id: UUID
    encounter_id: UUID
    patient_id: UUID
    versions: tuple[VersionView, ...]


class ProofView(View):
    """A proof for strangers: check it with `python -m server.signatures.verify`."""

    document: dict[str, Any]
    act: str
    typ: str
    jws: str
    certificate: str
    root: str
    revoked_at: datetime | None


class CodeView(View):
    """One ICD-10 diagnosis."""

    code: str
    zh: str
    en: str
    group: str
    online: icd10.Online


class CodeQuery(Query):
    """What somebody types: a code, a name, pinyin initials."""

    q: str = Field(min_length=1, max_length=60)


class MessageView(View):
    """One message of the dialogue."""

    id: UUID
    author_id: UUID
    client_id: str
    text: str | None
    attachment_id: UUID | None
    at: datetime


@routes.get("/api/encounters/{encounter_id}/note/draft", may="records.write", problems=(Unknown,))
async def show_draft(work: Work, encounter_id: UUID) -> DraftView | None:
    """The draft of one's own encounter; null before the first save and after signing."""
    found = await notes.draft(work, encounter_id)
    return DraftView.model_validate(found) if found else None


@routes.put(
    "/api/encounters/{encounter_id}/note/draft",
    may="records.write",
    problems=(Unknown, EncounterClosed, AlreadySigned, NoteChangedElsewhere),
)
async def save_draft(work: Work, encounter_id: UUID, body: SaveBody) -> DraftView:
    """Save the draft; refused when another window saved first."""
    return DraftView.model_validate(await notes.save_note(work, encounter_id, body.content, body.seq))


@routes.get("/api/encounters/{encounter_id}/note", may="records.read", problems=(Unknown,))
async def show_note(work: Work, encounter_id: UUID) -> NoteView:
    """The signed note with all its versions."""
    return NoteView.model_validate(await notes.note(work, encounter_id))


@routes.post(
    "/api/notes/{note_id}/amendments",
    may="records.write",
    status=201,
    problems=(Unknown, NotSignedYet, NoteIncomplete, DiagnosisNeedsOffline, NoteChangedElsewhere),
)
async def amend_note(work: Work, note_id: UUID, body: AmendBody) -> NoteView:
    """Sign a corrected version; the original stays."""
    return NoteView.model_validate(await notes.amend_note(work, note_id, body.content, body.reason))


@routes.get("/api/notes/{note_id}/versions/{version}/proof", may="records.read", problems=(Unknown,))
async def show_proof(work: Work, note_id: UUID, version: Annotated[int, Field(ge=1, le=10_000)]) -> ProofView:
    """What a stranger needs to check one version without us."""
    return ProofView.model_validate(await notes.proof(work, note_id, version))


@routes.get("/api/icd10", may=SIGNED_IN)
async def search_icd10(work: Work, query: CodeQuery) -> list[CodeView]:
    """Diagnoses that fit a code, part of a name, or pinyin initials; best first."""
    return [CodeView.model_validate(each) for each in icd10.search(query.q)]


@routes.get("/api/encounters/{encounter_id}/messages", may="records.read", problems=(Unknown,))
async def list_messages(work: Work, encounter_id: UUID) -> list[MessageView]:
    """The dialogue of an encounter, oldest first."""
    return [MessageView.model_validate(each) for each in await chat.messages(work, encounter_id)]
