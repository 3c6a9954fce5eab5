"""The pick-up code without a database: what is a code, what is a slip, and how a prescription stands for whoever holds it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prescriptions.dispensing import codes, rules
from prescriptions.dispensing.checklist import MATCHES, not_matched
from prescriptions.dispensing.errors import (
    MoreThanLeft,
    PrescriptionNotInForce,
    PrescriptionOver,
    PrescriptionUsed,
)
from prescriptions.dispensing.rules import Standing
from prescriptions.lifecycle import APPROVED, Status

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=8)
seven = st.integers(0, 10**7 - 1).map(lambda number: f"{number:07d}")


def _code(seven_digits: str) -> str:
    (found,) = [f"{seven_digits}{last}" for last in range(10) if codes.read_digits(f"{seven_digits}{last}")]
    return found


def test_a_token_has_128_bits_and_is_read_back_out_of_its_address() -> None:
    tokens = {codes.fresh_token() for _ in range(1000)}
    assert len(tokens) == 1000
    for token in tokens:
        assert len(token) == codes.TOKEN_LENGTH
        assert codes.read_token(token) == token
        assert codes.read_token(f"https://hospital.example{codes.PAGE}{token}") == token


@pytest.mark.parametrize("text", ["", "#", "rx#", "x" * 21, "x" * 23, "x" * 21 + "=", "x" * 21 + " x", "x" * 21 + "药"])
def test_what_has_no_token_has_none(text: str) -> None:
    assert codes.read_token("x" * 22)
    assert codes.read_token(text) is None


def test_digits_are_eight_and_spread() -> None:
    found = [codes.fresh_digits() for _ in range(2000)]
    assert all(codes.read_digits(each) == each and len(each) == codes.DIGITS for each in found)
    assert len(set(found)) > 1990
    assert {each[0] for each in found} == set("0123456789")


@given(seven)
def test_every_seven_digits_have_one_check_digit(seven_digits: str) -> None:
    assert len(_code(seven_digits)) == codes.DIGITS


@given(seven, st.integers(0, 7), st.integers(1, 9))
def test_a_wrong_digit_is_told(seven_digits: str, place: int, by: int) -> None:
    code = _code(seven_digits)
    wrong = code[:place] + str((int(code[place]) + by) % 10) + code[place + 1 :]
    assert codes.read_digits(wrong) is None


@given(seven, st.integers(0, 6))
def test_two_neighbours_changed_over_are_told(seven_digits: str, place: int) -> None:
    code = _code(seven_digits)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert codes.read_digits(swapped) == (code if swapped == code else None)


@pytest.mark.parametrize("typed", ["{0} {1}", "{0}-{1}", "{0}　{1}", " {0}{1} "])
def test_digits_are_read_as_people_type_them(typed: str) -> None:
    code = codes.fresh_digits()
    assert codes.read_digits(typed.format(code[:4], code[4:])) == code
    wide = code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert codes.read_digits(wide) == code


def test_an_approved_prescription_is_in_force_until_its_end_and_no_longer() -> None:
    assert rules.standing(Status.VALID, LATER, NOW) is Standing.IN_FORCE
    assert rules.standing(Status.VALID, LATER, LATER - timedelta(microseconds=1)) is Standing.IN_FORCE
    assert rules.standing(Status.VALID, LATER, LATER) is Standing.OVER


@pytest.mark.parametrize("status", Status)
def test_only_a_valid_prescription_is_redeemed(status: Status) -> None:
    assert rules.redeeming_refusal(Status.VALID, LATER, NOW) is None
    refusal = rules.redeeming_refusal(status, LATER, NOW)
    if status is Status.VALID:
        assert refusal is None
    elif status in APPROVED:
        assert isinstance(refusal, PrescriptionUsed)
        assert refusal.sentence("zh") == "该处方已使用，不能重复调配"
    elif status in (Status.EXPIRED, Status.VOIDED, Status.REJECTED, Status.WITHDRAWN):
        assert isinstance(refusal, PrescriptionOver)
    else:
        assert isinstance(refusal, PrescriptionNotInForce)


def test_a_line_is_dispensed_up_to_what_is_left() -> None:
    item, other = uuid4(), uuid4()
    left = {item: (1, Decimal("7.5")), other: (2, Decimal(0))}
    rules.require_within_left({item: Decimal("7.5")}, left)
    with pytest.raises(MoreThanLeft) as refused:
        rules.require_within_left({item: Decimal("7.501")}, left)
    assert refused.value.members == {"line": 1, "left": "7.5"}
    with pytest.raises(MoreThanLeft):
        rules.require_within_left({other: Decimal("0.001")}, left)


@given(st.dictionaries(st.uuids(), st.decimals(0, 1000, places=3), min_size=1, max_size=5))
def test_what_is_left_may_always_be_dispensed_and_then_all_is(left: dict[UUID, Decimal]) -> None:
    rules.require_within_left(left, {item: (1, amount) for item, amount in left.items()})
    assert rules.all_dispensed(amount - left[item] for item, amount in left.items())
    assert rules.all_dispensed(left.values()) == (not any(left.values()))


@pytest.mark.parametrize(("amount", "written"), [("28", "28"), ("28.000", "28"), ("0.500", "0.5"), ("100", "100")])
def test_amounts_have_no_tail(amount: str, written: str) -> None:
    assert rules.plain(Decimal(amount)) == written


def test_all_ten_matches_are_asked_for() -> None:
    assert len(MATCHES) == len(set(MATCHES)) == 10
    assert not_matched(MATCHES) == []
    assert not_matched([*MATCHES, "more"]) == []
    for left_out in MATCHES:
        assert not_matched([code for code in MATCHES if code != left_out]) == [left_out]
