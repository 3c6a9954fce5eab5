"""Planning over HTTP: templates, exceptional days, sessions and drafts, places of a slot, and stopping."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator
from pydantic_core import PydanticCustomError

from server.foundation.actor import PersonId
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.routes import Body, Query, Routes, View
from server.foundation.time_of_day import TimeOfDay
from server.foundation.work import Work

from . import exceptions, offers, planning, service, stopping, templates, views, views_planning
from .errors import (
    AlreadyPublished,
    BadSession,
    CapacityBelowBooked,
    DayTaken,
    DoctorBusy,
    NotPublished,
    PlanChanged,
    QuotaReleased,
    QuotasDoNotAddUp,
    SegmentTooLong,
    SessionClosed,
    SessionInPast,
    SlotOver,
)
from .facts import NewSession, SessionFacts
from .rules import Quota
from .views import SessionView
from .views_planning import DayExceptionView, NextPlaceView, SkippedView, TemplateView
from .weeks import Weekly

routes = Routes()

_LONGEST_PLAN = timedelta(days=41)  # six weeks: what one request makes in seconds
# Times far from both ends of the calendar, so that any zone and any length of a session can be added to them.
Instant = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))]
Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2200, 1, 1))]
Weekday = Annotated[int, Field(ge=1, le=7, description="1 is Monday")]
Version = Annotated[int, Field(ge=0, lt=2**31)]
Service = Literal["follow_up", "remote_consultation", "expert"]
Minutes = Annotated[int, Field(ge=5, le=240)]
Capacity = Annotated[int, Field(ge=1, le=200)]
Quotas = dict[Quota, Annotated[int, Field(ge=0, le=200)]]
_DIVIDED = "How every slot is divided; they add up to its capacity. Without it the agreement divides"


def in_order(first: date, last: date | None, longest: timedelta | None = None) -> None:
    """Nothing, when the days are in order and not too many; otherwise a refusal in words."""
    if last is not None and (last < first or (longest is not None and last - first > longest)):
        most = f"，最多 {longest.days} 天" if longest else ""
        words = {
            "zh": f"结束日期不能早于开始日期{most}",
            "en": "The end is not before the start" + (f", and at most {longest.days} days later" if longest else ""),
        }
        raise PydanticCustomError("days", "days", words)


class PublishSession(Body):
    """A session to publish: times carry their zone; every slot has the same length and capacity."""

    department_id: UUID
    doctor_id: UUID
    service: Service = "follow_up"
    starts_at: Instant
    ends_at: Instant
    slot_minutes: Minutes
    slot_capacity: Capacity
    quotas: Quotas | None = Field(None, description=_DIVIDED)


class HandOver(Body):
    """To whom."""

    doctor_id: UUID


class StopSession(Body):
    """The reason that the patients are told."""

    reason: Annotated[str, Field(min_length=2, max_length=200)]


class StoppedSessionView(View):
    """How many bookings and holds were cancelled and their people told; `offered` of them another place."""

    cancelled: int
    offered: int


class TemplateBody(Body):
    """A doctor's half-day that comes every week. One that ends at 00:00 ends with its day."""

    department_id: UUID
    doctor_id: UUID
    service: Service = "follow_up"
    weekday: Weekday
    starts_at: TimeOfDay
    ends_at: TimeOfDay
    slot_minutes: Minutes
    slot_capacity: Capacity
    quotas: Quotas | None = Field(None, description=_DIVIDED)
    valid_from: Day | None = Field(None, description="Today, when it is not said")
    valid_until: Day | None = None

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.valid_from is not None:
            in_order(self.valid_from, self.valid_until)
        return self


class TemplateChange(TemplateBody):
    """A template as it shall be; `version` is the one that was looked at."""

    version: Version


class ExceptionDays(Query):
    """Which days."""

    first: Day
    last: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self.first, self.last, timedelta(days=400))
        return self


class DayExceptionBody(Body):
    """A day off of everybody or of one doctor; with `works_as`, a day worked like that weekday (调休)."""

    day: Day
    doctor_id: UUID | None = None
    name: Annotated[str, Field(min_length=1, max_length=50)]
    works_as: Weekday | None = None


class PlanDays(Body):
    """Which days."""

    first: Day
    last: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        in_order(self.first, self.last, _LONGEST_PLAN)
        return self


class Generate(PlanDays):
    """Which days, and whether as drafts."""

    draft: bool = True


class GeneratedView(View):
    """What came of it: made now, `there` already from an earlier run, skipped for a reason."""

    made: int
    there: int
    skipped: list[SkippedView]


class PublishedDraftsView(View):
    """How many were published, and which were not and why."""

    published: int
    skipped: list[SkippedView]


class PlacesOfSlot(Body):
    """Places of every quota; a quota not named keeps none, and their sum is the slot's capacity."""

    quotas: Quotas


class OfferFor(Query):
    """For which booking of a stopped session."""

    booking_id: UUID


@routes.get("/api/session-templates", may="appointments.plan")
async def list_templates(work: Work) -> list[TemplateView]:
    """The weekly templates of the own institution, by weekday and time."""
    return await views_planning.of_templates(work, await templates.templates(work))


_OF_TEMPLATES = (SegmentTooLong, BadSession, QuotasDoNotAddUp, DoctorBusy, Unknown)


@routes.post("/api/session-templates", may="appointments.plan", problems=_OF_TEMPLATES, status=201)
async def add_template(work: Work, body: TemplateBody) -> TemplateView:
    """A new weekly template."""
    made = await templates.add_templates(work, [_weekly(work, body, work.new_id())])
    return (await views_planning.of_templates(work, made))[0]


