"""Tables of imaging orders: the order, its history, its studies, and the counts of accession numbers.

Why somebody is examined is sealed with the patient's key; what is examined, where and when stands in clear, for lists.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row
from server.foundation.history import HistoryRow

_TO_READ = "status IN ('queued', 'claimed', 'preliminary')"


class ImagingOrder(Row):
    """检查申请. `number` is read aloud; `accession_number` goes to the modality and comes back in every picture.

    The worklist's order is (urgency, due_at, id): `emergency` sorts before `ordinary`, then what is due first.
    """

    __tablename__ = "imaging_orders"
    __table_args__ = (
        UniqueConstraint("performing_organisation_id", "accession_number"),
        Index("ix_imaging_orders_patient_id_ordered_at", "patient_id", "ordered_at"),
        Index("ix_imaging_orders_organisation_id_ordered_at", "organisation_id", "ordered_at", "id"),
        Index("ix_imaging_orders_performing_ordered_at", "performing_organisation_id", "ordered_at", "id"),
        Index("ix_imaging_orders_reading_final_at", "reading_organisation_id", "final_at"),
        # The worklist: one department, one status, with and without a modality.
        Index(
            "ix_imaging_orders_worklist",
            "department_id",
            "status",
            "urgency",
            "due_at",
            "id",
            postgresql_where=text(_TO_READ),
        ),
        Index(
            "ix_imaging_orders_worklist_modality",
            "department_id",
            "status",
            "modality",
            "urgency",
            "due_at",
            "id",
            postgresql_where=text(_TO_READ),
        ),
        Index(
            "ix_imaging_orders_reported",
            "department_id",
            "final_at",
            "id",
            postgresql_where=text("final_at IS NOT NULL"),
        ),
        Index(
            "ix_imaging_orders_reported_modality",
            "department_id",
            "modality",
            "final_at",
            "id",
            postgresql_where=text("final_at IS NOT NULL"),
        ),
        Index("ix_imaging_orders_claimed_by", "claimed_by", postgresql_where=text("claimed_by IS NOT NULL")),
        Index("ix_imaging_orders_claimed_until", "claimed_until", postgresql_where=text("claimed_until IS NOT NULL")),
        Index("ix_imaging_orders_due", "due_at", postgresql_where=text(f"{_TO_READ} AND escalated < 2")),
        CheckConstraint("urgency IN ('emergency', 'ordinary')", name="urgency_known"),
        CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", name="claim_whole"),
        CheckConstraint("status <> 'claimed' OR claimed_by IS NOT NULL", name="claimed_by_someone"),
        CheckConstraint(f"NOT ({_TO_READ}) OR due_at IS NOT NULL", name="queued_has_due"),
        CheckConstraint("final_by IS NULL OR final_by <> preliminary_by", name="nobody_finalises_alone"),
        CheckConstraint(
            "status NOT IN ('final', 'returned', 'acknowledged', 'amended')"
            " OR (preliminary_by IS NOT NULL AND final_by IS NOT NULL AND final_at IS NOT NULL"
            " AND report_version IS NOT NULL)",
            name="reported_by_two",
        ),
        CheckConstraint("critical IN ('none', 'open', 'called_back', 'acknowledged')", name="critical_known"),
        CheckConstraint("returned_version IS NULL OR returned_version <= report_version", name="returned_was_signed"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    accession_number: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))  # whose patient it is
    performing_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    reading_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("departments.id"))
    agreement_id: Mapped[UUID | None]  # none where the institution reads its own
    head_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))  # told when nobody else helps
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    requester_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    modality: Mapped[str] = mapped_column(Text)
    body_part: Mapped[str] = mapped_column(Text)
    procedure_code: Mapped[str] = mapped_column(Text)
    urgency: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)  # `content.Asked`
    status: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    ordered_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]

    # pictures
    acquired_at: Mapped[datetime | None]
    rejected_at: Mapped[datetime | None]
    rejected_code: Mapped[str | None] = mapped_column(Text)
    rejections: Mapped[int] = mapped_column(default=0)

    # the clock of reading, with the agreement's time as it was when this was ordered
    turnaround_s: Mapped[int]
    queued_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    escalated: Mapped[int] = mapped_column(default=0)  # 0 nobody, 1 the department, 2 the centre's head
    escalated_at: Mapped[datetime | None]

    # the report
    claimed_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    claimed_until: Mapped[datetime | None]
    preliminary_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    preliminary_at: Mapped[datetime | None]
    final_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    final_at: Mapped[datetime | None]
    report_version: Mapped[int | None]  # the last final or amended one
    returned_version: Mapped[int | None]  # the last one that the patient may read
    returned_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    acknowledged_at: Mapped[datetime | None]
    critical: Mapped[str] = mapped_column(Text, default="none")  # of the last critical value; its row has the rest


class ImagingOrderStep(HistoryRow):
    """One step of an order's life: who did what when, and why. Evidence: written once."""

    OF = "order_id"
    __tablename__ = "imaging_order_steps"
    __table_args__ = (Index("ix_imaging_order_steps_order_id_at", "order_id", "at"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_orders.id"))


class ImagingOrderStudy(Row):
    """A study that belongs to an order; kept from the events of the studies, `complete_at` once no more instances come."""

    __tablename__ = "imaging_order_studies"
    __table_args__ = (Index("ix_imaging_order_studies_order_id", "order_id"),)

    study_id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_orders.id"))
    linked_at: Mapped[datetime]
    complete_at: Mapped[datetime | None]


class ImagingAccessionCount(Row):
    """How many accession numbers an institution gave on a day."""

    __tablename__ = "imaging_accession_counts"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]
