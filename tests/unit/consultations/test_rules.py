"""The rules of a visit, each accepted case first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.consultations.errors import (
    CalledTooSoon,
    CheckInTooEarly,
    DataConsentMissing,
    DeviceNotChecked,
    InformedConsentMissing,
    MustCallMore,
    PapersMissing,
    PreCheckMissing,
    RecordingDeclined,
    RecordNotOpened,
)
from server.consultations.rules import (
    CallEnd,
    Missing,
    Prepared,
    Presence,
    call_end,
    require_called_enough,
    require_check_in_open,
    require_prepared,
    require_record_opened,
    require_rung_out,
)
from server.foundation.errors import Problem

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GRACE = timedelta(seconds=90)
READY = Prepared(complaint=True, papers=True, internet_diagnosis=True, personal_data=True, recording=True, device=True)


def test_who_has_prepared_everything_may_check_in() -> None:
    require_prepared(READY)
    assert READY.missing() == []


@pytest.mark.parametrize(
    ("what", "refusal", "rule"),
    [
        ("complaint", PreCheckMissing, "B16"),
        ("papers", PapersMissing, "B13"),
        ("internet_diagnosis", InformedConsentMissing, "B53"),
        ("personal_data", DataConsentMissing, "B56"),
        ("recording", RecordingDeclined, "B40"),
        ("device", DeviceNotChecked, "visits-1"),
    ],
)
def test_each_thing_missing_is_refused_by_its_own_rule(what: str, refusal: type[Problem], rule: str) -> None:
    require_prepared(READY)
    with pytest.raises(refusal) as refused:
        require_prepared(replace(READY, **{what: False}))
    assert refused.value.rule == rule


def test_what_is_missing_is_told_in_the_order_in_which_it_is_asked() -> None:
    assert Prepared(False, False, False, False, False, False).missing() == list(Missing)


def test_check_in_opens_at_its_instant_and_not_before() -> None:
    require_check_in_open(NOW, NOW)
    with pytest.raises(CheckInTooEarly) as refused:
        require_check_in_open(NOW, NOW - timedelta(microseconds=1))
    assert refused.value.members["opens_at"] == NOW.isoformat()
    assert refused.value.sentence("zh") == "还没到签到时间，11-23 09:00 起可以签到"


def test_a_patient_has_a_minute_to_answer_before_the_next_call() -> None:
    require_rung_out(None, MINUTE, NOW)
    require_rung_out(NOW - MINUTE, MINUTE, NOW)
    with pytest.raises(CalledTooSoon) as refused:
        require_rung_out(NOW - timedelta(seconds=48), MINUTE, NOW)
    assert refused.value.retry_after_s == 12


def test_nobody_is_written_off_before_three_calls_that_rang_out() -> None:
    def write_off(calls: int, since: timedelta) -> None:
        require_called_enough(calls, NOW - since, needed=3, interval=MINUTE, now=NOW)

    write_off(3, MINUTE)
    with pytest.raises(MustCallMore):
        write_off(2, MINUTE)
    with pytest.raises(CalledTooSoon):
        write_off(3, MINUTE / 2)
    with pytest.raises(MustCallMore):
        require_called_enough(0, None, needed=3, interval=MINUTE, now=NOW)


def test_a_follow_up_is_found_only_by_a_doctor_who_opened_the_papers() -> None:
    require_record_opened(papers=True, opened=True)
    with pytest.raises(PapersMissing) as no_papers:
        require_record_opened(papers=False, opened=False)
    with pytest.raises(RecordNotOpened) as not_opened:
        require_record_opened(papers=True, opened=False)
    assert (no_papers.value.rule, not_opened.value.rule) == ("B13", "B12")


DOCTOR = Presence(is_doctor=True, connected_at=NOW)
PATIENT = Presence(is_doctor=False, connected_at=NOW)
HELPER = Presence(is_doctor=False, connected_at=NOW)


def lost(who: Presence, ago: timedelta) -> Presence:
    return replace(who, away_since=NOW - ago)


def left(who: Presence, ago: timedelta) -> Presence:
    return replace(who, left_at=NOW - ago)


def test_a_call_goes_on_while_both_sides_are_there_or_within_the_grace() -> None:
    assert call_end([DOCTOR, PATIENT], GRACE, NOW) is None
    assert call_end([DOCTOR, lost(PATIENT, GRACE - MINUTE / 60)], GRACE, NOW) is None
    assert call_end([lost(DOCTOR, GRACE / 2), lost(PATIENT, GRACE / 2)], GRACE, NOW) is None


def test_a_call_waits_for_a_patient_who_has_not_entered_yet() -> None:
    invited = Presence(is_doctor=False, connected_at=None)
    assert call_end([DOCTOR, invited], GRACE, NOW) is None
    assert call_end([], GRACE, NOW) is None


@pytest.mark.parametrize("who", [DOCTOR, PATIENT])
def test_a_side_lost_for_the_whole_grace_ends_the_call_technically(who: Presence) -> None:
    other = PATIENT if who.is_doctor else DOCTOR
    assert call_end([other, lost(who, GRACE)], GRACE, NOW) is CallEnd.TECHNICAL


def test_while_a_helper_is_in_the_room_a_dropped_patient_is_not_lost() -> None:
    assert call_end([DOCTOR, lost(PATIENT, 2 * GRACE), HELPER], GRACE, NOW) is None
    both = [DOCTOR, lost(PATIENT, 2 * GRACE), left(HELPER, 2 * GRACE)]
    assert call_end(both, GRACE, NOW) is CallEnd.TECHNICAL


def test_a_patient_who_hangs_up_is_not_a_lost_line() -> None:
    assert call_end([DOCTOR, left(PATIENT, 2 * GRACE)], GRACE, NOW) is None
    assert call_end([left(DOCTOR, GRACE), left(PATIENT, 2 * GRACE)], GRACE, NOW) is CallEnd.ABANDONED
    assert call_end([lost(DOCTOR, GRACE), left(PATIENT, 2 * GRACE)], GRACE, NOW) is CallEnd.ABANDONED


def test_a_doctor_gone_while_the_patient_waits_ends_the_call_technically() -> None:
    assert call_end([left(DOCTOR, GRACE), PATIENT], GRACE, NOW) is CallEnd.TECHNICAL


def test_a_doctor_who_goes_before_the_patient_ever_came_gives_the_patient_back() -> None:
    invited = Presence(is_doctor=False, connected_at=None)
    assert call_end([lost(DOCTOR, GRACE / 2), invited], GRACE, NOW) is None
    assert call_end([lost(DOCTOR, GRACE), invited], GRACE, NOW) is CallEnd.NOBODY_CAME
    assert call_end([left(DOCTOR, GRACE)], GRACE, NOW) is CallEnd.NOBODY_CAME
