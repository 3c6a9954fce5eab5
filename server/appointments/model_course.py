"""Tables of what happens around bookings: the waiting list, suspensions, reminders given, open rates counted."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row

LIVE_WAITING = "status IN ('waiting', 'offered')"


class Waiting(Row):
    """候补: somebody waits for a place in a session. `place` is the order of joining; `quotas` those that may serve."""

    __tablename__ = "waitings"
    __table_args__ = (
        CheckConstraint(
            "status IN ('waiting', 'offered', 'accepted', 'lapsed', 'left', 'cleared')", name="status_known"
        ),
        Index(
            "uq_waitings_session_id_patient_id",
            "session_id",
            "patient_id",
            unique=True,
            postgresql_where=text(LIVE_WAITING),
        ),
        Index("ix_waitings_session_id_place", "session_id", "place", postgresql_where=text(LIVE_WAITING)),
        Index("ix_waitings_session_id", "session_id"),
        Index("ix_waitings_patient_id", "patient_id"),
        Index("uq_waitings_booking_id", "booking_id", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    quotas: Mapped[list[str]] = mapped_column(ARRAY(Text))
    joined_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    right_used: Mapped[str] = mapped_column(Text)
    joined_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(Text)
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("bookings.id"))
    offered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Suspension(Row):
    """Booking is suspended after too many no-shows, until `ends_at` or until somebody lifts it."""

    __tablename__ = "booking_suspensions"
    __table_args__ = (
        Index("ix_booking_suspensions_patient_id_organisation_id", "patient_id", "organisation_id", "ends_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    no_shows: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class Reminder(Row):
    """That a patient was reminded of a booking in one way; the key keeps a second worker from doing it again."""

    __tablename__ = "booking_reminders"

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    told_at: Mapped[datetime]


class OpenRate(Row):
    """网上号源开放率 of an institution on a day, as counted when the day was over (today's is counted live)."""

    __tablename__ = "open_rates"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    total: Mapped[int]
    online: Mapped[int]
    booked: Mapped[int]
    no_shows: Mapped[int]
    waited: Mapped[int]
    counted_at: Mapped[datetime]


class ReservedPlace(Row):
    """A place taken for no patient: a doctor's time that a consultation needs. `source_id` is what needs it."""

    __tablename__ = "reserved_places"
    __table_args__ = (
        CheckConstraint("given_back_at IS NULL OR given_back_at >= taken_at", name="given_back_after"),
        Index("ix_reserved_places_slot_id", "slot_id"),
        Index("uq_reserved_places_live", "source_id", unique=True, postgresql_where=text("given_back_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slot_id: Mapped[UUID] = mapped_column(ForeignKey("slots.id"))
    quota: Mapped[str] = mapped_column(Text)
    source_id: Mapped[UUID]
    taken_at: Mapped[datetime]
    given_back_at: Mapped[datetime | None]
