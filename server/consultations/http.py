"""Visits over HTTP for the patient's side and everybody in the room. The doctor's desk is `http_doctor.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import SIGNED_IN, Body, Routes, View
from server.foundation.work import Work
from server.records.service import Purpose

from . import preparation, queue, room, service, steps, triage, views, views_doctor
from .access import Party
from .errors import (
    CheckInTooEarly,
    DataConsentMissing,
    DeviceNotChecked,
    HelperConsentNeeded,
    InformedConsentMissing,
    NoSuchSymptom,
    NoteNotSigned,
    PapersMissing,
    PreCheckMissing,
    RecordingDeclined,
    RedFlag,
    RedFlagOffline,
    RoomNotOpen,
)
from .triage import Action, Answer
from .views import VisitLineView, VisitView
from .views_doctor import SummaryView

routes = Routes()


class SymptomView(View):
    """A question: a symptom, its red flags, the department for it. `any_is_flag`: the symptom alone is a red flag."""

    id: str
    name: str
    department: str
    department_en: str
    red_flags: tuple[str, ...]
    action: Action
    any_is_flag: bool


class SymptomAnswer(Body):
    """A symptom, and the positions of its red flags that are present."""

    symptom_id: Annotated[str, Field(max_length=64)]
    red_flags: Annotated[tuple[Annotated[int, Field(ge=0, le=50)], ...], Field(max_length=50)] = ()

    def answer(self) -> Answer:
        """As the rules take it."""
        return Answer(self.symptom_id, self.red_flags)


class TriageAnswers(Body):
    """Answers before booking; nothing of them is kept."""

    answers: Annotated[list[SymptomAnswer], Field(max_length=20)]


class TriageResult(View):
    """No red flag among the answers; which departments see these symptoms. It does not say that somebody is well."""

    departments: list[str]


class PreCheckBody(Body):
    """The complaint in the patient's words, and the answers about red flags (empty: none of the symptoms)."""

    complaint: Annotated[str, Field(min_length=2, max_length=1000)]
    answers: Annotated[list[SymptomAnswer], Field(max_length=20)] = []  # noqa: RUF012 -- pydantic copies defaults


class DeviceCheckBody(Body):
    """What the check found; `skipped` is a choice, and no camera locks nobody out."""

    camera: bool = False
    microphone: bool = False
    speaker: bool = False
    network: Literal["good", "fair", "poor", "unknown"] = "unknown"
    skipped: bool = False


class ConsentBody(Body):
    """A choice about one text. `agreed` false is kept as well where it matters (recording)."""

    purpose: Purpose
    version: Annotated[str, Field(max_length=20)] = ""
    agreed: bool = True
    read_s: Annotated[int, Field(ge=0, le=86400)] | None = None


class JoinBody(Body):
    """A helper agrees to being recorded on entering; everybody else has agreed before."""

    agrees_to_recording: bool = False


class PassView(View):
    """What one enters the room with: the ticket is for `room:join`, once, within 60 s."""

    room: str
    ticket: str
    party: Party
    capacity: int
    video: bool


class RangeView(View):
    """From when to when."""

    earliest: datetime
    latest: datetime


class DoorView(View):
    """The doctor's state: not_open 医生未开诊, receiving 接诊中, paused 暂停 with its reason."""

    state: str
    reason: str | None
    note: str | None
    until: datetime | None


class PlaceView(View):
    """A place in the waiting room. `ahead`: people still to be seen before, `numbers` theirs in order, `inside` of
    them with the doctor now; null when this visit does not wait.
    """

    visit_id: UUID
    status: str
    number: int
    waiting: bool
    ahead: int | None
    numbers: list[int]
    inside: int
    may_still_come: int
    expected: RangeView | None
    late: bool
    kept_until: datetime | None
    door: DoorView
    calls: int
    as_of: datetime


@routes.get("/api/triage", may=SIGNED_IN)
async def list_symptoms(work: Work) -> list[SymptomView]:
    """The questions about red flags, for before booking and before waiting."""
    return [SymptomView.model_validate(each) for each in triage.symptoms().values()]


@routes.post("/api/triage", may=SIGNED_IN, problems=(RedFlag, RedFlagOffline, NoSuchSymptom))
async def answer_triage(work: Work, body: TriageAnswers) -> TriageResult:
    """Refuse to go on to booking when there is a red flag: 120, or a hospital today."""
    return TriageResult(departments=service.triage_departments([each.answer() for each in body.answers]))


@routes.get("/api/visits", may="consultations.list")
async def list_visits(work: Work) -> list[VisitLineView]:
    """The visits of the patient's side: own, wards', or of those the clinic acts for; latest first."""
    return await views.of_visits(work, await service.my_visits(work))


