"""The demo county's sessions: weekly templates, and a week ahead made of them. Video around the clock, so that a visit
can be tried at any hour; two mornings of an expert in person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Final

from server.appointments import service as appointments
from server.appointments.weeks import Weekly
from server.foundation.actor import SYSTEM, OrganisationId, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.work import Work, unit_of_work
from server.identity import service as identity

from .agreed import planner
from .county import EXPERT, STAFF, County

DAYS: Final = 8
SLOT_MINUTES: Final = 30
PLACES_A_SLOT: Final = 12
SOUGHT_AFTER: Final = {"赵明远": 3}  # whose slots are full soon, to see what happens then
EXPERT_PLACES: Final = 4


@dataclass(frozen=True, slots=True)
class HalfDay:
    """A doctor's half-day of every week."""

    weekday: int
    starts_at: time
    ends_at: time


# Real doctors sleep; a demo that says "come back at eight" is no demo.
AROUND_THE_CLOCK: Final = tuple(
    HalfDay(weekday, starts_at, ends_at)
    for weekday in range(1, 8)
    for starts_at, ends_at in ((time(0, 0), time(12, 0)), (time(12, 0), time(0, 0)))
)
EXPERT_MORNINGS: Final = tuple(HalfDay(weekday, time(8, 0), time(11, 30)) for weekday in (2, 4))


async def keep_week_ahead(ground: Ground, county: County) -> None:
    """Templates for every doctor who may practise, and what is missing of the coming week; nothing when it is there."""
    doctors = [county.people[each.name] for each in STAFF if each.role is Role.DOCTOR and each.name in county.people]
    async with unit_of_work(ground, SYSTEM) as work:
        found = [card for card in await identity.doctors(work, doctors) if card.department_id and card.may_practise]
    homes = {county.organisations[each.place] for each in STAFF if each.place in county.organisations}
    cards = [card for card in found if card.organisation_id in homes]  # what else they filed for plans for itself
    for organisation_id in {card.organisation_id for card in cards}:
        here = [card for card in cards if card.organisation_id == organisation_id]
        async with unit_of_work(ground, planner(county, organisation_id)) as work:
            await _plan(work, organisation_id, here)


async def _plan(work: Work, organisation_id: OrganisationId, cards: list[identity.DoctorCard]) -> None:
    today = day_of(work.now)
    planned = {each.doctor_id for each in await appointments.templates(work)}
    unplanned = [card for card in cards if card.id not in planned]
    await appointments.add_templates(
        work,
        [
            _weekly(work, card, half_day)
            for card in unplanned
            for half_day in (EXPERT_MORNINGS if card.name == EXPERT else AROUND_THE_CLOCK)
        ],
    )
    await appointments.generate(work, organisation_id, today, today + timedelta(days=DAYS - 1), draft=False)


def _weekly(work: Work, card: identity.DoctorCard, half_day: HalfDay) -> Weekly:
    assert card.department_id is not None, "asked for above"
    is_expert = card.name == EXPERT
    return Weekly(
        id=work.new_id(),
        department_id=card.department_id,
        doctor_id=card.id,
        service="expert" if is_expert else "follow_up",
        weekday=half_day.weekday,
        starts_at=half_day.starts_at,
        ends_at=half_day.ends_at,
        slot_minutes=SLOT_MINUTES,
        slot_capacity=EXPERT_PLACES if is_expert else SOUGHT_AFTER.get(card.name, PLACES_A_SLOT),
        quotas=None,
        valid_from=day_of(work.now),
        valid_until=None,
    )
