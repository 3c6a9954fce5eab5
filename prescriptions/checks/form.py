"""E3: is the sheet complete and well formed? Patient, diagnosis, at most five drugs, pieces apart, usage without a gap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prescriptions.formulary.knowledge import Knowledge

from . import frequency
from .amounts import is_positive, is_unit
from .finding import Finding, Level
from .picture import Item, Kind, Picture
from .routes import route_of
from .sentence import Sentence

_MOST_DRUGS: Final = 5  # B29
_WEIGHED_UNDER_YEARS: Final = 14
_OLDEST_YEARS: Final = 150


def _missing(zh: str, en: str, advice_zh: str, advice_en: str) -> Sentence:
    return Sentence(
        check="E3",
        level=Level.STOP,
        zh=zh,
        en=en,
        advice_zh=advice_zh,
        advice_en=advice_en,
        source="处方管理办法 第六条",
    )


_NO_DRUG: Final = _missing("处方中没有药品。", "The prescription holds no drug.", "请添加药品。", "Add a drug.")
_NO_PATIENT: Final = _missing(
    "缺少患者的年龄或性别。",
    "The patient's age or sex is missing.",
    "请先完善患者信息。",
    "Complete the patient's data.",
)
_STRANGE_AGE: Final = _missing(
    "患者年龄有误。", "The patient's age cannot be right.", "请核对出生日期。", "Check the birth date."
)
_NO_DIAGNOSIS: Final = _missing(
    "缺少临床诊断。", "The diagnosis is missing.", "请填写诊断后再开具。", "Enter the diagnosis first."
)
_NO_WEIGHT: Final = _missing(
    "患者未满14岁，处方须注明体重。",
    "Under fourteen the weight must be on the prescription.",
    "请填写体重。",
    "Enter the weight.",
)
_USAGE: Final = _missing(
    "“{name}”用法用量不完整或无法识别：{gaps_zh}。",
    "{name}: missing or not readable: {gaps_en}.",
    "请逐项填写，例如：每次5mg，口服，每日1次，28天。",
    "Fill in each of them, for example: 5 mg, by mouth, once daily, 28 days.",
)
_TOO_MANY: Final = Sentence(
    check="E3",
    rule="B29",
    level=Level.STOP,
    zh="每张处方不得超过5种药品（现有{count}种）。",
    en="A prescription holds at most five drugs (this one {count}).",
    advice_zh="请分开开具。",
    advice_en="Write two prescriptions.",
    source="处方管理办法 第六条",
)
_MIXED: Final = Sentence(
    check="E3",
    rule="B29",
    level=Level.STOP,
    zh="中药饮片应单独开具，不能与西药、中成药同在一张处方。",
    en="Pieces of Chinese medicine have a prescription of their own.",
    advice_zh="请将其移到另一张处方。",
    advice_en="Move them to another prescription.",
    source="处方管理办法 第六条",
)


def form(picture: Picture, knowledge: Knowledge) -> Iterator[Finding]:
    """What is missing or cannot be read. Rules: E3, B29"""
    if not picture.items:
        yield _NO_DRUG.of(key="items")
    yield from _patient(picture)
    yield from _drugs(picture, knowledge)
    for item in picture.items:
        gaps = [gap for gap, there in _usage(item, picture.kind).items() if not there]
        if gaps:
            zh, en = "、".join(gap[0] for gap in gaps), ", ".join(gap[1] for gap in gaps)
            yield _USAGE.of(item.line, met=(item.name,), key="usage", name=item.name, gaps_zh=zh, gaps_en=en)


def _patient(picture: Picture) -> Iterator[Finding]:
    age, patient = picture.age, picture.patient
    if age is None or patient.sex is None:
        yield _NO_PATIENT.of(*picture.lines, key="patient")
    if age is not None and not 0 <= age <= _OLDEST_YEARS:
        yield _STRANGE_AGE.of(*picture.lines, key="age")
    if not patient.diagnoses:
        yield _NO_DIAGNOSIS.of(*picture.lines, key="diagnosis")
    if age is not None and age < _WEIGHED_UNDER_YEARS and not is_positive(patient.weight_kg):
        yield _NO_WEIGHT.of(*picture.lines, key="weight")


def _drugs(picture: Picture, knowledge: Knowledge) -> Iterator[Finding]:
    """Rule: B29"""
    count = len({item.drug_id or item.name for item in picture.items})
    if picture.kind is Kind.WESTERN and count > _MOST_DRUGS:
        yield _TOO_MANY.of(*picture.lines, key="count", count=count)
    mixed = [item.line for item in picture.items if _is_foreign(item, picture.kind, knowledge)]
    if mixed:
        yield _MIXED.of(*mixed, key="apart")


def _is_foreign(item: Item, kind: Kind, knowledge: Knowledge) -> bool:
    """Whether the line belongs on the other kind of sheet, as far as the data tell."""
    is_drug = bool(item.drug_id and knowledge.drug(item.drug_id))
    if kind is Kind.TCM_PIECES:
        return is_drug
    return not is_drug and knowledge.herb_daily_cap(item.name) is not None


def _usage(item: Item, kind: Kind) -> dict[tuple[str, str], bool]:
    """What a line must say, and whether it does."""
    return {
        ("药名", "name"): bool(item.name.strip()),
        ("单次用量", "single dose"): is_positive(item.dose),
        ("用量单位", "unit"): is_unit(item.unit),
        ("给药途径", "route"): kind is Kind.TCM_PIECES or route_of(item.route) is not None,
        ("用药频次", "frequency"): frequency.read(item.frequency) is not None,
        ("天数", "days"): item.days is not None and item.days > 0,
        ("总量", "quantity"): item.quantity is None or is_positive(item.quantity),
    }
