"""What the floors above may want to know of records."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from server.foundation.actor import PersonId


@dataclass(frozen=True, slots=True)
class NoteSigned:
    """A version of a note was signed; version 1 is the note, later ones are amendments."""

    note_id: UUID
    encounter_id: UUID
    patient_id: PersonId
    version: int


@dataclass(frozen=True, slots=True)
class RecordingFinished:
    """A leg of a recording is in the vault and can be played."""

    encounter_id: UUID
    leg_id: UUID


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    """Someone took back a consent; `encounter_id` when it was given for one encounter only."""

    person_id: PersonId
    patient_id: PersonId
    purpose: str
    encounter_id: UUID | None


@dataclass(frozen=True, slots=True)
class AttachmentAdded:
    """A checked file joined a patient's record."""

    attachment_id: UUID
    patient_id: PersonId
    encounter_id: UUID | None
    kind: str


@dataclass(frozen=True, slots=True)
class UploadBecameAttachment:
    """A file that came in parts is whole, clean and in the record."""

    upload_id: UUID
    attachment_id: UUID
