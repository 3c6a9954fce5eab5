"""E15: the laboratory results a drug may not be without: INR, potassium, kidney, blood count, HLA-B before the first use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from prescriptions.formulary.entries import Condition, Contraindication, Drug
from prescriptions.formulary.knowledge import Knowledge
from server.foundation.clock import day_of

from .finding import Finding, Level
from .laboratory import latest
from .picture import Item, Picture, Result
from .reading import known
from .sentence import Sentence

_E15: Final = "E15"
# One result may answer for another test: a blood count holds the white cells, eGFR is made from creatinine.
_ALSO: Final = {"WBC": ("CBC",), "CBC": ("WBC",), "eGFR": ("creatinine",), "creatinine": ("eGFR",)}
_TEST_ZH: Final = {
    "K": "血钾", "WBC": "白细胞（血常规）", "CBC": "血常规", "ALT": "谷丙转氨酶（肝功能）", "TSH": "促甲状腺激素",
    "Li": "血锂浓度", "creatinine": "肌酐", "eGFR": "eGFR（肾功能）",
}  # fmt: skip
_NEGATIVE: Final = re.compile(r"阴性|未检出|negative|not detected|^\s*[-−－(（]+[-−－]?[)）]?\s*$", re.IGNORECASE)
_POSITIVE: Final = re.compile(r"阳性|检出|positive|detected|\+", re.IGNORECASE)

_MISSING: Final = Sentence(
    check=_E15,
    level=Level.CONFIRM,
    zh="“{drug.name_zh}”：{row.reason_zh}；缺少{missing_zh}。",
    en="{drug.name_en} needs results ({row.reason_en}); missing: {missing_en}.",
    advice_zh="请先检验或录入近期结果；如仍需先开，请写明理由并再次确认。",
    advice_en="Have it tested or enter a recent result; if it must be prescribed before, give the reason and confirm again.",
    source="contraindications.csv",
)
_UNTESTED: Final = Sentence(
    check=_E15,
    level=Level.CONFIRM,
    zh="“{drug.name_zh}”：{row.reason_zh}；没有{test}检测结果，在用药中也没有此药。",
    en="{drug.name_en}: {row.reason_en}; there is no result of {test}, and the drug is not among those taken already.",
    advice_zh="请先检测；患者此前已长期使用而未发生反应的，请注明并再次确认。",
    advice_en="Have it tested first; if the patient has used it for long without harm, note that and confirm again.",
    source="contraindications.csv",
)
_CARRIER: Final = Sentence(
    check=_E15,
    level=Level.CONFIRM,
    zh="“{drug.name_zh}”：{test}检测结果为“{value}”，发生严重皮肤反应的风险高（{row.reason_zh}）。",
    en="{drug.name_en}: {test} is {value!r}: high risk of a severe skin reaction ({row.reason_en}).",
    advice_zh="请换用其他药品；如专科意见仍需使用，请写明理由并再次确认。",
    advice_en="Choose another drug; if a specialist still advises it, give the reason and confirm again.",
    source="contraindications.csv",
)


def monitoring(picture: Picture, knowledge: Knowledge) -> Iterator[Finding]:
    """Results that are missing or too old. Rule: E15"""
    for item, drug in known(picture, knowledge):
        for row in knowledge.contraindications_of(drug.id):
            if row.condition is Condition.LAB_REQUIRED:
                judge = _before_first_use if row.within_days is None else _recent
                yield from judge(picture, item, drug, row)


def _recent(picture: Picture, item: Item, drug: Drug, row: Contraindication) -> Iterator[Finding]:
    assert row.within_days is not None
    missing = []
    for test in row.tests:
        age = _age_days(picture, test)
        if age is None or age > row.within_days:
            missing.append((test, age))
    if missing:
        yield _MISSING.of(
            item.line,
            rule=row.id,
            met=(drug.name_zh, *(_TEST_ZH.get(test, test) for test, _ in missing)),
            confidence=row.confidence,
            drug=drug,
            row=row,
            missing_zh="、".join(
                f"{row.within_days}天内的{_TEST_ZH.get(test, test)}{_old_zh(age)}" for test, age in missing
            ),
            missing_en=", ".join(f"{test} within {row.within_days} days{_old_en(age)}" for test, age in missing),
        )


def _age_days(picture: Picture, test: str) -> int | None:
    """How many days old the newest result is that answers for the test; None when there is none with a date."""
    found = [latest(picture.patient.results, each, picture.now) for each in (test, *_ALSO.get(test, ()))]
    days = [(picture.day - day_of(each.at)).days for each in found if each is not None and each.at is not None]
    return min(days, default=None)


def _old_zh(age: int | None) -> str:
    return "" if age is None else f"（最近一次在{age}天前）"


def _old_en(age: int | None) -> str:
    return "" if age is None else f" (the last is {age} days old)"


def _before_first_use(picture: Picture, item: Item, drug: Drug, row: Contraindication) -> Iterator[Finding]:
    """A test done once in a life: no longer asked for when the drug is taken already, but a positive one always speaks."""
    is_taken = any(taking.drug_id == drug.id for taking in picture.current)
    for test in row.tests:
        result = latest(picture.patient.results, test, picture.now)
        if _is(_NEGATIVE, result):
            continue
        if result is not None and _is(_POSITIVE, result):
            sentence = _CARRIER
        elif is_taken:
            continue
        else:
            sentence = _UNTESTED
        value = "" if result is None else result.value
        facts = {"drug": drug, "row": row, "test": test, "value": value}
        yield sentence.of(item.line, rule=row.id, met=(drug.name_zh, test), confidence=row.confidence, given=facts)


def _is(words: re.Pattern[str], result: Result | None) -> bool:
    return result is not None and words.search(str(result.value)) is not None
