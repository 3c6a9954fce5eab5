"""Which half-days fall on which days: weekdays, holidays, leave, and days worked like another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from server.appointments.weeks import Exceptional, Weekly, falling
from server.foundation.actor import PersonId

MONDAY = date(2026, 11, 30)
DOCTOR = PersonId(uuid4())


def _weekly(weekday: int = 1, starts: int = 8, ends: int = 12, doctor: PersonId = DOCTOR) -> Weekly:
    return Weekly(
        id=uuid4(),
        department_id=uuid4(),
        doctor_id=doctor,
        service="expert",
        weekday=weekday,
        starts_at=time(starts),
        ends_at=time(ends),
        slot_minutes=30,
        slot_capacity=2,
        quotas=None,
        valid_from=date(2026, 1, 1),
        valid_until=None,
    )


def _special(day: date, works_as: int | None = None, doctor: PersonId | None = None) -> Exceptional:
    return Exceptional(uuid4(), day, doctor, "节假日", works_as)


@given(st.integers(1, 7), st.integers(0, 60))
def test_a_template_falls_on_its_weekday_and_no_other(weekday: int, days: int) -> None:
    found = list(falling([_weekly(weekday)], [], MONDAY, MONDAY + timedelta(days=days)))
    assert {each.day.isoweekday() for each in found} <= {weekday}
    assert len(found) in (days // 7, days // 7 + 1)


def test_it_falls_on_days_within_its_dates_only() -> None:
    weekly = replace(_weekly(), valid_from=MONDAY + timedelta(days=7), valid_until=MONDAY + timedelta(days=14))
    found = [each.day for each in falling([weekly], [], MONDAY, MONDAY + timedelta(days=30))]
    assert found == [MONDAY + timedelta(days=7), MONDAY + timedelta(days=14)]


def test_a_holiday_takes_everybody_away_and_leave_only_one() -> None:
    colleague = PersonId(uuid4())
    templates = [_weekly(), _weekly(doctor=colleague)]
    holiday = _special(MONDAY)
    assert [each.off for each in falling(templates, [holiday], MONDAY, MONDAY)] == [holiday, holiday]
    leave = _special(MONDAY, doctor=colleague)
    off = {each.weekly.doctor_id: each.off for each in falling(templates, [leave], MONDAY, MONDAY)}
    assert off == {DOCTOR: None, colleague: leave}


def test_a_saturday_may_be_worked_like_a_monday() -> None:
    saturday = MONDAY + timedelta(days=5)
    templates = [_weekly(1), _weekly(6, 13, 14)]
    assert [each.weekly.weekday for each in falling(templates, [], saturday, saturday)] == [6]
    worked = list(falling(templates, [_special(saturday, works_as=1)], saturday, saturday))
    assert [(each.weekly.weekday, each.off) for each in worked] == [(1, None)]


def test_who_works_on_a_holiday_says_so_for_themselves() -> None:
    own = _special(MONDAY, works_as=1, doctor=DOCTOR)
    (found,) = falling([_weekly()], [_special(MONDAY), own], MONDAY, MONDAY)
    assert found.off is None


def test_one_that_ends_at_midnight_ends_with_its_day() -> None:
    starts_at, ends_at = replace(_weekly(), starts_at=time(12), ends_at=time(0)).times_on(MONDAY)
    assert ends_at - starts_at == timedelta(hours=12)


def test_two_templates_of_a_doctor_meet_only_at_the_same_time_of_the_same_weeks() -> None:
    morning = _weekly()
    assert morning.meets(_weekly(1, 11, 14))
    assert not morning.meets(_weekly(1, 12, 14))
    assert not morning.meets(_weekly(2))
    assert not morning.meets(_weekly(doctor=PersonId(uuid4())))
    assert not morning.meets(replace(_weekly(), valid_until=date(2025, 12, 31), valid_from=date(2025, 1, 1)))
