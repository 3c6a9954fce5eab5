"""The window on the day itself: who has come, who is booked, and for a clinic whom to remind of tomorrow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.ground import push
from server.foundation.ids import read_short_number
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records

from . import policy, store, store_day
from .errors import NoSuchReference, NothingToCheckIn, WaitsOnline, WrongReference
from .facts import BookingFacts, booking_facts
from .rules import BY_VIDEO, LIFE, Status


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody who is here now, and how many of the session who are here are called before."""

    booking: BookingFacts
    ahead: int


async def check_in(work: Work, code: str) -> Arrived:
    """Somebody has come: by the reference on the slip, typed or scanned. A second time tells the same.

    Raises: WrongReference, NoSuchReference, WaitsOnline, NothingToCheckIn, DeskAnotherDay, DeskTooEarly,
        DeskTooLate. Rule: appointments-13
    """
    reference = read_short_number(
        code.rpartition("#")[2]
    )  # the slip of a visit by video has its address before the number
    if reference is None:
        raise WrongReference
    row = await store_day.booking_of_reference(work.session, reference)
    if row is None or row[0].organisation_id != work.actor.organisation_id:
        raise NoSuchReference
    booking, slot, session = row
    facts = booking_facts(booking, slot, session)
    if facts.service == BY_VIDEO:
        raise WaitsOnline
    if facts.status != Status.CHECKED_IN:
        await _arrive(work, facts)
        await work.session.refresh(booking)
        facts = booking_facts(booking, slot, session)
    return Arrived(facts, await store_day.ahead_of(work.session, facts.session_id, facts.slot_starts_at, facts.number))


async def _arrive(work: Work, booking: BookingFacts) -> None:
    if not LIFE.allows(booking.status, "check_in"):
        raise NothingToCheckIn(booking_status=str(booking.status))
    (await policy.check_in_times(work, booking)).require_open(work.now)
    before, after = set(LIFE.before("check_in")), LIFE.after("check_in")
    if not await store.move(work.session, booking.id, before, after, checked_in_at=work.now):
        raise NothingToCheckIn(booking_status="changed")
    work.audit("check_in", "booking", booking.id, patient_id=booking.patient_id)
    work.after_commit(push(f"sessions:{booking.department_id}", booking.session_id))


async def day_of_house(work: Work, day: date, department_id: UUID | None, doctor_id: UUID | None) -> list[BookingFacts]:
    """The bookings of the actor's institution on a day, by session and number; holds that ran out are nobody's."""
    rows = await store_day.bookings_of_house(
        work.session, work.actor.organisation, day, department_id=department_id, doctor_id=doctor_id
    )
    work.audit("booking.list", "organisation", work.actor.organisation, shown=len(rows))
    return [booking_facts(*row) for row in rows]


async def day_of_clinic(work: Work, day: date) -> list[BookingFacts]:
    """What the actor's institution booked elsewhere for a day, of those for whom it still acts; by time."""
    acted_for = await records.readable_patients(work)
    colleagues = await identity.staff_of(work, work.actor.organisation)
    rows = await store_day.bookings_made_by(work.session, colleagues, day)
    found = [booking_facts(*row) for row in rows if PersonId(row[0].patient_id) in acted_for]
    work.audit("booking.list", "organisation", work.actor.organisation, shown=len(found))
    return found
