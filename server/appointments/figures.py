"""网上号源开放率, the open rate, and how the pool is used: sums by institution, day and level. Never a person.

**The open rate** of an institution on a day is the places that were ONLINE before that day began, of all its places:

* All places: the capacity of every slot of its published sessions of that day, whatever the service and the quota. A
  drafted session has no places yet. A stopped session counts neither above nor below the line, whenever it was stopped:
  nobody could be seen in it, so it can neither raise the rate nor lower it.
* ONLINE before the day began: the ONLINE rows' places, by original share, by hand, or released to them along the chain.
  A place counts once, however often it moved. Released on the day itself, or given back on the day itself into ONLINE
  from another quota, it counts as not online: patients at home had no use of it.

Days that are over are kept in `open_rates` (written by `jobs_figures.py`); today and later are counted when asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from server.foundation.actor import Level, OrganisationId, Role
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity
from server.identity.service import OrganisationCard
from server.notifications import service as notifications
from server.settings import AppointmentSettings

from . import store_figures as store
from .store_figures import Count

LOOKS_BACK: Final = timedelta(days=400)  # how far a worker that was away catches up
SETTLES: Final = timedelta(days=3)  # no-shows of a day are known by then at the latest


def percent(part: int, whole: int) -> float | None:
    """A share in percent, cut to a tenth and never rounded up to a target it misses; None of nothing."""
    return part * 1000 // whole / 10 if whole else None


def is_below(online: int, total: int, target: int) -> bool:
    """Whether so many of so many places miss the target in percent. Rule: appointments-15"""
    return online * 100 < target * total


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One institution on one day; shares in percent. `is_over` tells a kept figure from one that may still change."""

    organisation_id: UUID
    organisation: str
    level: Level
    day: date
    total: int
    online: int
    target: int
    booked: int
    no_shows: int
    waited: int
    is_over: bool

    @property
    def rate(self) -> float | None:
        """网上号源开放率."""
        return percent(self.online, self.total)

    @property
    def below(self) -> bool:
        """Whether it misses the institution's target."""
        return is_below(self.online, self.total, self.target)

    @property
    def utilisation(self) -> float | None:
        """How many of the places were taken."""
        return percent(self.booked, self.total)

    @property
    def no_show_rate(self) -> float | None:
        """How many of those who had a place did not come; None before the day is over."""
        return percent(self.no_shows, self.booked) if self.is_over else None


@dataclass(frozen=True, slots=True)
class UseFigures:
    """How the places of a level, or of one institution, were used. The no-show rate is of the days that are over."""

    organisation_id: UUID | None
    organisation: str
    places: int
    booked: int
    no_shows: int
    no_show_rate: float | None
    waiting: int
    placed: int
    median_wait_h: float | None

    @property
    def utilisation(self) -> float | None:
        """How many of the places were taken."""
        return percent(self.booked, self.places)


@dataclass(frozen=True, slots=True)
class LevelFigures:
    """A level as a whole, and its institutions by how much they are used."""

    level: Level
    whole: UseFigures
    institutions: tuple[UseFigures, ...]


async def open_rates(work: Work, first: date, last: date, organisation_id: UUID | None = None) -> list[DayFigures]:
    """Every day with sessions of one institution, or of all within reach, by day. Raises: Unknown. Rule: appointments-15"""
    return await _figures(work, await _within_reach(work, organisation_id), first, last)


async def use_by_level(work: Work, first: date, last: date, organisation_id: UUID | None = None) -> list[LevelFigures]:
    """How the places were used, level by level from the top; levels without sessions are left out. Raises: Unknown."""
    cards = await _within_reach(work, organisation_id)
    days = await _figures(work, cards, first, last)
    found = await store.waited(await work.raw(), {each.id: str(each.level) for each in cards}, first, last)
    waits = {(each.level, each.organisation_id): each for each in found}
    levels = []
    for level in Level:
        of_level = [each for each in days if each.level is level]
        if of_level:
            houses = {each.organisation_id: each.organisation for each in of_level}
            used = [
                _use([day for day in of_level if day.organisation_id == house], waits.get((level, house)), house, name)
                for house, name in houses.items()
            ]
            used.sort(key=lambda each: (-(each.utilisation or 0), each.organisation))
            levels.append(LevelFigures(level, _use(of_level, waits.get((level, None))), tuple(used)))
    return levels


