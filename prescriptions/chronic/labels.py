"""Labels in plain words: what it is, how much, when, for how long, and what to mind. Pure; no advice that nobody wrote.

What to mind comes from the drug data's flags, not from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from prescriptions.checks import frequency, routes
from prescriptions.checks.amounts import turned
from prescriptions.content import Line
from prescriptions.formulary.entries import Flag

_TIMES_ZH: Final = {
    1: "每天 1 次",
    2: "每天 2 次（早、晚）",
    3: "每天 3 次（早、中、晚）",
    4: "每天 4 次（早、中、晚、睡前）",
}
_TIMES_EN: Final = {
    1: "once a day",
    2: "twice a day (morning, evening)",
    3: "three times a day (morning, noon, evening)",
    4: "four times a day (morning, noon, evening, bedtime)",
}
_BEDTIME: Final = ("qn", "hs", "睡前", "每晚")
_UNIT_ZH: Final = {
    "mg": "毫克", "mcg": "微克", "g": "克", "ml": "毫升", "unit": "单位", "tablet": "片", "capsule": "粒", "inhalation": "吸",
}  # fmt: skip
_ROUTE_EN: Final = {"PO": "by mouth", "SL": "under the tongue", "INH": "inhaled", "TOP": "on the skin"}
_PIECES: Final = frozenset({"片", "粒", "丸", "袋"})
_MIND: Final = {
    Flag.WEEKLY: (
        "每周只用 1 次，固定在同一天，千万不要每天用",
        "Once a week only, on the same day; never every day",
    ),
    Flag.COLD_CHAIN: ("放冰箱冷藏，不要冷冻", "Keep in the refrigerator; do not freeze"),
    Flag.HIGH_ALERT: (
        "用量必须准确，不要自己加量、减量或停药，有不适马上联系医师",
        "The amount matters: never change or stop it yourself, and call a doctor at once if you feel unwell",
    ),
    Flag.NARROW_INDEX: (
        "需要定期抽血检查，按医师说的时间复查",
        "Needs regular blood tests; keep the dates your doctor gave you",
    ),
}


@dataclass(frozen=True, slots=True)
class Label:
    """One drug in plain words, in both languages; `mind` is what to take care of."""

    line: int
    name: str
    zh: str
    en: str
    mind_zh: tuple[str, ...]
    mind_en: tuple[str, ...]


def label_of(line: Line, flags: frozenset[Flag]) -> Label:
    """The label of one line."""
    mind = [_MIND[flag] for flag in _MIND if flag in flags]
    if line.note:
        mind.append((line.note, line.note))
    return Label(
        line=line.line,
        name=f"{line.name} {line.strength}".strip(),
        zh="，".join(filter(None, (_when_zh(line.frequency), _dose_zh(line), _route_zh(line), _days_zh(line)))),
        en=", ".join(filter(None, (_when_en(line.frequency), _dose_en(line), _route_en(line), _days_en(line)))),
        mind_zh=tuple(zh for zh, _ in mind),
        mind_en=tuple(en for _, en in mind),
    )


def pieces(line: Line) -> Decimal | None:
    """How many tablets or capsules one dose is, where strength and unit tell."""
    if line.dose is None or line.quantity_unit not in _PIECES:
        return None
    one = turned(Decimal(1), "tablet", line.unit, line.strength)
    if one is None or not one:
        return None
    return (line.dose / one).normalize()


def dose_words(line: Line) -> str:
    """One dose in Chinese: 1 片（5 毫克）."""
    if line.dose is None:
        return ""
    unit = _UNIT_ZH.get(line.unit.lower(), line.unit)
    count = pieces(line)
    amount = f"{_figure(line.dose)} {unit}"
    if count is None or unit == line.quantity_unit:
        return amount
    return f"{_pieces_zh(count)}{line.quantity_unit}（{amount}）"


def dose_words_en(line: Line) -> str:
    """One dose in English: 1 (5 mg)."""
    if line.dose is None:
        return ""
    count = pieces(line)
    amount = f"{_figure(line.dose)} {line.unit}"
    return f"{_figure(count)} ({amount})" if count is not None else amount


def _dose_zh(line: Line) -> str:
    words = dose_words(line)
    return f"每次 {words}" if words else ""


def _dose_en(line: Line) -> str:
    if line.dose is None:
        return ""
    count = pieces(line)
    amount = f"{_figure(line.dose)} {line.unit}"
    return f"{_figure(count)} each time ({amount})" if count is not None else f"{amount} each time"


def _when_zh(text: str) -> str:
    read = frequency.read(text)
    if read is None:
        return text
    if read.as_needed or read.per_day is None:
        return "需要时用"
    if read.once:
        return "只用 1 次"
    return _rhythm(
        text, read.per_day, _TIMES_ZH, ("每天睡前 1 次", "每 {days} 天 1 次", "每周 {times} 次", "每天 {times} 次")
    )


def _when_en(text: str) -> str:
    read = frequency.read(text)
    if read is None:
        return text
    if read.as_needed or read.per_day is None:
        return "when needed"
    if read.once:
        return "once only"
    words = ("once a day at bedtime", "every {days} days", "{times} a week", "{times} times a day")
    return _rhythm(text, read.per_day, _TIMES_EN, words)


def _rhythm(text: str, per_day: Decimal, named: dict[int, str], words: tuple[str, str, str, str]) -> str:
    bedtime, every_days, a_week, a_day = words
    if per_day == 1 and any(word in text.lower() for word in _BEDTIME):
        return bedtime
    if per_day >= 1:
        times = round(per_day)
        return named.get(times) or a_day.format(times=times)
    weekly = per_day * 7
    if abs(weekly - round(weekly)) < Decimal("0.001"):
        return a_week.format(times=round(weekly))
    return every_days.format(days=round(1 / per_day))


def _route_zh(line: Line) -> str:
    known = routes.route_of(line.route)
    return routes.NAMES_ZH.get(known, line.route) if known else line.route


def _route_en(line: Line) -> str:
    known = routes.route_of(line.route)
    return _ROUTE_EN.get(known) or routes.NAMES_EN[known] if known else line.route


def _days_zh(line: Line) -> str:
    return f"共 {line.days} 天" if line.days else ""


def _days_en(line: Line) -> str:
    return f"for {line.days} days" if line.days else ""


def _pieces_zh(count: Decimal) -> str:
    return "半" if count == Decimal("0.5") else f"{_figure(count)} "


def _figure(amount: Decimal) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
