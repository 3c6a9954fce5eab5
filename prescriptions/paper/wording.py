"""The codes of a prescription in the words of Chinese paper; what has no code stands as the doctor wrote it. Data."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from prescriptions.checks.routes import NAMES_ZH, route_of
from prescriptions.content import Content, Line

_FREQUENCY: Final = {
    "qd": "每日 1 次", "od": "每日 1 次", "daily": "每日 1 次", "bid": "每日 2 次", "tid": "每日 3 次", "qid": "每日 4 次",
    "qm": "每晨 1 次", "qn": "每晚 1 次", "hs": "睡前", "q12h": "每 12 小时 1 次", "q8h": "每 8 小时 1 次",
    "q6h": "每 6 小时 1 次", "qod": "隔日 1 次", "qw": "每周 1 次", "weekly": "每周 1 次", "biw": "每周 2 次",
    "tiw": "每周 3 次", "q2w": "每两周 1 次", "prn": "必要时", "st": "立即", "stat": "立即",
}  # fmt: skip
_UNIT: Final = {
    "mcg": "μg", "unit": "单位", "tablet": "片", "capsule": "粒", "sachet": "袋", "pill": "丸", "inhalation": "吸",
    "puff": "吸", "drop": "滴", "patch": "贴", "application": "适量", "box": "盒", "bottle": "瓶", "dose": "剂", "vial": "支",
}  # fmt: skip
_PAYER: Final = {"insurance": "医保", "self": "自费", "public": "公费"}


def quantity(line: Line) -> str:
    """How much in all: × 28 片."""
    return f"× {amount(line.quantity)} {unit(line.quantity_unit)}".strip()


def usage(line: Line) -> str:
    """How it is taken: 用法：每次 5 mg，每日 1 次，口服，共 28 天."""
    route = route_of(line.route)
    parts = (
        f"每次 {amount(line.dose)} {unit(line.unit)}".strip() if line.dose is not None else "",
        _FREQUENCY.get(line.frequency.strip().lower(), line.frequency),
        NAMES_ZH[route] if route else line.route,
        f"共 {line.days} 天" if line.days else "",
    )
    return "用法：" + "，".join(filter(None, parts)) if any(parts) else ""


def piece(line: Line) -> str:
    """How much of a crude drug stands beside its name: the day's amount, or what there is in all where none is said."""
    if line.dose is not None:
        return f"{amount(line.dose)} {unit(line.unit)}".strip()
    return f"{amount(line.quantity)} {unit(line.quantity_unit)}".strip()


def directions(content: Content) -> str:
    """How a decoction is taken, once for all its pieces, and what the doctor adds."""
    first = content.items[0] if content.items else None
    taken = usage(first.model_copy(update={"dose": None, "days": content.days})) if first else ""
    return "。".join(each.rstrip("。") for each in (taken, content.advice) if each)


def unit(code: str) -> str:
    """A unit as people say it."""
    return _UNIT.get(code.strip().lower(), code)


def payer(code: str) -> str:
    """费别; while nothing is said, it is settled at the counter."""
    return _PAYER.get(code.strip().lower(), code) or "以结算为准"


def amount(figure: Decimal) -> str:
    """A figure without a tail of zeros."""
    text = f"{figure:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
