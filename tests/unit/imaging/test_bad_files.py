"""Every kind of bad file gets a clear reason before anything in it is decoded, and costs little."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.imaging.dicom.inspecting import inspect
from server.imaging.dicom.verdict import REFUSED, SENTENCES, Kind, Limits, Reason

from . import hostile

GOOD = hostile.good()
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def _reason(content: bytes) -> Reason | None:
    return inspect(content).reason


def test_the_file_that_all_others_are_made_of_is_sound() -> None:
    verdict = inspect(GOOD)
    assert verdict.reason is None
    assert verdict.header is not None
    assert (verdict.header.kind, verdict.header.rows, verdict.header.modality) == (Kind.IMAGE, 64, "CT")
    assert verdict.header.names["patient_name"] == "EVE^TEST"
    assert "EVE" not in str(verdict.header.attributes), "what viewers get names nobody"


@pytest.mark.parametrize("cut", [1, 100, 4000, len(GOOD) - 140])
def test_a_truncated_file(cut: int) -> None:
    assert _reason(GOOD[:-cut]) in (Reason.TRUNCATED, Reason.NO_META, Reason.PIXELS_MISSING)


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 not a picture" * 20, b"PK\x03\x04" + bytes(300), b"\x89PNG" + bytes(300)]
)
def test_a_renamed_file_of_another_kind(content: bytes) -> None:
    assert _reason(content) is Reason.NOT_DICOM
    assert inspect(content).refused


def test_an_encrypted_file() -> None:
    assert _reason(hostile.enveloped()) is Reason.ENCRYPTED
    sealed = hostile.changed(EncryptedAttributesSequence=[])
    assert _reason(sealed) is Reason.ENCRYPTED


def test_a_private_transfer_syntax() -> None:
    assert _reason(hostile.with_syntax(hostile.PRIVATE_SYNTAX)) is Reason.UNKNOWN_SYNTAX
    assert _reason(hostile.with_syntax("1.2.840.10008.1.2.4.100")) is Reason.VIDEO


@pytest.mark.parametrize("uid", ["1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.4.50"])
def test_a_transfer_syntax_that_does_not_fit_the_content(uid: str) -> None:
    assert _reason(hostile.with_syntax(uid)) is Reason.WRONG_SYNTAX


def test_huge_dimensions() -> None:
    assert _reason(hostile.packed_claiming(512, 512)) is None, "the same file of an ordinary size is taken"
    assert _reason(hostile.packed_claiming(60_000, 60_000)) is Reason.TOO_MANY_PIXELS
    assert _reason(hostile.changed(Rows=60_000, Columns=60_000)) is Reason.TOO_MANY_PIXELS
    assert _reason(hostile.changed(Rows=512)) is Reason.PIXELS_MISSING
    assert _reason(hostile.changed(NumberOfFrames=2**31 - 2)) is Reason.TOO_MANY_FRAMES


def test_a_deflate_bomb_is_never_inflated() -> None:
    bomb = hostile.deflate_bomb()
    assert len(bomb) < 2 * 2**20
    tracemalloc.start()
    try:
        assert _reason(bomb) is Reason.BOMB
        assert tracemalloc.get_traced_memory()[1] < 600 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("beginning", [b"MZ\x90\x00", b"\x7fELF", b"%PDF-1.7", b"PK\x03\x04", b"<html>", b"#!/bin/sh"])
def test_a_polyglot_is_set_aside(beginning: bytes) -> None:
    assert _reason(beginning + GOOD[len(beginning) :]) is Reason.POLYGLOT


def test_whatever_else_stands_in_a_preamble_is_cleared() -> None:
    verdict = inspect(b"II*\x00 a dual TIFF" + GOOD[16:])
    assert verdict.reason is None
    assert bytes(verdict.content) == GOOD


def test_what_follows_the_data_set_is_found() -> None:
    assert _reason(GOOD + bytes(64)) is None, "padding with zeros is common"
    assert _reason(GOOD + b"PK\x03\x04 an archive behind the picture") in (Reason.TRAILING_BYTES, Reason.MALFORMED)


@pytest.mark.parametrize("keyword", ["SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"])
@pytest.mark.parametrize("value", ["../../etc/passwd", "1.2/../../x", "..\\..\\x", "1.2.840.\u00e9", "1" * 65])
def test_identifiers_that_could_be_paths_are_refused(keyword: str, value: str) -> None:
    assert _reason(hostile.changed(**{keyword: value})) is Reason.BAD_UID


def test_missing_identity() -> None:
    assert _reason(hostile.changed(SOPClassUID=None)) is Reason.NO_SOP_CLASS
    assert _reason(hostile.changed(StudyInstanceUID=None)) is Reason.NO_UIDS
    assert _reason(hostile.changed(SOPInstanceUID="")) is Reason.NO_UIDS


def test_deep_nesting() -> None:
    assert _reason(hostile.nested(10)) is None
    assert _reason(hostile.nested(40)) is Reason.TOO_DEEP


def test_too_many_elements_and_bytes() -> None:
    assert inspect(GOOD, replace(Limits(), elements=20)).reason is Reason.TOO_MANY_ELEMENTS
    assert inspect(GOOD, replace(Limits(), bytes=len(GOOD) - 1)).reason is Reason.TOO_LARGE
    assert _reason(b"") is Reason.EMPTY


def test_every_reason_has_both_sentences() -> None:
    assert set(SENTENCES) == set(Reason)
    assert all(zh and en for zh, en in SENTENCES.values())
    assert set(Reason) > REFUSED


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_change_of_bytes_makes_inspecting_fail(data: st.DataObject) -> None:
    content = bytearray(GOOD[: data.draw(st.integers(0, len(GOOD)))])
    for _ in range(data.draw(st.integers(0, 12))):
        if content:
            content[data.draw(st.integers(0, min(len(content), 1600) - 1))] = data.draw(st.integers(0, 255))
    verdict = inspect(bytes(content))
    assert (verdict.header is None) != (verdict.reason is None)
