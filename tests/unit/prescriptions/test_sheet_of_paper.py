"""The sheet of paper: what is said of age, how Chinese is broken into lines, and that everything stays on its pages."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pypdfium2  # type: ignore[import-untyped]  # it has no stubs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prescriptions.content import Content
from prescriptions.content import Line as Written
from prescriptions.paper import wording
from prescriptions.paper.content import Code, Line, Sheet, Sort
from prescriptions.paper.sheet import draw
from server.paper.breaking import lines_of
from server.paper.content import Signed, age_in_words

AT = datetime(2026, 11, 22, 1, 15, tzinfo=UTC)
DRUG = Line("缬沙坦胶囊", "80 mg", "× 28 粒", "用法：每次 80 mg，每日 1 次，口服，共 28 天", "早晨服")
SHEET = Sheet(
    hospital="测试医院",
    number="261122-0042-7",
    sort=Sort.LONG_TERM,
    patient="张测试",
    sex="男",
    age="67岁",
    weight="",
    department="心血管内科",
    payer="医保",
    diagnoses="原发性高血压（I10）",
    written_on=date(2026, 11, 22),
    is_tcm=False,
    lines=(DRUG,),
    directions="",
    signed=(
        Signed("医师", "李测试", AT, "5f3a9c21d07b44e1"),
        Signed("审核药师", "孙测试", AT, "77ab01f3cc9e2d"),
        Signed("调配药师", ""),
        Signed("核对、发药药师", ""),
    ),
    valid="有效期至 2026年11月22日 24:00",
    remarks=("药品金额由配药机构计价。",),
    notices=("数据未经药师签核。",),
    code=Code("http://localhost:8080/rx#3J9sGm1bS8C2h5Qz0xVb7A", "48217305"),
)


def _pages(sheet: Sheet) -> list[str]:
    with pypdfium2.PdfDocument(io.BytesIO(draw(sheet, AT))) as opened:
        return [page.get_textpage().get_text_bounded() for page in opened]


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (date(2026, 11, 1), "21天"),
        (date(2026, 11, 22), "0天"),
        (date(2026, 10, 22), "1个月"),
        (date(2025, 11, 22), "1岁"),
        (date(2023, 8, 30), "3岁2个月"),
        (date(2020, 11, 22), "6岁"),
        (date(2020, 11, 23), "5岁11个月"),
        (date(1959, 11, 23), "66岁"),
    ],
)
def test_an_age_is_said_as_finely_as_a_child_needs(born: date, words: str) -> None:
    assert age_in_words(born, date(2026, 11, 22)) == words


def test_lines_do_not_break_inside_words_or_begin_with_a_comma() -> None:
    text = "原发性高血压（I10）；2型糖尿病（E11.9）；高脂血症（E78.5）。"
    for width in range(8, 40):
        lines = lines_of(text, width, len)
        assert "".join(lines) == text
        assert all(len(line) <= width for line in lines)
        assert not any(line[0] in "，。；）" for line in lines)
        assert "".join(lines).count("E78.5") == sum(line.count("E78.5") for line in lines)


@given(st.text(alphabet="药品（每次）5mg.，。 \n", max_size=80), st.integers(3, 30))
def test_nothing_is_lost_when_lines_are_broken(text: str, width: int) -> None:
    lines = lines_of(text, width, len)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(len(line) <= width for line in lines)


def test_five_drugs_stand_on_one_page_with_everything() -> None:
    (page,) = _pages(replace(SHEET, lines=(DRUG,) * 5))
    for said in ("处 方 笺", "Rp.", "5.", "以下空白", "4821 7305", "数据未经药师签核", "证书 5F3A9C21D07B"):
        assert said in page


def test_many_pieces_go_on_over_pages_with_the_signatures_on_the_last() -> None:
    piece = Line("黄芪", "", "30 g", "", "先煎")
    pages = _pages(replace(SHEET, is_tcm=True, lines=(piece,) * 60, directions="共 7 剂，每日 1 剂，水煎服。"))
    assert len(pages) > 1
    assert sum(page.count("黄芪") for page in pages) == 60
    assert all(f"第 {number} 页，共 {len(pages)} 页" in page for number, page in enumerate(pages, start=1))
    assert all("张测试" in page for page in pages), "whose it is stands on every page"
    assert ["审核药师" in page for page in pages] == [False] * (len(pages) - 1) + [True]


def test_rare_characters_and_long_words_have_their_place() -> None:
    long = replace(DRUG, name="很长的药名" * 12, note="注意" * 200)
    (page, *more) = _pages(
        replace(SHEET, patient="㛃𠅤龘", hospital="某某民族自治县人民医院（互联网医院）" * 2, lines=(long,))
    )
    assert "龘" in page
    assert "".join([page, *more]).replace("\r\n", "").count("注意") == 200


def test_a_stamp_and_the_missing_code_are_seen() -> None:
    (page,) = _pages(replace(SHEET, stamp="已调配", code=None))
    assert "已调配" in page
    assert "取药码" not in page


@pytest.mark.parametrize(
    ("changed", "usage"),
    [
        ({}, "用法：每次 5 mg，每日 1 次，口服，共 7 天"),
        ({"frequency": "每晚睡前", "route": "口服"}, "用法：每次 5 mg，每晚睡前，口服，共 7 天"),
        ({"dose": None, "unit": "", "days": None}, "用法：每日 1 次，口服"),
        (
            {"dose": Decimal("0.50"), "unit": "tablet", "frequency": "BID"},
            "用法：每次 0.5 片，每日 2 次，口服，共 7 天",
        ),
        ({"route": "怪路", "frequency": ""}, "用法：每次 5 mg，怪路，共 7 天"),
    ],
)
def test_the_paper_says_in_words_how_a_drug_is_taken(changed: dict[str, object], usage: str) -> None:
    fields = {"name": "氨氯地平", "dose": 5, "unit": "mg", "route": "PO", "frequency": "qd", "days": 7, "quantity": 7}
    assert wording.usage(Written.model_validate({**fields, **changed})) == usage


def test_a_decoction_is_said_once_for_all_its_pieces() -> None:
    piece = {"name": "黄芪", "dose": 30, "unit": "g", "route": "PO", "frequency": "bid", "days": 7, "quantity": 210}
    content = Content.model_validate({"kind": "tcm_pieces", "items": [piece], "advice": "水煎 400 ml，早晚温服。"})
    assert wording.piece(content.items[0]) == "30 g"
    assert wording.directions(content) == "用法：每日 2 次，口服，共 7 天。水煎 400 ml，早晚温服"
    bare = Content.model_validate(
        {"kind": "tcm_pieces", "items": [{"name": "甘草", "quantity": 42, "quantity_unit": "g"}]}
    )
    assert (wording.piece(bare.items[0]), wording.directions(bare)) == ("42 g", "")
