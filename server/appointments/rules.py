"""When and from which quota a place may be taken, and the life of a booking. Pure; time is an argument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from server.foundation.actor import PATIENT_SIDE, Level, Role
from server.foundation.lifecycle import Lifecycle, step

from .errors import (
    BadSession,
    DeskAnotherDay,
    DeskTooEarly,
    DeskTooLate,
    NotOpenYet,
    SegmentTooLong,
    SlotOver,
)

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
LONGEST_SEGMENT_AT_GRADE_3: Final = timedelta(minutes=60)
BY_VIDEO: Final = "follow_up"  # the service whose patients wait online, not at the window


class Quota(StrEnum):
    """Whose places they are: anyone's, a level's of the alliance, a family-doctor team's, the hospital's own window's."""

    ONLINE = "online"
    VILLAGE = "village"
    TOWNSHIP = "township"
    COUNTY = "county"
    FAMILY_DOCTOR = "family_doctor"
    WINDOW = "window"


class Right(StrEnum):
    """By what right somebody books for a patient."""

    SELF = "self"
    GUARDIAN = "guardian"
    CLINIC = "clinic"
    FAMILY_DOCTOR = "family_doctor"
    WINDOW = "window"


class Channel(StrEnum):
    """How a booking came in."""

    ONLINE = "online"
    CLINIC = "clinic"
    FAMILY_DOCTOR = "family_doctor"
    WINDOW = "window"
    TELEPHONE = "telephone"
    WAITING_LIST = "waiting_list"


class Status(StrEnum):
    """A booking's state. A hold counts as taken."""

    HELD = "held"
    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    IN_SERVICE = "in_service"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_SHOW = "no_show"


LIVE: Final = (Status.HELD, Status.BOOKED, Status.CHECKED_IN, Status.IN_SERVICE, Status.FULFILLED)

_BOOKERS: Final = frozenset({Role.PATIENT, Role.GUARDIAN, Role.CLINIC_WORKER, Role.DOCTOR, Role.SCHEDULER})
_ENDABLE: Final = frozenset({Status.HELD, Status.BOOKED, Status.CHECKED_IN})

# Rule: appointments-4. The visit moves a booking on; only who may book, and a stopped session, cancel it.
LIFE: Final = Lifecycle[Status](
    step("confirm", {Status.HELD}, Status.BOOKED, _BOOKERS, "appointments-9"),
    step("expire", {Status.HELD}, Status.EXPIRED, (), "appointments-9"),
    step("check_in", {Status.BOOKED}, Status.CHECKED_IN),
    step("serve", {Status.BOOKED, Status.CHECKED_IN}, Status.IN_SERVICE),
    step("fulfil", {Status.IN_SERVICE}, Status.FULFILLED),
    step("miss", {Status.BOOKED, Status.CHECKED_IN}, Status.NO_SHOW),
    step("cancel", _ENDABLE, Status.CANCELLED, _BOOKERS, "appointments-4"),
    step("stop", _ENDABLE, Status.CANCELLED, (), "appointments-5"),
)


@dataclass(frozen=True, slots=True)
class OpeningTimes:
    """A quota opens `days_before` the session's day at `at` (Asia/Shanghai)."""

    days_before: int
    at: time

    def opens(self, day: date) -> datetime:
        """The instant from which places of that day may be taken."""
        return datetime.combine(day - timedelta(days=self.days_before), self.at, tzinfo=SHANGHAI)


@dataclass(frozen=True, slots=True)
class Standing:
    """For whom an actor's institution and post open reserved places: looked up once, decided here.

    `allied` are the organisations of its alliances; `team_at` the hospitals where a team of the actor's has places.
    """

    role: Role | None
    organisation_id: UUID | None = None
    level: Level | None = None
    allied: frozenset[UUID] = frozenset()
    team_at: frozenset[UUID] = frozenset()


LEVEL_QUOTAS: Final = {
    Level.VILLAGE: Quota.VILLAGE,
    Level.TOWNSHIP: Quota.TOWNSHIP,
    Level.COUNTY: Quota.COUNTY,
}


