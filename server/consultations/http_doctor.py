"""The doctor's desk over HTTP, handing queues over, and counts for the regulator."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator
from pydantic_core import PydanticCustomError

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import Body, Query, Routes, View
from server.foundation.work import Work

from . import eligibility, ending, lists, reception, room, views, views_doctor
from .access import Party
from .errors import (
    AnotherPatientInRoom,
    CalledTooSoon,
    ColleagueNotSuitable,
    MustCallMore,
    PapersMissing,
    PatientIsHere,
    PhoneAlreadyShown,
    ReceptionNotOpen,
    RecordingDeclined,
    RecordNotOpened,
)
from .model import Visit
from .reception import PauseReason
from .rules import Decision
from .views import VisitView
from .views_doctor import ReceptionView, WorklistView

routes = Routes()
LONGEST = timedelta(days=366)


class Day(Query):
    """Which day; today when it is not said."""

    day: date | None = None


class Period(Query):
    """From the first to the last day."""

    first: date
    last: date

    @model_validator(mode="after")
    def _a_year_at_most(self) -> Self:
        if not timedelta(0) <= self.last - self.first <= LONGEST:
            words = {
                "zh": "日期范围最多一年，结束不能早于开始",
                "en": "At most a year, and the end not before the start",
            }
            raise PydanticCustomError("days", "days", words)
        return self


class OpenReception(Body):
    """Which session's patients are received. Opening states the doctor's agreement to being recorded."""

    session_id: UUID


class PauseReception(Body):
    """Why, and until when; the waiting room shows it."""

    session_id: UUID
    reason: PauseReason
    note: Annotated[str, Field(max_length=60)] | None = None
    until: AwareDatetime | None = None


class HandOverQueue(Body):
    """To which colleague of the same department."""

    session_id: UUID
    colleague_id: UUID


class StopQueue(Body):
    """The reason that everybody is told."""

    session_id: UUID
    reason: Annotated[str, Field(min_length=2, max_length=200)]


class StoppedQueue(View):
    """How many bookings were cancelled, and for how many there was another place to offer."""

    cancelled: int
    offered: int


class EligibilityBody(Body):
    """The decision; for a refusal or for unclear papers the reason in the doctor's words."""

    decision: Decision
    reason: Annotated[str, Field(max_length=500)] = ""


class ReasonBody(Body):
    """A mandatory reason, kept with the record and shown to the patient."""

    reason: Annotated[str, Field(min_length=2, max_length=500)]


class SignBody(Body):
    """`seq` is the draft that the doctor sees; `close` false leaves the visit signed and open for what follows."""

    seq: Annotated[int, Field(ge=0)] | None = None
    close: bool = True


class PhoneView(View):
    """The patient's number; shown once."""

    phone: str


class NumberBody(Body):
    """A visit's number, with or without its hyphens."""

    number: Annotated[str, Field(min_length=1, max_length=32)]


class NumberedView(View):
    """Whose trace may then be asked for, with a reason."""

    encounter_id: UUID


class DayCountView(View):
    """Visits of one day at one institution by status."""

    day: date
    organisation_id: UUID
    by_status: dict[str, int]
    total: int


@routes.get("/api/worklist", may="consultations.receive")
async def read_worklist(work: Work, query: Day) -> WorklistView:
    """The doctor's day in groups: inside, waiting in order, not arrived, unsigned, done."""
    return await views_doctor.of_worklist(work, await lists.worklist(work, query.day))


@routes.post("/api/receptions/open", may="consultations.receive")
async def open_reception(work: Work, body: OpenReception) -> ReceptionView:
    """Open the door; the first time in a half-day with a second factor of the last 15 minutes."""
    return views_doctor.of_reception(await reception.open_door(work, body.session_id))


@routes.post("/api/receptions/pause", may="consultations.receive", problems=(ReceptionNotOpen,))
async def pause_reception(work: Work, body: PauseReception) -> ReceptionView:
    """Pause, with a reason that the waiting room shows."""
    paused = await reception.pause(work, body.session_id, body.reason, body.note, body.until)
    return views_doctor.of_reception(paused)


@routes.post("/api/receptions/close", may="consultations.receive", problems=(ReceptionNotOpen,))
async def close_reception(work: Work, body: OpenReception) -> ReceptionView:
    """Close the door for this half-day."""
    return views_doctor.of_reception(await reception.close_door(work, body.session_id))


@routes.post("/api/receptions/hand-over", may="consultations.reassign", problems=(ColleagueNotSuitable,))
async def hand_over_queue(work: Work, body: HandOverQueue) -> None:
    """Give the queue to a colleague; everybody waiting is told."""
    await reception.hand_over(work, body.session_id, PersonId(body.colleague_id))


