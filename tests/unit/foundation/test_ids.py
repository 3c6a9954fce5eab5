"""Public ids and the numbers that people read aloud."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.foundation.ids import new_id, read_short_number, short_number

NOON = datetime(2026, 11, 22, 4, 0, 0, 123000, tzinfo=UTC)
days = st.dates(date(2020, 1, 1), date(2099, 12, 31))
counts = st.integers(1, 99_999)


def test_an_id_is_a_uuid_of_version_seven_with_the_given_millisecond() -> None:
    made = new_id(NOON)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == int(NOON.timestamp() * 1000)


def test_ids_of_later_instants_sort_later_and_none_comes_twice() -> None:
    made = [new_id(NOON + timedelta(milliseconds=step)) for step in range(1000)]
    assert made == sorted(made)
    assert len({new_id(NOON) for _ in range(1000)}) == 1000


def test_an_id_needs_an_aware_instant() -> None:
    with pytest.raises(ValueError, match="aware"):
        new_id(NOON.replace(tzinfo=None))


def test_a_short_number_shows_day_count_and_check_digit() -> None:
    number = short_number(date(2026, 11, 22), 42)
    assert number[:12] == "261122-0042-"
    assert read_short_number(number) == number


@given(days, counts)
def test_a_short_number_is_read_back_however_it_is_typed(day: date, n: int) -> None:
    number = short_number(day, n)
    full_width = number.translate(str.maketrans("0123456789-", "０１２３４５６７８９－"))
    assert read_short_number(number) == number
    assert read_short_number(f"  {number.replace('-', ' ')} ") == number
    assert read_short_number(full_width) == number


@given(days, counts, st.data())
def test_one_wrong_digit_is_always_noticed(day: date, n: int, data: st.DataObject) -> None:
    digits = short_number(day, n).replace("-", "")
    at = data.draw(st.integers(0, len(digits) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != digits[at]]))
    assert read_short_number(digits) is not None
    assert read_short_number(digits[:at] + wrong + digits[at + 1 :]) is None


@given(days, counts, st.data())
def test_two_swapped_neighbours_are_always_noticed(day: date, n: int, data: st.DataObject) -> None:
    digits = short_number(day, n).replace("-", "")
    places = [at for at in range(len(digits) - 1) if digits[at] != digits[at + 1]]
    at = data.draw(st.sampled_from(places))
    assert read_short_number(digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]) is None


@pytest.mark.parametrize("text", ["", "261122", "261122-0042-x", "261122-0042", "٢٦١١٢٢٠٠٤٢٧", "2" * 20])
def test_what_is_no_number_is_refused(text: str) -> None:
    assert read_short_number(text) is None


def test_counting_starts_at_one() -> None:
    assert short_number(date(2026, 11, 22), 1)
    with pytest.raises(ValueError, match="count from 1"):
        short_number(date(2026, 11, 22), 0)
