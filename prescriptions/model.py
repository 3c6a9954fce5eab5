"""Tables of prescriptions: the prescription, what each version says, its lines, checks, history; doctors' templates.

What is clinical is sealed with the patient's key: `prescription_versions.content` is all that was written and signed, and
`prescription_items` only counts. So no query can add up drugs by doctor (B22).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row
from server.foundation.history import HistoryRow


class Prescription(Row):
    """处方. `number` is the one people read aloud; `version` counts what was written, and is the one to send back."""

    __tablename__ = "prescriptions"
    __table_args__ = (
        Index("ix_prescriptions_visit_id", "visit_id"),
        Index("ix_prescriptions_patient_id_signed_at", "patient_id", "signed_at"),
        Index("ix_prescriptions_prescriber_id_created_at", "prescriber_id", "created_at"),
        Index("ix_prescriptions_continues_id", "continues_id"),
        # The review queue of a hospital: who has waited longest, the pressing first.
        Index(
            "ix_prescriptions_queue",
            "organisation_id",
            "queue_at",
            "id",
            postgresql_where=text("status = 'in_review'"),
        ),
        Index("ix_prescriptions_claims", "claimed_until", postgresql_where=text("status = 'claimed'")),
        Index(
            "ix_prescriptions_ending",
            "valid_until",
            postgresql_where=text("status IN ('valid', 'in_review', 'claimed', 'returned')"),
        ),
        Index(
            "ix_prescriptions_locked_by_organisation_id",
            "locked_by_organisation_id",
            postgresql_where=text("locked_by_organisation_id IS NOT NULL"),
        ),
        CheckConstraint("kind IN ('western', 'tcm_pieces')", name="kind_known"),
        CheckConstraint("days IS NULL OR days > 0", name="days_positive"),
        CheckConstraint("reviewer_id IS NULL OR reviewer_id <> prescriber_id", name="not_own_review"),
        CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", name="claim_whole"),
        CheckConstraint("status <> 'claimed' OR claimed_by IS NOT NULL", name="claimed_by_someone"),
        CheckConstraint(
            "status NOT IN ('valid', 'locked', 'partial', 'dispensed', 'handed_over', 'in_delivery', 'delivered')"
            " OR (signature_id IS NOT NULL AND review_signature_id IS NOT NULL AND valid_until IS NOT NULL)",
            name="approved_is_signed",
        ),
        CheckConstraint(
            "status NOT IN ('locked', 'partial') OR locked_by_organisation_id IS NOT NULL", name="locked_by_someone"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("departments.id"))
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.id"))
    encounter_id: Mapped[UUID] = mapped_column(ForeignKey("encounters.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    prescriber_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    long_term: Mapped[bool]
    days: Mapped[int | None]  # of the longest line
    continues_id: Mapped[UUID | None] = mapped_column(ForeignKey("prescriptions.id"))
    continues_as: Mapped[str | None] = mapped_column(Text)  # renewal, continuation (延伸处方) or copy
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    # what the last check decided, in one word
    check_run_id: Mapped[UUID | None]
    decision: Mapped[str | None] = mapped_column(Text)

    # the doctor's signature
    drawn_at: Mapped[datetime | None]  # of the document that was signed
    signed_at: Mapped[datetime | None]
    digest: Mapped[str | None] = mapped_column(Text)
    signature_id: Mapped[UUID | None]
    second_signature_id: Mapped[UUID | None]
    valid_until: Mapped[datetime | None]
    extended_note: Mapped[bytes | None] = mapped_column(LargeBinary)

    # the pharmacist's review
    submitted_at: Mapped[datetime | None]
    queue_at: Mapped[datetime | None]  # the queue's order: `review.order.place_in_queue`
    emergency: Mapped[bool] = mapped_column(default=False)
    claimed_by: Mapped[UUID | None]
    claimed_until: Mapped[datetime | None]
    reviewer_id: Mapped[UUID | None]
    review_signature_id: Mapped[UUID | None]
    review_code: Mapped[str | None] = mapped_column(Text)  # of a return or rejection
    decided_at: Mapped[datetime | None]

    # the pharmacy
    locked_by_organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    locked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    told_expiring_at: Mapped[datetime | None]


class Version(Row):
    """What one version of a prescription says, sealed: the whole document as it is shown and signed (`document.py`).

    A signed version is never rewritten. `digest` is that of the document, with the overrides once it is signed.
    """

    __tablename__ = "prescription_versions"

    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescriptions.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime]
    # set with the signature: the reasons given for what the checks found, a part of the signed document
    overrides: Mapped[bytes | None] = mapped_column(LargeBinary)
    digest: Mapped[str | None] = mapped_column(Text)
    signature_id: Mapped[UUID | None]
    second_signature_id: Mapped[UUID | None]


class ItemRow(Row):
    """One line's count: what it is stands sealed in the version. `dispensed` never passes `quantity`, whoever counts."""

    __tablename__ = "prescription_items"
    __table_args__ = (
        UniqueConstraint("prescription_id", "version", "line"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("dispensed >= 0 AND dispensed <= quantity", name="never_more_than_prescribed"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescriptions.id"))
    version: Mapped[int]
    line: Mapped[int]
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, 3))
    dispensed: Mapped[Decimal] = mapped_column(Numeric(12, 3), default=Decimal(0))


class CheckRun(Row):
    """One run of the checks over one version: the decision in clear, findings and coverage sealed. Those of signed ones stay."""

    __tablename__ = "prescription_checks"
    __table_args__ = (Index("ix_prescription_checks_prescription_id_at", "prescription_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescriptions.id"))
    version: Mapped[int]
    at: Mapped[datetime]
    decision: Mapped[str] = mapped_column(Text)
    data_version: Mapped[str] = mapped_column(Text)
    outcome: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(Text)


class StepRow(HistoryRow):
    """One step of a prescription's life: who did what when, and why."""

    OF = "prescription_id"
    __tablename__ = "prescription_steps"
    __table_args__ = (Index("ix_prescription_steps_prescription_id_at", "prescription_id", "at"),)

    prescription_id: Mapped[UUID] = mapped_column(ForeignKey("prescriptions.id"))


class TemplateRow(Row):
    """A doctor's own template (协定处方): lines without a patient."""

    __tablename__ = "prescription_templates"
    __table_args__ = (UniqueConstraint("doctor_id", "organisation_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    doctor_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    content: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[datetime]


class RuleCount(Row):
    """How often a rule was shown at signing and how often overridden, per hospital and day; tied to no prescription."""

    __tablename__ = "prescription_rule_counts"
    __table_args__ = (CheckConstraint("overridden >= 0 AND overridden <= shown", name="counts"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(Text, primary_key=True)
    shown: Mapped[int]
    overridden: Mapped[int]


class PrescribingRight(Row):
    """抗菌药物处方权: the highest grade of antimicrobials that an institution lets a doctor prescribe (B38)."""

    __tablename__ = "prescribing_rights"
    __table_args__ = (
        CheckConstraint("grade IN ('non_restricted', 'restricted', 'special', 'none')", name="grade_known"),
    )

    doctor_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    grade: Mapped[str] = mapped_column(Text)
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    granted_at: Mapped[datetime]
