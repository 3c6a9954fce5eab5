"""Ages, papers in force, the growing pause, phones, passwords, names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.foundation.actor import Actor, Kind, PersonId, Role
from server.foundation.errors import Invalid
from server.identity import access
from server.identity.cards import Standing
from server.identity.entries import name_of, phone_of
from server.identity.errors import CredentialNotInForce, MayNotPractise, MayNotReview, NotFiledHere, ServicesClosed
from server.identity.rules import (
    CredentialFacts,
    FilingFacts,
    LicenceFacts,
    lock_after,
    masked,
    needs_guardian,
    password_is_weak,
    practice_refusal,
    read_phone,
    relation_holds,
    review_refusal,
    second_factor_is_fresh,
    services_open,
    whole_years,
)
from server.identity.second_factor import code_of, fresh_secret, matching_step, step_at
from server.identity.vocabulary import RelationKind, Title

DAY = date(2026, 11, 22)
YEAR = timedelta(days=365)
LICENCE = LicenceFacts(internet_diagnosis=True, valid_from=DAY - YEAR, valid_until=DAY, revoked=False)
DOCTOR = CredentialFacts(Title.ATTENDING_PHYSICIAN, date(2015, 7, 1), DAY)
FILING = FilingFacts(registration=True, internet_consent=True, valid_from=DAY, valid_until=DAY)


def test_a_birthday_counts_on_its_day() -> None:
    assert whole_years(date(2012, 11, 22), DAY) == 14
    assert whole_years(date(2012, 11, 23), DAY) == 13
    assert whole_years(date(2012, 2, 29), date(2026, 2, 28)) == 13
    assert whole_years(date(2012, 2, 29), date(2026, 3, 1)) == 14


def test_under_fourteen_needs_a_guardian_b10() -> None:
    assert needs_guardian(date(2012, 11, 23), DAY)
    assert not needs_guardian(date(2012, 11, 22), DAY)


def test_a_guardian_s_right_ends_on_the_eighteenth_birthday_and_consent_does_not() -> None:
    assert relation_holds(RelationKind.GUARDIAN, date(2008, 11, 23), DAY)
    assert not relation_holds(RelationKind.GUARDIAN, date(2008, 11, 22), DAY)
    assert relation_holds(RelationKind.FAMILY, date(1959, 3, 4), DAY)


def test_services_are_open_with_a_licence_that_names_them_b01() -> None:
    assert services_open([LICENCE], DAY)
    assert services_open([replace(LICENCE, revoked=True), LICENCE], DAY)
    assert not services_open([], DAY)
    assert not services_open([LICENCE], DAY + timedelta(days=1))
    assert not services_open([replace(LICENCE, internet_diagnosis=False)], DAY)
    assert not services_open([replace(LICENCE, revoked=True)], DAY)


def test_who_may_practise_and_why_not() -> None:
    assert practice_refusal(DOCTOR, FILING, [LICENCE], DAY) is None
    assert isinstance(practice_refusal(DOCTOR, FILING, [], DAY), ServicesClosed)
    assert isinstance(practice_refusal(None, FILING, [LICENCE], DAY), CredentialNotInForce)
    over = replace(DOCTOR, valid_until=DAY - timedelta(days=1))
    assert isinstance(practice_refusal(over, FILING, [LICENCE], DAY), CredentialNotInForce)
    assert isinstance(practice_refusal(DOCTOR, None, [LICENCE], DAY), NotFiledHere)
    elsewhen = replace(FILING, valid_from=DAY + timedelta(days=1), valid_until=DAY + YEAR)
    assert isinstance(practice_refusal(DOCTOR, elsewhen, [LICENCE], DAY), NotFiledHere)
    unasked = replace(FILING, internet_consent=False)
    assert isinstance(practice_refusal(DOCTOR, unasked, [LICENCE], DAY), MayNotPractise)


def test_three_years_of_work_are_counted_to_the_day_b02() -> None:
    just = replace(DOCTOR, first_licensed_on=date(2023, 11, 22))
    assert practice_refusal(just, FILING, [LICENCE], DAY) is None
    short = replace(DOCTOR, first_licensed_on=date(2023, 11, 23))
    refusal = practice_refusal(short, FILING, [LICENCE], DAY)
    assert isinstance(refusal, MayNotPractise)
    assert refusal.rule == "B02"
    assert "不足3年" in refusal.sentence("zh")


def test_who_may_review_prescriptions_b08() -> None:
    pharmacist = CredentialFacts(Title.PHARMACIST, date(2018, 1, 1), DAY, date(2019, 1, 1), date(2020, 1, 1))
    assert review_refusal(pharmacist, DAY) is None
    assert isinstance(review_refusal(replace(pharmacist, title=Title.ASSISTANT_PHARMACIST), DAY), MayNotReview)
    assert isinstance(review_refusal(replace(pharmacist, dispensing_since=date(2024, 1, 1)), DAY), MayNotReview)
    assert isinstance(review_refusal(replace(pharmacist, dispensing_since=None), DAY), MayNotReview)
    assert isinstance(review_refusal(replace(pharmacist, review_trained_on=None), DAY), MayNotReview)
    assert isinstance(review_refusal(pharmacist, DAY + timedelta(days=1)), CredentialNotInForce)


def test_the_pause_doubles_and_has_an_end() -> None:
    pauses = [lock_after(n, free=5, first_s=60, longest_s=1800) for n in range(1, 12)]
    seconds = [int(pause.total_seconds()) if pause else 0 for pause in pauses]
    assert seconds == [0, 0, 0, 0, 60, 120, 240, 480, 960, 1800, 1800]


@given(st.integers(5, 10**9))
def test_no_number_of_failures_pauses_for_longer(failures: int) -> None:
    pause = lock_after(failures, free=5, first_s=60, longest_s=1800)
    assert pause is not None
    assert timedelta(seconds=60) <= pause <= timedelta(seconds=1800)


def test_a_second_factor_is_fresh_for_the_time_of_the_rule_b04() -> None:
    now = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
    assert second_factor_is_fresh(now - timedelta(minutes=15), now, 900)
    assert not second_factor_is_fresh(now - timedelta(minutes=15, seconds=1), now, 900)
    assert not second_factor_is_fresh(None, now, 900)


def test_an_authenticator_may_be_half_a_minute_off_and_no_more() -> None:
    now, secret = datetime(2026, 11, 22, 0, 30, tzinfo=UTC), fresh_secret()
    present = step_at(now)
    for offset in (-1, 0, 1):
        assert matching_step(secret, code_of(secret, present + offset), now) == present + offset
    assert matching_step(secret, code_of(secret, present + 2), now) is None
    assert matching_step(secret, code_of(secret, present - 2), now) is None


@pytest.mark.parametrize(
    "typed", ["13800000417", "138 0000 0417", "+86 138-0000-0417", "１３８００００ ０４１７", "138-00000417"]
)
def test_a_phone_is_read_however_it_is_written(typed: str) -> None:
    assert read_phone(typed) == "13800000417"
    assert masked("13800000417") == "138****0417"


@pytest.mark.parametrize("typed", ["", "1380000041", "23800000417", "0871-1234567", "1380000041x", "138000004170"])
def test_what_is_no_mobile_number_is_refused_with_a_sentence(typed: str) -> None:
    assert phone_of("13800000417")
    with pytest.raises(Invalid) as refused:
        phone_of(typed)
    assert refused.value.errors[0].pointer == "/phone"


@pytest.mark.parametrize("typed", ["张建国", "买买提·艾力", "Anne O'Neil", "李  文清", "𠮷野"])
def test_names_of_all_kinds_are_taken(typed: str) -> None:
    assert name_of(typed) == " ".join(typed.split())


@pytest.mark.parametrize(
    "typed", ["", "   ", "·", "张3", "<script>alert(1)</script>", "'; DROP TABLE people; --", "张😀", "a" * 41]
)
def test_what_is_no_name_is_refused(typed: str) -> None:
    assert name_of("张建国")
    with pytest.raises(Invalid):
        name_of(typed)


@pytest.mark.parametrize(
    "password", ["short", "password123", "aaaaaaaaaaaa", "liwenqing-2026", "Qwerty12345", "x" * 129]
)
def test_a_password_that_would_be_guessed_is_weak(password: str) -> None:
    assert not password_is_weak("云岭的清晨有雾，山茶开", "liwenqing")
    assert not password_is_weak("correct horse battery", "liwenqing")
    assert password_is_weak(password, "liwenqing")


def test_standing_is_self_or_by_relation_and_never_of_a_child_alone_b10() -> None:
    me, other = PersonId(uuid4()), PersonId(uuid4())
    actor = Actor(Kind.HUMAN, me, Role.PATIENT)
    adult, child = date(1959, 3, 4), date(2018, 5, 6)
    assert access.standing(actor, me, adult, False, DAY) is Standing.SELF
    assert access.standing(actor, me, child, False, DAY) is None
    assert access.standing(actor, other, child, True, DAY) is Standing.GUARDIAN
    assert access.standing(actor, other, adult, False, DAY) is None
    doctor = Actor(Kind.HUMAN, me, Role.DOCTOR)
    assert access.standing(doctor, me, adult, True, DAY) is None


def test_an_administrator_reaches_down_only() -> None:
    mine, below, above = uuid4(), uuid4(), uuid4()
    actor = Actor(Kind.HUMAN, PersonId(uuid4()), Role.ADMINISTRATOR)
    assert access.may_administer(actor, below, {mine, below})
    assert not access.may_administer(actor, above, {mine, below})
    assert not access.may_administer(Actor(Kind.HUMAN, PersonId(uuid4()), Role.DOCTOR), below, {mine, below})
    assert access.may_administer(Actor(Kind.SYSTEM), above, set())
