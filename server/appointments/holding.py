"""A held place: confirmed in time, or gone. An offer to the waiting list is held in the same way."""

from __future__ import annotations

from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.ground import push
from server.foundation.work import Work

from . import access, ending, store, waiting
from .errors import BookingOver, HoldOver
from .events import HoldExpired, SlotsBooked
from .facts import BookingFacts, booking_facts
from .model import Booking
from .rules import LIFE, Channel, Status


async def confirm(work: Work, booking_id: UUID) -> BookingFacts:
    """A held place becomes a booking; a retry finds it booked.

    Raises: Unknown, HoldOver once its time is over. Rule: appointments-9
    """
    row = await store.booking_by_id(work.session, booking_id)
    if row is None:
        raise Unknown
    booking, slot, session = row
    await access.may_end(work, PersonId(booking.patient_id), booking.organisation_id)
    if booking.status == Status.BOOKED:
        return booking_facts(booking, slot, session)
    in_time = Booking.expires_at > work.now
    if not await store.move(work.session, booking_id, set(LIFE.before("confirm")), Status.BOOKED, in_time):
        raise HoldOver
    await work.session.refresh(booking)
    await waiting.offer_accepted(work, booking)
    facts = booking_facts(booking, slot, session)
    work.record(SlotsBooked((facts,)))
    work.audit("confirm", "booking", booking_id, patient_id=PersonId(booking.patient_id))
    work.after_commit(push(f"sessions:{session.department_id}", session.id))
    for person_id in {booking.patient_id, booking.booked_by}:
        work.after_commit(push(f"bookings:{person_id}", booking_id))
    return facts


async def expire(work: Work, booking_id: UUID) -> None:
    """The time of a hold is over: the place goes on. Nothing, when it was confirmed or given up meanwhile."""
    row = await store.booking_by_id(work.session, booking_id)
    if row is None or row[0].status != Status.HELD or (row[0].expires_at or work.now) > work.now:
        return
    try:
        await ending.end(work, row[0], "expire", "expired", late=False)
    except BookingOver:
        return  # confirmed in this instant
    work.record(HoldExpired(booking_facts(*row), offered=row[0].channel == Channel.WAITING_LIST))
