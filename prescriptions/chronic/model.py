"""Tables of chronic care. What people wrote is sealed with the patient's key; what was confirmed or noted is never changed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class Renewal(Row):
    """续方申请: the patient asks for more of the same before the supply ends; the doctor accepts or declines."""

    __tablename__ = "renewals"
    __table_args__ = (
        Index("ix_renewals_patient_id_asked_at", "patient_id", "asked_at"),
        Index("ix_renewals_doctor_id_status", "doctor_id", "organisation_id", "status"),
        # One at a time for each prescription.
        Index(
            "uq_renewals_open",
            "prescription_id",
            unique=True,
            postgresql_where=text("status IN ('asked', 'accepted')"),
        ),
        CheckConstraint("status IN ('asked', 'accepted', 'declined', 'drawn', 'lapsed')", name="status_known"),
        CheckConstraint("(status = 'drawn') = (drawn_id IS NOT NULL)", name="drawn_as_what"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescriptions.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    doctor_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    status: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    words: Mapped[bytes | None] = mapped_column(LargeBinary)
    decided_at: Mapped[datetime | None]
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    drawn_id: Mapped[UUID | None] = mapped_column(ForeignKey("prescriptions.id"))


class Counselling(Row):
    """用药交代: what a pharmacist told the patient about a prescription's drugs."""

    __tablename__ = "counselling_notes"
    __table_args__ = (Index("ix_counselling_notes_prescription_id_at", "prescription_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescriptions.id"))
    pharmacist_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Question(Row):
    """用药咨询: one message between the patient's side and the pharmacists about a prescription; kept three years (B40)."""

    __tablename__ = "medication_questions"
    __table_args__ = (
        Index("ix_medication_questions_prescription_id_at", "prescription_id", "at"),
        Index("ix_medication_questions_open", "organisation_id", "at", postgresql_where=text("answered_at IS NULL")),
        CheckConstraint("answered_at IS NULL OR answered_at >= at", name="answered_after"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescriptions.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    words: Mapped[bytes] = mapped_column(LargeBinary)
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    answered_at: Mapped[datetime | None]
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)


class Refusal(Row):
    """拒绝用药: the patient does not want one drug of a prescription; the doctor is told."""

    __tablename__ = "drug_refusals"

    item_id: Mapped[UUID] = mapped_column(ForeignKey("prescription_items.id"), primary_key=True)
    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescriptions.id"), index=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    reason: Mapped[bytes] = mapped_column(LargeBinary)
