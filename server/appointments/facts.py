"""What the floors above and the pages are told of sessions, slots and bookings: frozen values, never rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.errors import Problem
from server.foundation.routes import View

from .agreement import Terms
from .allotment import Place
from .model import Booking, Session, Slot
from .rules import OpeningTimes, Quota, Status


@dataclass(frozen=True, slots=True)
class SlotCard:
    """A slot as the desk needs to know it; `refusal` is why its doctor may not receive patients, if so."""

    slot_id: UUID
    session_id: UUID
    organisation_id: OrganisationId
    department_id: UUID
    doctor_id: PersonId
    service: str
    status: str
    day: date
    starts_at: datetime
    ends_at: datetime
    session_ends_at: datetime
    terms: Terms
    opens: Mapping[Quota, OpeningTimes]
    hold_minutes: int
    refusal: Problem | None = None


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
    agreement_id: UUID | None


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
    session_ends_at: datetime
    day: date
    number: int
    reference: str
    status: Status
    service: str
    quota: Quota
    channel: str
    booked_by: PersonId
    right_used: str
    booked_at: datetime
    expires_at: datetime | None = None
    checked_in_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    late_cancel: bool = False


@dataclass(frozen=True, slots=True)
class NextPlace:
    """A place that somebody could book instead of one that was lost. Nothing is held."""

    slot_id: UUID
    session_id: UUID
    doctor_id: PersonId
    department_id: UUID
    service: str
    day: date
    starts_at: datetime
    ends_at: datetime
    same_doctor: bool


class GivenPlaceView(View):
    """A place just given: booked, or held until `expires_at`. `reference` is the number to read aloud."""

    id: UUID
    reference: str
    number: int
    status: str
    quota: str
    patient_id: UUID
    right_used: str
    session_id: UUID
    slot_id: UUID
    day: date
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """A slot with the places of each quota and what is left of them."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    capacity: int
    quotas: Mapping[Quota, QuotaFacts]

    @property
    def taken(self) -> int:
        """How many places are taken, whoever's they were."""
        return sum(each.taken for each in self.quotas.values())


@dataclass(frozen=True, slots=True)
class QuotaFacts:
    """A ledger row."""

    capacity: int
    taken: int

    @property
    def free(self) -> int:
        """What is left."""
        return self.capacity - self.taken


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a scheduler plans or publishes; `quotas` divides every slot by hand, else the agreement does."""

    department_id: UUID
    doctor_id: PersonId
    service: str
    starts_at: datetime
    ends_at: datetime
    slot_minutes: int
    slot_capacity: int
    quotas: Mapping[Quota, int] | None = None
    template_id: UUID | None = None


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
        agreement_id=each.agreement_id,
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
        session_ends_at=session.ends_at,
        day=booking.day,
        number=booking.number,
        reference=booking.reference,
        status=Status(booking.status),
        service=session.service,
        quota=Quota(booking.quota),
        channel=booking.channel,
        booked_by=PersonId(booking.booked_by),
        right_used=booking.right_used,
        booked_at=booking.booked_at,
        expires_at=booking.expires_at,
        checked_in_at=booking.checked_in_at,
        ended_at=booking.ended_at,
        end_reason=booking.end_reason,
        late_cancel=booking.late_cancel,
    )


def place_facts(place: Place, card: SlotCard, now: datetime) -> BookingFacts:
    """The booking that a place given just now has become."""
    want = place.want
    return BookingFacts(
        id=want.booking_id,
        patient_id=PersonId(want.patient_id),
        doctor_id=card.doctor_id,
        organisation_id=card.organisation_id,
        department_id=card.department_id,
        session_id=card.session_id,
        slot_id=card.slot_id,
        slot_starts_at=card.starts_at,
        slot_ends_at=card.ends_at,
        session_ends_at=card.session_ends_at,
        day=card.day,
        number=place.number,
        reference=place.reference,
        status=want.status,
        service=card.service,
        quota=place.quota,
        channel=want.channel,
        booked_by=PersonId(want.booked_by),
        right_used=want.right_used,
        booked_at=now,
        expires_at=want.expires_at,
    )


def place_view(facts: BookingFacts) -> GivenPlaceView:
    """What somebody who just booked is told."""
    return GivenPlaceView(
        id=facts.id,
        reference=facts.reference,
        number=facts.number,
        status=facts.status,
        quota=facts.quota,
        patient_id=facts.patient_id,
        right_used=facts.right_used,
        session_id=facts.session_id,
        slot_id=facts.slot_id,
        day=facts.day,
        starts_at=facts.slot_starts_at,
        ends_at=facts.slot_ends_at,
        expires_at=facts.expires_at,
    )
