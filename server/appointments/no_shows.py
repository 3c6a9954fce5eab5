"""Who did not come, and what follows: after some no-shows booking is suspended at that institution for a while.

Bookings at the window are found by the job some time after their session; visits by video say themselves who did not
come. Both pass `miss`, so a booking is a no-show once and counts once.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from server.foundation.actor import PATIENT_SIDE, OrganisationId, PersonId, Role
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.ground import push
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records
from server.settings import AppointmentSettings

from . import policy, store, store_course
from .events import BookingMissed, PatientSuspended
from .facts import BookingFacts, booking_facts
from .model_course import Suspension
from .rules import LIFE, Status

LEAST_WAIT: Final = timedelta(minutes=15)  # no institution's limit is shorter
_MISSABLE: Final = LIFE.before("miss")


async def due(work: Work) -> list[UUID]:
    """The bookings in person for which their institutions have waited long enough. For the job."""
    found = await store_course.never_came(work.session, work.now - LEAST_WAIT)
    waits = {house: await wait_of(work, OrganisationId(house)) for house in {house for _, house, _ in found}}
    return [booking_id for booking_id, house, ended_at in found if ended_at + waits[house] <= work.now]


async def settle(work: Work, booking_id: UUID) -> None:
    """Nobody came; nothing, when somebody did meanwhile."""
    row = await store.booking_by_id(work.session, booking_id)
    if row is not None:
        await miss(work, booking_facts(*row), among=frozenset({Status.BOOKED}))


async def wait_of(work: Work, organisation_id: OrganisationId) -> timedelta:
    """How long after a session's end an institution still waits for who has not come."""
    return timedelta(minutes=(await policy.of(work, organisation_id)).no_show_after_minutes)


async def miss(work: Work, booking: BookingFacts, *, among: Set[Status] = _MISSABLE) -> None:
    """The booking is a no-show and counts; nothing, when it is none of these any more. Rule: appointments-10"""
    await store_course.hold_conduct(work.session, booking.patient_id, booking.organisation_id)
    over = {"ended_at": work.now, "end_reason": "no_show"}
    if not await store.move(work.session, booking.id, set(among), LIFE.after("miss"), **over):
        return
    work.audit("miss", "booking", booking.id, patient_id=booking.patient_id)
    limits = await policy.of(work, booking.organisation_id)
    since = day_of(work.now) - timedelta(days=limits.no_show_days)
    missed, latest = await store_course.count_no_shows(work.session, booking.patient_id, booking.organisation_id, since)
    work.record(BookingMissed(booking, missed))
    for person_id in {booking.patient_id, booking.booked_by}:
        work.after_commit(push(f"bookings:{person_id}", booking.id))
    if missed >= limits.no_shows:
        await _suspend(work, booking, missed, max(work.now, latest or work.now), limits)


async def _suspend(work: Work, booking: BookingFacts, missed: int, at: datetime, limits: AppointmentSettings) -> None:
    """From the last no-show on, which another process may have found a moment after this one's time: it counts no more."""
    until = work.now + timedelta(days=limits.suspension_days)
    suspension = Suspension(
        id=work.new_id(),
        patient_id=booking.patient_id,
        organisation_id=booking.organisation_id,
        no_shows=missed,
        starts_at=at,
        ends_at=until,
    )
    work.session.add(suspension)
    await work.session.flush()
    work.audit("suspend", "suspension", suspension.id, patient_id=booking.patient_id, no_shows=missed)
    work.record(PatientSuspended(booking.patient_id, booking.organisation_id, missed, until))


async def lift(work: Work, suspension_id: UUID) -> None:
    """End a suspension early; a second time finds it done. Raises: Unknown, at another institution too."""
    found = await work.session.get(Suspension, suspension_id)
    if found is None or found.organisation_id != work.actor.organisation_id:
        raise Unknown
    if await store_course.lift(work.session, suspension_id, work.actor.person, work.now):
        work.audit("lift", "suspension", suspension_id, patient_id=PersonId(found.patient_id))
        work.after_commit(push(f"bookings:{found.patient_id}", suspension_id))


async def in_force(work: Work) -> list[Suspension]:
    """Suspensions in force: the family's own, of those a clinic acts for, or of the scheduler's institution."""
    if work.actor.role is Role.SCHEDULER:
        found = await store_course.suspensions(work.session, work.now, organisation_id=work.actor.organisation)
    elif work.actor.role in PATIENT_SIDE:
        family = [work.actor.person, *await identity.wards(work)]
        found = await store_course.suspensions(work.session, work.now, patients=family)
    else:
        patients = await records.readable_patients(work)
        found = await store_course.suspensions(work.session, work.now, patients=patients)
    return list(found)
