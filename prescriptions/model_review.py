"""Tables of reviewing: every decision, the talk with the doctor, and the samples of 处方点评.

Texts are sealed with the patient's key. Decisions and messages are evidence: written once, never changed.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class ReviewDecision(Row):
    """One pharmacist's decision on one version; a rejection is at once the report that regulators count (B31).

    The pharmacist's words stand in the history, sealed.
    """

    __tablename__ = "review_decisions"
    __table_args__ = (
        Index("ix_review_decisions_organisation_id_decided_at", "organisation_id", "decided_at"),
        Index("ix_review_decisions_pharmacist_id_decided_at", "pharmacist_id", "decided_at"),
        Index("ix_review_decisions_prescription_id", "prescription_id"),
        CheckConstraint("decision IN ('approve', 'return', 'reject')", name="decision_known"),
        CheckConstraint("(decision = 'approve') = (code IS NULL)", name="reason_coded"),
        CheckConstraint("(decision = 'approve') = (signature_id IS NOT NULL)", name="approved_is_signed"),
        CheckConstraint("waited_s >= 0", name="waited_forward"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescriptions.id"))
    version: Mapped[int]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    pharmacist_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    decision: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    signature_id: Mapped[UUID | None]
    waited_s: Mapped[int]  # since it entered the queue
    decided_at: Mapped[datetime]


class ReviewMessage(Row):
    """One message between pharmacist and prescriber about a prescription; a process record, kept three years (B40)."""

    __tablename__ = "review_messages"
    __table_args__ = (Index("ix_review_messages_prescription_id_at", "prescription_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescriptions.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    author_role: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]


class PostReview(Row):
    """处方点评: one prescription of a sample, and the verdict once somebody has looked at it."""

    __tablename__ = "post_reviews"
    __table_args__ = (
        Index("ix_post_reviews_organisation_id_drawn_at", "organisation_id", "drawn_at"),
        Index("uq_post_reviews_prescription_id", "prescription_id", unique=True),
        Index("ix_post_reviews_open", "organisation_id", "id", postgresql_where=text("verdict IS NULL")),
        CheckConstraint("verdict IN ('suitable', 'unsuitable')", name="verdict_known"),
        CheckConstraint("(verdict = 'unsuitable') = (cardinality(codes) > 0)", name="fault_coded"),
        CheckConstraint("(verdict IS NULL) = (judged_by IS NULL)", name="judged_by_someone"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescriptions.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    sample_id: Mapped[UUID]
    rule: Mapped[str] = mapped_column(Text)
    drawn_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    drawn_at: Mapped[datetime]
    verdict: Mapped[str | None] = mapped_column(Text)
    codes: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    words: Mapped[bytes | None] = mapped_column(LargeBinary)
    judged_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    judged_at: Mapped[datetime | None]
