"""E12: for how many days, and is there still enough at home? 3, 7, 28 and 84 days; long-term conditions; early refill."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from prescriptions.formulary.entries import Drug
from prescriptions.formulary.knowledge import Knowledge

from . import frequency
from .amounts import is_positive, single, turned
from .finding import Coverage, Covered, Finding, Level
from .picture import Item, Kind, Picture
from .reading import amount, drug_of
from .sentence import Sentence

_EMERGENCY_DAYS: Final = 3  # B25
_ORDINARY_DAYS: Final = 7  # B25
_LONG_TERM_DAYS: Final = 28  # B26
_LONGEST_DAYS: Final = 84  # B26
_LEFT_DAYS: Final = 7  # E12: more than a week left is early

_PRESCRIPTION_RULES: Final = "处方管理办法 第十九条"
_LONG_TERM_RULES: Final = "长期处方管理规范(试行) 2021"

_REASON_MISSING: Final = Sentence(
    check="E12",
    rule="B25",
    level=Level.STOP,
    zh="“{name}”{days}天：{kind_zh}处方不超过{limit}日用量，超过须注明理由。",
    en="{name} for {days} days: {kind_en} prescription holds at most {limit} days unless a reason is noted.",
    advice_zh="请减少天数，或写明慢性病、老年病等特殊理由。",
    advice_en="Shorten it, or note the reason (chronic disease, old age or another special case).",
    source=_PRESCRIPTION_RULES,
)
_TOO_LONG: Final = Sentence(
    check="E12",
    rule="B26",
    level=Level.STOP,
    zh="“{name}”{days}天：长期处方最长不超过12周（84天）。",
    en="{name} for {days} days: a long-term prescription is for twelve weeks (84 days) at most.",
    advice_zh="请减少到84天以内，到期前复诊续方。",
    advice_en="Shorten it to 84 days; renew it at a visit before it ends.",
    source=_LONG_TERM_RULES,
)
_NOT_ASSESSED: Final = Sentence(
    check="E12",
    rule="B26",
    level=Level.STOP,
    zh="“{name}”{days}天：超过4周须评估记录并经患者签字确认。",
    en="{name} for {days} days: beyond four weeks an assessment must be noted and the patient must confirm by signature.",
    advice_zh="请完成评估和用药教育记录，并请患者签字确认；或减少到28天以内。",
    advice_en="Note the assessment and teaching and have the patient sign; or shorten it to 28 days.",
    source=_LONG_TERM_RULES,
)
_NEVER_LONG_TERM: Final = Sentence(
    check="E12",
    rule="B27",
    level=Level.STOP,
    zh="“{drug.name_zh}”不得用于长期处方。",
    en="{drug.name_en} is excluded from long-term prescriptions.",
    advice_zh="请将其另开一般处方。",
    advice_en="Write it on an ordinary prescription of its own.",
    source=_LONG_TERM_RULES,
)
_NOT_ELIGIBLE: Final = Sentence(
    check="E12",
    rule="B28",
    level=Level.STOP,
    zh="不符合长期处方条件（诊断明确、方案稳定、依从性好、控制平稳）。",
    en="The conditions of a long-term prescription are not confirmed: clear diagnosis, stable regimen, adherence, control.",
    advice_zh="请逐项确认条件，或改开一般处方。",
    advice_en="Confirm each condition, or write an ordinary prescription.",
    source=_LONG_TERM_RULES,
)
_STILL_ENOUGH: Final = Sentence(
    check="E12",
    level=Level.CONFIRM,
    zh="患者现有的“{drug.name_zh}”还可用{left}天，提前续方。",
    en="The patient still has {drug.name_en} for {left} days: this refill is early.",
    advice_zh="请减少数量或延后开具；确需提前的，请写明理由并再次确认。",
    advice_en="Shorten or postpone it; if it is needed now, give the reason and confirm once more.",
    source="product",
)
_MORE_THAN_DAYS: Final = Sentence(
    check="E12",
    level=Level.CONFIRM,
    zh="“{name}”总量可用{lasts}天，比所写的{days}天多出7天以上。",
    en="The quantity of {name} lasts {lasts} days, more than a week beyond the {days} days written.",
    advice_zh="请核对总量和天数。",
    advice_en="Check the quantity and the days.",
    source=_PRESCRIPTION_RULES,
)
_LESS_THAN_DAYS: Final = Sentence(
    check="E12",
    level=Level.INFORMATION,
    zh="“{name}”总量只够{lasts}天，少于所写的{days}天。",
    en="The quantity of {name} lasts {lasts} days only, less than the {days} days written.",
    advice_zh="请核对总量和天数。",
    advice_en="Check the quantity and the days.",
    source=_PRESCRIPTION_RULES,
)


def quantity(picture: Picture, knowledge: Knowledge) -> Iterator[Finding | Coverage]:
    """Days, long-term conditions, quantity and early refill. Rules: E12, B25, B26, B27, B28"""
    if picture.setting.long_term and picture.setting.long_term_eligible is False:
        yield _NOT_ELIGIBLE.of(*picture.lines)
    elif picture.setting.long_term and picture.setting.long_term_eligible is None:
        zh, en = "未说明是否符合长期处方条件", "nobody said whether the conditions of a long-term prescription hold"
        yield from (_uncovered(item, zh, en) for item in picture.items)
    left = _left(picture)
    for item in picture.items:
        drug = drug_of(item, knowledge)
        yield from _days(picture, item)
        if drug is None:
            if picture.kind is Kind.WESTERN:
                yield _uncovered(
                    item, "药品未知，续方和总量未核对", "an unknown drug: refill and quantity were not checked"
                )
            continue
        if not drug.long_term and _is_long_term(picture, item):
            yield _NEVER_LONG_TERM.of(item.line, met=(drug.name_zh,), confidence=drug.confidence, drug=drug)
        if left.get(drug.id, 0) > _LEFT_DAYS:
            yield _STILL_ENOUGH.of(item.line, key="refill", met=(drug.name_zh,), drug=drug, left=left[drug.id])
        yield from _total(item, drug)


def _is_long_term(picture: Picture, item: Item) -> bool:
    return picture.setting.long_term or (item.days is not None and item.days > _LONG_TERM_DAYS)


def _left(picture: Picture) -> dict[str, int]:
    """For how many days the patient still has each drug."""
    left: dict[str, int] = {}
    for taking in picture.current:
        if taking.drug_id and taking.remaining_days:
            left[taking.drug_id] = max(left.get(taking.drug_id, 0), taking.remaining_days)
    return left


def _days(picture: Picture, item: Item) -> Iterator[Finding]:
    """Rules: B25, B26"""
    setting, days = picture.setting, item.days
    if days is None:
        return
    if days > _LONGEST_DAYS:
        yield _TOO_LONG.of(item.line, key="84", met=(item.name,), name=item.name, days=days)
        return
    if days > _LONG_TERM_DAYS and not (setting.assessed and setting.patient_confirmed):
        yield _NOT_ASSESSED.of(item.line, key="28", met=(item.name,), name=item.name, days=days)
        return
    if item.reason.strip() or (setting.long_term and not setting.emergency):
        return
    limit, zh, en = (
        (_EMERGENCY_DAYS, "急诊", "an emergency") if setting.emergency else (_ORDINARY_DAYS, "一般", "an ordinary")
    )
    if days > limit:
        yield _REASON_MISSING.of(
            item.line, met=(item.name,), name=item.name, days=days, limit=limit, kind_zh=zh, kind_en=en
        )


def _total(item: Item, drug: Drug) -> Iterator[Finding | Coverage]:
    """The quantity against the days, where both can be told in one unit."""
    if item.quantity is None or item.days is None:
        return
    lasts = _lasts(item, drug)
    if lasts is None:
        yield _uncovered(item, "总量无法换算为天数", "the quantity cannot be turned into days")
    elif lasts - item.days > _LEFT_DAYS:
        yield _MORE_THAN_DAYS.of(
            item.line, key="more", met=(item.name,), name=item.name, days=item.days, lasts=amount(lasts)
        )
    elif lasts < item.days:
        yield _LESS_THAN_DAYS.of(
            item.line, key="less", met=(item.name,), name=item.name, days=item.days, lasts=amount(lasts)
        )


def _lasts(item: Item, drug: Drug) -> Decimal | None:
    """For how many days (whole or parts) the quantity lasts at the written usage."""
    often, once = frequency.read(item.frequency), single(item, drug)
    if (
        item.quantity is None
        or not is_positive(item.quantity)
        or once is None
        or often is None
        or often.per_day is None
    ):
        return None
    total = turned(item.quantity, item.quantity_unit, drug.dose_unit, item.strength)
    if total is None:
        return None
    return round(total / (once * often.per_day), 1)


def _uncovered(item: Item, zh: str, en: str) -> Coverage:
    return Coverage(item.line, "E12", Covered.NOT_COVERED, zh, en)
