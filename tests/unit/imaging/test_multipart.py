"""multipart/related, however the network cuts it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.imaging.dicomweb.multipart import (
    MalformedParts,
    PartsReader,
    TooManyParts,
    part_start,
    parts_end,
)

BOUNDARY = "b0undary"
CONTENTS = st.lists(st.binary(max_size=300).filter(lambda each: b"--b0undary" not in each), min_size=1, max_size=6)


async def cut(body: bytes, cuts: list[int]) -> AsyncIterator[bytes]:
    """The body in pieces of these lengths, again and again."""
    at, turn = 0, 0
    while at < len(body):
        length = cuts[turn % len(cuts)]
        yield body[at : at + length]
        at, turn = at + length, turn + 1


async def read(body: bytes, cuts: list[int], *, most_parts: int = 100) -> list[tuple[str, bytes]]:
    """Each part's type and content."""
    reader = PartsReader(cut(body, cuts), BOUNDARY, most_parts=most_parts)
    return [(head.content_type, b"".join([piece async for piece in reader.body()])) async for head in reader]


def written(contents: list[bytes], start: bytes = b"") -> bytes:
    """As our own answers are written, and stock clients' requests."""
    parts = [part_start(BOUNDARY, "application/dicom; transfer-syntax=1.2") + content for content in contents]
    return start + b"".join(parts) + parts_end(BOUNDARY)


@given(CONTENTS, st.lists(st.integers(1, 90), min_size=1, max_size=8), st.sampled_from([b"", b"preamble", b"\r\n"]))
async def test_what_was_written_is_read_whatever_the_cuts(contents: list[bytes], cuts: list[int], start: bytes) -> None:
    assert await read(written(contents, start), cuts) == [("application/dicom", content) for content in contents]


@given(CONTENTS, st.integers(1, 40), st.data())
async def test_a_body_cut_off_anywhere_is_told(contents: list[bytes], length: int, data: st.DataObject) -> None:
    body = written(contents).removesuffix(b"--\r\n")  # without these four bytes nobody knows that it was the last
    end = data.draw(st.integers(0, len(body)))
    with pytest.raises(MalformedParts):
        await read(body[:end], [length])


@given(st.binary(max_size=400), st.integers(1, 50))
async def test_any_bytes_are_parts_or_malformed(body: bytes, length: int) -> None:
    with suppress(MalformedParts):
        await read(body, [length])


async def test_a_part_that_nobody_reads_is_stepped_over() -> None:
    reader = PartsReader(cut(written([b"one", b"two" * 5000]), [7]), BOUNDARY, most_parts=9)
    assert [head.headers["content-type"] async for head in reader] == ["application/dicom; transfer-syntax=1.2"] * 2


async def test_parts_are_counted_and_boundaries_are_plain_text() -> None:
    with pytest.raises(TooManyParts):
        await read(written([b"x"] * 3), [50], most_parts=2)
    for boundary in ("", "a" * 71, "b\r\n", "schön", "b "):
        with pytest.raises(MalformedParts):
            PartsReader(cut(b"", [1]), boundary, most_parts=1)


async def test_a_part_without_headers_has_content_all_the_same() -> None:
    assert await read(b"--b0undary\r\n\r\ncontent\r\n--b0undary--", [5]) == [("", b"content")]
