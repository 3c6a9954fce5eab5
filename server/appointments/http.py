"""Booking over HTTP: rows of views and three-line endpoints."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from server.foundation.actor import PersonId
from server.foundation.errand import Errand, Told
from server.foundation.routes import Body, Query, Routes
from server.foundation.work import Work

from . import booking, holding, service, views
from .booking import Asked
from .errors import (
    AlreadyBooked,
    BookingOver,
    BookingSuspended,
    DeskBusy,
    FirstVisit,
    HoldOver,
    NotOpenYet,
    SessionClosed,
    SlotFull,
    SlotOver,
    SummaryMissing,
)
from .facts import GivenPlaceView
from .views import BookingView, SessionView

routes = Routes()

LONGEST_LOOK = timedelta(days=31)


class Days(Query):
    """Which days, and whose sessions."""

    first: date
    last: date
    organisation_id: UUID | None = None
    department_id: UUID | None = None
    doctor_id: UUID | None = None

    @model_validator(mode="after")
    def _a_month_at_most(self) -> Self:
        if not timedelta(0) <= self.last - self.first <= LONGEST_LOOK:
            words = {
                "zh": "日期范围最多31天，结束不能早于开始",
                "en": "At most 31 days, and the end not before the start",
            }
            raise PydanticCustomError("days", "days", words)
        return self


class BookSlot(Body):
    """For whom; whether the same complaint was diagnosed in person (B11).

    `hold` keeps the place for some minutes, to be confirmed. A family doctor writes a `referral_summary`.
    """

    patient_id: UUID
    diagnosed_in_person: bool = Field(description="已在实体医疗机构就诊并确诊")
    hold: bool = False
    referral_summary: Annotated[str, Field(min_length=10, max_length=2000)] | None = None
    by_telephone: bool = False


class CancelBooking(Body):
    """Why, in the person's own words."""

    reason: Annotated[str, Field(max_length=200)] = ""


@routes.get("/api/sessions", may="appointments.look")
async def list_sessions(work: Work, query: Days) -> list[SessionView]:
    """Sessions of some days with the places left in every slot."""
    found = await service.sessions_between(
        work,
        query.first,
        query.last,
        organisation_id=query.organisation_id,
        department_id=query.department_id,
        doctor_id=query.doctor_id,
    )
    return await views.of_sessions(work, found)


@routes.post(
    "/api/slots/{slot_id}/bookings",
    may="appointments.book",
    problems=(
        FirstVisit,
        SlotFull,
        SlotOver,
        NotOpenYet,
        SessionClosed,
        AlreadyBooked,
        BookingSuspended,
        SummaryMissing,
        DeskBusy,
    ),
    status=201,
)
async def book_slot(errand: Errand, slot_id: UUID, body: BookSlot) -> Told[GivenPlaceView]:
    """Book one place in a slot, or hold it."""
    asked = Asked(
        patient_id=PersonId(body.patient_id),
        diagnosed_in_person=body.diagnosed_in_person,
        hold=body.hold,
        summary=body.referral_summary,
        by_telephone=body.by_telephone,
    )
    return await booking.book(errand, slot_id, asked)


@routes.post("/api/bookings/{booking_id}/confirm", may="appointments.book", problems=(HoldOver,))
async def confirm_booking(work: Work, booking_id: UUID) -> BookingView:
    """Confirm a held place, or take an offer of the waiting list."""
    return (await views.of_bookings(work, [await holding.confirm(work, booking_id)]))[0]


@routes.get("/api/bookings", may="appointments.book")
async def list_bookings(work: Work) -> list[BookingView]:
    """The bookings of the patient side's own family, or what a clinic worker booked; latest first."""
    return await views.of_bookings(work, await service.my_bookings(work))


@routes.get("/api/bookings/{booking_id}", may="appointments.see")
async def read_booking(work: Work, booking_id: UUID) -> BookingView:
    """One booking."""
    return (await views.of_bookings(work, [await service.booking_seen(work, booking_id)]))[0]


@routes.post("/api/bookings/{booking_id}/cancel", may="appointments.book", problems=(BookingOver,))
async def cancel_booking(work: Work, booking_id: UUID, body: CancelBooking) -> BookingView:
    """Cancel a booking; the place goes back at once."""
    return (await views.of_bookings(work, [await service.cancel(work, booking_id, body.reason)]))[0]


@routes.get("/api/sessions/{session_id}/bookings", may="appointments.roll")
async def list_session_bookings(work: Work, session_id: UUID) -> list[BookingView]:
    """Everyone booked in a session of the own institution, by slot and number."""
    return await views.of_bookings(work, await service.roll(work, session_id))
