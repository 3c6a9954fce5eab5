"""What of many statements about somebody's health counts today."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from server.foundation.ids import new_id
from server.records.health_content import FACT, Said, Source, Summary, summary

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
TODAY = date(2026, 11, 22)


def _said(fact: dict[str, Any], days_ago: int = 0, source: Source = Source.DOCTOR) -> Said:
    at = NOW - timedelta(days=days_ago)
    return Said(new_id(at), FACT.validate_python(fact), source, new_id(at), at)


def _of(*said: Said) -> Summary:
    return summary(sorted(said, key=lambda one: one.at), TODAY)


def test_nobody_asked_is_not_the_same_as_none_known() -> None:
    assert _of().allergies is None
    assert _of(_said({"kind": "no_known_allergy"})).allergies == ()


def test_records_2_an_allergy_stands_beside_a_later_none_known() -> None:
    found = _of(_said({"kind": "allergy", "to": "AL01"}, 30), _said({"kind": "no_known_allergy"}))
    assert found.allergies is not None
    assert [each.fact.kind for each in found.allergies] == ["allergy"]


def test_of_measures_the_latest_counts_and_of_lists_everything() -> None:
    result = {"kind": "result", "code": "2823-3", "value": "4.1", "unit": "mmol/L", "on": TODAY}
    found = _of(
        _said({"kind": "weight", "kg": "60"}, 90),
        _said({"kind": "weight", "kg": "58.5"}, 1),
        _said(result, 3),
        _said(result, 2),
    )
    assert found.weight is not None
    assert getattr(found.weight.fact, "kg", None) is not None
    assert str(getattr(found.weight.fact, "kg", "")) == "58.5"
    assert len(found.results) == 2


def test_a_pregnancy_goes_on_and_ends() -> None:
    told = {"kind": "pregnancy", "pregnant": True, "weeks": 10}
    assert _of(_said(told)).pregnancy_weeks == 10
    assert _of(_said(told, 14)).pregnancy_weeks == 12
    assert _of(_said(told, 7 * 40)).pregnancy is None, (
        "what was told before the longest pregnancy says nothing of today"
    )
    not_pregnant = _of(_said(told, 14), _said({"kind": "pregnancy", "pregnant": False}))
    assert not_pregnant.pregnancy is not None
    assert not_pregnant.pregnancy_weeks is None


def test_a_medicine_is_taken_until_its_last_day() -> None:
    for until, taken in ((None, 1), (TODAY, 1), (TODAY - timedelta(days=1), 0)):
        assert len(_of(_said({"kind": "medication", "name": "阿司匹林", "until": until})).medications) == taken
