"""Tables of cooperation: the agreement as both sides signed it, and what was done to it. Nothing here is a patient's."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class Agreement(Row):
    """合作协议. The requesting side is one institution, or an alliance and so each of its members.

    `specialties` are names of departments (none: all of them); `routing` leads a modality or a part of the body to the
    department that reads it; `prices` are fen by service; the times are those within which the serving side answers.
    """

    __tablename__ = "cooperation_agreements"
    __table_args__ = (
        CheckConstraint("(asking_organisation_id IS NULL) <> (asking_alliance_id IS NULL)", name="one_requester"),
        CheckConstraint("asking_organisation_id <> server_id", name="two_sides"),
        CheckConstraint("valid_from <= valid_until", name="valid_forward"),
        CheckConstraint("status IN ('proposed', 'in_force', 'declined', 'ended', 'expired')", name="status_known"),
        CheckConstraint("scopes <@ ARRAY['consultation', 'imaging'] AND cardinality(scopes) > 0", name="scopes_known"),
        CheckConstraint(
            "least(urgent_answer_min, ordinary_answer_h, report_h, imaging_emergency_min, imaging_ordinary_h) > 0",
            name="clocks_run",
        ),
        Index("ix_cooperation_agreements_server_id_status", "server_id", "status"),
        Index("ix_cooperation_agreements_asking_organisation_id", "asking_organisation_id"),
        Index("ix_cooperation_agreements_asking_alliance_id", "asking_alliance_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    asking_organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    asking_alliance_id: Mapped[UUID | None] = mapped_column(ForeignKey("alliances.id"))
    server_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    status: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    specialties: Mapped[list[str]] = mapped_column(ARRAY(Text))
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    urgent_answer_min: Mapped[int]
    ordinary_answer_h: Mapped[int]
    report_h: Mapped[int]
    imaging_emergency_min: Mapped[int]
    imaging_ordinary_h: Mapped[int]
    prices: Mapped[dict[str, int]] = mapped_column(JSONB)
    routing: Mapped[dict[str, str]] = mapped_column(JSONB)
    head_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    told_expiring_at: Mapped[datetime | None]


class Scan(Row):
    """A page or a whole copy of the signed agreement, in the vault. It may take the place of another; both are kept."""

    __tablename__ = "cooperation_scans"
    __table_args__ = (Index("ix_cooperation_scans_agreement_id", "agreement_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("cooperation_agreements.id"))
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("cooperation_scans.id"), unique=True)
    vault_name: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(Text)
    source_sha256: Mapped[str] = mapped_column(Text)
    pages: Mapped[int]
    added_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    added_at: Mapped[datetime]


class StepRow(Row):
    """One thing that was done to an agreement, with what was said about it; only ever added."""

    __tablename__ = "cooperation_steps"
    __table_args__ = (Index("ix_cooperation_steps_agreement_id_at", "agreement_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey("cooperation_agreements.id"))
    at: Mapped[datetime]
    verb: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    text: Mapped[str] = mapped_column(Text)
