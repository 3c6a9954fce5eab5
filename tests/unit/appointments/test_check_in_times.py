"""When the window checks in: pure."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from server.appointments.errors import DeskAnotherDay, DeskTooEarly, DeskTooLate
from server.appointments.rules import CheckInTimes
from server.foundation.clock import SHANGHAI
from server.foundation.errors import Problem

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
TIMES = CheckInTimes.around(NINE, minutes_before=30, minutes_after=15)


@pytest.mark.parametrize("minutes", [-30, -1, 0, 15])
def test_it_is_open_from_half_an_hour_before_until_a_quarter_after(minutes: int) -> None:
    TIMES.require_open(NINE + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("minutes", "refusal", "words"),
    [
        (-31, DeskTooEarly, "08:30 起可以签到"),
        (16, DeskTooLate, "签到时间 09:15 已过"),
        (-24 * 60, DeskAnotherDay, "2026-11-23 的，请病人当天 08:30 起"),
        (24 * 60, DeskAnotherDay, "2026-11-23 的"),
    ],
)
def test_outside_it_says_when_to_come(minutes: int, refusal: type[Problem], words: str) -> None:
    with pytest.raises(refusal) as refused:
        TIMES.require_open(NINE + timedelta(minutes=minutes))
    assert words in refused.value.sentence("zh")


def test_a_slot_just_after_midnight_is_checked_in_the_evening_before() -> None:
    midnight = datetime(2026, 11, 24, 0, 10, tzinfo=SHANGHAI)
    CheckInTimes.around(midnight, minutes_before=30, minutes_after=15).require_open(midnight - timedelta(minutes=20))