@routes.post("/api/receptions/stop", may="consultations.reassign")
async def stop_queue(work: Work, body: StopQueue) -> StoppedQueue:
    """Cancel what is left of a session; everybody is told why."""
    return StoppedQueue.model_validate(await reception.stop(work, body.session_id, body.reason))


@routes.post(
    "/api/visits/{visit_id}/call",
    may="consultations.receive",
    problems=(ReceptionNotOpen, CalledTooSoon, AnotherPatientInRoom, NotInThisState),
)
async def call_patient(work: Work, visit_id: UUID) -> VisitView:
    """Call the patient, or ring again after a minute."""
    return await _desk(work, await reception.call(work, visit_id))


@routes.post(
    "/api/visits/{visit_id}/not-present",
    may="consultations.receive",
    problems=(MustCallMore, CalledTooSoon, PatientIsHere, NotInThisState),
)
async def mark_not_present(work: Work, visit_id: UUID) -> VisitView:
    """After three calls: to the end of the queue; the second time a no-show."""
    return await _desk(work, await reception.not_present(work, visit_id))


@routes.post(
    "/api/visits/{visit_id}/eligibility",
    may="consultations.receive",
    problems=(PapersMissing, RecordNotOpened, NotInThisState),
)
async def decide_eligibility(work: Work, visit_id: UUID, body: EligibilityBody) -> VisitView:
    """Decide whether this is a follow-up of a diagnosis already made in person."""
    return await _desk(work, await eligibility.decide(work, visit_id, body.decision, body.reason))


@routes.post("/api/visits/{visit_id}/refuse-first-visit", may="consultations.receive", problems=(NotInThisState,))
async def refuse_first_visit(work: Work, visit_id: UUID, body: ReasonBody) -> VisitView:
    """Refuse a first visit; the patient is told to see a doctor in person first."""
    return await _desk(work, await eligibility.decide(work, visit_id, Decision.FIRST_VISIT, body.reason))


@routes.post(
    "/api/visits/{visit_id}/start",
    may="consultations.receive",
    problems=(RecordingDeclined, AnotherPatientInRoom, NotInThisState),
)
async def start_visit(work: Work, visit_id: UUID) -> VisitView:
    """Open the room; also again after the line was lost for good."""
    return await _desk(work, await room.start(work, visit_id))


@routes.post("/api/visits/{visit_id}/finish-video", may="consultations.receive", problems=(NotInThisState,))
async def finish_video(work: Work, visit_id: UUID) -> VisitView:
    """End the call; the note remains."""
    return await _desk(work, await ending.finish_video(work, visit_id))


@routes.post("/api/visits/{visit_id}/sign", may="consultations.receive", problems=(NotInThisState,))
async def sign_visit(work: Work, visit_id: UUID, body: SignBody) -> VisitView:
    """Sign the note, end the call if it still runs, and close the visit."""
    return await _desk(work, await ending.sign(work, visit_id, body.seq, close=body.close))


@routes.post("/api/visits/{visit_id}/close", may="consultations.receive", problems=(NotInThisState,))
async def close_visit(work: Work, visit_id: UUID) -> VisitView:
    """Close a signed visit."""
    return await _desk(work, await ending.close(work, visit_id))


@routes.post("/api/visits/{visit_id}/terminate", may="consultations.receive", problems=(NotInThisState,))
async def terminate_visit(work: Work, visit_id: UUID, body: ReasonBody) -> VisitView:
    """终止并引导线下: end the online visit and send the patient to a physical institution."""
    return await _desk(work, await ending.terminate(work, visit_id, body.reason))


@routes.post(
    "/api/visits/{visit_id}/phone",
    may="consultations.receive",
    problems=(PhoneAlreadyShown, NotInThisState),
    grants_tokens=True,
)
async def show_phone(work: Work, visit_id: UUID) -> PhoneView:
    """The patient's number, once."""
    return PhoneView(phone=await room.phone(work, visit_id))


@routes.get("/api/visit-counts", may="consultations.count")
async def count_visits(work: Work, query: Period) -> list[DayCountView]:
    """How many visits per day, institution and status. No personal data."""
    return [DayCountView.model_validate(each) for each in await lists.counts(work, query.first, query.last)]


@routes.post("/api/visit-numbers", may="consultations.find", problems=(Unknown,))
async def find_by_number(work: Work, body: NumberBody) -> NumberedView:
    """The encounter that a visit's number stands for; nothing of it is shown."""
    return NumberedView(encounter_id=await lists.encounter_of(work, body.number))


async def _desk(work: Work, visit: Visit) -> VisitView:
    return await views.of_visit(work, visit, Party.DOCTOR)
