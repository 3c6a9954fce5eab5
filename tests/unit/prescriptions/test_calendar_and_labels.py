"""The medication calendar and the labels: no day says a drug twice, no dose is lost, and the words are plain."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prescriptions.chronic import calendar, labels, rules
from prescriptions.chronic.calendar import Course, When
from prescriptions.chronic.errors import RenewalTooEarly, RenewalTooLate
from prescriptions.content import Line
from prescriptions.formulary.entries import Flag
from server.foundation.ids import new_id

BEGIN = date(2026, 11, 22)


def _id() -> UUID:
    return new_id(datetime(2026, 11, 22, tzinfo=UTC))


def _course(
    drug: str = "amlodipine", *, frequency: str = "qd", after: int = 0, days: int = 28, dose: str = "1 片"
) -> Course:
    begins = BEGIN + timedelta(days=after)
    return Course(_id(), _id(), drug, drug, dose, frequency, "", begins, days)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("qd", [When.MORNING]),
        ("qn", [When.BEDTIME]),
        ("bid", [When.MORNING, When.EVENING]),
        ("每日三次", [When.MORNING, When.NOON, When.EVENING]),
        ("q6h", [When.MORNING, When.NOON, When.EVENING, When.BEDTIME]),
        ("prn", [When.AS_NEEDED]),
        ("按医嘱", [When.AS_NEEDED]),
    ],
)
def test_what_is_taken_daily_is_there_every_day_at_its_times(text: str, when: list[When]) -> None:
    course = _course(frequency=text)
    for day in (0, 1, 27):
        doses = calendar.doses_on([course], BEGIN + timedelta(days=day))
        assert [dose.when for dose in doses] == when
    assert calendar.doses_on([course], BEGIN + timedelta(days=28)) == []
    assert calendar.doses_on([course], BEGIN - timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("text", "days"), [("qw", [0, 7, 14]), ("qod", [0, 2, 4]), ("biw", [0, 3, 7]), ("q2w", [0, 14, 28])]
)
def test_what_is_taken_less_often_is_there_on_its_days_only(text: str, days: list[int]) -> None:
    course = _course(frequency=text, days=40)
    taken = [day for day in range(40) if calendar.doses_on([course], BEGIN + timedelta(days=day))]
    assert taken[:3] == days


def test_a_second_supply_begins_when_the_first_is_used_up() -> None:
    first, second = _course(days=28), _course(after=20, days=28)
    one, two = calendar.in_turn([second, first])
    assert (one.ends, two.begins, two.ends) == (
        BEGIN + timedelta(days=27),
        BEGIN + timedelta(days=28),
        BEGIN + timedelta(days=55),
    )


def test_another_dose_of_the_same_drug_takes_the_place_of_the_first() -> None:
    first, second = _course(days=28), _course(after=10, days=28, dose="2 片")
    one, two = calendar.in_turn([first, second])
    assert (one.ends, two.begins) == (BEGIN + timedelta(days=9), BEGIN + timedelta(days=10))
    replaced = calendar.in_turn([_course(days=28), _course(days=7, dose="2 片")])
    assert len(replaced) == 1, "what is replaced on its first day is gone"


_COURSES = st.lists(
    st.builds(
        _course,
        st.sampled_from(["amlodipine", "metformin"]),
        frequency=st.sampled_from(["qd", "bid", "qw", "qod"]),
        after=st.integers(0, 60),
        days=st.integers(1, 84),
        dose=st.sampled_from(["1 片", "2 片"]),
    ),
    max_size=8,
)


@given(_COURSES)
def test_prescriptions_6_no_day_says_a_drug_twice_for_one_time(courses: list[Course]) -> None:
    inturn = calendar.in_turn(courses)
    for day in range(200):
        doses = calendar.doses_on(inturn, BEGIN + timedelta(days=day))
        twice = Counter((dose.course.drug, dose.when) for dose in doses)
        assert all(count == 1 for count in twice.values())


@given(_COURSES)
def test_supplies_of_one_use_lose_no_day(courses: list[Course]) -> None:
    same = [each for each in courses if (each.drug, each.dose, each.frequency) == ("amlodipine", "1 片", "qd")]
    assert sum(each.days for each in calendar.in_turn(same)) == sum(each.days for each in same)


def _line(**changed: object) -> Line:
    usual = {
        "name": "氨氯地平", "strength": "5mg", "dose": 5, "unit": "mg", "route": "PO", "frequency": "qd", "days": 28,
        "quantity": 28, "quantity_unit": "片",
    }  # fmt: skip
    return Line.model_validate({**usual, **changed})


@pytest.mark.parametrize(
    ("changed", "zh"),
    [
        ({}, "每天 1 次，每次 1 片（5 毫克），口服，共 28 天"),
        ({"dose": 2.5}, "每天 1 次，每次 半片（2.5 毫克），口服，共 28 天"),
        ({"frequency": "bid", "dose": 10}, "每天 2 次（早、晚），每次 2 片（10 毫克），口服，共 28 天"),
        ({"frequency": "qn"}, "每天睡前 1 次，每次 1 片（5 毫克），口服，共 28 天"),
        ({"frequency": "qw"}, "每周 1 次，每次 1 片（5 毫克），口服，共 28 天"),
        ({"frequency": "qod"}, "每 2 天 1 次，每次 1 片（5 毫克），口服，共 28 天"),
        ({"frequency": "prn", "route": "SL", "days": None}, "需要时用，每次 1 片（5 毫克），舌下含服"),
        ({"strength": ""}, "每天 1 次，每次 5 毫克，口服，共 28 天"),
        (
            {"unit": "inhalation", "dose": 2, "quantity_unit": "支", "route": "INH"},
            "每天 1 次，每次 2 吸，吸入，共 28 天",
        ),
        ({"frequency": "遵医嘱"}, "遵医嘱，每次 1 片（5 毫克），口服，共 28 天"),
    ],
)
def test_a_label_says_it_as_people_do(changed: dict[str, object], zh: str) -> None:
    label = labels.label_of(_line(**changed), frozenset())
    assert label.zh == zh
    assert label.name.startswith("氨氯地平")
    assert label.en


def test_a_label_warns_of_what_the_drug_data_flag_and_the_doctor_noted() -> None:
    label = labels.label_of(_line(note="早饭后"), frozenset({Flag.WEEKLY, Flag.COLD_CHAIN}))
    assert len(label.mind_zh) == len(label.mind_en) == 3
    assert "千万不要每天用" in label.mind_zh[0]
    assert label.mind_zh[-1] == "早饭后"
    assert labels.label_of(_line(), frozenset()).mind_zh == ()


@given(st.integers(-60, 60))
def test_prescriptions_4_more_is_asked_for_from_two_weeks_before_the_end(day: int) -> None:
    ends = BEGIN
    today = ends + timedelta(days=day)
    assert rules.is_time_to_renew(ends, today) == (-14 <= day <= 30)
    if day < -14:
        with pytest.raises(RenewalTooEarly):
            rules.require_time_to_renew(ends, today)
    if day > 30:
        with pytest.raises(RenewalTooLate):
            rules.require_time_to_renew(ends, today)
