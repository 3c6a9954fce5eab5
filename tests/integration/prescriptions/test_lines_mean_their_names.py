"""A line is the drug that its name says, whatever id came with it; and the institution's list speaks in the check."""

from __future__ import annotations

from typing import Any

import pytest

from .practice import AMLODIPINE, Practice

LIST = "院内编码,通用名,药品编号,库存,限定支付范围\nA1,氨氯地平,,40,限高血压\nA2,平压康,amlodipine,5,\n"


def _drugs(rx: dict[str, Any]) -> list[str | None]:
    return [line["drug_id"] for line in rx["items"]]


async def _with_list(practice: Practice) -> None:
    answer = await practice.counter.call(
        "POST", "/api/institution-drugs", data=LIST.encode(), headers={"Content-Type": "text/csv"}
    )
    assert answer.ok()["taken"] is True


@pytest.mark.parametrize(
    ("line", "drug"),
    [
        ({"name": "氨氯地平", "drug_id": "amlodipine"}, "amlodipine"),
        ({"name": "络活喜", "drug_id": None}, "amlodipine"),
        ({"name": "克拉霉素", "drug_id": "amlodipine"}, "clarithromycin"),
        ({"name": "不知名的药", "drug_id": "amlodipine"}, None),
        ({"name": "美托洛尔", "drug_id": "metoprolol_succ_er"}, "metoprolol_succ_er"),
        ({"name": "美托洛尔", "drug_id": None}, None),
        ({"name": "洛塞那肽", "drug_id": "local:C003"}, None),
    ],
)
async def test_the_name_decides_which_drug_a_line_is(
    practice: Practice, line: dict[str, Any], drug: str | None
) -> None:
    drawn = (await practice.draft(items=[{**AMLODIPINE, **line}])).ok()
    assert _drugs(drawn) == [drug]
    assert (drawn["check"]["decision"] == "not_covered") >= (drug is None)


async def test_a_product_of_the_list_is_the_drug_that_the_list_says(practice: Practice) -> None:
    line = {**AMLODIPINE, "name": "平压康"}
    assert _drugs((await practice.draft(items=[line])).ok()) == [None]
    await _with_list(practice)
    assert _drugs((await practice.draft(items=[line])).ok()) == ["amlodipine"]


async def test_what_the_list_says_is_told_by_the_check(practice: Practice) -> None:
    drawn = (await practice.draft(items=[AMLODIPINE])).ok()
    assert [each for each in drawn["check"]["findings"] if each["check"] == "E18"] == []
    await _with_list(practice)
    drawn = (await practice.draft(items=[AMLODIPINE])).ok()
    assert any("限高血压" in each["sentence_zh"] for each in drawn["check"]["findings"] if each["check"] == "E18")
