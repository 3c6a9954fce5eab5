"""E6: is the dose within what the data hold? Where they hold nothing, for a child or a single dose, it is not covered."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from prescriptions.formulary.entries import Drug
from prescriptions.formulary.knowledge import Knowledge

from . import frequency
from .amounts import UNIT_ZH, is_positive, per_period, single
from .finding import Coverage, Covered, Finding, Level
from .picture import Item, Picture
from .reading import amount, known
from .sentence import Sentence

_ADULT_YEARS: Final = 18
_SLIP_OF_THE_POINT: Final = 10  # times the maximum: a decimal point out of place, not a choice of dose
_FILE: Final = "drugs.csv"

_BEYOND: Final = Sentence(
    check="E6",
    level=Level.CONFIRM,
    zh="“{drug.name_zh}”{period_zh}剂量{taken}{unit_zh}，超过最大量{limit}{unit_zh}。",
    en="{drug.name_en} {taken} {drug.dose_unit} a {period_en} is above the maximum of {limit} {drug.dose_unit}.",
    advice_zh="请减量；确需超剂量使用的，由医师写明理由并再次签名确认。",
    advice_en="Reduce the dose; if it is really needed, give the reason and confirm by a second signature.",
    source=_FILE,
)
_SLIP: Final = Sentence(
    check="E6",
    level=Level.STOP,
    zh="“{drug.name_zh}”{period_zh}剂量{taken}{unit_zh}，达到最大量{limit}{unit_zh}的10倍以上，疑为录入错误。",
    en="{drug.name_en} {taken} {drug.dose_unit} a {period_en} is ten times the maximum of {limit} {drug.dose_unit} or more: "
    "most likely a slip.",
    advice_zh="请核对数字、小数点和单位。",
    advice_en="Check the figure, the decimal point and the unit.",
    source=_FILE,
)
_MORE_THAN_WEEKLY: Final = Sentence(
    check="E6",
    level=Level.STOP,
    zh="“{drug.name_zh}”每周只用一次，不得每日或一周多次使用：每日用药可致命。",
    en="{drug.name_en} is taken once a week, never daily or several times a week: daily use can be fatal.",
    advice_zh="请将频次改为每周一次，并写明星期几服用。",
    advice_en="Change the frequency to once a week and name the weekday.",
    source=_FILE,
)
_UNREADABLE: Final = Sentence(
    check="E6",
    level=Level.NOT_COVERED,
    zh="“{drug.name_zh}”的用量无法换算为{unit_zh}，未能核对剂量。",
    en="The dose of {drug.name_en} cannot be turned into {drug.dose_unit}; it was not checked.",
    advice_zh="请以{unit_zh}填写单次用量，或补充规格。",
    advice_en="Write the single dose in {drug.dose_unit}, or add the strength.",
    source=_FILE,
)
_SINGLE: Final = Sentence(
    check="E6",
    level=Level.NOT_COVERED,
    zh="“{drug.name_zh}”单次{dose}{unit_zh}，超出数据可核对的单次用量（{limit}{unit_zh}），未覆盖。",
    en="A single dose of {dose} {drug.dose_unit} of {drug.name_en} is beyond what the data can judge ({limit} {drug.dose_unit}).",
    advice_zh="请分次使用，或按说明书核对单次最大量。",
    advice_en="Divide the dose, or check the largest single dose with the label.",
    source=_FILE,
)
_NO_MAXIMUM: Final = Sentence(
    check="E6",
    level=Level.NOT_COVERED,
    zh="“{drug.name_zh}”{period_zh}剂量{taken}{unit_zh}，超过常用量{limit}{unit_zh}，数据中没有最大量，未覆盖。",
    en="{drug.name_en} {taken} {drug.dose_unit} a {period_en} is above the usual {limit} {drug.dose_unit}; "
    "the data hold no maximum.",
    advice_zh="请按说明书核对最大量。",
    advice_en="Check the maximum with the label.",
    source=_FILE,
)
_CHILD: Final = Sentence(
    check="E6",
    level=Level.NOT_COVERED,
    zh="患者未满18岁，数据没有儿童剂量，“{drug.name_zh}”的剂量未覆盖。",
    en="The patient is under 18 and the data hold no children's doses: the dose of {drug.name_en} is not covered.",
    advice_zh="请按说明书和体重计算核对剂量。",
    advice_en="Check the dose by weight with the label.",
    source=_FILE,
)
_BELOW: Final = Sentence(
    check="E6",
    level=Level.INFORMATION,
    zh="“{drug.name_zh}”{period_zh}剂量{taken}{unit_zh}，低于常用最小量{limit}{unit_zh}。",
    en="{drug.name_en} {taken} {drug.dose_unit} a {period_en} is below the usual {limit} {drug.dose_unit}.",
    advice_zh="请确认是否为起始量或减量。",
    advice_en="Make sure that it is meant as a starting or reduced dose.",
    source=_FILE,
)
_OFTEN: Final = Sentence(
    check="E6",
    level=Level.INFORMATION,
    zh="“{drug.name_zh}”每日{times}次，多于通常的每日{limit}次。",
    en="{drug.name_en} {times} times a day is more often than the usual {limit}.",
    advice_zh="请核对用药频次。",
    advice_en="Check the frequency.",
    source=_FILE,
)
_AS_NEEDED: Final = Sentence(
    check="E6",
    level=Level.WARNING,
    zh="“{drug.name_zh}”为必要时使用，没有写明每日最多次数，日剂量未能核对。",
    en="{drug.name_en} is taken as needed without a limit per day; its daily dose was not checked.",
    advice_zh="请写明间隔或每日最多次数。",
    advice_en="Name the interval or the most times per day.",
    source=_FILE,
)
_FORM_OPEN: Final = Sentence(
    check="E6",
    level=Level.WARNING,
    zh="“{name}”没有写明剂型，剂量按“{drug.name_zh}”核对，上限可能不同。",
    en="{name} leaves the dosage form open; it was checked as {drug.name_en}, whose limits may differ.",
    advice_zh="请写明剂型（如缓释片、控释片）。",
    advice_en="Name the dosage form.",
    source=_FILE,
)


def dose(picture: Picture, knowledge: Knowledge) -> Iterator[Finding | Coverage]:
    """Daily, weekly and single dose, times a day. Rule: E6"""
    is_child = picture.age is not None and picture.age < _ADULT_YEARS
    for item, drug in known(picture, knowledge):
        if is_child:
            yield _said(_CHILD, item, drug)
            yield _uncovered(item, "数据没有儿童剂量", "the data hold no children's doses")
        if knowledge.form_is_assumed(item.name):
            yield _said(_FORM_OPEN, item, drug, key="form", name=item.name)
        yield from _of_line(item, drug)


def _of_line(item: Item, drug: Drug) -> Iterator[Finding | Coverage]:
    often = frequency.read(item.frequency)
    if not is_positive(item.dose) or often is None:
        yield _uncovered(item, "用法用量不完整", "the usage is not complete")  # E3 says what is missing
        return
    if drug.is_weekly and often.exceeds_weekly:
        yield _said(_MORE_THAN_WEEKLY, item, drug, key="weekly")
        return
    taken_at_once = single(item, drug)
    if taken_at_once is None:
        yield _said(_UNREADABLE, item, drug, key="unit")
        yield _uncovered(item, "用量单位无法换算", "the unit cannot be turned over")
        return
    if often.per_day is None:
        yield _said(_AS_NEEDED, item, drug, key="as-needed")
        yield _uncovered(item, "必要时使用，没有日剂量", "taken as needed: no daily dose")
    yield from _amounts(item, drug, taken_at_once)
    if often.per_day is not None and not drug.is_weekly and often.per_day > drug.times_per_day:
        yield _said(_OFTEN, item, drug, key="times", times=amount(often.per_day), limit=amount(drug.times_per_day))


def _amounts(item: Item, drug: Drug, taken_at_once: Decimal) -> Iterator[Finding | Coverage]:
    """A day's dose (a week's for a weekly drug) first, then the single one; of "as needed" the single dose is a day's."""
    taken = per_period(item, drug)
    least = taken_at_once if taken is None else taken
    if drug.max_daily is None:
        yield _uncovered(item, "数据没有最大量", "the data hold no maximum")
        if least > drug.usual_daily_max:
            yield _said(_NO_MAXIMUM, item, drug, key="maximum", taken=least, limit=drug.usual_daily_max)
        return
    if least > drug.max_daily:
        sentence = _SLIP if least >= drug.max_daily * _SLIP_OF_THE_POINT else _BEYOND
        yield _said(sentence, item, drug, key="maximum", taken=least, limit=drug.max_daily)
        return
    at_once = drug.max_daily if drug.is_weekly else drug.max_daily / drug.times_per_day
    if taken_at_once > at_once:
        yield _said(_SINGLE, item, drug, key="single", dose=taken_at_once, limit=at_once)
        yield _uncovered(item, "数据没有单次最大量", "the data hold no largest single dose")
    if taken is not None and taken < drug.usual_daily_min:
        yield _said(_BELOW, item, drug, key="minimum", taken=taken, limit=drug.usual_daily_min)


def _said(sentence: Sentence, item: Item, drug: Drug, key: str = "", **facts: object) -> Finding:
    written = {name: amount(fact) if isinstance(fact, Decimal) else fact for name, fact in facts.items()}
    return sentence.of(
        item.line,
        key=key,
        met=(drug.name_zh,),
        confidence=drug.confidence,
        drug=drug,
        unit_zh=UNIT_ZH.get(drug.dose_unit, drug.dose_unit),
        period_zh="每周" if drug.is_weekly else "每日",
        period_en="week" if drug.is_weekly else "day",
        given=written,
    )


def _uncovered(item: Item, zh: str, en: str) -> Coverage:
    return Coverage(item.line, "E6", Covered.NOT_COVERED, zh, en)
