"""What is to be told of bookings by a scan, so that booking itself queues nothing: that they stand, and that they come.

Each way of reminding happens once for a booking; the row that says so is written first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from server.foundation.clock import SHANGHAI, day_of, start_of_day
from server.foundation.work import Work
from server.settings import ReminderSettings

from . import store, store_course
from .events import ReminderDue
from .facts import booking_facts
from .rules import Status

MOST: Final = 1000
_TOLD_LATE: Final = timedelta(days=1)  # of older bookings nobody is told anew
_LATE_IN_THE_EVENING: Final = timedelta(hours=3)  # after a stop of the worker nobody is woken for tomorrow


class Kind(StrEnum):
    """In which way."""

    BOOKED = "booked"
    EVENING_BEFORE = "evening_before"
    SOON = "soon"
    NEARLY_YOUR_TURN = "nearly_your_turn"


async def untold(work: Work) -> Sequence[UUID]:
    """New bookings of which their patients were not told."""
    since = work.now - _TOLD_LATE
    return await store_course.untold(work.session, Kind.BOOKED, since, work.now, MOST)


async def of_tomorrow(work: Work) -> Sequence[UUID]:
    """In the evening: tomorrow's bookings. Rule: appointments-14"""
    today = day_of(work.now)
    evening = datetime.combine(today, work.part(ReminderSettings).evening_at, tzinfo=SHANGHAI)
    if not evening <= work.now < evening + _LATE_IN_THE_EVENING:
        return ()
    midnight, next_midnight = (start_of_day(today + timedelta(days=days)) for days in (1, 2))
    return await store_course.to_remind(
        work.session,
        Kind.EVENING_BEFORE,
        after=midnight - timedelta(microseconds=1),
        until=next_midnight - timedelta(microseconds=1),
        booked_before=evening,
        limit=MOST,
    )


async def soon(work: Work) -> Sequence[UUID]:
    """What begins soon. Rule: appointments-14"""
    until = work.now + timedelta(minutes=work.part(ReminderSettings).before_minutes)
    return await store_course.to_remind(
        work.session, Kind.SOON, after=work.now, until=until, booked_before=None, limit=MOST
    )


async def remind(work: Work, booking_id: UUID, kind: Kind) -> None:
    """Have the patient told, unless that was done or the booking is over."""
    row = await store.booking_by_id(work.session, booking_id)
    if row is None or row[0].status != Status.BOOKED:
        return
    if await remind_once(work, booking_id, kind):
        work.record(ReminderDue(booking_facts(*row), kind))


async def remind_once(work: Work, booking_id: UUID, kind: Kind) -> bool:
    """Write down that the patient is reminded in this way; False when that was done before, by whomever."""
    return await store_course.remind_once(work.session, booking_id, kind, work.now)


async def reminded(work: Work, bookings: Collection[UUID], kind: Kind) -> set[UUID]:
    """Those of the bookings of which their patients were reminded in this way."""
    return await store_course.reminded(work.session, bookings, kind)
