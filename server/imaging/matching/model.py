"""Tables of what waits for its patient: one row for each study that was not sure, and how it was decided."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class Matching(Row):
    """Why a study waits, and what became of it. `differences` are codes of what was confirmed; words are sealed."""

    __tablename__ = "imaging_matchings"
    __table_args__ = (
        Index(
            "ix_imaging_matchings_waiting",
            "organisation_id",
            "arrived_at",
            postgresql_where=text("state = 'waiting'"),
        ),
        CheckConstraint("state IN ('waiting', 'attached', 'rejected')", name="state_known"),
        CheckConstraint(
            "reason IN ('no_accession', 'accession_unknown', 'nothing_to_compare', 'differs', 'order_over', 'by_hand')",
            name="reason_known",
        ),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_when"),
        CheckConstraint("(state = 'attached') = (patient_id IS NOT NULL)", name="attached_to_whom"),
        CheckConstraint("(state = 'rejected') = (words IS NOT NULL)", name="rejected_why"),
    )

    study_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_studies.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    arrived_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    patient_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    order_id: Mapped[UUID | None]
    differences: Mapped[list[str]] = mapped_column(ARRAY(Text))
    words: Mapped[bytes | None] = mapped_column(LargeBinary)
