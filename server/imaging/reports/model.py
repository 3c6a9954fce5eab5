"""Tables of reports: the draft that changes while it is written, signed versions that never do, and templates."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class ImagingDraft(Row):
    """What stands in the reading room of an order: `content.ReportContent`, sealed; `version` counts saves."""

    __tablename__ = "imaging_drafts"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_orders.id"), primary_key=True)
    version: Mapped[int]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime]


class ImagingReportVersion(Row):
    """One signed version. `content` is the document that was signed, sealed. Evidence: written once.

    `of_number` is the version that a final one confirms, or that an amendment changes.
    """

    __tablename__ = "imaging_report_versions"
    __table_args__ = (
        UniqueConstraint("signature_id"),
        CheckConstraint("kind IN ('preliminary', 'final', 'amendment')", name="kind_known"),
        CheckConstraint("(kind = 'preliminary') = (of_number IS NULL)", name="of_what"),
        CheckConstraint("(kind = 'amendment') = (reason IS NOT NULL)", name="amended_with_reason"),
        CheckConstraint("of_number < number", name="of_an_earlier_one"),
        Index("ix_imaging_report_versions_author_id_signed_at", "author_id", "signed_at"),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("imaging_orders.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    of_number: Mapped[int | None]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(Text)
    signature_id: Mapped[UUID] = mapped_column(ForeignKey("signatures.id"))
    signed_at: Mapped[datetime]


class ImagingTemplate(Row):
    """A report template without a patient: somebody's own, or (`owner_id` empty) an institution's."""

    __tablename__ = "imaging_templates"
    __table_args__ = (
        Index("ix_imaging_templates_organisation_id_owner_id", "organisation_id", "owner_id"),
        Index("uq_imaging_templates_own", "owner_id", "organisation_id", "name", unique=True),
        Index(
            "uq_imaging_templates_shared",
            "organisation_id",
            "name",
            unique=True,
            postgresql_where=text("owner_id IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(Text)
    modality: Mapped[str] = mapped_column(Text)
    body_part: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
