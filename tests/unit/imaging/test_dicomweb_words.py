"""Accept headers, queries and renditions as DICOMweb words them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.imaging.dicomweb.elements import dataset
from server.imaging.dicomweb.errors import BadDicomQuery
from server.imaging.dicomweb.negotiating import Wanted, choose, parameters_of, wanted
from server.imaging.dicomweb.querying import Kind, Level, fits_person, fits_words, read_question, sql_pattern
from server.imaging.dicomweb.rendering import read_rendition


def test_an_accept_header_is_read_in_its_order_of_preference() -> None:
    text = (
        'multipart/related; type="application/dicom"; transfer-syntax=*;q=0.5, image/png;q=0, '
        "application/dicom+json, */*;q=0.1"
    )
    assert wanted(text) == [
        Wanted("application/dicom+json", False),
        Wanted("application/dicom", True, "*", 0.5),
        Wanted("*/*", False, None, 0.1, either=True),
    ]
    assert wanted(None) == [Wanted("*/*", False, either=True)]
    assert wanted("image/png", "image/jpeg") == [Wanted("image/jpeg", False)]


def test_the_best_offer_that_is_taken_wins() -> None:
    asked = wanted("image/*, application/dicom+json;q=0.2")
    chosen = choose(asked, ("application/json", "image/jpeg", "image/png"), in_parts=False)
    assert chosen is not None
    assert chosen[0] == "image/jpeg"
    assert choose(asked, ("image/jpeg",), in_parts=True) is None
    assert choose(wanted("text/html"), ("image/jpeg",), in_parts=False) is None


@given(st.text(max_size=200))
def test_no_header_is_too_odd_to_be_read(text: str) -> None:
    wanted(text)
    parameters_of(text)


def test_a_question_keeps_ranges_lists_and_limits() -> None:
    asked = [("StudyDate", "20260101-"), ("ModalitiesInStudy", "CT,MR"), ("limit", "5000"), ("includefield", "all")]
    question = read_question(Level.STUDIES, asked, {})
    assert (question.limit, question.offset) == (1000, 0)
    assert [(key.keyword, key.values, key.first, key.last) for key in question.keys] == [
        ("StudyDate", (), "20260101", ""),
        ("ModalitiesInStudy", ("CT", "MR"), "", ""),
    ]
    named = read_question(Level.SERIES, [("00100010", "W*"), ("PatientID", "7"), ("Modality", "")], {})
    assert [key.kind for key in named.sealed] == [Kind.PERSON]
    assert [key.kind for key in named.clear] == [Kind.FILE_ID]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SeriesInstanceUID", "1.2"),  # below what is searched for
        ("StudyDate", "20261340"),
        ("StudyDate", "-"),
        ("StudyTime", "25h"),
        ("PixelData", "x"),
        ("offset", "x"),
        ("StudyInstanceUID", "1.2;DROP"),
        ("AccessionNumber", "a\x00b"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadDicomQuery) as refused:
        read_question(Level.STUDIES, [(name, value)], {})
    assert refused.value.members["parameter"] == name


def test_wildcards_mean_themselves_in_python_and_in_sql() -> None:
    (key,) = read_question(Level.STUDIES, [("StudyDescription", "胸部*[1]?")], {}).keys
    assert fits_words(key, "胸部平扫[1]a")
    assert not fits_words(key, "胸部平扫1a")
    assert sql_pattern("A%_\\*?") == "A\\%\\_\\\\%_"
    assert sql_pattern("A%") is None


def test_a_persons_name_is_compared_by_group_and_fuzzily_by_sound() -> None:
    (key,) = read_question(Level.STUDIES, [("PatientName", "wang^de*")], {}).keys
    assert fits_person(key, "WANG^Deshun=王^德顺", fuzzy=False)
    assert not fits_person(key, "王^德顺", fuzzy=False)
    assert fits_person(key, "王^德顺", fuzzy=True)
    assert not fits_person(key, "李^德顺", fuzzy=True)


@pytest.mark.parametrize(
    "query",
    [
        {"window": "1"},
        {"window": "1,0"},
        {"window": "nan,1"},
        {"window": "1,0,sigmoid"},
        {"window": "1,2,cubic"},
        {"viewport": "0,5"},
        {"viewport": "1,2,3"},
        {"viewport": "9999,1"},
        {"quality": "101"},
        {"quality": "x"},
        {"annotation": "patient"},
    ],
)
def test_a_rendition_that_cannot_be_made_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(BadDicomQuery):
        read_rendition(query)


def test_a_rendition_is_read() -> None:
    asked = read_rendition({"window": "40,400,linear", "viewport": "256,128,10,20,-30,40", "quality": "70"})
    assert (asked.fits, asked.region, asked.mirrored) == ((256, 128), (10, 20, 30, 40), (True, False))
    assert (asked.window, asked.function, asked.quality) == ((40.0, 400.0), "LINEAR", 70)
    assert read_rendition({"window": "0.5,0.2,sigmoid"}).function == "SIGMOID"
    assert read_rendition({"window": "40,400"}).function is None, "as the file says"


def test_elements_are_sorted_and_empty_ones_have_no_value() -> None:
    found = dataset(
        {"StudyInstanceUID": "1.2", "Modality": "", "PatientName": "Wang^D=王^德", "ModalitiesInStudy": ["CT", "SR"]}
    )
    assert list(found) == ["00080060", "00080061", "00100010", "0020000D"]
    assert found["00080060"] == {"vr": "CS"}
    assert found["00100010"]["Value"] == [{"Alphabetic": "Wang^D", "Ideographic": "王^德"}]
