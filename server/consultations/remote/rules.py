"""The rules of a remote consultation, pure: what an invitation must say, its clocks, who is asked next, who may consent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import UUID

from .content import Content, Giver, Mode, Urgency
from .errors import BadTime, OneLead, WrongGiver
from .lifecycle import CLOCKED, Status

USUAL_LENGTH: Final = timedelta(minutes=30)  # of a meeting, when nobody said how long
LONGEST: Final = timedelta(hours=4)
LATE_START: Final = timedelta(minutes=10)  # a time just past may still be scheduled: both are talking already
UNSENT_KEPT: Final = timedelta(days=30)  # product default; then a draft is cancelled (remote-9)
_SUMMARY_LEAST: Final = 10  # characters; "见附件" is no summary


class Times(Protocol):
    """The clocks of an agreement."""

    @property
    def urgent_answer_min(self) -> int: ...
    @property
    def ordinary_answer_h(self) -> int: ...
    @property
    def report_h(self) -> int: ...


class Field(StrEnum):
    """What B48 asks for, in the order in which it is asked."""

    AGREEMENT = "agreement_id"
    DEPARTMENT = "department_id"
    TITLE = "title_wanted"
    REASON = "reason"
    PURPOSE = "purpose"
    TIMES = "times"
    SUMMARY = "summary"
    CONSENT = "consent"


FIELD_WORDS: Final = {
    Field.AGREEMENT: ("受邀机构", "institution"),
    Field.DEPARTMENT: ("拟邀请专业", "specialty"),
    Field.TITLE: ("拟邀请职称", "title"),
    Field.REASON: ("邀请事由", "reason"),
    Field.PURPOSE: ("目的", "purpose"),
    Field.TIMES: ("时间安排", "times"),
    Field.SUMMARY: ("病历摘要", "summary of the record"),
    Field.CONSENT: ("知情同意书", "consent"),
}


class Asked(Protocol):
    """What of a request decides whether it is whole."""

    mode: str
    agreement_id: UUID | None
    department_id: UUID | None
    title_wanted: str | None
    times: list[dict[str, Any]]
    asap: bool
    consent_id: UUID | None


def missing(request: Asked, content: Content, *, urgency: str, consented: bool) -> list[Field]:
    """What an invitation still lacks. An emergency needs where to, why and the summary: the rest is asked in the room.

    Rule: B48, B47, remote-5
    """
    emergency = urgency == Urgency.EMERGENCY
    timed = bool(request.times) or request.asap or request.mode == Mode.OFFLINE
    there = {
        Field.AGREEMENT: request.agreement_id is not None,
        Field.DEPARTMENT: request.department_id is not None,
        Field.TITLE: emergency or bool(request.title_wanted),
        Field.REASON: bool(content.reason),
        Field.PURPOSE: emergency or bool(content.purpose),
        Field.TIMES: emergency or timed,
        Field.SUMMARY: len(content.summary) >= _SUMMARY_LEAST,
        Field.CONSENT: consented,
    }
    return [field for field in Field if not there[field]]


def price_of(prices: Mapping[str, int], mode: str) -> int | None:
    """What the agreement says a consultation costs by video, or offline, in fen; None where it says nothing. Rule: remote-1"""
    return prices.get(mode)


def answer_within(urgency: str, times: Times) -> timedelta:
    """How long the serving side has to answer. Rule: B52"""
    if urgency == Urgency.ORDINARY:
        return timedelta(hours=times.ordinary_answer_h)
    return timedelta(minutes=times.urgent_answer_min)


def report_within(times: Times) -> timedelta:
    """How long the experts have for the report. Rule: B52"""
    return timedelta(hours=times.report_h)


def clock_of(
    status: Status, urgency: str, mode: str, starts_at: datetime | None, times: Times, now: datetime
) -> datetime | None:
    """When the present status is overdue: submitted unanswered, accepted unscheduled, scheduled and nobody there,
    reporting unsigned. None where no clock runs.

    Rule: B49, B52, remote-2
    """
    if status in (Status.SUBMITTED, Status.ACCEPTED):
        return now + answer_within(urgency, times)
    if status is Status.SCHEDULED:
        if mode == Mode.OFFLINE:
            return now + report_within(times)
        return max(now, starts_at or now) + timedelta(minutes=times.urgent_answer_min)
    if status is Status.REPORTING:
        return now + report_within(times)
    return None


class Timed(Protocol):
    """What of a request says whether it is late."""

    status: str
    escalation: int
    escalate_at: datetime | None
    report_due_at: datetime | None


def is_overdue(request: Timed, now: datetime) -> bool:
    """Whether the clock of the present status has run out, escalated or not. Rule: B49, B52"""
    if Status(request.status) not in CLOCKED:
        return False
    return request.escalation > 0 or (request.escalate_at is not None and request.escalate_at <= now)


class Escalation(StrEnum):
    """Who hears of a clock that ran out."""

    NEXT_EXPERT = "next_expert"
    LEAD = "lead"
    HEAD = "head"


def escalation_of(status: Status, level: int) -> Escalation:
    """Who is next: first another expert (of an unsigned report the lead is reminded), then the centre's head.

    Rule: B52, remote-2
    """
    if level > 0:
        return Escalation.HEAD
    return Escalation.LEAD if status is Status.REPORTING else Escalation.NEXT_EXPERT


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the order of experts looks at: consultations ahead or going on, the next free place, the title's rank."""

    person_id: UUID
    fits_title: bool
    load: int
    next_free: datetime | None
    may: bool


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those who may, then who has the title asked for, then the least loaded, then who is free first.

    Rule: B03, remote-3
    """
    return sorted(
        candidates,
        key=lambda each: (
            not each.may,
            not each.fits_title,
            each.load,
            each.next_free is None,
            each.next_free.timestamp() if each.next_free else 0.0,
            each.person_id,
        ),
    )


def next_expert(candidates: Iterable[Candidate], asked: Sequence[UUID]) -> UUID | None:
    """Who is asked when a clock ran out: the first in order who was not asked before. Rule: remote-2, remote-3"""
    return next((each.person_id for each in in_order(candidates) if each.may and each.person_id not in asked), None)


def require_one_lead(leads: Iterable[bool]) -> None:
    """Nothing, when exactly one of the experts leads. Raises: OneLead. Rule: B50"""
    if sum(leads) != 1:
        raise OneLead


def meeting_time(
    mode: str, starts_at: datetime | None, ends_at: datetime | None, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """From when until when: an offline consultation has neither.

    Raises: BadTime. Rule: remote-4
    """
    if mode == Mode.OFFLINE:
        return None, None
    if starts_at is None or starts_at < now - LATE_START:
        raise BadTime
    until = ends_at or starts_at + USUAL_LENGTH
    if not starts_at < until <= starts_at + LONGEST:
        raise BadTime
    return starts_at, until


def require_giver(giver: Giver, *, is_minor: bool, relation: str | None, name: str, reason: str) -> None:
    """Nothing, when this person may consent for this patient: the patient; for a minor the guardian; for an adult who
    should not be told a guardian or close relative, with the reason.

    Raises: WrongGiver. Rule: B47, B10
    """
    if giver is Giver.PATIENT:
        fits = not is_minor
    elif is_minor:
        fits = giver is Giver.GUARDIAN and bool(relation and name)
    else:
        fits = bool(relation and name and reason)
    if not fits:
        raise WrongGiver
