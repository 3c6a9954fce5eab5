"""The data files that people rely on: diagnoses to search, consent texts to read."""

from __future__ import annotations

import re

import pytest

from server.records import consent_texts, icd10
from server.records.consent_texts import read_text
from server.records.icd10 import BadTable, Online, read_table
from server.records.rules import Purpose

HEAD = "icd10,name_zh,name_en,disease_group,acute_block_online"


def test_the_table_of_diagnoses_is_whole() -> None:
    table = icd10.table()
    assert len(table) == 191
    assert table["I10"].zh == "原发性高血压"
    assert {each.online for each in table.values()} == set(Online)
    assert all(re.fullmatch("[a-z0-9]+", each.initials) for each in table.values())


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("I10", "I10"),
        ("i10", "I10"),
        ("高血压", "I10"),
        ("yfxgxy", "I10"),
        ("E11.9", "E11.9"),
        ("essential hyp", "I10"),
    ],
)
def test_a_diagnosis_is_found_by_code_name_and_initials(typed: str, first: str) -> None:
    found = [each.code for each in icd10.search(typed)]
    assert first in found[:8], found
    if typed.upper() == first:
        assert found[0] == first


def test_initials_in_the_middle_find_it_too() -> None:
    assert "I10" in [each.code for each in icd10.search("gxy")]


@pytest.mark.parametrize("typed", ["", "   ", "没有这个病", "zzzzzz", "'; DROP TABLE notes; --", "%"])
def test_nothing_fits_nothing(typed: str) -> None:
    assert icd10.search(typed) == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["icd10,name"], "line 1"),
        ([HEAD], "line 2"),
        ([HEAD, "10I,高血压,Hypertension,HTN,N"], "line 2"),
        ([HEAD, "I10,高血压,Hypertension,HTN,N", "I10,高血压,Hypertension,HTN,N"], "line 3"),
        ([HEAD, "I10,,Hypertension,HTN,N"], "line 2"),
        ([HEAD, "I10,高血压,Hypertension,HTN,maybe"], "line 2"),
        ([HEAD, "I10,高血压,Hypertension,HTN"], "line 2"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(lines: list[str], said: str) -> None:
    assert len(read_table([HEAD, "I10,高血压,Hypertension,HTN,N"])) == 1
    with pytest.raises(BadTable, match=said):
        read_table(lines)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_consent_has_a_text_in_both_languages(purpose: Purpose) -> None:
    zh, en = consent_texts.current(purpose, "zh"), consent_texts.current(purpose, "en")
    assert zh.version == en.version
    assert zh.sha256 != en.sha256
    assert re.search("[一-鿿]", zh.title)
    assert not re.search("[一-鿿]", " ".join([en.title, en.summary, en.agree, *(s.heading for s in en.sections)]))
    assert consent_texts.text(purpose, zh.version, "zh") == zh
    assert consent_texts.text(purpose, "1999-01", "zh") is None


def words(purpose: Purpose) -> str:
    """The whole Chinese text."""
    text = consent_texts.current(purpose, "zh")
    return "\n".join(
        [text.summary, *(line for section in text.sections for line in (section.heading, *section.paragraphs))]
    )


def test_internet_diagnosis_says_scope_risk_privacy_alternatives_and_termination() -> None:
    for needed in ("服务范围", "风险", "隐私", "其他可选择", "终止", "首诊", "120", "15 年", "3 年"):
        assert needed in words(Purpose.INTERNET_DIAGNOSIS), needed


def test_recording_says_before_signing_what_withdrawal_does() -> None:
    for needed in ("立即停止", "不会删除", "不少于 3 年", "线下"):
        assert needed in words(Purpose.RECORDING), needed


def test_personal_data_is_a_separate_consent_that_may_be_refused() -> None:
    for needed in ("单独", "可以不同意", "撤回", "中国境内"):
        assert needed in words(Purpose.PERSONAL_DATA), needed


GOOD = """
rule = "B53"
min_read_s = 5
[zh]
title = "题"
summary = "要"
agree = "同意"
[[zh.section]]
heading = "一"
text = "甲\\n乙"
[en]
title = "T"
summary = "S"
agree = "A"
[[en.section]]
heading = "1"
text = "a\\nb"
"""


def test_a_text_whose_languages_differ_is_refused() -> None:
    assert read_text(Purpose.RECORDING, "2026-11", GOOD)["zh"].sections[0].paragraphs == ("甲", "乙")
    with pytest.raises(ValueError, match="same sections"):
        read_text(Purpose.RECORDING, "2026-11", GOOD.replace("a\\nb", "a"))
    with pytest.raises(ValueError, match="not a version"):
        read_text(Purpose.RECORDING, "latest", GOOD)
    with pytest.raises(ValueError, match="empty"):
        read_text(Purpose.RECORDING, "2026-11", GOOD.replace('text = "甲\\n乙"', 'text = ""'))


def test_one_changed_word_is_another_text() -> None:
    before = read_text(Purpose.RECORDING, "2026-11", GOOD)["zh"]
    after = read_text(Purpose.RECORDING, "2026-11", GOOD.replace("甲", "丙"))["zh"]
    assert before.sha256 != after.sha256
