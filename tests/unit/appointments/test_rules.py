"""When a place may be taken, how a session is cut, and what a booking may become."""

from __future__ import annotations

import itertools
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.appointments.errors import BadSession, NotOpenYet, SegmentTooLong, SlotOver
from server.appointments.rules import (
    LIFE,
    SHANGHAI,
    OpeningTimes,
    Quota,
    Status,
    is_late_cancel,
    quotas_open,
    segments,
)
from server.foundation.actor import Role
from server.foundation.lifecycle import NotInThisState

DAY = date(2026, 11, 24)
NINE = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)
OPENS = OpeningTimes(days_before=7, at=time(7))


def _open_at(now: datetime) -> list[Quota]:
    return list(quotas_open((Quota.ONLINE,), {Quota.ONLINE: OPENS}, day=DAY, starts_at=NINE, now=now))


def test_places_open_seven_days_before_at_seven_and_close_at_the_start() -> None:
    opens = datetime(2026, 11, 17, 7, tzinfo=SHANGHAI)
    assert _open_at(opens) == [Quota.ONLINE]
    assert _open_at(NINE - timedelta(seconds=1)) == [Quota.ONLINE]
    with pytest.raises(NotOpenYet) as early:
        _open_at(opens - timedelta(seconds=1))
    assert early.value.members["opens_at"] == opens.isoformat()
    with pytest.raises(SlotOver):
        _open_at(NINE)


def test_a_cancellation_after_five_the_day_before_is_late() -> None:
    deadline = datetime(2026, 11, 23, 17, tzinfo=SHANGHAI)
    assert not is_late_cancel(DAY, time(17), deadline)
    assert is_late_cancel(DAY, time(17), deadline + timedelta(seconds=1))


def test_a_grade_three_hospital_cuts_within_the_hour() -> None:
    ends = NINE + timedelta(hours=3)
    assert len(segments(NINE, ends, minutes=60, capacity=5, grade_3=True)) == 3
    assert len(segments(NINE, ends, minutes=90, capacity=5, grade_3=False)) == 2
    with pytest.raises(SegmentTooLong):
        segments(NINE, ends, minutes=90, capacity=5, grade_3=True)


def test_a_session_stays_within_its_day_and_may_end_at_midnight() -> None:
    midnight = datetime(2026, 11, 25, tzinfo=SHANGHAI)
    assert segments(NINE, midnight, minutes=60, capacity=1, grade_3=False)[-1].ends_at == midnight
    for ends_at in (NINE, NINE - timedelta(hours=1), midnight + timedelta(hours=1), NINE + timedelta(minutes=50)):
        with pytest.raises(BadSession):
            segments(NINE, ends_at, minutes=60, capacity=1, grade_3=False)


@given(st.integers(1, 12), st.sampled_from([10, 15, 20, 30, 60]), st.integers(1, 50))
def test_numbers_run_on_without_gap_or_double(count: int, minutes: int, capacity: int) -> None:
    cut = segments(NINE, NINE + timedelta(minutes=minutes * count), minutes=minutes, capacity=capacity, grade_3=True)
    numbers = [segment.first_number + place for segment in cut for place in range(segment.capacity)]
    assert numbers == list(range(1, count * capacity + 1))
    assert all(before.ends_at == after.starts_at for before, after in itertools.pairwise(cut))


def test_only_who_may_book_cancels_and_only_before_being_seen() -> None:
    assert LIFE.next(Status.BOOKED, "cancel", Role.PATIENT) is Status.CANCELLED
    for status, role in (
        (Status.BOOKED, Role.PHARMACIST),
        (Status.FULFILLED, Role.PATIENT),
        (Status.NO_SHOW, Role.PATIENT),
    ):
        with pytest.raises(NotInThisState):
            LIFE.next(status, "cancel", role)
