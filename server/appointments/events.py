"""What happened in the pool, for the floors above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId

from .facts import BookingFacts, NextPlace


@dataclass(frozen=True, slots=True)
class SlotsBooked:
    """Places were taken for good, several at once in the rush; a hold is none of these until it is confirmed."""

    bookings: tuple[BookingFacts, ...]


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
    """停诊: everyone booked has been cancelled and is to be told.

    `refund_due` are the bookings for which something may have been paid at the window, `offers` the next equal place of
    those for whom there is one, by booking.
    """

    session_id: UUID
    reason: str
    refund_due: tuple[UUID, ...] = ()
    offers: Mapping[UUID, NextPlace] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlaceOffered:
    """A freed place is held for somebody of the waiting list until `until`."""

    waiting_id: UUID
    booking_id: UUID
    patient_id: PersonId
    session_id: UUID
    until: datetime


@dataclass(frozen=True, slots=True)
class WaitingEnded:
    """The list ended, and this person got no place."""

    waiting_id: UUID
    patient_id: PersonId
    session_id: UUID


@dataclass(frozen=True, slots=True)
class PatientSuspended:
    """Too many no-shows: no booking at this institution until `until`."""

    patient_id: PersonId
    organisation_id: OrganisationId
    no_shows: int
    until: datetime


@dataclass(frozen=True, slots=True)
class HoldExpired:
    """A held place was not confirmed in time and has gone on; `offered` says that it was the waiting list's."""

    booking: BookingFacts
    offered: bool


@dataclass(frozen=True, slots=True)
class BookingMissed:
    """Nobody came: a no-show, the `no_shows`th of late at that institution."""

    booking: BookingFacts
    no_shows: int


@dataclass(frozen=True, slots=True)
class ReminderDue:
    """It is time to remind the patient of a booking, in the way of `kind` (see `reminding.Kind`), once for ever."""

    booking: BookingFacts
    kind: str
