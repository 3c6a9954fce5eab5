"""Tables of remote consultations. What people wrote is sealed with the patient's key."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row
from server.foundation.history import HistoryRow

LIVE = "state NOT IN ('declined', 'released')"


class RemoteRequest(Row):
    """会诊申请. `content` is the sealed document of `content.py`; `escalate_at` is when its clock runs out next, and
    `escalation` how far it has gone: 1 the next expert was asked, 2 the centre's head was told.
    """

    __tablename__ = "remote_requests"
    __table_args__ = (
        CheckConstraint("urgency IN ('emergency', 'urgent', 'ordinary')", name="urgency_known"),
        CheckConstraint("mode IN ('video', 'offline')", name="mode_known"),
        CheckConstraint("used IN ('adopted', 'partly', 'not')", name="used_known"),
        CheckConstraint(
            "status IN ('draft', 'consented', 'submitted', 'returned', 'declined', 'accepted', 'scheduled',"
            " 'in_session', 'reporting', 'signed', 'delivered', 'closed', 'cancelled')",
            name="status_known",
        ),
        CheckConstraint("starts_at < ends_at", name="runs_forward"),
        CheckConstraint(
            "status IN ('draft', 'cancelled') OR (consent_id IS NOT NULL AND encounter_id IS NOT NULL)",
            name="consented",
        ),
        CheckConstraint(
            "status IN ('draft', 'consented', 'cancelled')"
            " OR (agreement_id IS NOT NULL AND to_organisation_id IS NOT NULL)",
            name="agreed",
        ),
        Index("ix_remote_requests_to_organisation_id_status", "to_organisation_id", "status"),
        Index("ix_remote_requests_requester_id_changed_at", "requester_id", "changed_at"),
        Index("ix_remote_requests_patient_id", "patient_id"),
        Index("ix_remote_requests_encounter_id", "encounter_id"),
        Index("ix_remote_requests_escalate_at", "escalate_at", postgresql_where=text("escalate_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    status: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    urgency: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    requester_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    from_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    to_organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("cooperation_agreements.id"))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    head_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    title_wanted: Mapped[str | None] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    times: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    asap: Mapped[bool]
    patient_present: Mapped[bool]
    encounter_id: Mapped[UUID | None] = mapped_column(ForeignKey("encounters.id"))
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("consents.id"))
    price_fen: Mapped[int | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    answer_due_at: Mapped[datetime | None]
    report_due_at: Mapped[datetime | None]
    escalate_at: Mapped[datetime | None]
    escalation: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    used: Mapped[str | None] = mapped_column(Text)


class RemoteStep(HistoryRow):
    """One thing that was done to a request, with the reason; only ever added."""

    OF = "request_id"
    __tablename__ = "remote_steps"
    __table_args__ = (Index("ix_remote_steps_request_id_at", "request_id", "at"),)

    request_id: Mapped[UUID] = mapped_column(ForeignKey("remote_requests.id"))


class RemoteExpert(Row):
    """An expert of a request; `by_clock` says that the escalation asked, not a dispatcher. One lead at a time."""

    __tablename__ = "remote_experts"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'coming', 'joined', 'signed', 'declined', 'released')", name="state_known"),
        Index("uq_remote_experts_live", "request_id", "person_id", unique=True, postgresql_where=text(LIVE)),
        Index("uq_remote_experts_lead", "request_id", unique=True, postgresql_where=text(f"lead AND {LIVE}")),
        Index("ix_remote_experts_person_id_state", "person_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(BigInteger, Identity())  # several are asked at one time
    request_id: Mapped[UUID] = mapped_column(ForeignKey("remote_requests.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    lead: Mapped[bool]
    state: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    by_clock: Mapped[bool]
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)


class RemoteMaterial(Row):
    """Something attached to a request: a file on its way, a file of the record, or a study. `study_id` is imaging's."""

    __tablename__ = "remote_materials"
    __table_args__ = (
        CheckConstraint("kind IN ('document', 'photo', 'ecg', 'dicom')", name="kind_known"),
        CheckConstraint("num_nonnulls(upload_id, attachment_id, study_id) > 0", name="is_something"),
        Index("ix_remote_materials_request_id", "request_id"),
        Index("ix_remote_materials_study_id", "study_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("remote_requests.id"))
    kind: Mapped[str] = mapped_column(Text)
    upload_id: Mapped[UUID | None]
    attachment_id: Mapped[UUID | None] = mapped_column(ForeignKey("attachments.id"))
    study_id: Mapped[UUID | None]
    added_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class RemoteConsent(Row):
    """How a consent was given: by whom for the patient, and the sealed name, reason and drawn signature."""

    __tablename__ = "remote_consents"
    __table_args__ = (
        CheckConstraint("given_by IN ('patient', 'guardian', 'relative')", name="giver_known"),
        CheckConstraint("given_by = 'patient' OR relation IS NOT NULL", name="relation_said"),
        Index("ix_remote_consents_request_id", "request_id"),
    )

    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("remote_requests.id"))
    given_by: Mapped[str] = mapped_column(Text)
    relation: Mapped[str | None] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    signed_at: Mapped[datetime]
