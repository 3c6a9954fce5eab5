"""Values of headers: what is read from plain bytes is what pydicom makes of them, in every file that ships with it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from server.imaging.dicom.values import items, number, numbers, text, whole

FILES = sorted((Path(pydicom.__file__).parent / "data").rglob("*.dcm"))
_OF_SEVERAL = "\\"


def _header(path: Path) -> Dataset | None:
    try:
        return pydicom.dcmread(path, stop_before_pixels=True, force=True)
    except Exception:  # broken on purpose
        return None


def _pairs() -> Iterator[tuple[str, Dataset, Dataset]]:
    """Each file twice: as it was read, and with every value converted by pydicom."""
    for path in FILES:
        raw, converted = _header(path), _header(path)
        if raw is None or converted is None:
            continue
        if _converts(converted):
            yield path.name, raw, converted


def _converts(header: Dataset) -> bool:
    try:
        return bool(list(header))
    except Exception:  # a value in a broken form
        return False


def _stripped(value: str) -> str:
    return _OF_SEVERAL.join(each.strip() for each in value.split(_OF_SEVERAL))


def test_plain_bytes_say_what_pydicom_says() -> None:
    compared, different = 0, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, raw, converted in _pairs():
            keywords = [element.keyword for element in converted if element.keyword and element.VR != "SQ"]
            for keyword in keywords:
                compared += 1
                if _stripped(text(raw, keyword)) != _stripped(text(converted, keyword)):
                    different.append((name, keyword, text(raw, keyword), text(converted, keyword)))
                if numbers(raw, keyword) != numbers(converted, keyword):
                    different.append((name, keyword, str(numbers(raw, keyword)), str(numbers(converted, keyword))))
    assert compared > 3000
    assert different == []


@pytest.mark.parametrize(
    ("vr", "stored", "expected"),
    [
        ("DS", b"1.50\\-2 ", [1.5, -2.0]),
        ("DS", b"  ", []),
        ("DS", b"1\\\\2", []),
        ("DS", b"nan ", []),
        ("DS", b"many", []),
        ("IS", b"12\0", [12.0]),
        ("US", b"\x00\x02", [512.0]),
        ("US", b"\x00\x02\x01", []),
        ("SS", b"\xff\xff", [-1.0]),
    ],
)
def test_numbers_in_good_and_in_broken_forms(vr: str, stored: bytes, expected: list[float]) -> None:
    header = Dataset()
    tag = pydicom.tag.Tag("WindowCenter")
    header._dict[tag] = pydicom.dataelem.RawDataElement(tag, vr, len(stored), stored, 0, False, True)
    assert numbers(header, "WindowCenter") == expected
    assert number(header, "WindowCenter") == (expected[0] if expected else None)


def test_names_in_chinese_are_read_in_their_own_characters() -> None:
    header = Dataset()
    header.SpecificCharacterSet = "GB18030"
    header.PatientName = "张^三"
    header.StudyDescription = "胸部CT平扫"
    assert (text(header, "PatientName"), text(header, "StudyDescription")) == ("张^三", "胸部CT平扫")


def test_what_is_missing_is_nothing() -> None:
    header = Dataset()
    header.ModalityLUTSequence = Sequence([])
    assert (text(header, "StudyID"), numbers(header, "Rows"), whole(header, "Rows")) == ("", [], None)
    assert (items(header, "ModalityLUTSequence"), items(header, "VOILUTSequence")) == ([], [])
