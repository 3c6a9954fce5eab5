"""Frequencies, units and routes as people write them, and what cannot be read with certainty."""

from __future__ import annotations

from decimal import Decimal

import pytest

from prescriptions.checks import frequency
from prescriptions.checks.amounts import is_unit, per_period, turned
from prescriptions.checks.reading import amount
from prescriptions.checks.routes import route_of
from prescriptions.formulary.knowledge import shipped

from .pictures import an_item

_TIMES_A_WEEK = {
    "qd": 7, "QD": 7, "q.d.": 7, "每日一次": 7, "每日1次": 7, "1日1次": 7, "每晚一次": 7, "睡前": 7, "qn": 7, "once daily": 7,
    "bid": 14, "每天两次": 14, "twice daily": 14, "q12h": 14, "每12小时一次": 14,
    "tid": 21, "tid ac": 21, "每日三次 餐后": 21, "3 times a day": 21, "q8h": 21, "every 8 hours": 21,
    "qid": 28, "q6h prn": 28, "qod": 3.5, "隔日一次": 3.5, "every other day": 3.5,
    "qw": 1, "weekly": 1, "每周一次": 1, "每星期2次": 2, "biw": 2, "tiw": 3, "q2w": 0.5, "stat": 7,
}  # fmt: skip


@pytest.mark.parametrize(("text", "weekly"), _TIMES_A_WEEK.items())
def test_a_frequency_is_read_in_the_words_of_prescriptions(text: str, weekly: float) -> None:
    read = frequency.read(text)
    assert read is not None
    assert read.per_day is not None
    assert float(read.per_day * 7) == pytest.approx(weekly)


@pytest.mark.parametrize("text", ["", " ", "每日", "often", "0次", "每日0次", "q0h", "-1", "bid or tid", "1", "qd bid"])
def test_what_may_mean_several_things_is_not_read(text: str) -> None:
    assert frequency.read(text) is None


def test_as_needed_has_no_number_of_its_own() -> None:
    for text in ("prn", "必要时", "as needed"):
        read = frequency.read(text)
        assert read is not None
        assert (read.per_day, read.as_needed, read.exceeds_weekly) == (None, True, True)


def test_only_once_a_week_or_less_is_weekly() -> None:
    texts = ("qd", "qod", "biw", "stat", "qw", "每周一次", "q2w")
    weekly = [text for text in texts if (read := frequency.read(text)) and not read.exceeds_weekly]
    assert weekly == ["qw", "每周一次", "q2w"]


@pytest.mark.parametrize(
    ("value", "unit", "wanted", "strength", "is_"),
    [
        ("2", "片", "mg", "5mg*28片", "10"),
        ("1", "粒", "mg", "0.5g×24粒/盒", "500"),
        ("0.5", "g", "mg", "", "500"), ("250", "微克", "mg", "", "0.25"), ("5", "毫克", "mg", "", "5"),
        ("2", "片", "mg", "2.5mg", "5"), ("1", "粒", "mg", "0.25g", "250"), ("2", "喷", "mcg", "100μg/揿", "200"),
        ("10", "IU", "unit", "", "10"), ("1", "片", "tablet", "", "1"),
    ],
)  # fmt: skip
def test_amounts_are_turned_into_the_unit_of_the_data(
    value: str, unit: str, wanted: str, strength: str, is_: str
) -> None:
    assert turned(Decimal(value), unit, wanted, strength) == Decimal(is_)


@pytest.mark.parametrize(
    ("unit", "wanted", "strength"),
    [
        ("片", "mg", "80mg/5mg*7片"),
        ("片", "mg", "28片"),
        ("片", "mg", ""),
        ("片", "mg", "80mg/5mg"),
        ("片", "mg", "一片"),
        ("ml", "mg", "5mg"),
        ("mg", "tablet", "5mg"),
        ("匙", "mg", ""),
    ],
)
def test_an_amount_that_cannot_be_turned_is_not_guessed(unit: str, wanted: str, strength: str) -> None:
    assert turned(Decimal(1), unit, wanted, strength) is None


def test_a_weekly_drug_is_counted_by_the_week_and_others_by_the_day() -> None:
    knowledge = shipped()
    weekly, daily = knowledge.drug("methotrexate_weekly"), knowledge.drug("metformin")
    assert weekly is not None
    assert daily is not None
    assert per_period(an_item("methotrexate_weekly", "10", frequency="每周一次"), weekly) == 10
    assert per_period(an_item("metformin", "0.5", unit="g", frequency="tid"), daily) == 1500
    assert per_period(an_item("metformin", "500", frequency="prn"), daily) is None
    assert per_period(an_item("metformin", "-500"), daily) is None


def test_units_and_routes_are_those_of_prescriptions() -> None:
    assert [is_unit(unit) for unit in ("mg", "MG", "片", "单位", "支", "spoon", "")] == [True] * 5 + [False] * 2
    assert [route_of(text) for text in ("口服", "PO", "皮下注射", "inhaled", "somehow", "")] == [
        "PO",
        "PO",
        "SC",
        "INH",
        None,
        None,
    ]


def test_figures_are_written_as_people_write_them() -> None:
    figures = {"100": "100", "2.50": "2.5", "0.125": "0.125", "33.3333333": "33.333", "1E+3": "1000", "0.0625": "0.062"}
    assert {text: amount(Decimal(text)) for text in figures} == figures
