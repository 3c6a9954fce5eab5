"""What happened in the pool, for the floors above."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SlotBooked:
    """A place was taken."""

    booking_id: UUID


@dataclass(frozen=True, slots=True)
class BookingCancelled:
    """A place was given back, by the patient's side or because the session stopped."""

    booking_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class SessionHandedOver:
    """Another doctor takes the session."""

    session_id: UUID
    from_doctor_id: UUID
    to_doctor_id: UUID


@dataclass(frozen=True, slots=True)
class SessionStopped:
    """停诊: everyone booked has been cancelled and is to be told."""

    session_id: UUID
    reason: str
