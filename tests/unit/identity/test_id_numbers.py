"""GB 11643: what is accepted, what is refused, and that one wrong digit never passes."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.identity.id_numbers import IdNumberRefused, check_character, read_id_number
from server.identity.vocabulary import Sex

TODAY = date(2026, 11, 22)

births = st.dates(date(1900, 1, 1), TODAY)
areas = st.integers(110000, 659999).map(str)
orders = st.integers(0, 999)


def number(area: str, born: date, order: int) -> str:
    digits = f"{area}{born:%Y%m%d}{order:03d}"
    return digits + check_character(digits)


def test_the_standard_s_own_example_is_accepted() -> None:
    # The two examples printed in GB 11643-1999.
    male = read_id_number("11010519491231002X", TODAY)
    female = read_id_number("440524188001010014", TODAY)
    assert (male.birth_date, male.sex, male.area) == (date(1949, 12, 31), Sex.FEMALE, "110105")
    assert (female.birth_date, female.sex) == (date(1880, 1, 1), Sex.MALE)


@given(areas, births, orders)
def test_a_number_says_area_birth_date_and_sex(area: str, born: date, order: int) -> None:
    found = read_id_number(number(area, born, order), TODAY)
    assert (found.area, found.birth_date) == (area, born)
    assert found.sex is (Sex.MALE if order % 2 else Sex.FEMALE)
    assert found.tail == found.text[14:]


@given(areas, births, orders, st.integers(0, 17), st.integers(1, 9))
def test_any_single_wrong_digit_is_refused(area: str, born: date, order: int, place: int, shift: int) -> None:
    right = number(area, born, order)
    assert read_id_number(right, TODAY).text == right
    old = right[place]
    new = str((int(old) + shift) % 10) if old != "X" else str(shift)
    wrong = right[:place] + new + right[place + 1 :]
    with pytest.raises(IdNumberRefused):
        read_id_number(wrong, TODAY)


@given(areas, births, orders, st.integers(0, 15))
def test_two_neighbours_swapped_are_refused(area: str, born: date, order: int, place: int) -> None:
    right = number(area, born, order)
    a, b = right[place], right[place + 1]
    if a == b:
        return
    with pytest.raises(IdNumberRefused):
        read_id_number(right[:place] + b + a + right[place + 2 :], TODAY)


@given(st.text(max_size=24))
def test_no_text_breaks_the_reader(typed: str) -> None:
    with suppress(IdNumberRefused):
        found = read_id_number(typed, TODAY)
        assert check_character(found.text[:17]) == found.text[17]


@given(areas, births, orders)
def test_how_people_write_it_makes_no_difference(area: str, born: date, order: int) -> None:
    plain = number(area, born, order)
    wide = plain.translate(str.maketrans("0123456789X", "０１２３４５６７８９ｘ"))
    assert read_id_number(f" {plain[:6]} {plain[6:14]}-{plain[14:].lower()} ", TODAY).text == plain
    assert read_id_number(wide, TODAY).text == plain


def test_a_birth_date_must_exist_and_be_past() -> None:
    assert read_id_number(number("539925", TODAY, 1), TODAY).birth_date == TODAY
    digits = "53992520260230001"
    with pytest.raises(IdNumberRefused, match="birth-date"):
        read_id_number(digits + check_character(digits), TODAY)
    with pytest.raises(IdNumberRefused, match="birth-date"):
        read_id_number(number("539925", TODAY + timedelta(days=1), 1), TODAY)


def test_the_reason_tells_what_to_look_at() -> None:
    with pytest.raises(IdNumberRefused, match="form"):
        read_id_number("5399251959", TODAY)
    right = number("539925", date(1959, 3, 4), 7)
    with pytest.raises(IdNumberRefused, match="check"):
        read_id_number(right[:16] + str((int(right[16]) + 1) % 10) + right[17], TODAY)


def test_a_number_is_not_shown_by_its_representation() -> None:
    found = read_id_number(number("539925", date(1959, 3, 4), 7), TODAY)
    assert found.text not in repr(found)
