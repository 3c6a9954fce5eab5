"""The order of a waiting room, everybody's place in it, and an honest range of waiting. Pure: rows in, places out.

Only one doctor's session of one day is ever given here, so other days' and other doctors' visits cannot be counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from statistics import quantiles
from typing import Final
from uuid import UUID

from .lifecycle import IN_ROOM, WAITING, Status

VISITS_LOOKED_AT: Final = 10
_STEP: Final = timedelta(minutes=5)
_END_OF_ORDER: Final = datetime.max.replace(tzinfo=UTC)


class DoctorState(StrEnum):
    """What the waiting room says of the doctor."""

    NOT_OPEN = "not_open"  # 医生未开诊
    RECEIVING = "receiving"  # 接诊中
    PAUSED = "paused"  # 暂停


@dataclass(frozen=True, slots=True)
class Waiting:
    """What decides somebody's place."""

    visit_id: UUID
    status: Status
    slot_starts_at: datetime
    place_number: int
    checked_in_at: datetime | None
    missed_at: datetime | None = None
    first_called_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """From when to when somebody's turn may come."""

    earliest: datetime
    latest: datetime


def is_late(checked_in_at: datetime, slot_starts_at: datetime, late_after: timedelta) -> bool:
    """Whether somebody came so late that those waiting of the same slot go first. Rule: visits-3"""
    return checked_in_at - slot_starts_at > late_after


def order(visits: Iterable[Waiting], late_after: timedelta) -> list[Waiting]:
    """Those in the room or waiting, in the order in which they are seen.

    First who is with the doctor; then by start of the slot, on time before late, then by check-in; who missed three
    calls stands once more at the end. A total order: the same rows always give the same list. Rule: visits-3
    """
    return sorted((v for v in visits if v.status in IN_ROOM | WAITING), key=lambda v: _key(v, late_after))


def _key(visit: Waiting, late_after: timedelta) -> tuple[int, datetime, bool, datetime, int, int]:
    since = visit.checked_in_at or _END_OF_ORDER
    late = visit.checked_in_at is None or is_late(visit.checked_in_at, visit.slot_starts_at, late_after)
    last = (visit.place_number, visit.visit_id.int)
    if visit.status in IN_ROOM:
        return 0, visit.first_called_at or since, late, since, *last
    if visit.missed_at is not None:
        return 2, visit.missed_at, late, since, *last
    return 1, visit.slot_starts_at, late, since, *last


def ahead_of(visit_id: UUID, ordered: Sequence[Waiting]) -> int | None:
    """How many people are still to be seen before this one; None when it does not wait. Rule: visits-3"""
    for position, visit in enumerate(ordered):
        if visit.visit_id == visit_id:
            return position
    return None


def may_still_come(visit: Waiting, all_visits: Iterable[Waiting], late_after: timedelta, now: datetime) -> int:
    """How many booked before this one are not here yet and would still go first if they came now."""
    return sum(
        1
        for other in all_visits
        if other.status in (Status.BOOKED, Status.PRE_CHECK)
        and other.slot_starts_at < visit.slot_starts_at
        and not is_late(now, other.slot_starts_at, late_after)
        and visit.missed_at is None
    )


def usual_length(lengths: Sequence[timedelta], default: timedelta) -> tuple[timedelta, timedelta]:
    """The middle half of a doctor's last visits, as short and long; around the default before there are any."""
    minutes = sorted(each.total_seconds() / 60 for each in lengths)
    if not minutes:
        return default * 0.8, default * 1.5
    if len(minutes) < 4:
        return timedelta(minutes=minutes[0] * 0.8), timedelta(minutes=minutes[-1] * 1.2)
    low, _, high = quantiles(minutes, n=4, method="inclusive")
    return timedelta(minutes=low), timedelta(minutes=high)


def expected(
    ahead: Sequence[Waiting],
    late_comers: int,
    length: tuple[timedelta, timedelta],
    *,
    begins_at: datetime,
    now: datetime,
) -> Range:
    """When the turn may come, in steps of five minutes: early by short visits, late by long ones and those who may still come.

    `begins_at` is when the doctor goes on: now while receiving, else the session's start or the end of the pause.
    """
    short, long = length
    earliest = latest = max(begins_at, now)
    for visit in ahead:
        spent = now - visit.first_called_at if visit.status in IN_ROOM and visit.first_called_at else timedelta()
        earliest += max(short - spent, timedelta())
        latest += max(long - spent, timedelta(minutes=1))
    latest += long * late_comers
    return Range(_floor(earliest, now), _ceiling(latest))


def _floor(instant: datetime, not_before: datetime) -> datetime:
    floored = datetime.fromtimestamp(instant.timestamp() // _STEP.total_seconds() * _STEP.total_seconds(), UTC)
    return max(floored, not_before)


def _ceiling(instant: datetime) -> datetime:
    return datetime.fromtimestamp(-(-instant.timestamp() // _STEP.total_seconds()) * _STEP.total_seconds(), UTC)
