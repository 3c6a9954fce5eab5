"""Tables of studies, series, instances and quarantine. In clear stands what is counted and searched; words are sealed.

`words` of a study or series (descriptions, who the file says the patient is) are sealed with the patient's key once there
is a patient, and with the purpose `fields` before.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class Study(Row):
    """One examination's pictures as one institution holds them."""

    __tablename__ = "imaging_studies"
    __table_args__ = (
        UniqueConstraint("organisation_id", "study_uid"),
        Index("ix_imaging_studies_patient_id_study_at", "patient_id", "study_at"),
        Index("ix_imaging_studies_order_id", "order_id", postgresql_where=text("order_id IS NOT NULL")),
        Index("ix_imaging_studies_organisation_id_state", "organisation_id", "state", "last_came_at"),
        Index("ix_imaging_studies_organisation_id_study_at", "organisation_id", "study_at"),
        Index(
            "ix_imaging_studies_accession",
            "organisation_id",
            "accession_number",
            postgresql_where=text("accession_number <> ''"),
        ),
        Index("ix_imaging_studies_file_id_index", "organisation_id", "file_id_index"),
        Index("ix_imaging_studies_arriving", "last_came_at", postgresql_where=text("state = 'arriving'")),
        CheckConstraint("state IN ('arriving', 'complete', 'unmatched', 'rejected')", name="state_known"),
        CheckConstraint("came_by IN ('page', 'dicomweb', 'c_store', 'demo')", name="came_by_known"),
        CheckConstraint("state <> 'unmatched' OR patient_id IS NULL", name="unmatched_has_no_patient"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    order_id: Mapped[UUID | None]
    study_uid: Mapped[str] = mapped_column(Text)
    accession_number: Mapped[str] = mapped_column(Text)
    modality: Mapped[str] = mapped_column(Text)
    body_part: Mapped[str] = mapped_column(Text)
    study_at: Mapped[datetime | None]
    words: Mapped[bytes] = mapped_column(LargeBinary)
    file_id_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    series_count: Mapped[int]
    instance_count: Mapped[int]
    size: Mapped[int] = mapped_column("bytes", BigInteger)
    state: Mapped[str] = mapped_column(Text)
    came_by: Mapped[str] = mapped_column(Text)
    device_id: Mapped[UUID | None]
    first_came_at: Mapped[datetime]
    last_came_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]


class StudyStep(Row):
    """One change of a study's state or patient; only ever added."""

    __tablename__ = "imaging_study_steps"
    __table_args__ = (Index("ix_imaging_study_steps_study_id_at", "study_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_studies.id"))
    verb: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class Series(Row):
    """One series of a study."""

    __tablename__ = "imaging_series"
    __table_args__ = (UniqueConstraint("study_id", "series_uid"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_studies.id"))
    series_uid: Mapped[str] = mapped_column(Text)
    number: Mapped[int | None]
    modality: Mapped[str] = mapped_column(Text)
    body_part: Mapped[str] = mapped_column(Text)
    words: Mapped[bytes] = mapped_column(LargeBinary)


class Instance(Row):
    """One stored file: where it lies, what a viewer must know of it. `attributes` hold nothing of the person."""

    __tablename__ = "imaging_instances"
    __table_args__ = (
        UniqueConstraint("study_id", "sop_uid"),
        Index("ix_imaging_instances_series_id", "series_id", "number"),
        Index("ix_imaging_instances_pack", "pack"),
        CheckConstraint("kind IN ('image', 'document', 'no_pixels')", name="kind_known"),
        CheckConstraint("store IN ('pack', 'orthanc')", name="store_known"),
        CheckConstraint("pack_offset >= 0 AND length > 0", name="lies_somewhere"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_studies.id"))
    series_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_series.id"))
    sop_uid: Mapped[str] = mapped_column(Text)
    sop_class: Mapped[str] = mapped_column(Text)
    transfer_syntax: Mapped[str] = mapped_column(Text)
    number: Mapped[int | None]
    kind: Mapped[str] = mapped_column(Text)
    frames: Mapped[int]
    rows: Mapped[int]
    columns: Mapped[int]
    bits: Mapped[int]
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    pixels_at: Mapped[int | None] = mapped_column(BigInteger)
    frame_table: Mapped[bytes | None] = mapped_column(LargeBinary)
    store: Mapped[str] = mapped_column(Text)
    pack: Mapped[str] = mapped_column(Text)
    pack_offset: Mapped[int] = mapped_column(BigInteger)
    length: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Text)
    came_at: Mapped[datetime]


class Quarantined(Row):
    """A file that was kept but not taken as a picture, with the reason. Its name as sent is sealed."""

    __tablename__ = "imaging_quarantine"
    __table_args__ = (
        Index("ix_imaging_quarantine_organisation_id_at", "organisation_id", "at"),
        Index("ix_imaging_quarantine_pack", "pack"),
        UniqueConstraint("organisation_id", "sha256"),
        CheckConstraint("pack_offset >= 0 AND length > 0", name="lies_somewhere"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    reason: Mapped[str] = mapped_column(Text)
    came_by: Mapped[str] = mapped_column(Text)
    device_id: Mapped[UUID | None]
    name: Mapped[bytes] = mapped_column(LargeBinary)
    pack: Mapped[str] = mapped_column(Text)
    pack_offset: Mapped[int] = mapped_column(BigInteger)
    length: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
