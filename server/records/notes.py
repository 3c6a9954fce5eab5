"""Use cases of the note: draft with conflict check, signature, amendment that keeps the original, versions, proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.signatures import service as signatures

from . import store_kept as store
from .content import NoteContent, needs_in_person, what_is_missing, with_names
from .encounters import EncounterFacts, note_read, require_may_read, require_may_read_encounter, require_open
from .errors import AlreadySigned, DiagnosisNeedsOffline, NoteChangedElsewhere, NoteIncomplete, NotSignedYet
from .events import NoteSigned
from .model_kept import Note, NoteVersion
from .rules import Right, Seen
from .sealing import key_of, seal, unseal

SIGN = "note.sign"
AMEND = "note.amend"
TYP = "note+jws"


@dataclass(frozen=True, slots=True)
class DraftView:
    """What stands in the draft: send `seq` with the next save."""

    note_id: UUID
    encounter_id: UUID
    seq: int
    saved_at: datetime
    content: NoteContent


@dataclass(frozen=True, slots=True)
class VersionView:
    """One signed version."""

    version: int
    content: NoteContent
    author_id: PersonId
    signed_at: datetime
    signature_id: UUID
    signature_valid: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class NoteView:
    """A signed note: the version in force and all before it, the original first."""

    note_id: UUID
    encounter_id: UUID
    patient_id: PersonId
    versions: tuple[VersionView, ...]

    @property
    def current(self) -> VersionView:
        """The version in force."""
        return self.versions[-1]


async def save_note(work: Work, encounter_id: UUID, content: NoteContent, seq: int) -> DraftView:
    """Save the encounter's draft over the one with this `seq` (0: there is none yet).

    Raises: Unknown (not this doctor's), EncounterClosed, AlreadySigned, NoteChangedElsewhere with the `seq` that stands.
    """
    facts = await _own(work, encounter_id)
    if facts.closed_at is not None:
        await require_open(work, encounter_id)
    row = await store.note_of(work.session, encounter_id)
    if row is not None and row.version > 0:
        raise AlreadySigned
    saved = await (_first_draft(work, facts, content, seq) if row is None else _next_draft(work, row, content, seq))
    if not saved:
        now_there = await store.note_of(work.session, encounter_id)
        if now_there is not None and now_there.version > 0:
            raise AlreadySigned
        raise NoteChangedElsewhere(seq=now_there.seq if now_there else 0)
    return await _draft(work, encounter_id)


async def draft(work: Work, encounter_id: UUID) -> DraftView | None:
    """The draft as it stands; None before the first save and after signing. Only its doctor sees it. Raises: Unknown."""
    await _own(work, encounter_id)
    row = await store.note_of(work.session, encounter_id)
    return None if row is None or row.draft is None else await _draft(work, encounter_id)


async def sign_note(work: Work, encounter_id: UUID, seq: int | None = None) -> NoteView:
    """Sign the draft as version 1; `seq`, when given, is the draft that the doctor saw.

    Raises: Unknown, AlreadySigned, NoteChangedElsewhere, NoteIncomplete, DiagnosisNeedsOffline. Rule: B14, B44
    """
    facts = await _own(work, encounter_id)
    row = await store.note_of(work.session, encounter_id, lock=True)
    if row is None or row.draft is None:
        raise (
            AlreadySigned if row is not None and row.version else NoteIncomplete(errors=what_is_missing(NoteContent()))
        )
    if seq is not None and seq != row.seq:
        raise NoteChangedElsewhere(seq=row.seq)
    content = NoteContent.model_validate_json(
        unseal(work, row.draft, ("notes", "draft", row.id), await key_of(work, row.patient_id))
    )
    await _sign(work, row, facts, content, reason=None)
    return await _view(work, row)


async def amend_note(work: Work, note_id: UUID, content: NoteContent, reason: str) -> NoteView:
    """Sign a corrected version beside the original, which stays as it was signed.

    Raises: Unknown, NotSignedYet, NoteIncomplete, DiagnosisNeedsOffline. Rule: B44
    """
    row = await store.note(work.session, note_id)
    if row is None or row.author_id != work.actor.person_id:
        raise Unknown
    facts = await require_may_read_encounter(work, row.encounter_id)
    if facts.organisation_id != work.actor.organisation_id:
        raise Unknown
    if row.version == 0:
        raise NotSignedYet
    await _sign(work, row, facts, content, reason=reason)
    return await _view(work, row)


async def note(work: Work, encounter_id: UUID) -> NoteView:
    """The signed note of an encounter with all its versions; a view in the who-read list. Raises: Unknown."""
    facts = await require_may_read_encounter(work, encounter_id)
    row = await store.note_of(work.session, encounter_id)
    if row is None or row.version == 0:
        raise Unknown
    right = await require_may_read(work, facts.patient_id)
    await note_read(work, facts.patient_id, Seen.NOTE, row.id, own=right is Right.SELF)
    return await _view(work, row)


async def signed(work: Work, encounter_id: UUID) -> bool:
    """Whether the encounter's note is signed; without content, without asking who asks."""
    row = await store.note_of(work.session, encounter_id)
    return row is not None and row.version > 0


async def proof(work: Work, note_id: UUID, version: int) -> dict[str, Any]:
    """What a stranger needs to check a version without us: document, signature, certificates. Raises: Unknown."""
    row = await store.note(work.session, note_id)
    if row is None:
        raise Unknown
    right = await require_may_read(work, PersonId(row.patient_id))
    await note_read(work, PersonId(row.patient_id), Seen.NOTE, row.id, own=right is Right.SELF)
    view = await _view(work, row)
    wanted = next((each for each in view.versions if each.version == version), None)
    if wanted is None:
        raise Unknown
    document = _document(row, wanted.version, wanted.content, wanted.author_id, wanted.reason)
    return await signatures.package(work, wanted.signature_id, document)


async def _own(work: Work, encounter_id: UUID) -> EncounterFacts:
    """An encounter of the acting doctor, as its present doctor, while care lasts. Raises: Unknown."""
    facts = await require_may_read_encounter(work, encounter_id)
    if facts.doctor_id != work.actor.person_id or facts.organisation_id != work.actor.organisation_id:
        raise Unknown
    return facts


async def _first_draft(work: Work, facts: EncounterFacts, content: NoteContent, seq: int) -> bool:
    if seq != 0:
        return False
    note_id = work.new_id()
    key = await key_of(work, facts.patient_id)
    return await store.start_note(
        work.session,
        {
            "id": note_id,
            "encounter_id": facts.id,
            "patient_id": facts.patient_id,
            "author_id": facts.doctor_id,
            "seq": 1,
            "version": 0,
            "draft": seal(work, content.model_dump_json(), ("notes", "draft", note_id), key),
            "created_at": work.now,
            "saved_at": work.now,
        },
    )


async def _next_draft(work: Work, row: Note, content: NoteContent, seq: int) -> bool:
    key = await key_of(work, row.patient_id)
    sealed = seal(work, content.model_dump_json(), ("notes", "draft", row.id), key)
    return await store.save_draft(work.session, row.id, seq, sealed, work.now)


async def _draft(work: Work, encounter_id: UUID) -> DraftView:
    row = await store.note_of(work.session, encounter_id)
    assert row is not None, "a draft was just saved or found"
    assert row.draft is not None, "a draft was just saved or found"
    text = unseal(work, row.draft, ("notes", "draft", row.id), await key_of(work, row.patient_id))
    return DraftView(row.id, encounter_id, row.seq, row.saved_at, NoteContent.model_validate_json(text))


async def _sign(work: Work, row: Note, facts: EncounterFacts, content: NoteContent, reason: str | None) -> None:
    if missing := what_is_missing(content):
        raise NoteIncomplete(errors=missing)
    if acute := needs_in_person(content):
        raise DiagnosisNeedsOffline(icd10=acute)
    content, version = with_names(content), row.version + 1
    author_id = work.actor.person
    document = _document(row, version, content, author_id, reason)
    signature = await signatures.sign(work, author_id, _act(version), TYP, document)
    if not await store.count_version(work.session, row.id, version):
        raise NoteChangedElsewhere(seq=row.seq)
    version_id = work.new_id()
    key = await key_of(work, row.patient_id)
    work.session.add(
        NoteVersion(
            id=version_id,
            note_id=row.id,
            version=version,
            content=seal(work, content.model_dump_json(), ("note_versions", "content", version_id), key),
            reason=seal(work, reason, ("note_versions", "reason", version_id), key) if reason else None,
            author_id=author_id,
            signature_id=signature.id,
            signed_at=signature.at,
        )
    )
    await work.session.flush()
    work.audit(_act(version), "note", row.id, patient_id=facts.patient_id, version=version)
    work.record(NoteSigned(row.id, facts.id, facts.patient_id, version))


def _act(version: int) -> str:
    """What the signature of a version does."""
    return AMEND if version > 1 else SIGN


async def _view(work: Work, row: Note) -> NoteView:
    key = await key_of(work, row.patient_id)
    found = []
    for each in await store.versions(work.session, row.id):
        text = unseal(work, each.content, ("note_versions", "content", each.id), key)
        reason = unseal(work, each.reason, ("note_versions", "reason", each.id), key) if each.reason else None
        content = NoteContent.model_validate_json(text)
        author = PersonId(each.author_id)
        document = _document(row, each.version, content, author, reason)
        checked = await signatures.verify(work, each.signature_id, document, _act(each.version), TYP)
        valid = checked.valid and checked.signer_id == author
        found.append(VersionView(each.version, content, author, each.signed_at, each.signature_id, valid, reason))
    return NoteView(row.id, row.encounter_id, PersonId(row.patient_id), tuple(found))


def _document(row: Note, version: int, content: NoteContent, author_id: PersonId, reason: str | None) -> dict[str, Any]:
    return {
        "note_id": str(row.id),
        "encounter_id": str(row.encounter_id),
        "patient_id": str(row.patient_id),
        "author_id": str(author_id),
        "version": version,
        "reason": reason,
        "content": content.document(),
    }
