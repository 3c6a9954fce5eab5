"""Laboratory results by what they measure, whatever code or name a laboratory gave them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from server.foundation.clock import day_of

from .picture import Result

_NAMES: Final = {
    "creatinine": ("creatinine", "scr", "cr", "crea", "肌酐", "血肌酐", "血清肌酐", "2160-0", "14682-9"),
    "eGFR": ("egfr", "gfr", "估算肾小球滤过率", "肾小球滤过率", "98979-8"),
    "K": ("k", "k+", "potassium", "钾", "血钾", "血清钾", "2823-3", "6298-4"),
    "INR": ("inr", "国际标准化比值", "6301-6", "34714-6"),
    "WBC": ("wbc", "leukocytes", "white cell count", "白细胞", "白细胞计数", "6690-2"),
    "CBC": ("cbc", "full blood count", "血常规", "58410-2"),
    "ALT": ("alt", "gpt", "丙氨酸氨基转移酶", "谷丙转氨酶", "1742-6"),
    "TSH": ("tsh", "促甲状腺激素", "促甲状腺素", "3016-3", "11580-8"),
    "Li level": ("li level", "li", "lithium", "血锂", "血锂浓度", "14334-7", "3719-2"),
    "HLA-B*15:02": ("hla-b*15:02", "hla-b*1502"),
    "HLA-B*58:01": ("hla-b*58:01", "hla-b*5801"),
}
_TESTS: Final = {name: test for test, names in _NAMES.items() for name in names}


def test_of(code: str) -> str | None:
    """What a code or name measures, in the words of contraindications.csv; None for one nobody knows."""
    return _TESTS.get(code.strip().lower())


def latest(results: Iterable[Result], test: str, now: datetime) -> Result | None:
    """The newest result of a test that is not of a day to come; one without a time counts as the oldest."""
    today = day_of(now)
    of_test = [each for each in results if test_of(each.code) == test and (each.at is None or day_of(each.at) <= today)]
    return max(of_test, key=lambda each: (each.at is not None, each.at), default=None)
