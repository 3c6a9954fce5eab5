"""The rules of a prescription's time, of what its doctor answers, and of plans: pure, over many days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prescriptions import rules, rules_plans
from prescriptions.content import Content
from prescriptions.errors import (
    AutomatedPrescribing,
    ContinuationDiffers,
    DoubleConfirmNeeded,
    ExtensionBackwards,
    ExtensionTooLong,
    NotAnUpperPrescription,
    OverridesMissing,
    PrescriptionStopped,
    RecordNotHeld,
    RegimenTooOld,
)
from prescriptions.rules import Found
from prescriptions.rules_plans import Regimen
from server.foundation.actor import Actor, Kind, Level, PersonId, Role
from server.foundation.clock import SHANGHAI, day_of
from server.foundation.ids import new_id

_INSTANTS = st.integers(0, 20 * 366 * 86_400).map(lambda s: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
_DOCTOR = PersonId(new_id(datetime(2026, 11, 22, tzinfo=UTC)))


@given(_INSTANTS)
def test_b24_it_is_good_until_the_end_of_the_day_in_china_on_which_it_was_signed(signed_at: datetime) -> None:
    until = rules.valid_until(signed_at)
    assert timedelta(0) < until - signed_at <= timedelta(days=1)
    local = until.astimezone(SHANGHAI)
    assert (local.hour, local.minute, local.second) == (0, 0, 0)
    assert day_of(until - timedelta(seconds=1)) == day_of(signed_at)


@given(_INSTANTS, st.integers(-3, 6))
def test_b24_an_extension_ends_within_three_days_in_all_and_later_than_before(signed_at: datetime, days: int) -> None:
    current, last_day = rules.valid_until(signed_at), day_of(signed_at) + timedelta(days=days)
    if 1 <= days <= 2:
        longer = rules.extended(signed_at, current, last_day, signed_at)
        assert current < longer <= rules.last_possible(signed_at)
        assert day_of(longer - timedelta(seconds=1)) == last_day
        return
    with pytest.raises(ExtensionTooLong if days > 2 else ExtensionBackwards):
        rules.extended(signed_at, current, last_day, signed_at)


def test_b24_what_is_past_its_third_day_is_extended_no_more() -> None:
    signed_at = datetime(2026, 11, 22, 3, tzinfo=UTC)
    current, third = rules.valid_until(signed_at), day_of(signed_at) + timedelta(days=2)
    assert rules.extended(signed_at, current, third, signed_at + timedelta(days=2)) == rules.last_possible(signed_at)
    with pytest.raises(ExtensionTooLong):
        rules.extended(signed_at, current, third, rules.last_possible(signed_at))


def _found(finding_id: str, level: str, check: str = "E11") -> Found:
    return Found(finding_id, check, "IX001", level, "两药相互作用。", "They interact.", "请改用。", "Choose another.")


def test_b31_every_warning_and_confirmation_has_a_reason_and_nothing_else_needs_one() -> None:
    findings = [_found(level, level) for level in ("confirm", "warning", "information", "not_covered", "failed")]
    rules.require_answers(findings, {"confirm": "已评估", "warning": "已评估"})
    with pytest.raises(OverridesMissing) as refused:
        rules.require_answers(findings, {"confirm": "已评估", "information": "多余"})
    assert refused.value.members["findings"] == ["warning"]
    assert rules.only_known({"warning": "已评估", "gone": "旧理由"}, findings) == {"warning": "已评估"}


def test_a_stop_is_told_in_its_own_words_with_its_rule() -> None:
    rules.require_no_stop([_found("a", "confirm")])
    with pytest.raises(PrescriptionStopped) as refused:
        rules.require_no_stop([_found("a", "confirm"), _found("b", "stop")])
    assert refused.value.sentence("zh") == "处方不能签名：两药相互作用。 请改用。"
    assert refused.value.members["rule"] == "IX001"


def test_prescriptions_3_a_dose_beyond_the_usual_is_signed_for_twice() -> None:
    dose, other = _found("dose", "confirm", "E6"), _found("other", "confirm")
    assert rules.require_double_confirm([other], given=False) == []
    assert rules.require_double_confirm([dose, other], given=True) == ["dose"]
    with pytest.raises(DoubleConfirmNeeded):
        rules.require_double_confirm([dose], given=False)


def test_b19_only_the_receiving_doctor_in_person() -> None:
    doctor = Actor(Kind.HUMAN, _DOCTOR, Role.DOCTOR)
    rules.require_in_person(doctor, _DOCTOR)
    other = PersonId(new_id(datetime(2026, 11, 23, tzinfo=UTC)))
    for actor in (
        Actor(Kind.SYSTEM),
        Actor(Kind.SYSTEM, _DOCTOR, Role.DOCTOR),
        Actor(Kind.NOBODY, _DOCTOR, Role.DOCTOR),
        Actor(Kind.HUMAN, _DOCTOR, Role.PHARMACIST),
        Actor(Kind.HUMAN, other, Role.DOCTOR),
    ):
        with pytest.raises(AutomatedPrescribing):
            rules.require_in_person(actor, _DOCTOR)


def test_b13_the_record_is_held() -> None:
    rules.require_record_held(opened=True)
    with pytest.raises(RecordNotHeld):
        rules.require_record_held(opened=False)


def _content(days: int = 28, **line: object) -> Content:
    item = {"name": "氨氯地平", "drug_id": "amlodipine", "dose": 5, "unit": "mg", "frequency": "qd", "days": days}
    return Content.model_validate({"items": [{**item, "quantity": days, **line}], "long_term": True}).counted()


def test_b26_a_plan_is_what_is_taken_and_for_how_long() -> None:
    assert not rules_plans.needs_confirmation(_content(28))
    assert rules_plans.needs_confirmation(_content(29))
    plan = rules_plans.plan_digest(_content(84))
    again = Content.model_validate_json(_content(84).model_dump_json())
    assert rules_plans.plan_digest(again) == plan, "read back it is the same plan"
    assert rules_plans.plan_digest(_content(84, note="早饭后")) == plan
    assert len({plan, *(rules_plans.plan_digest(_content(84, **each)) for each in _OTHERS)}) == 1 + len(_OTHERS)


_OTHERS: tuple[dict[str, object], ...] = (
    {"dose": 10},
    {"frequency": "bid"},
    {"quantity": 168},
    {"name": "左氨氯地平", "drug_id": "levamlodipine"},
)


def _regimen(**changed: object) -> Regimen:
    usual = {"level": Level.COUNTY, "signed_on": date(2026, 9, 1), "long_term": True, "supplied": True}
    return Regimen(**{**usual, "content": _content(), **changed})  # type: ignore[arg-type]  # one of them is changed


def test_prescriptions_5_only_an_upper_hospitals_standing_regimen_is_continued() -> None:
    last = date(2026, 9, 1) + timedelta(days=84)
    rules_plans.require_continuable(_regimen(), Level.TOWNSHIP, last)
    rules_plans.require_continuable(_regimen(), Level.VILLAGE, last)
    for changed in ({"long_term": False}, {"supplied": False}, {"level": Level.TOWNSHIP}, {"level": Level.VILLAGE}):
        with pytest.raises(NotAnUpperPrescription):
            rules_plans.require_continuable(_regimen(**changed), Level.TOWNSHIP, last)
    with pytest.raises(RegimenTooOld):
        rules_plans.require_continuable(_regimen(), Level.TOWNSHIP, last + timedelta(days=1))


@pytest.mark.parametrize(
    "changed",
    [
        {"drug_id": "valsartan"},
        {"dose": 10},
        {"frequency": "bid"},
        {"unit": "g"},
        {"strength": "10mg"},
        {"route": "IV"},
    ],
)
def test_prescriptions_5_a_continuation_has_the_same_drugs_and_no_more_of_them(changed: dict[str, object]) -> None:
    original = _content().items
    rules_plans.require_same_drugs(original, _content(14, dose=2.5).items)
    with pytest.raises(ContinuationDiffers):
        rules_plans.require_same_drugs(original, _content(**changed).items)  # type: ignore[arg-type]  # see above
