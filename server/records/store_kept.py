"""SQL of notes, chat messages, attachments and recordings. Time is always an argument."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .model import Attachment, RecordRead
from .model_kept import ChatMessage, Note, NoteVersion, Recording, RecordingLeg


async def note(session: AsyncSession, note_id: UUID) -> Note | None:
    """One note as it stands now."""
    return await session.get(Note, note_id, populate_existing=True)


async def note_of(session: AsyncSession, encounter_id: UUID, *, lock: bool = False) -> Note | None:
    """The note of an encounter."""
    statement = select(Note).where(Note.encounter_id == encounter_id).execution_options(populate_existing=True)
    return (await session.scalars(statement.with_for_update() if lock else statement)).one_or_none()


async def start_note(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert an encounter's first draft; False when another window was first."""
    statement = insert(Note).values(**values).on_conflict_do_nothing(constraint="uq_notes_encounter_id")
    return (await session.execute(statement.returning(Note.id))).first() is not None


async def save_draft(session: AsyncSession, note_id: UUID, seq: int, draft: bytes, at: datetime) -> bool:
    """Replace the draft if it is still the one with this seq and nothing is signed: one statement says who wins."""
    unchanged = and_(Note.id == note_id, Note.seq == seq, Note.version == 0)
    statement = update(Note).where(unchanged).values(draft=draft, seq=seq + 1, saved_at=at).returning(Note.id)
    return (await session.execute(statement.execution_options(synchronize_session=False))).first() is not None


async def count_version(session: AsyncSession, note_id: UUID, version: int) -> bool:
    """Step the note from `version - 1` to `version`, dropping the draft; False when somebody was first."""
    statement = update(Note).where(Note.id == note_id, Note.version == version - 1).values(version=version, draft=None)
    done = await session.execute(statement.returning(Note.id).execution_options(synchronize_session=False))
    return done.first() is not None


async def versions(session: AsyncSession, note_id: UUID) -> Sequence[NoteVersion]:
    """Every signed version, the original first."""
    statement = select(NoteVersion).where(NoteVersion.note_id == note_id).order_by(NoteVersion.version)
    return (await session.scalars(statement)).all()


async def keep_message(session: AsyncSession, values: dict[str, Any]) -> UUID | None:
    """Insert a message; None when the same author sent the same client id before."""
    statement = insert(ChatMessage).values(**values).on_conflict_do_nothing().returning(ChatMessage.id)
    return (await session.execute(statement)).scalar_one_or_none()


async def message_of_client(
    session: AsyncSession, encounter_id: UUID, author_id: UUID, client_id: str
) -> ChatMessage | None:
    """The message that a client id stands for."""
    statement = select(ChatMessage).where(
        ChatMessage.encounter_id == encounter_id, ChatMessage.author_id == author_id, ChatMessage.client_id == client_id
    )
    return (await session.scalars(statement)).one_or_none()


async def messages(session: AsyncSession, encounter_id: UUID, limit: int) -> Sequence[ChatMessage]:
    """The dialogue of an encounter, oldest first."""
    statement = select(ChatMessage).where(ChatMessage.encounter_id == encounter_id)
    return (await session.scalars(statement.order_by(ChatMessage.at, ChatMessage.id).limit(limit))).all()


async def attachment(session: AsyncSession, attachment_id: UUID) -> Attachment | None:
    """One attachment, unless it was deleted after its time."""
    statement = select(Attachment).where(Attachment.id == attachment_id, Attachment.deleted_at.is_(None))
    return (await session.scalars(statement)).one_or_none()


async def attachments(session: AsyncSession, patient_id: UUID, encounter_id: UUID | None) -> Sequence[Attachment]:
    """A patient's attachments, newest first; those of one encounter and of none when an encounter is given."""
    statement = select(Attachment).where(Attachment.patient_id == patient_id, Attachment.deleted_at.is_(None))
    if encounter_id is not None:
        statement = statement.where(or_(Attachment.encounter_id == encounter_id, Attachment.encounter_id.is_(None)))
    return (await session.scalars(statement.order_by(Attachment.added_at.desc(), Attachment.id.desc()))).all()


