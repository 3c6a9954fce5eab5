"""Tables of the pool itself: sessions, slots, the ledger and its releases, bookings. Only `ledger.py` writes the ledger.

What institutions agreed and planned is in `model_agreed.py`, waiting and its consequences in `model_course.py`.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row

LIVE = "status IN ('held', 'booked', 'checked_in', 'in_service', 'fulfilled')"
QUOTAS = "'online', 'village', 'township', 'county', 'family_doctor', 'window'"
STATUSES = "'held', 'booked', 'checked_in', 'in_service', 'fulfilled', 'cancelled', 'expired', 'no_show'"


class Session(Row):
    """排班: one doctor, one service, one half-day. No doctor has two at a time: the database excludes it.

    `last_number` is the highest number of all its slots; `doctor_no` and `during` are made by the database.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="runs_forward"),
        CheckConstraint("status IN ('draft', 'published', 'closed')", name="status_known"),
        CheckConstraint("service IN ('follow_up', 'remote_consultation', 'expert')", name="service_known"),
        # The wheel's PostgreSQL has no btree_gist, so "the same doctor" is a range of one number.
        ExcludeConstraint(
            (text("int8range(doctor_no, doctor_no, '[]')"), "&&"),
            ("during", "&&"),
            name="ex_sessions_doctor_busy",
            where=text("status <> 'closed'"),
        ),
        Index("ix_sessions_organisation_id_day", "organisation_id", "day"),
        Index("ix_sessions_day", "day"),
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
    published_at: Mapped[datetime | None]
    published_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey("pool_agreements.id"))
    template_id: Mapped[UUID | None]
    last_number: Mapped[int] = mapped_column(default=0)
    doctor_no: Mapped[int] = mapped_column(BigInteger, Computed("hashtextextended(doctor_id::text, 0) / 2"))
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE, Computed("tstzrange(starts_at, ends_at, '[)')"))


class Slot(Row):
    """时段: its places have the numbers from `first_number` on, `numbered` of them; what was added later has
    `extra_numbers` from the end of the session, so that no number comes twice.
    """

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
    numbered: Mapped[int]
    extra_numbers: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)


class QuotaRow(Row):
    """The ledger: how many places of a slot one quota has, how many are taken, and whether any may be taken at all."""

    __tablename__ = "quotas"
    __table_args__ = (
        CheckConstraint("0 <= taken AND taken <= capacity", name="never_oversold"),
        CheckConstraint(f"quota IN ({QUOTAS})", name="quota_known"),
    )

    slot_id: Mapped[UUID] = mapped_column(ForeignKey("slots.id"), primary_key=True)
    quota: Mapped[str] = mapped_column(Text, primary_key=True)
    capacity: Mapped[int]
    taken: Mapped[int]
    is_open: Mapped[bool] = mapped_column(default=True)


class QuotaRelease(Row):
    """A step of the agreement's chain that was taken for a slot: never twice, because it is the key."""

    __tablename__ = "quota_releases"

    slot_id: Mapped[UUID] = mapped_column(ForeignKey("slots.id"), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_quota: Mapped[str] = mapped_column(Text)
    to_quota: Mapped[str] = mapped_column(Text)
    moved: Mapped[int]
    released_at: Mapped[datetime]


class Booking(Row):
    """预约: a place that somebody has, or holds until `expires_at`.

    `reference` is the number people read aloud, with a check digit; a family doctor's summary is sealed.
    """

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
        Index("ix_bookings_held", "expires_at", postgresql_where=text("status = 'held'")),
        Index("ix_bookings_coming", "starts_at", postgresql_where=text("status = 'booked'")),
        Index("ix_bookings_organisation_id_day", "organisation_id", "day"),
        CheckConstraint(f"status IN ({STATUSES})", name="status_known"),
        CheckConstraint("(status = 'held') <= (expires_at IS NOT NULL)", name="held_until"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slot_id: Mapped[UUID] = mapped_column(ForeignKey("slots.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    quota: Mapped[str] = mapped_column(Text)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("departments.id"))
    day: Mapped[date]
    starts_at: Mapped[datetime]
    number: Mapped[int]
    reference: Mapped[str] = mapped_column(Text, unique=True)
    status: Mapped[str] = mapped_column(Text)
    booked_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    right_used: Mapped[str] = mapped_column(Text)
    booked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(Text)
    late_cancel: Mapped[bool]
    channel: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
    referral_summary: Mapped[bytes | None] = mapped_column(LargeBinary)
