"""Tables of what was agreed and planned: agreements of the pool, family-doctor teams, templates, days off, limits."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class PoolAgreement(Row):
    """号源协议: what a hospital reserves for an alliance, when it opens, how it is released. Never changed: a new one
    follows, and sessions keep the one they were published under. `terms` is `agreement.Terms` as JSON.
    """

    __tablename__ = "pool_agreements"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_from <= valid_until", name="runs_forward"),
        Index("ix_pool_agreements_organisation_id", "organisation_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    alliance_id: Mapped[UUID] = mapped_column(ForeignKey("alliances.id"))
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    ended_at: Mapped[datetime | None]


class BookingTeam(Row):
    """A family-doctor team of a primary institution with places at a hospital."""

    __tablename__ = "booking_teams"
    __table_args__ = (UniqueConstraint("organisation_id", "hospital_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    hospital_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class BookingTeamMember(Row):
    """A doctor of a team."""

    __tablename__ = "booking_team_members"

    team_id: Mapped[UUID] = mapped_column(ForeignKey("booking_teams.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)


class SessionTemplate(Row):
    """A doctor's half-day that comes every week; `quotas` says how each slot is divided, else the agreement does."""

    __tablename__ = "session_templates"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("slot_minutes > 0 AND slot_capacity > 0", name="has_places"),
        Index("ix_session_templates_organisation_id", "organisation_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("departments.id"))
    doctor_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    service: Mapped[str] = mapped_column(Text)
    weekday: Mapped[int] = mapped_column(SmallInteger)
    starts_at: Mapped[time]
    ends_at: Mapped[time]
    slot_minutes: Mapped[int]
    slot_capacity: Mapped[int]
    quotas: Mapped[dict[str, int] | None] = mapped_column(JSONB(none_as_null=True))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    version: Mapped[int] = mapped_column(default=1)


class DayException(Row):
    """A day off, of the institution or of one doctor; or a day worked like another weekday (调休)."""

    __tablename__ = "day_exceptions"
    __table_args__ = (
        CheckConstraint("works_as BETWEEN 1 AND 7", name="works_as"),
        Index(
            "uq_day_exceptions_organisation_id_day_doctor_id",
            "organisation_id",
            "day",
            "doctor_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    day: Mapped[date]
    doctor_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(Text)
    works_as: Mapped[int | None] = mapped_column(SmallInteger)
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))


class BookingPolicy(Row):
    """An institution's own limits where they differ from the product's; `limits` is part of `policy.Policy` as JSON."""

    __tablename__ = "booking_policies"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    limits: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    version: Mapped[int] = mapped_column(default=1)