async def hold_upload(session: AsyncSession, patient_id: UUID, source_sha256: str) -> None:
    """Let two uploads of the same file (a double click) take turns, so that the second finds the first."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{patient_id}{source_sha256}", 0))))


async def same_upload(
    session: AsyncSession, patient_id: UUID, encounter_id: UUID | None, kind: str, source_sha256: str, added_by: UUID
) -> Attachment | None:
    """What the same person uploaded to the same place before: a retry, not a second paper."""
    same_place = Attachment.encounter_id == encounter_id if encounter_id else Attachment.encounter_id.is_(None)
    statement = select(Attachment).where(
        Attachment.patient_id == patient_id,
        same_place,
        Attachment.kind == kind,
        Attachment.source_sha256 == source_sha256,
        Attachment.added_by == added_by,
        Attachment.deleted_at.is_(None),
    )
    return (await session.scalars(statement.limit(1))).first()


async def uploads_since(session: AsyncSession, patient_id: UUID, since: datetime) -> int:
    """How many files a patient's record took since then."""
    statement = select(func.count()).where(Attachment.patient_id == patient_id, Attachment.added_at > since)
    return (await session.scalars(statement)).one()


async def opened_paper(session: AsyncSession, reader_id: UUID, patient_id: UUID, kind: str, since: datetime) -> bool:
    """Whether this reader opened an attachment of that kind of this patient since then."""
    opened = exists().where(
        RecordRead.subject_id == Attachment.id, RecordRead.reader_id == reader_id, RecordRead.at >= since
    )
    statement = select(Attachment.id).where(Attachment.patient_id == patient_id, Attachment.kind == kind, opened)
    return (await session.execute(statement.limit(1))).first() is not None


async def recording_of(session: AsyncSession, encounter_id: UUID, *, lock: bool = False) -> Recording | None:
    """The recording of an encounter."""
    statement = select(Recording).where(Recording.encounter_id == encounter_id)
    return (await session.scalars(statement.with_for_update() if lock else statement)).one_or_none()


async def recording(session: AsyncSession, recording_id: UUID) -> Recording | None:
    """One recording."""
    return await session.get(Recording, recording_id, populate_existing=True)


async def start_recording(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert an encounter's recording; False when it was there."""
    statement = insert(Recording).values(**values).on_conflict_do_nothing(constraint="uq_recordings_encounter_id")
    return (await session.execute(statement.returning(Recording.id))).first() is not None


async def start_leg(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert a leg; False when it was there."""
    statement = insert(RecordingLeg).values(**values).on_conflict_do_nothing(constraint="uq_recording_legs_leg")
    return (await session.execute(statement.returning(RecordingLeg.id))).first() is not None


async def leg_named(session: AsyncSession, leg: str, *, lock: bool = False) -> RecordingLeg | None:
    """A leg by the name that the media node gave."""
    statement = select(RecordingLeg).where(RecordingLeg.leg == leg)
    return (await session.scalars(statement.with_for_update() if lock else statement)).one_or_none()


async def leg(session: AsyncSession, leg_id: UUID) -> RecordingLeg | None:
    """A leg by its public id."""
    return await session.get(RecordingLeg, leg_id, populate_existing=True)


async def legs_of(session: AsyncSession, recording_id: UUID) -> Sequence[RecordingLeg]:
    """Every leg of a recording, in the order they began."""
    statement = select(RecordingLeg).where(RecordingLeg.recording_id == recording_id)
    return (await session.scalars(statement.order_by(RecordingLeg.opened_at, RecordingLeg.id))).all()


async def open_legs(session: AsyncSession, before: datetime, limit: int) -> Sequence[str]:
    """The names of legs that were opened before then and not fetched yet; the scan asks the node for them again."""
    statement = select(RecordingLeg.leg).where(RecordingLeg.state == "open", RecordingLeg.opened_at < before)
    return (await session.scalars(statement.order_by(RecordingLeg.opened_at).limit(limit))).all()
