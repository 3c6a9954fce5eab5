"""Tables of records: encounters, care, consents, reads, attachments. Notes, chat and recordings are in `model_kept.py`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class Encounter(Row):
    """One visit or consultation; `source_id` is the id of the visit on the floor above."""

    __tablename__ = "encounters"
    __table_args__ = (
        UniqueConstraint("source_id"),
        Index("ix_encounters_patient_id_opened_at", "patient_id", "opened_at"),
        Index("ix_encounters_organisation_id_opened_at", "organisation_id", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    doctor_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    source_id: Mapped[UUID]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    legal_hold: Mapped[bool] = mapped_column(default=False)


class CareRelationship(Row):
    """One carer may read one patient's records for a time; open-ended until `ends_at` is set."""

    __tablename__ = "care_relationships"
    __table_args__ = (
        Index("ix_care_relationships_carer_id_patient_id", "carer_id", "patient_id"),
        Index("ix_care_relationships_source_id", "source_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID]
    carer_id: Mapped[UUID]
    organisation_id: Mapped[UUID]
    source_id: Mapped[UUID]
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class ConsentRow(Row):
    """One person's consent to one version of one text. `person_id` consents, or has `given_by` consent for him."""

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= given_at", name="withdrawn_after_given"),
        Index("ix_consents_person_id_purpose", "person_id", "purpose"),
        Index("ix_consents_patient_id_given_at", "patient_id", "given_at"),
        Index("ix_consents_encounter_id", "encounter_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    purpose: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    text_sha256: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    encounter_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    given_by: Mapped[UUID]
    witnessed_by: Mapped[UUID | None]
    read_s: Mapped[int | None]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]


class RecordRead(Row):
    """One line of a patient's who-read list; only ever added. A regulator's reason is sealed; a device has its name here."""

    __tablename__ = "record_reads"
    __table_args__ = (
        Index("ix_record_reads_patient_id_at", "patient_id", "at"),
        Index("ix_record_reads_subject_id_reader_id", "subject_id", "reader_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID]
    reader_id: Mapped[UUID]
    reader_role: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    what: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID]
    at: Mapped[datetime]
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    device_name: Mapped[str | None] = mapped_column(Text)


class Attachment(Row):
    """One checked file in the vault. Its name as uploaded is sealed with the patient's key."""

    __tablename__ = "attachments"
    __table_args__ = (
        Index("ix_attachments_patient_id_added_at", "patient_id", "added_at"),
        Index("ix_attachments_encounter_id", "encounter_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID]
    encounter_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(Text)
    vault_name: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(Text)
    source_sha256: Mapped[str] = mapped_column(Text)
    pages: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    name: Mapped[bytes] = mapped_column(LargeBinary)
    added_by: Mapped[UUID]
    added_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