def quotas_of(standing: Standing, hospital_id: UUID) -> tuple[Quota, ...]:
    """The quotas of a hospital that can serve this actor at all, in order of preference: reserved places first.

    Rule: appointments-7
    """
    if standing.organisation_id is None or standing.role in PATIENT_SIDE:
        return (Quota.ONLINE,)
    if standing.role is Role.SCHEDULER:
        return (Quota.WINDOW, Quota.ONLINE) if standing.organisation_id == hospital_id else ()
    reserved = []
    if standing.role is Role.DOCTOR:
        if hospital_id not in standing.team_at:
            return ()
        reserved.append(Quota.FAMILY_DOCTOR)
    if hospital_id in standing.allied and standing.level in LEVEL_QUOTAS:
        reserved.append(LEVEL_QUOTAS[standing.level])
    return (*reserved, Quota.ONLINE)


def quotas_open(
    quotas: Sequence[Quota],
    opens: Mapping[Quota, OpeningTimes],
    *,
    day: date,
    starts_at: datetime,
    now: datetime,
) -> tuple[Quota, ...]:
    """Those of the quotas that are open now, in the same order. What is untaken moves on by the release job, not here.

    Raises: SlotOver once the slot has begun, NotOpenYet before the first of them opens.
    Rule: appointments-2 (docs/rules.md)
    """
    if now >= starts_at:
        raise SlotOver
    opened = tuple(quota for quota in quotas if now >= opens[quota].opens(day))
    if not opened and quotas:
        raise NotOpenYet(opens_at=min(opens[quota].opens(day) for quota in quotas).isoformat())
    return opened


def is_late_cancel(day: date, deadline: time, now: datetime, days_before: int = 1) -> bool:
    """Whether a cancellation comes after the evening deadline of the day before; it is allowed, and counted.

    Rule: appointments-4
    """
    return now > datetime.combine(day - timedelta(days=days_before), deadline, tzinfo=SHANGHAI)


@dataclass(frozen=True, slots=True)
class CheckInTimes:
    """From when until when the window checks in for a slot."""

    opens_at: datetime
    closes_at: datetime

    @classmethod
    def around(cls, starts_at: datetime, *, minutes_before: int, minutes_after: int) -> CheckInTimes:
        """So long before the slot starts, and so long after."""
        return cls(starts_at - timedelta(minutes=minutes_before), starts_at + timedelta(minutes=minutes_after))

    def require_open(self, now: datetime) -> None:
        """Nothing, while the window checks in.

        Raises: DeskAnotherDay, DeskTooEarly, DeskTooLate. Rule: appointments-13
        """
        day, opens, closes = (each.astimezone(SHANGHAI) for each in (now, self.opens_at, self.closes_at))
        if day.date() not in (opens.date(), closes.date()):
            raise DeskAnotherDay(day=f"{opens:%Y-%m-%d}", time=f"{opens:%H:%M}")
        if now < self.opens_at:
            raise DeskTooEarly(time=f"{opens:%H:%M}")
        if now > self.closes_at:
            raise DeskTooLate(time=f"{closes:%H:%M}")


@dataclass(frozen=True, slots=True)
class Segment:
    """A slot to be published."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    first_number: int


def segments(starts_at: datetime, ends_at: datetime, *, minutes: int, capacity: int, grade_3: bool) -> list[Segment]:
    """A session cut into equal slots whose numbers run on.

    Raises: BadSession, SegmentTooLong (at a grade-3 hospital a segment has at most 60 minutes).
    Rule: appointments-6
    """
    length = timedelta(minutes=minutes)
    if grade_3 and length > LONGEST_SEGMENT_AT_GRADE_3:
        raise SegmentTooLong
    day = starts_at.astimezone(SHANGHAI).date()
    last_instant = ends_at - timedelta(microseconds=1)  # a session may end at midnight, which is the next day already
    if ends_at <= starts_at or last_instant.astimezone(SHANGHAI).date() != day or (ends_at - starts_at) % length:
        raise BadSession
    count = (ends_at - starts_at) // length
    return [
        Segment(starts_at + length * index, starts_at + length * (index + 1), capacity, 1 + capacity * index)
        for index in range(count)
    ]
