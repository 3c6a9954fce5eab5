"""Tables of resumable uploads: the upload, and the parts of it that have arrived."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class FileUpload(Row):
    """A file on its way. Its name is sealed: with the patient's key where there is a patient."""

    __tablename__ = "file_uploads"
    __table_args__ = (
        CheckConstraint("purpose IN ('remote_material', 'imaging_zip')", name="purpose_known"),
        CheckConstraint("size > 0 AND part_bytes > 0", name="has_size"),
        CheckConstraint("(digest IS NULL) = (finished_at IS NULL)", name="finished_as_what"),
        CheckConstraint("attachment_id IS NULL OR finished_at IS NOT NULL", name="kept_when_finished"),
        Index("ix_file_uploads_added_by_touched_at", "added_by", "touched_at"),
        Index("ix_file_uploads_touched_at", "touched_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(Text)
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[bytes] = mapped_column(LargeBinary)
    content_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    part_bytes: Mapped[int]
    added_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    digest: Mapped[str | None] = mapped_column(Text)
    attachment_id: Mapped[UUID | None] = mapped_column(ForeignKey("attachments.id"))


class UploadPart(Row):
    """One part in the vault."""

    __tablename__ = "upload_parts"
    __table_args__ = (
        PrimaryKeyConstraint("upload_id", "number"),
        CheckConstraint("number >= 0 AND size > 0", name="is_a_part"),
    )

    upload_id: Mapped[UUID] = mapped_column(ForeignKey("file_uploads.id"))
    number: Mapped[int]
    vault_name: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(Text)
