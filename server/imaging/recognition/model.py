"""What became of results that were offered for recognition."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class ImagingRecognition(Row):
    """One decision about one earlier result: accepted (an examination saved), or refused with a coded reason."""

    __tablename__ = "imaging_recognitions"
    __table_args__ = (
        Index("ix_imaging_recognitions_organisation_id_at", "organisation_id", "at"),
        Index("ix_imaging_recognitions_order_id", "order_id"),
        CheckConstraint("decision IN ('accepted', 'refused')", name="decision_known"),
        CheckConstraint("(decision = 'refused') = (code IS NOT NULL)", name="refusal_coded"),
        CheckConstraint("(decision = 'refused') = (new_order_id IS NOT NULL)", name="refused_for_an_order"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    order_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_orders.id"))  # whose report it is
    report_version: Mapped[int]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))  # that would have ordered
    by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    decision: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    words: Mapped[bytes | None] = mapped_column(LargeBinary)
    new_order_id: Mapped[UUID | None] = mapped_column(ForeignKey("imaging_orders.id"))
    modality: Mapped[str] = mapped_column(Text)
    body_part: Mapped[str] = mapped_column(Text)
