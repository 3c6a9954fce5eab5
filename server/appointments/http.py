"""Booking over HTTP: rows of views and three-line endpoints."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator
from pydantic_core import PydanticCustomError

from server.foundation.actor import PersonId
from server.foundation.errand import Errand, Told
from server.foundation.errors import Unknown
from server.foundation.routes import Body, Query, Routes, View
from server.foundation.work import Work

from . import booking, holding, service, views
from .booking import Asked
from .errors import (
    AlreadyBooked,
    BadSession,
    BookingOver,
    BookingSuspended,
    DeskBusy,
    DoctorBusy,
    FirstVisit,
    HoldOver,
    NotOpenYet,
    QuotasDoNotAddUp,
    SegmentTooLong,
    SessionClosed,
    SessionInPast,
    SlotFull,
    SlotOver,
    SummaryMissing,
)
from .facts import GivenPlaceView, NewSession
from .rules import Quota
from .views import BookingView, SessionView

routes = Routes()

LONGEST_LOOK = timedelta(days=31)
# Times far from both ends of the calendar, so that any zone and any length of a session can be added to them.
Instant = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))]


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


class PublishSession(Body):
    """A session to publish: times carry their zone; every slot has the same length and capacity."""

    department_id: UUID
    doctor_id: UUID
    service: Literal["follow_up", "remote_consultation", "expert"] = "follow_up"
    starts_at: Instant
    ends_at: Instant
    slot_minutes: Annotated[int, Field(ge=5, le=240)]
    slot_capacity: Annotated[int, Field(ge=1, le=200)]
    quotas: dict[Quota, Annotated[int, Field(ge=0, le=200)]] | None = Field(
        None, description="How every slot is divided; they add up to its capacity. Without it the agreement divides"
    )


class HandOver(Body):
    """To whom."""

    doctor_id: UUID


class StopSession(Body):
    """The reason that the patients are told."""

    reason: Annotated[str, Field(min_length=2, max_length=200)]


class Stopped(View):
    """How many bookings were cancelled and their patients told."""

    cancelled: int


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
    "/api/sessions",
    may="appointments.publish",
    problems=(SegmentTooLong, BadSession, SessionInPast, QuotasDoNotAddUp, DoctorBusy, Unknown),
    status=201,
)
async def publish_session(work: Work, body: PublishSession) -> SessionView:
    """Publish a session of the scheduler's own institution."""
    new = NewSession(**body.model_dump())
    session = await service.publish(work, work.actor.organisation, new)
    found = await service.sessions_between(work, session.day, session.day, doctor_id=session.doctor_id)
    return (await views.of_sessions(work, [pair for pair in found if pair[0].id == session.id]))[0]


@routes.post("/api/sessions/{session_id}/handover", may="appointments.hand_over", problems=(SessionClosed, DoctorBusy))
async def hand_over_session(work: Work, session_id: UUID, body: HandOver) -> None:
    """Give a session and its queue to a colleague."""
    await service.hand_over(work, session_id, PersonId(body.doctor_id))


@routes.post("/api/sessions/{session_id}/stop", may="appointments.stop", problems=(SessionClosed,))
async def stop_session(work: Work, session_id: UUID, body: StopSession) -> Stopped:
    """停诊: close the session; everyone booked is cancelled and told why."""
    return Stopped(cancelled=await service.stop(work, session_id, body.reason))


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
