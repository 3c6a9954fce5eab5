"""Tables of visits: the visit itself, who was in its room and when, and the doctor's reception of a session."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.foundation.database import Row


class Visit(Row):
    """复诊. `number` is the one people read aloud, with a check digit. What the patient wrote is sealed with their key."""

    __tablename__ = "visits"
    __table_args__ = (
        Index("ix_visits_session_id_status", "session_id", "status"),
        Index("ix_visits_doctor_id_day", "doctor_id", "day"),
        Index("ix_visits_patient_id_day", "patient_id", "day"),
        Index("ix_visits_day_organisation_id", "day", "organisation_id"),
        # One patient at a time: a doctor's second call loses here, whichever tab it came from (visits-7).
        Index(
            "uq_visits_one_in_room",
            "doctor_id",
            unique=True,
            postgresql_where=text("status IN ('called', 'eligibility', 'in_video')"),
        ),
        Index("ix_visits_booking_untold", "id", postgresql_where=text("booking_told_at IS NULL")),
        Index("ix_visits_status_slot_starts_at", "status", "slot_starts_at"),
        CheckConstraint("calls >= 0 AND misses >= 0", name="counts"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text, unique=True)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"), unique=True)
    encounter_id: Mapped[UUID] = mapped_column(ForeignKey("encounters.id"), unique=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    doctor_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("departments.id"))
    day: Mapped[date]
    slot_starts_at: Mapped[datetime]
    slot_ends_at: Mapped[datetime]
    session_ends_at: Mapped[datetime]
    place_number: Mapped[int]
    booked_right: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    booking_told_at: Mapped[datetime | None]

    # what the patient's side prepared
    precheck: Mapped[bytes | None] = mapped_column(LargeBinary)
    prechecked_at: Mapped[datetime | None]
    device: Mapped[str | None] = mapped_column(Text)
    device_checked_at: Mapped[datetime | None]
    recording_declined_at: Mapped[datetime | None]

    # the waiting room
    checked_in_at: Mapped[datetime | None]
    checked_in_by: Mapped[UUID | None]
    last_seen_at: Mapped[datetime | None]
    calls: Mapped[int] = mapped_column(default=0)
    first_called_at: Mapped[datetime | None]
    last_called_at: Mapped[datetime | None]
    misses: Mapped[int] = mapped_column(default=0)
    missed_at: Mapped[datetime | None]

    # the gates and the room
    eligible_at: Mapped[datetime | None]
    room: Mapped[str | None] = mapped_column(Text, unique=True)
    room_opened_at: Mapped[datetime | None]
    video_stopped_at: Mapped[datetime | None]
    video_stopped_for: Mapped[str | None] = mapped_column(Text)
    phone_shown_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    video_ended_at: Mapped[datetime | None]

    # the end
    outcome: Mapped[str | None] = mapped_column(Text)
    signed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_code: Mapped[str | None] = mapped_column(Text)
    end_reason: Mapped[bytes | None] = mapped_column(LargeBinary)


class Participant(Row):
    """One person's part in a visit's room: first connected, away since, left; the stays have every instant."""

    __tablename__ = "visit_participants"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    party: Mapped[str] = mapped_column(Text)
    invited_at: Mapped[datetime]
    recording_agreed_at: Mapped[datetime | None]
    connected_at: Mapped[datetime | None]
    away_since: Mapped[datetime | None]
    left_at: Mapped[datetime | None]


class Stay(Row):
    """One unbroken time of somebody's media or seat in the room, on the application's clock."""

    __tablename__ = "visit_stays"
    __table_args__ = (
        Index("ix_visit_stays_visit_id", "visit_id"),
        Index(
            "uq_visit_stays_open",
            "visit_id",
            "person_id",
            "kind",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        CheckConstraint("kind IN ('seat', 'media')", name="kind_known"),
        CheckConstraint("until IS NULL OR until >= since", name="runs_forward"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visits.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(Text)


class Reception(Row):
    """接诊: a doctor's door for one session. `verified_at` is the second factor that opened it (B04)."""

    __tablename__ = "receptions"
    __table_args__ = (
        UniqueConstraint("session_id", "doctor_id"),
        Index("ix_receptions_doctor_id_day", "doctor_id", "day"),
        CheckConstraint("state IN ('open', 'paused', 'closed')", name="state_known"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    doctor_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    day: Mapped[date]
    state: Mapped[str] = mapped_column(Text)
    pause_reason: Mapped[str | None] = mapped_column(Text)
    pause_note: Mapped[str | None] = mapped_column(Text)
    paused_until: Mapped[datetime | None]
    verified_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
