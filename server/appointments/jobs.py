"""Periodic scans: what moves by the clock alone: releases, holds that run out, waiting lists, no-shows, reminders.

A scan finds what is due in one unit of work and acts on each in one of its own, so that one that fails keeps nobody else
waiting; it may run twice, late or on two machines, because each step is taken by its own compare-and-set or key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar
from uuid import UUID

import structlog

from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground
from server.foundation.jobs import Task, every
from server.foundation.work import Work, unit_of_work

from . import holding, no_shows, releasing, reminding, store_course, waiting
from .reminding import Kind

log = structlog.get_logger(__name__)

Item = TypeVar("Item")
Done = TypeVar("Done")
Find = Callable[[Work], Awaitable[Sequence[UUID]]]
Act = Callable[[Work, UUID], Awaitable[object]]

_MOST_HOLDS: Final = 500


def _scan(cron: str, name: str, *pairs: tuple[Find, Act]) -> Task:
    async def run(ground: Ground) -> None:
        for find, act in pairs:
            async with unit_of_work(ground, SYSTEM) as work:
                due = list(await find(work))
            for each in due:
                await _one(ground, name, act, each)

    return every(cron, f"appointments.{name}", own_transactions=True)(run)


async def _one(ground: Ground, name: str, act: Callable[[Work, Item], Awaitable[Done]], item: Item) -> Done | None:
    try:
        async with unit_of_work(ground, SYSTEM) as work:
            return await act(work, item)
    except Exception as error:  # whatever is wrong with one of them, the others are not to wait for it
        log.error("scan failed", scan=name, item=str(item)[:200], error=type(error).__name__)
        return None


# --- what is untaken moves on at the agreement's hour (Rule: appointments-8)


@every("* * * * * */5", "appointments.release", own_transactions=True)
async def release(ground: Ground) -> None:
    """Take every step of release that is due; first the sessions for which nobody waits, then the others one by one."""
    async with unit_of_work(ground, SYSTEM) as work:
        portions = await releasing.due(work)
    for portion in portions:
        for waited_for in await _one(ground, "release", releasing.release, portion) or ():
            await _one(ground, "release", releasing.release_to_list, waited_for)


# --- holds and offers run out (Rule: appointments-9); what came free by the clock goes to who waits (appointments-12)


async def _holds_over(work: Work) -> Sequence[UUID]:
    return await store_course.holds_over(work.session, work.now, _MOST_HOLDS)


expire_holds = _scan(
    "* * * * * */5", "expire_holds", (_holds_over, holding.expire), (waiting.servable, releasing.serve)
)


# --- waiting lists end in the evening (Rule: appointments-12)

clear_waiting = _scan("* * * * *", "clear_waiting", (waiting.over, waiting.clear))


# --- who never came (Rule: appointments-10)

mark_no_shows = _scan("* * * * *", "mark_no_shows", (no_shows.due, no_shows.settle))


# --- new bookings, and bookings that come near, are told of once (Rule: appointments-14)


def _telling(kind: Kind) -> Act:
    async def act(work: Work, booking_id: UUID) -> None:
        await reminding.remind(work, booking_id, kind)

    return act


remind = _scan(
    "* * * * *",
    "remind",
    (reminding.untold, _telling(Kind.BOOKED)),
    (reminding.of_tomorrow, _telling(Kind.EVENING_BEFORE)),
    (reminding.soon, _telling(Kind.SOON)),
)

JOBS: Final = (release, expire_holds, clear_waiting, mark_no_shows, remind)