def _use(
    days: Sequence[DayFigures], waited: store.Waited | None, organisation_id: UUID | None = None, name: str = ""
) -> UseFigures:
    over = [each for each in days if each.is_over]
    return UseFigures(
        organisation_id,
        name,
        places=sum(each.total for each in days),
        booked=sum(each.booked for each in days),
        no_shows=sum(each.no_shows for each in days),
        no_show_rate=percent(sum(each.no_shows for each in over), sum(each.booked for each in over)),
        waiting=waited.people if waited else 0,
        placed=waited.placed if waited else 0,
        median_wait_h=round(float(waited.median_s) / 3600, 1) if waited and waited.median_s is not None else None,
    )


async def _within_reach(work: Work, wanted: UUID | None) -> list[OrganisationCard]:
    """The scheduler's own institution, the administrator's own and all below, the regulator's all; or the wanted one."""
    actor = work.actor
    cards = [each for each in await identity.organisations(work) if each.kind in identity.CARE_PROVIDERS]
    if actor.role is not Role.REGULATOR:
        own = {actor.organisation}
        reach = (
            await identity.organisations_below(work, actor.organisation) if actor.role is Role.ADMINISTRATOR else own
        )
        cards = [each for each in cards if each.id in reach]
    if wanted is None:
        return cards
    found = [each for each in cards if each.id == wanted]
    if not found:
        raise Unknown
    return found


async def _figures(work: Work, cards: Sequence[OrganisationCard], first: date, last: date) -> list[DayFigures]:
    raw, today = await work.raw(), day_of(work.now)
    houses = {each.id: each for each in cards}
    targets = await _targets(work, houses)
    counted = [
        *await store.kept(raw, houses, first, last, today=today),
        *await store.count(raw, houses, first, last, today=today),
    ]
    found = [_of(each, houses[OrganisationId(each.organisation_id)], targets, today) for each in counted]
    place = {each.id: order for order, each in enumerate(cards)}
    return sorted(found, key=lambda each: (each.day, place[OrganisationId(each.organisation_id)]))


def _of(counted: Count, house: OrganisationCard, targets: dict[UUID, int], today: date) -> DayFigures:
    return DayFigures(
        house.id,
        house.name,
        house.level,
        counted.day,
        total=counted.total,
        online=counted.online,
        target=targets[house.id],
        booked=counted.booked,
        no_shows=counted.no_shows,
        waited=counted.waited,
        is_over=counted.day < today,
    )


async def _targets(work: Work, organisations: Iterable[UUID]) -> dict[UUID, int]:
    usual = work.part(AppointmentSettings).open_rate_target
    asked = list(organisations)
    own = await store.own_limits(work.session, asked)
    return {each: int(own.get(each, {}).get("open_rate_target", usual)) for each in asked}


async def keep_days(work: Work) -> int:
    """Write down every day that is over and is not kept yet, how many; and tell of yesterday where it missed its target.

    A day is kept once, so it is told of once, however often and wherever this runs. No-shows of the last days are
    counted again until they are known. For the job.
    """
    raw, today = await work.raw(), day_of(work.now)
    if not await store.hold_keeping(raw):
        return 0
    cards = {each.id: each for each in await identity.organisations(work)}
    yesterday = today - timedelta(days=1)
    fresh = await store.count(raw, cards, today - LOOKS_BACK, yesterday, today=today)
    await store.keep(raw, fresh, work.now)
    await store.count_missed(raw, cards, today - SETTLES, yesterday, work.now)
    targets = await _targets(work, cards)
    for each in fresh:
        figures = _of(each, cards[OrganisationId(each.organisation_id)], targets, today)
        if each.day == yesterday and figures.below:
            await _tell(work, figures)
    return len(fresh)


async def _tell(work: Work, figures: DayFigures) -> None:
    values = {
        "organisation_id": str(figures.organisation_id),
        "organisation": figures.organisation,
        "day": figures.day.isoformat(),
        "rate": f"{figures.rate:g}",
        "target": str(figures.target),
    }
    organisation_id = OrganisationId(figures.organisation_id)
    for person_id in sorted(await identity.holders(work, organisation_id, Role.SCHEDULER)):
        await notifications.send(work, person_id, "open-rate-low", values)