@routes.get("/api/visits/{visit_id}", may="consultations.see")
async def read_visit(work: Work, visit_id: UUID) -> VisitView:
    """One visit."""
    visit, party = await steps.own(work, visit_id, steps.ANYONE)
    await queue.touch(work, visit, party)
    await preparation.note_reading(work, visit, party)
    return await views.of_visit(work, visit, party)


@routes.post("/api/visits/{visit_id}/pre-check", may="consultations.prepare", problems=(NoSuchSymptom, NotInThisState))
async def pre_check_visit(work: Work, visit_id: UUID, body: PreCheckBody) -> VisitView:
    """Say what is wrong, and answer about red flags. One of them ends the visit: see `told`."""
    answers = [each.answer() for each in body.answers]
    return await _seen(work, await preparation.pre_check(work, visit_id, body.complaint, answers))


@routes.post("/api/visits/{visit_id}/device-check", may="consultations.prepare", problems=(NotInThisState,))
async def check_device(work: Work, visit_id: UUID, body: DeviceCheckBody) -> VisitView:
    """Keep what the device check found, or that it was skipped."""
    return await _seen(work, await preparation.device_check(work, visit_id, body.model_dump()))


@routes.post("/api/visits/{visit_id}/consents", may="consultations.prepare", problems=(NotInThisState,))
async def consent_to_visit(work: Work, visit_id: UUID, body: ConsentBody) -> VisitView:
    """Agree to a text, or decline recording: then `recording_declined` says why there can be no video."""
    if not body.agreed and body.purpose is Purpose.RECORDING:
        return await _seen(work, await preparation.decline_recording(work, visit_id))
    if not body.agreed:
        return await _seen(work, (await steps.own(work, visit_id, steps.ANYONE))[0])
    return await _seen(work, await preparation.give_consent(work, visit_id, body.purpose, body.version, body.read_s))


@routes.post("/api/visits/{visit_id}/consents/recording/withdraw", may="consultations.prepare")
async def withdraw_recording(work: Work, visit_id: UUID) -> VisitView:
    """Take back the consent to recording: video stops at once, the chat goes on, what was recorded stays."""
    return await _seen(work, await room.withdraw_recording(work, visit_id))


@routes.post(
    "/api/visits/{visit_id}/check-in",
    may="consultations.prepare",
    problems=(
        CheckInTooEarly,
        PreCheckMissing,
        PapersMissing,
        InformedConsentMissing,
        DataConsentMissing,
        RecordingDeclined,
        DeviceNotChecked,
        NotInThisState,
    ),
)
async def check_in(work: Work, visit_id: UUID) -> VisitView:
    """Enter the waiting room. Asking again keeps the place."""
    return await _seen(work, await preparation.check_in(work, visit_id))


@routes.get("/api/visits/{visit_id}/queue", may="consultations.see")
async def read_place(work: Work, visit_id: UUID) -> PlaceView:
    """The true place in the waiting room. Ask at every push and at least every 60 s: asking keeps the place."""
    found = await queue.place(work, visit_id)
    return PlaceView(
        visit_id=visit_id,
        status=found.visit.status,
        number=found.visit.place_number,
        waiting=found.waiting,
        ahead=found.ahead,
        numbers=list(found.numbers),
        inside=found.inside,
        may_still_come=found.may_still_come,
        expected=RangeView.model_validate(found.expected) if found.expected else None,
        late=found.late,
        kept_until=found.kept_until,
        door=DoorView.model_validate(found.door),
        calls=found.visit.calls,
        as_of=work.now,
    )


@routes.post(
    "/api/visits/{visit_id}/join",
    may="consultations.see",
    problems=(RoomNotOpen, RecordingDeclined, HelperConsentNeeded),
    grants_tokens=True,
)
async def join_room(work: Work, visit_id: UUID, body: JoinBody) -> PassView:
    """A ticket of one's own to the open room."""
    return PassView.model_validate(await room.join(work, visit_id, agrees_to_recording=body.agrees_to_recording))


@routes.get("/api/visits/{visit_id}/summary", may="consultations.see", problems=(NoteNotSigned,))
async def read_summary(work: Work, visit_id: UUID) -> SummaryView:
    """The signed summary, to read and to print."""
    return await views_doctor.of_summary(work, await service.summary(work, visit_id))


async def _seen(work: Work, visit: service.Visit) -> VisitView:
    party = await steps.party_of(work, visit)
    assert party is not None, "the use case has checked it"
    return await views.of_visit(work, visit, party)
