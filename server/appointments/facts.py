"""What the floors above and the pages are told of sessions, slots and bookings: frozen values, never rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId

from .model import Booking, Session, Slot
from .rules import Status


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A session as the floors above see it."""

    id: UUID
    organisation_id: OrganisationId
    department_id: UUID
    doctor_id: PersonId
    service: str
    day: date
    starts_at: datetime
    ends_at: datetime
    status: str
    stop_reason: str | None


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """A booking with its slot and session."""

    id: UUID
    patient_id: PersonId
    doctor_id: PersonId
    organisation_id: OrganisationId
    department_id: UUID
    session_id: UUID
    slot_id: UUID
    slot_starts_at: datetime
    slot_ends_at: datetime
    day: date
    number: int
    reference: str
    status: Status
    service: str
    booked_by: PersonId
    right_used: str
    booked_at: datetime
    end_reason: str | None
    late_cancel: bool


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """A slot with what is left of it."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    capacity: int
    free: int


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a scheduler publishes."""

    department_id: UUID
    doctor_id: PersonId
    service: str
    starts_at: datetime
    ends_at: datetime
    slot_minutes: int
    slot_capacity: int


def session_facts(each: Session) -> SessionFacts:
    """The row as a value."""
    return SessionFacts(
        id=each.id,
        organisation_id=OrganisationId(each.organisation_id),
        department_id=each.department_id,
        doctor_id=PersonId(each.doctor_id),
        service=each.service,
        day=each.day,
        starts_at=each.starts_at,
        ends_at=each.ends_at,
        status=each.status,
        stop_reason=each.stop_reason,
    )


def booking_facts(booking: Booking, slot: Slot, session: Session) -> BookingFacts:
    """The rows as one value."""
    return BookingFacts(
        id=booking.id,
        patient_id=PersonId(booking.patient_id),
        doctor_id=PersonId(session.doctor_id),
        organisation_id=OrganisationId(session.organisation_id),
        department_id=session.department_id,
        session_id=session.id,
        slot_id=slot.id,
        slot_starts_at=slot.starts_at,
        slot_ends_at=slot.ends_at,
        day=booking.day,
        number=booking.number,
        reference=booking.reference,
        status=Status(booking.status),
        service=session.service,
        booked_by=PersonId(booking.booked_by),
        right_used=booking.right_used,
        booked_at=booking.booked_at,
        end_reason=booking.end_reason,
        late_cancel=booking.late_cancel,
    )
