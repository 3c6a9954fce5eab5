"""The open rates as a file for spreadsheets: CSV in UTF-8 with its mark, headed in Chinese, without formulas. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from server.foundation.actor import Level

from .figures import DayFigures

MARK: Final = "\ufeff"
HEAD: Final = (
    "日期",
    "机构",
    "级别",
    "号源总数",
    "网上号源",
    "网上号源开放率(%)",
    "目标(%)",
    "是否达标",
    "已约",
    "号源使用率(%)",
    "爽约",
    "爽约率(%)",
    "候补人数",
    "备注",
)
LEVELS: Final = {Level.PREFECTURE: "州市级", Level.COUNTY: "县级", Level.TOWNSHIP: "乡镇级", Level.VILLAGE: "村级"}
_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def safe(cell: str) -> str:
    """A text that no spreadsheet takes for a formula: one that begins like one is quoted with an apostrophe."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell


def open_rates_file(days: Iterable[DayFigures]) -> bytes:
    """One line for each institution and day."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow(HEAD)
    lines.writerows(_line(each) for each in days)
    return (MARK + written.getvalue()).encode()


def _line(day: DayFigures) -> list[str | int]:
    return [
        day.day.isoformat(),
        safe(day.organisation),
        LEVELS[day.level],
        day.total,
        day.online,
        _share(day.rate),
        day.target,
        "未达标" if day.below else "达标",
        day.booked,
        _share(day.utilisation),
        day.no_shows,
        _share(day.no_show_rate),
        day.waited,
        "" if day.is_over else "当天未结束，数字还会变",
    ]


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.1f}"
