"""What patients are told of bookings outside the page: templates of notifications, filled with times and names.

Of visits by video their own floor tells that they are booked, cancelled, near; here are all others. What concerns the
pool itself (offers, lists that end, suspensions, holds) is told here of both.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.clock import SHANGHAI
from server.foundation.ground import Subscriber
from server.foundation.work import Work
from server.identity import service as identity
from server.notifications import service as notifications

from . import store
from .events import (
    BookingCancelled,
    BookingMissed,
    HoldExpired,
    PatientSuspended,
    PlaceOffered,
    ReminderDue,
    SessionHandedOver,
    WaitingEnded,
)
from .facts import BookingFacts, booking_facts
from .reminding import Kind
from .rules import BY_VIDEO, LIFE

_REMINDERS = {
    Kind.BOOKED: "booking-made",
    Kind.EVENING_BEFORE: "booking-reminder",
    Kind.SOON: "booking-reminder",
}


async def on_offered(work: Work, event: PlaceOffered) -> None:
    """There is a place, held for a while."""
    booking = await _booking(work, event.booking_id)
    until = f"{event.until.astimezone(SHANGHAI):%H:%M}"
    await _tell(work, booking, "place-offered", until=until)


async def on_waiting_ended(work: Work, event: WaitingEnded) -> None:
    """The list ended without a place."""
    session = await store.session_by_id(work.session, event.session_id)
    assert session is not None, "sessions are never deleted"
    doctor = await identity.person(work, PersonId(session.doctor_id))
    values = {"session_id": str(session.id), "day": f"{session.day:%Y-%m-%d}", "doctor": doctor.name}
    await notifications.send(work, event.patient_id, "waiting-ended", values)


async def on_hold_expired(work: Work, event: HoldExpired) -> None:
    """A place that was held has gone on."""
    await _tell(work, event.booking, "offer-lapsed" if event.offered else "hold-expired")


async def on_missed(work: Work, event: BookingMissed) -> None:
    """A no-show counts."""
    await _tell(work, event.booking, "booking-missed", count=str(event.no_shows))


async def on_suspended(work: Work, event: PatientSuspended) -> None:
    """No booking for a while."""
    values = {
        "organisation_id": str(event.organisation_id),
        "organisation": await _house(work, event.organisation_id),
        "count": str(event.no_shows),
        "day": f"{event.until.astimezone(SHANGHAI):%Y-%m-%d}",
    }
    await notifications.send(work, event.patient_id, "booking-suspended", values)


async def on_reminder_due(work: Work, event: ReminderDue) -> None:
    """It was booked, or it comes near."""
    if event.booking.service != BY_VIDEO:
        await _tell(work, event.booking, _REMINDERS[Kind(event.kind)])


async def on_cancelled(work: Work, event: BookingCancelled) -> None:
    """The place was given back. Of a stopped session everybody is told something else."""
    booking = await _booking(work, event.booking_id)
    session = await store.session_by_id(work.session, booking.session_id)
    if booking.service != BY_VIDEO and session is not None and session.status == "published":
        await _tell(work, booking, "booking-cancelled")


async def on_handed_over(work: Work, event: SessionHandedOver) -> None:
    """Another doctor will be there."""
    colleague = await identity.person(work, PersonId(event.to_doctor_id))
    for row in await store.bookings_of_session(work.session, event.session_id):
        booking = booking_facts(*row)
        if booking.service != BY_VIDEO and LIFE.allows(booking.status, "stop"):
            await _tell(work, booking, "booking-handed-over", colleague=colleague.name)


async def _booking(work: Work, booking_id: UUID) -> BookingFacts:
    row = await store.booking_by_id(work.session, booking_id)
    assert row is not None, "bookings are never deleted"
    return booking_facts(*row)


async def _tell(work: Work, booking: BookingFacts, template: str, **values: str) -> None:
    doctor = await identity.person(work, booking.doctor_id)
    known = {
        "booking_id": str(booking.id),
        "doctor": doctor.name,
        "organisation": await _house(work, booking.organisation_id),
        "number": str(booking.number),
        "reference": booking.reference,
        **_when(booking.slot_starts_at),
    }
    await notifications.send(work, booking.patient_id, template, known | values)


async def _house(work: Work, organisation_id: OrganisationId) -> str:
    """Its name, open or not."""
    return next((each.name for each in await identity.organisations(work, [organisation_id])), "")


def _when(instant: datetime) -> dict[str, str]:
    local = instant.astimezone(SHANGHAI)
    return {"day": f"{local:%Y-%m-%d}", "from": f"{local:%H:%M}"}


SUBSCRIBERS = (
    Subscriber(PlaceOffered, on_offered),
    Subscriber(WaitingEnded, on_waiting_ended),
    Subscriber(HoldExpired, on_hold_expired),
    Subscriber(BookingMissed, on_missed),
    Subscriber(PatientSuspended, on_suspended),
    Subscriber(ReminderDue, on_reminder_due),
    Subscriber(BookingCancelled, on_cancelled),
    Subscriber(SessionHandedOver, on_handed_over),
)
