"""Tables of the appointment pool. `quotas` is the ledger: only the store touches it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row

LIVE = "status IN ('booked', 'checked_in', 'in_service', 'fulfilled')"


class Session(Row):
    """排班: one doctor, one service, one half-day."""

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="runs_forward"),
        CheckConstraint("status IN ('published', 'closed')", name="status_known"),
        Index("ix_sessions_department_id_day", "department_id", "day"),
        Index("ix_sessions_doctor_id_day", "doctor_id", "day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("departments.id"))
    doctor_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    service: Mapped[str] = mapped_column(Text)
    day: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(Text)
    stop_reason: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime]
    published_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))


class Slot(Row):
    """时段: its places have the numbers `first_number` to `first_number + capacity - 1` of the session."""

    __tablename__ = "slots"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="runs_forward"),
        CheckConstraint("capacity > 0", name="has_places"),
        UniqueConstraint("session_id", "starts_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int]
    first_number: Mapped[int]


class QuotaRow(Row):
    """The ledger: how many places of a slot one quota has, and how many are taken."""

    __tablename__ = "quotas"
    __table_args__ = (CheckConstraint("0 <= taken AND taken <= capacity", name="never_oversold"),)

    slot_id: Mapped[UUID] = mapped_column(ForeignKey("slots.id"), primary_key=True)
    quota: Mapped[str] = mapped_column(Text, primary_key=True)
    capacity: Mapped[int]
    taken: Mapped[int]


class Booking(Row):
    """预约: a place that somebody has. `reference` is the number people read aloud, with a check digit."""

    __tablename__ = "bookings"
    __table_args__ = (
        Index(
            "uq_bookings_patient_id_department_id_day",
            "patient_id",
            "department_id",
            "day",
            unique=True,
            postgresql_where=text(LIVE),
        ),
        Index("uq_bookings_slot_id_number", "slot_id", "number", unique=True, postgresql_where=text(LIVE)),
        Index("ix_bookings_patient_id", "patient_id"),
        Index("ix_bookings_session_id", "session_id"),
        CheckConstraint(
            "status IN ('booked', 'checked_in', 'in_service', 'fulfilled', 'cancelled', 'no_show')", name="status_known"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slot_id: Mapped[UUID] = mapped_column(ForeignKey("slots.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    quota: Mapped[str] = mapped_column(Text)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("departments.id"))
    day: Mapped[date]
    number: Mapped[int]
    reference: Mapped[str] = mapped_column(Text, unique=True)
    status: Mapped[str] = mapped_column(Text)
    booked_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    right_used: Mapped[str] = mapped_column(Text)
    booked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(Text)
    late_cancel: Mapped[bool]


class ReferenceCounter(Row):
    """How many references a day has given out."""

    __tablename__ = "booking_references"

    day: Mapped[date] = mapped_column(primary_key=True)
    given: Mapped[int]
