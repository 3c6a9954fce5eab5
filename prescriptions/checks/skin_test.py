"""E17: a drug that needs a skin test says on its line that it was done, and its result (处方管理办法 第三十五条)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from prescriptions.formulary.entries import Flag
from prescriptions.formulary.knowledge import Knowledge

from .finding import Finding, Level
from .picture import Item, Picture
from .reading import known
from .sentence import Sentence

_E17: Final = "E17"
_SOURCE: Final = "flags.csv；处方管理办法 第三十五条"
_TEST: Final = r"(?:皮试|皮肤试验|过敏试验|skin[ -]?test)"
_POSITIVE: Final = re.compile(rf"{_TEST}[^，,；;。]*?(?:阳性|positive|[(（]\s*[+＋]+\s*[)）])", re.IGNORECASE)
_SETTLED: Final = re.compile(
    rf"{_TEST}[^，,；;。]*?(?:阴性|negative|[(（]\s*[-−－]\s*[)）])|免(?:做)?{_TEST}|no {_TEST} needed", re.IGNORECASE
)
_MISSING: Final = Sentence(
    check=_E17,
    level=Level.CONFIRM,
    zh="“{name}”按说明书用药前须做皮试，处方未注明皮试结果。",
    en="{name_en} needs a skin test by its label; the prescription gives no result.",
    advice_zh="请在该行备注“皮试阴性（日期）”或“免试”；未做皮试的，请先到医疗机构完成皮试。",
    advice_en='Note "skin test negative (date)" on the line, or that none is needed; otherwise have it done first.',
    source=_SOURCE,
)
_FAILED: Final = Sentence(
    check=_E17,
    level=Level.STOP,
    zh="“{name}”皮试阳性，禁止使用。",
    en="The skin test for {name_en} is positive: it must not be used.",
    advice_zh="请删去该药，换用其他类别，并登记过敏。",
    advice_en="Remove it, choose another class, and record the allergy.",
    source=_SOURCE,
)


def skin_test(picture: Picture, knowledge: Knowledge) -> Iterator[Finding]:
    """What the line says of the skin test. Rule: E17"""
    for item, drug in known(picture, knowledge):
        if Flag.SKIN_TEST in knowledge.flags_of(drug.id):
            sentence = _sentence(item)
            if sentence is not None:
                yield sentence.of(item.line, met=(drug.name_zh, "皮试"), name=drug.name_zh, name_en=drug.name_en)


def _sentence(item: Item) -> Sentence | None:
    said = f"{item.note}；{item.reason}"
    if _POSITIVE.search(said):
        return _FAILED
    return None if _SETTLED.search(said) else _MISSING
