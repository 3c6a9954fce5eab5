"""A report on A4: nothing of it is lost between pages, and its code is ours alone."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import pypdfium2  # type: ignore[import-untyped]  # it has no stubs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from server.foundation.crypto import derive
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.paper.content import Signed, masked_name
from server.paper.errors import ReportNotGenuine
from server.paper.report import Figure, Report, Section, draw
from server.paper.verifying import Checked, ReportKind, ReportKinds, address, check

AT = datetime(2026, 11, 22, 1, 15, tzinfo=UTC)
REPORT = Report(
    hospital="测试医院",
    title="远程会诊报告",
    number="C261122-0042-7",
    corner="",
    patient="张测试",
    rows=((("姓名", "张测试", 60), ("性别", "男", 0)),),
    sections=(Section("会诊意见", "考虑肺炎"),),
    signed=(Signed("主诊专家", "李测试", AT, "5f3a9c21d07b44e1"),),
    address="http://localhost/report#" + "A" * 44,
    remarks=("分别存档。",),
    notices=("会诊意见仅供参考，诊疗决定由邀请方负责。",),
)


def _pages(report: Report) -> list[str]:
    with pypdfium2.PdfDocument(io.BytesIO(draw(report, AT))) as opened:
        return [page.get_textpage().get_text_bounded().replace(" ", "") for page in opened]


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("L", (40, 30), 120).save(out, "PNG")
    return out.getvalue()


def test_a_short_report_is_one_page_that_says_everything() -> None:
    (page,) = _pages(REPORT)
    for said in (
        "测试医院",
        "远程会诊报告",
        "张测试",
        "会诊意见",
        "考虑肺炎",
        "主诊专家",
        "李测试",
        "证书5F3A9C21D07B",
    ):
        assert said in page
    assert "会诊意见仅供参考，诊疗决定由邀请方负责。" in page
    assert "第1页" not in page


def test_a_long_report_goes_on_and_names_whose_it_is_on_every_page() -> None:
    words = "".join(f"第{number}句话。" for number in range(1, 700))
    pages = _pages(replace(REPORT, sections=(Section("所见", words), Section("会诊意见", "考虑肺炎"))))
    assert len(pages) > 2
    whole = "".join("".join(page.split()) for page in pages)
    assert all(f"第{number}句话。" in whole for number in range(1, 700) if number % 97 == 0)
    assert all("张测试" in page for page in pages)
    assert [f"第{number}页，共{len(pages)}页" in page for number, page in enumerate(pages, 1)] == [True] * len(pages)
    assert "李测试" in pages[-1]


def test_pictures_stand_two_beside_each_other_with_what_they_show() -> None:
    figures = tuple(Figure(_picture(), f"图 {number}  第 {number} 层") for number in range(1, 6))
    pages = _pages(replace(REPORT, figures=figures))
    assert all(any(f"图{number}第{number}层" in page for page in pages) for number in range(1, 6))


def test_names_are_masked_but_for_the_first_character() -> None:
    assert [masked_name(each) for each in ("王德顺", "王", "欧阳小丽")] == ["王**", "王*", "欧***"]


def _work(*secrets: bytes, known: dict[UUID, int] | None = None) -> Work:
    async def look(_: Work, report: UUID, version: int) -> Checked:
        if (known or {}).get(report) != version:
            raise Unknown
        return Checked("报告", "1", "测试医院", "张*", version, True, ())

    kinds = ReportKinds([ReportKind("trial", "t", look)])
    keys = SimpleNamespace(reports=tuple(derive(secret, "report-links") for secret in secrets))
    return cast("Work", SimpleNamespace(ground=SimpleNamespace(keys=keys), part=lambda _: kinds))


def _token(work: Work, report: UUID, letter: str = "t", version: int = 1) -> str:
    return address(work, "https://x", letter, report, version).removeprefix("https://x/report#")


async def test_a_token_opens_its_own_report_and_no_other() -> None:
    report = uuid4()
    work = _work(b"m" * 32, known={report: 3})
    kind, checked = await check(work, _token(work, report, version=3))
    assert (kind, checked.version) == ("trial", 3)
    for wrong in (_token(work, uuid4(), version=3), _token(work, report, version=2), _token(work, report, "z", 3)):
        with pytest.raises(ReportNotGenuine):
            await check(work, wrong)


async def test_an_older_master_key_still_checks_and_a_strangers_does_not() -> None:
    report = uuid4()
    token = _token(_work(b"m" * 32), report)
    assert (await check(_work(b"n" * 32, b"m" * 32, known={report: 1}), token))[0] == "trial"
    with pytest.raises(ReportNotGenuine):
        await check(_work(b"n" * 32, known={report: 1}), token)


@given(st.data())
def test_no_changed_token_is_believed(data: st.DataObject) -> None:
    report = UUID(int=7)
    work = _work(b"m" * 32, known={report: 1})
    token = _token(work, report)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from([each for each in alphabet if each != token[place]]))
    changed = token[:place] + other + token[place + 1 :]
    with pytest.raises(ReportNotGenuine):
        _run(check(work, changed))


def _run(asked: Any) -> None:
    try:
        asked.send(None)
    except StopIteration:
        return
