"""Tables of what a visit leaves: the note and its signed versions, the chat, the recording and its legs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class Note(Row):
    """The note of one encounter: its draft, and how many versions were signed. Content is sealed with the patient's key."""

    __tablename__ = "notes"
    __table_args__ = (
        UniqueConstraint("encounter_id"),
        CheckConstraint("seq >= 1", name="seq_counts"),
        CheckConstraint("version >= 0", name="version_counts"),
        Index("ix_notes_patient_id", "patient_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    encounter_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    author_id: Mapped[UUID]
    seq: Mapped[int]
    version: Mapped[int] = mapped_column(default=0)
    draft: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]


class NoteVersion(Row):
    """One signed version; only ever added, so the original stays (B44)."""

    __tablename__ = "note_versions"
    __table_args__ = (UniqueConstraint("note_id", "version"), Index("ix_note_versions_signature_id", "signature_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    note_id: Mapped[UUID]
    version: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    author_id: Mapped[UUID]
    signature_id: Mapped[UUID]
    signed_at: Mapped[datetime]


class ChatMessage(Row):
    """One message of the dialogue; `client_id` makes a resent one the same."""

    __tablename__ = "chat_messages"
    __table_args__ = (
        UniqueConstraint("encounter_id", "author_id", "client_id"),
        Index("ix_chat_messages_encounter_id_at", "encounter_id", "at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    encounter_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    author_id: Mapped[UUID]
    client_id: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    attachment_id: Mapped[UUID | None]
    at: Mapped[datetime]


class Recording(Row):
    """The recording of one encounter and its key (wrapped), under which the media node writes its segments."""

    __tablename__ = "recordings"
    __table_args__ = (UniqueConstraint("encounter_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    encounter_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    opened_at: Mapped[datetime]
    export_name: Mapped[str | None] = mapped_column(Text)
    export_size: Mapped[int | None] = mapped_column(BigInteger)
    export_legs: Mapped[int] = mapped_column(default=0)


class RecordingLeg(Row):
    """What one participant sent over one connection. `started_at` is on the node's clock; offsets and gaps are seconds."""

    __tablename__ = "recording_legs"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'kept', 'empty', 'lost', 'deleted')", name="state_known"),
        UniqueConstraint("leg"),
        Index("ix_recording_legs_recording_id", "recording_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    recording_id: Mapped[UUID]
    leg: Mapped[str] = mapped_column(Text)
    seat: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    duration_s: Mapped[float | None]
    has_audio: Mapped[bool] = mapped_column(default=False)
    has_video: Mapped[bool] = mapped_column(default=False)
    gaps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    vault_name: Mapped[str | None] = mapped_column(Text)
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(Text)
    kept_at: Mapped[datetime | None]
