"""How rows of contraindications.csv that hold for a patient are said: the gravest once, not every row that is true.

Of several rows a forbidding one says it all; of several limits the strictest counts; a caution is said only where no other
row about the same subject is nearer to the patient's figure. Shared by kidney function (E7) and stages of life (E8).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from prescriptions.formulary.entries import Action, Contraindication, Drug

from .amounts import UNIT_ZH, per_period
from .finding import Coverage, Covered, Finding, Level
from .levels import OF_ACTION
from .picture import Item
from .reading import amount
from .sentence import Sentence

_HOLDS: Final = {
    "zh": "“{drug.name_zh}”：{row.reason_zh}（{case_zh}）。",
    "en": "{drug.name_en}: {row.reason_en} ({case_en}).",
}
_FORBIDDEN: Final = Sentence(
    check="",
    level=Level.STOP,
    advice_zh="请停用或换用其他药品。",
    advice_en="Stop it or choose another drug.",
    source="contraindications.csv",
    **_HOLDS,
)
_CAUTION: Final = Sentence(
    check="",
    level=Level.CONFIRM,
    advice_zh="请权衡利弊；如仍需使用，请写明理由并再次确认。",
    advice_en="Weigh the benefit; if it is still needed, give the reason and confirm once more.",
    source="contraindications.csv",
    **_HOLDS,
)
_BEYOND: Final = Sentence(
    check="",
    level=Level.CONFIRM,
    zh="“{drug.name_zh}”日剂量{daily}{unit_zh}，超过该患者的上限{limit}{unit_zh}：{row.reason_zh}（{case_zh}）。",
    en="{drug.name_en} {daily} {drug.dose_unit} a day is above this patient's limit of {limit} {drug.dose_unit}: "
    "{row.reason_en} ({case_en}).",
    advice_zh="请减量；如仍需此剂量，请写明理由并再次确认（双签名）。",
    advice_en="Reduce the dose; if this dose is needed, give the reason and confirm by a second signature.",
    source="contraindications.csv",
)
_WITHIN: Final = Sentence(
    check="",
    level=Level.INFORMATION,
    zh="“{drug.name_zh}”：{row.reason_zh}（{case_zh}；现日剂量未超过）。",
    en="{drug.name_en}: {row.reason_en} ({case_en}; the dose is within the limit).",
    advice_zh="请按此上限调整今后的剂量。",
    advice_en="Keep to this limit when the dose is changed.",
    source="contraindications.csv",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A row that holds, and the patient's fact that makes it hold."""

    row: Contraindication
    zh: str
    en: str


def said(check: str, item: Item, drug: Drug, cases: Iterable[Case]) -> Iterator[Finding | Coverage]:
    """What is said to a line of the rows that hold for it."""
    cases = list(cases)
    forbidden = [case for case in cases if case.row.action is Action.BLOCK and case.row.max_daily is None]
    if forbidden:
        yield from (_finding(_FORBIDDEN, check, item, drug, case) for case in forbidden)
        return
    limits = [(case.row.max_daily, case) for case in cases if case.row.max_daily is not None]
    if limits:
        yield from _limited(check, item, drug, *min(limits, key=lambda pair: pair[0]))
    for case in _nearest(cases):
        if case.row.max_daily is None:
            yield _finding(_CAUTION, check, item, drug, case, level=OF_ACTION[case.row.action])


def _limited(check: str, item: Item, drug: Drug, limit: Decimal, case: Case) -> Iterator[Finding | Coverage]:
    daily = per_period(item, drug)
    if daily is None:
        zh, en = "日剂量无法换算，未能核对上限", "the daily dose cannot be told, so its limit was not checked"
        yield Coverage(item.line, check, Covered.NOT_COVERED, zh, en)
        return
    sentence = _BEYOND if daily > limit else _WITHIN
    unit_zh = UNIT_ZH.get(drug.dose_unit, drug.dose_unit)
    yield _finding(sentence, check, item, drug, case, daily=amount(daily), limit=amount(limit), unit_zh=unit_zh)


def _nearest(cases: Iterable[Case]) -> Iterable[Case]:
    """Of the rows about one subject and condition that one with the threshold nearest to the patient's figure."""
    nearest: dict[object, Case] = {}
    for case in cases:
        row = case.row
        key = (row.subject, row.condition) if row.threshold is not None else row.id
        held = nearest.get(key)
        if held is None or _is_nearer(row, held.row):
            nearest[key] = case
    return nearest.values()


def _is_nearer(row: Contraindication, held: Contraindication) -> bool:
    assert row.threshold is not None
    assert held.threshold is not None
    from_above = row.condition.value.endswith("_gt")
    return row.threshold > held.threshold if from_above else row.threshold < held.threshold


def _finding(
    sentence: Sentence, check: str, item: Item, drug: Drug, case: Case, level: Level | None = None, **facts: object
) -> Finding:
    return sentence.of(
        item.line,
        check=check,
        rule=case.row.id,
        level=level,
        met=(drug.name_zh, case.zh),
        confidence=case.row.confidence,
        drug=drug,
        row=case.row,
        case_zh=case.zh,
        case_en=case.en,
        given=facts,
    )