@routes.put("/api/session-templates/{template_id}", may="appointments.plan", problems=(PlanChanged, *_OF_TEMPLATES))
async def change_template(work: Work, template_id: UUID, body: TemplateChange) -> TemplateView:
    """Change a template; sessions made of it stay as they are."""
    changed = await templates.change(work, _weekly(work, body, template_id, body.version))
    return (await views_planning.of_templates(work, [changed]))[0]


@routes.delete("/api/session-templates/{template_id}", may="appointments.plan")
async def remove_template(work: Work, template_id: UUID) -> None:
    """No further sessions of it."""
    await templates.remove(work, template_id)


def _weekly(work: Work, body: TemplateBody, template_id: UUID, version: int = 1) -> Weekly:
    values = body.model_dump(exclude={"version", "doctor_id", "valid_from"})
    since = body.valid_from or day_of(work.now)
    return Weekly(id=template_id, doctor_id=PersonId(body.doctor_id), version=version, valid_from=since, **values)


@routes.get("/api/day-exceptions", may="appointments.plan")
async def list_day_exceptions(work: Work, query: ExceptionDays) -> list[DayExceptionView]:
    """Holidays, leave and days worked like another, in order."""
    found = await exceptions.exceptions(work, work.actor.organisation, query.first, query.last)
    return await views_planning.of_exceptions(work, found)


@routes.post("/api/day-exceptions", may="appointments.plan", problems=(DayTaken, Unknown), status=201)
async def add_day_exception(work: Work, body: DayExceptionBody) -> DayExceptionView:
    """A holiday, somebody's leave, or a day worked like another weekday."""
    doctor_id = PersonId(body.doctor_id) if body.doctor_id is not None else None
    made = await exceptions.add(work, body.day, doctor_id, body.name, body.works_as)
    return (await views_planning.of_exceptions(work, [made]))[0]


@routes.delete("/api/day-exceptions/{exception_id}", may="appointments.plan")
async def remove_day_exception(work: Work, exception_id: UUID) -> None:
    """The day is like its weekday again."""
    await exceptions.remove(work, exception_id)


@routes.post("/api/sessions/generate", may="appointments.publish")
async def generate_sessions(work: Work, body: Generate) -> GeneratedView:
    """Make the sessions of some days of the templates, as drafts or published at once; nothing is made twice."""
    done = await planning.generate(work, work.actor.organisation, body.first, body.last, draft=body.draft)
    return GeneratedView(made=done.made, there=done.there, skipped=await views_planning.of_skipped(work, done.skipped))


@routes.post("/api/sessions/publish-drafts", may="appointments.publish")
async def publish_drafts(work: Work, body: PlanDays) -> PublishedDraftsView:
    """Publish every draft of some days."""
    published, left = await planning.publish_drafts(work, body.first, body.last)
    return PublishedDraftsView(published=published, skipped=await views_planning.of_skipped(work, left))


@routes.post(
    "/api/sessions",
    may="appointments.publish",
    problems=(SegmentTooLong, BadSession, SessionInPast, QuotasDoNotAddUp, DoctorBusy, Unknown),
    status=201,
)
async def publish_session(work: Work, body: PublishSession) -> SessionView:
    """Publish a session of the scheduler's own institution."""
    return await _seen(work, await service.publish(work, work.actor.organisation, NewSession(**body.model_dump())))


@routes.post("/api/sessions/{session_id}/publish", may="appointments.publish", problems=(SessionClosed, SessionInPast))
async def publish_draft(work: Work, session_id: UUID) -> SessionView:
    """Publish a draft."""
    return await _seen(work, await planning.publish_draft(work, session_id))


@routes.delete("/api/sessions/{session_id}", may="appointments.publish", problems=(AlreadyPublished,))
async def discard_draft(work: Work, session_id: UUID) -> None:
    """Discard a draft; it can be made again."""
    await planning.discard(work, session_id)


@routes.put(
    "/api/slots/{slot_id}/quotas",
    may="appointments.publish",
    problems=(CapacityBelowBooked, QuotaReleased, SessionClosed, SlotOver),
)
async def change_places(work: Work, slot_id: UUID, body: PlacesOfSlot) -> SessionView:
    """Change the places of a slot's quotas; whoever waits for a new place is offered it at once."""
    return await _seen(work, await planning.change_places(work, slot_id, body.quotas))


async def _seen(work: Work, session: SessionFacts) -> SessionView:
    found = await service.sessions_between(work, session.day, session.day, doctor_id=session.doctor_id)
    return (await views.of_sessions(work, [pair for pair in found if pair[0].id == session.id]))[0]


@routes.post(
    "/api/sessions/{session_id}/handover",
    may="appointments.hand_over",
    problems=(SessionClosed, NotPublished, DoctorBusy),
)
async def hand_over_session(work: Work, session_id: UUID, body: HandOver) -> None:
    """Give a session and its queue to a colleague."""
    await service.hand_over(work, session_id, PersonId(body.doctor_id))


@routes.post("/api/sessions/{session_id}/stop", may="appointments.stop", problems=(SessionClosed, NotPublished))
async def stop_session(work: Work, session_id: UUID, body: StopSession) -> StoppedSessionView:
    """停诊: close the session; everyone booked is cancelled, told why, and offered the next equal place."""
    done = await stopping.stop(work, session_id, body.reason)
    return StoppedSessionView(cancelled=done.cancelled, offered=done.offered)


@routes.get("/api/offers/next-place", may="appointments.see", problems=(Unknown,))
async def next_place(work: Work, query: OfferFor) -> NextPlaceView | None:
    """After a stopped session: the next place of the same doctor, else of the department; null when there is none."""
    booking = await service.booking_seen(work, query.booking_id)
    offer = await offers.next_place(work, booking, await service.session(work, booking.session_id))
    return await views_planning.of_next_place(work, offer) if offer is not None else None
