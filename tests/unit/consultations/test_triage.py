"""Red flags over the data file as it is shipped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.consultations.errors import NoSuchSymptom, RedFlag, RedFlagOffline
from server.consultations.service import triage_departments
from server.consultations.triage import Action, Answer, action_for, symptoms, unknown_answers


def test_the_whole_file_is_read() -> None:
    found = symptoms()
    assert len(found) == 85
    assert all(each.name and each.department for each in found.values())
    assert {each.action for each in found.values()} == set(Action)
    assert all(each.red_flags or each.any_is_flag or each.action is Action.NONE for each in found.values())


def test_a_symptom_without_a_red_flag_goes_on_to_its_department() -> None:
    assert triage_departments([Answer("chronic_htn_refill")]) == ["全科医学科/心血管内科复诊"]
    assert triage_departments([]) == []


def test_a_red_flag_stops_with_the_sentence_that_says_120() -> None:
    assert action_for([Answer("chest_pain")]) is Action.NONE
    with pytest.raises(RedFlag) as refused:
        triage_departments([Answer("chest_pain", (0,))])
    assert refused.value.sentence("zh") == "出现危急症状，请立即拨打120"
    assert refused.value.rule == "B16"


def test_what_must_be_seen_in_person_today_is_not_called_an_emergency() -> None:
    with pytest.raises(RedFlagOffline):
        triage_departments([Answer("gout", (1,))])


def test_some_symptoms_are_red_flags_by_themselves() -> None:
    with pytest.raises(RedFlag):
        triage_departments([Answer("poisoning")])


def test_the_gravest_answer_decides() -> None:
    assert action_for([Answer("gout", (0,)), Answer("chest_pain", (0,)), Answer("cough")]) is Action.CALL_120


@given(st.text(max_size=20), st.integers(-5, 100))
def test_an_answer_that_the_file_does_not_have_is_refused(symptom: str, flag: int) -> None:
    known = symptoms()
    exists = symptom in known and 0 <= flag < len(known[symptom].red_flags)
    assert bool(unknown_answers([Answer(symptom, (flag,))])) is not exists


def test_unknown_answers_are_a_problem_and_not_silently_no_red_flag() -> None:
    with pytest.raises(NoSuchSymptom):
        triage_departments([Answer("cough"), Answer("no-such-thing")])
