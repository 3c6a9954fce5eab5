"""The demo county's sessions: a week ahead for every doctor, around the clock, so that a visit can be tried at any hour."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from server.appointments import service as appointments
from server.appointments.facts import NewSession
from server.foundation.actor import PersonId
from server.foundation.clock import SHANGHAI, day_of
from server.foundation.work import Work
from server.identity import service as identity

DAYS: Final = 8
SLOT_MINUTES: Final = 30
PLACES_A_SLOT: Final = 12
SOUGHT_AFTER: Final = {"赵明远": 3}  # whose slots are full soon, to see what happens then
# Real doctors sleep; a demo that says "come back at eight" is no demo.
HALF_DAYS: Final = (time(0, 0), time(12, 0))
HALF_DAY: Final = timedelta(hours=12)


async def keep_week_ahead(work: Work, doctors: list[PersonId]) -> None:
    """Publish what is missing of the coming week for these doctors; nothing when it is there."""
    today = day_of(work.now)
    last = today + timedelta(days=DAYS - 1)
    for card in await identity.doctors(work, doctors):
        if card.department_id is None or not card.may_practise:
            continue
        there = await appointments.sessions_between(work, today, last, doctor_id=card.id)
        planned = {session.day for session, _ in there}
        for day in (today + timedelta(days=number) for number in range(DAYS)):
            if day not in planned:
                await _publish(work, card, day)


async def _publish(work: Work, card: identity.DoctorCard, day: date) -> None:
    assert card.department_id is not None, "asked for above"
    for begin in HALF_DAYS:
        starts_at = datetime.combine(day, begin, tzinfo=SHANGHAI)
        if starts_at + HALF_DAY <= work.now:
            continue
        new = NewSession(
            department_id=card.department_id,
            doctor_id=card.id,
            service="follow_up",
            starts_at=starts_at,
            ends_at=starts_at + HALF_DAY,
            slot_minutes=SLOT_MINUTES,
            slot_capacity=SOUGHT_AFTER.get(card.name, PLACES_A_SLOT),
        )
        await appointments.publish(work, card.organisation_id, new)
