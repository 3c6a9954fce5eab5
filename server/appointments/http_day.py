"""The day at the window and at the clinic over HTTP: check-in, lists of a day; and a booking for a calendar."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from server.foundation.answers import FileAnswer
from server.foundation.clock import day_of
from server.foundation.routes import Body, Query, Routes, View
from server.foundation.work import Work

from . import arrival, views
from .calendar_entry import calendar_entry
from .calendar_file import calendar_file
from .errors import (
    DeskAnotherDay,
    DeskTooEarly,
    DeskTooLate,
    NoSuchReference,
    NothingToCheckIn,
    WaitsOnline,
    WrongReference,
)
from .views import BookingView

routes = Routes()


class CheckIn(Body):
    """The booking's reference, as typed or scanned from the slip."""

    code: Annotated[str, Field(min_length=1, max_length=300)]


class CheckedInView(View):
    """Who is checked in: the number that will be called, and how many of the session who are here come before."""

    booking: BookingView
    queue_number: int
    ahead: int


class OfDay(Query):
    """Which day at the window (default: today), and of whom."""

    day: date | None = None
    department_id: UUID | None = None
    doctor_id: UUID | None = None


class ComingDay(Query):
    """Which day (default: tomorrow)."""

    day: date | None = None


@routes.post(
    "/api/desk/check-ins",
    may="appointments.check-in",
    problems=(
        WrongReference,
        NoSuchReference,
        WaitsOnline,
        NothingToCheckIn,
        DeskAnotherDay,
        DeskTooEarly,
        DeskTooLate,
    ),
)
async def check_in_at_desk(work: Work, body: CheckIn) -> CheckedInView:
    """Somebody with a booking at my institution has come."""
    arrived = await arrival.check_in(work, body.code)
    (booking,) = await views.of_bookings(work, [arrived.booking])
    return CheckedInView(booking=booking, queue_number=booking.number, ahead=arrived.ahead)


@routes.get("/api/desk/bookings", may="appointments.check-in")
async def list_bookings_of_day(work: Work, query: OfDay) -> list[BookingView]:
    """My institution's bookings of a day, by session, slot and number."""
    day = query.day or day_of(work.now)
    return await views.of_bookings(work, await arrival.day_of_house(work, day, query.department_id, query.doctor_id))


@routes.get("/api/bookings/of-day", may="appointments.remind")
async def list_bookings_made(work: Work, query: ComingDay) -> list[BookingView]:
    """What my clinic booked for a day, of the patients for whom it acts; by time, for reminding and printing."""
    day = query.day or day_of(work.now) + timedelta(days=1)
    return await views.of_bookings(work, await arrival.day_of_clinic(work, day))


@routes.get("/api/bookings/{booking_id}/calendar", may="appointments.see")
async def booking_calendar(work: Work, booking_id: UUID) -> FileAnswer:
    """A booking as a calendar file with an alarm two hours before."""
    reference, entry = await calendar_entry(work, booking_id)
    content = calendar_file(entry, work.now)

    async def read(start: int, end: int) -> AsyncIterator[bytes]:
        yield content[start:end]

    return FileAnswer(read, len(content), "text/calendar; charset=utf-8", f"{reference}.ics", inline=False)
