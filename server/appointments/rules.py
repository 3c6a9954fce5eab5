"""When and from which quota a place may be taken, and the life of a booking. Pure; time is an argument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from server.foundation.actor import Role
from server.foundation.lifecycle import Lifecycle, step

from .errors import BadSession, NotOpenYet, SegmentTooLong, SlotOver

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
LONGEST_SEGMENT_AT_GRADE_3: Final = timedelta(minutes=60)


class Quota(StrEnum):
    """Whose places they are. Reserved quotas of the lower levels join with the alliances' agreements."""

    ONLINE = "online"


class Right(StrEnum):
    """By what right somebody books for a patient."""

    SELF = "self"
    GUARDIAN = "guardian"
    CLINIC = "clinic"


class Status(StrEnum):
    """A booking's state."""

    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    IN_SERVICE = "in_service"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


_PATIENT_SIDE: Final = frozenset({Role.PATIENT, Role.GUARDIAN, Role.CLINIC_WORKER})

# Rule: appointments-4. The visit moves a booking on; only the patient's side and a stopped session cancel it.
LIFE: Final = Lifecycle[Status](
    step("check_in", {Status.BOOKED}, Status.CHECKED_IN),
    step("serve", {Status.BOOKED, Status.CHECKED_IN}, Status.IN_SERVICE),
    step("fulfil", {Status.IN_SERVICE}, Status.FULFILLED),
    step("miss", {Status.BOOKED, Status.CHECKED_IN}, Status.NO_SHOW),
    step("cancel", {Status.BOOKED, Status.CHECKED_IN}, Status.CANCELLED, _PATIENT_SIDE, "appointments-4"),
    step("stop", {Status.BOOKED, Status.CHECKED_IN}, Status.CANCELLED, (), "appointments-5"),
)


@dataclass(frozen=True, slots=True)
class OpeningTimes:
    """ONLINE opens `days_before` the session's day at `at` (Asia/Shanghai)."""

    days_before: int
    at: time

    def opens(self, day: date) -> datetime:
        """The instant from which places of that day may be taken."""
        return datetime.combine(day - timedelta(days=self.days_before), self.at, tzinfo=SHANGHAI)


def quotas_open_to(
    right: Right, *, day: date, starts_at: datetime, opens: OpeningTimes, now: datetime
) -> Sequence[Quota]:
    """The quotas that may serve this person now, in order of preference.

    Raises: SlotOver once the slot has begun, NotOpenYet before it opens.
    Rule: appointments-2 (docs/rules.md)
    """
    if now >= starts_at:
        raise SlotOver
    if now < opens.opens(day):
        raise NotOpenYet(opens_at=opens.opens(day).isoformat())
    return (Quota.ONLINE,)


def is_late_cancel(day: date, deadline: time, now: datetime) -> bool:
    """Whether a cancellation comes after the evening deadline of the day before; it is allowed, and counted.

    Rule: appointments-4
    """
    return now > datetime.combine(day - timedelta(days=1), deadline, tzinfo=SHANGHAI)


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
