"""How a file is parted and known again."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from server.records.uploads import rules


@given(size=st.integers(1, 10_000), part_bytes=st.integers(1, 3_000))
def test_parts_are_the_whole_file_and_nothing_else(size: int, part_bytes: int) -> None:
    count = rules.part_count(size, part_bytes)
    sizes = [rules.part_size(size, part_bytes, number) for number in range(count)]
    assert sum(each or 0 for each in sizes) == size
    assert all(each is not None and 0 < each <= part_bytes for each in sizes)
    assert rules.part_size(size, part_bytes, count) is None
    assert rules.part_size(size, part_bytes, -1) is None


def test_the_digest_is_of_the_parts_in_their_order() -> None:
    first, second = hashlib.sha256(b"a").hexdigest(), hashlib.sha256(b"b").hexdigest()
    expected = hashlib.sha256(bytes.fromhex(first) + bytes.fromhex(second)).hexdigest()
    assert rules.file_digest({1: second, 0: first}) == expected
    assert rules.file_digest({0: second, 1: first}) != expected


def test_what_is_missing_is_named() -> None:
    assert rules.missing(2_500, 1_000, {1: "x"}) == [0, 2]
    assert rules.missing(2_500, 1_000, {0: "x", 1: "x", 2: "x"}) == []


def test_nobody_fills_the_disk_with_beginnings() -> None:
    assert rules.may_start(rules.MOST_UNFINISHED - 1, 0, 1)
    assert not rules.may_start(rules.MOST_UNFINISHED, 0, 1)
    assert rules.may_start(0, rules.MOST_UNFINISHED_BYTES - 1, 1)
    assert not rules.may_start(0, rules.MOST_UNFINISHED_BYTES, 1)
