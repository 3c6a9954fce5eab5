"""The table of marks. Where and what they say is sealed with the patient's key; a mark taken away stays, and says by whom."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class MarkRow(Row):
    """One mark on one frame. `meeting_id` says in which meeting it was made, if in one."""

    __tablename__ = "imaging_marks"
    __table_args__ = (
        Index("ix_imaging_marks_study_id_at", "study_id", "at"),
        CheckConstraint("kind IN ('length', 'angle', 'ellipse', 'arrow', 'text')", name="kind_known"),
        CheckConstraint("frame >= 1", name="frame_counts_from_one"),
        CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed_by_whom"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    study_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_studies.id"))
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_instances.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    frame: Mapped[int]
    kind: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    meeting_id: Mapped[UUID | None]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
