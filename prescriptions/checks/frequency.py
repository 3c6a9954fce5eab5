"""How often: reads the codes and words prescriptions use (tid, q8h, 每日三次, once weekly, 必要时) into times per day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

_WEEK: Final = Decimal(7)
_PER_DAY: Final = {
    "qd": Decimal(1), "qn": Decimal(1), "qm": Decimal(1), "hs": Decimal(1), "daily": Decimal(1), "od": Decimal(1),
    "bid": Decimal(2), "tid": Decimal(3), "qid": Decimal(4), "qod": Decimal(1) / 2,
    "qw": 1 / _WEEK, "weekly": 1 / _WEEK, "biw": 2 / _WEEK, "tiw": 3 / _WEEK, "q2w": 1 / (2 * _WEEK),
    "st": Decimal(1), "stat": Decimal(1), "once": Decimal(1),
    "每晚": Decimal(1), "睡前": Decimal(1), "每晨": Decimal(1), "隔日": Decimal(1) / 2, "立即": Decimal(1),
}  # fmt: skip
_ONCE: Final = frozenset({"st", "stat", "once", "立即"})
_DIGITS: Final = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "八": 8, "十": 10, "十二": 12, "once": 1,
           "twice": 2, "three": 3, "four": 4, "one": 1, "two": 2}  # fmt: skip
_NUMBER: Final = r"(\d+|十二|[一两二三四五六八十]|once|twice|three|four|one|two)"
_DAYS: Final = {"日": Decimal(1), "天": Decimal(1), "晚": Decimal(1), "周": _WEEK, "星期": _WEEK}
_EVERY_HOURS: Final = re.compile(rf"^(?:q(\d+)h|(?:每|every){_NUMBER}(?:个)?(?:小时|h|hours?)(?:(?:1|一)次)?)$")
_CHINESE: Final = re.compile(rf"^(?:每|一|1)(日|天|晚|周|星期){_NUMBER}次$")
_ENGLISH: Final = re.compile(rf"^{_NUMBER}(?:times?)?(?:an?|per|/)?(daily|day|weekly|week)$")
_EVERY_OTHER: Final = re.compile(r"^(?:隔日|隔天)(?:1次|一次)?$|^every(?:other|second)day$")
_AS_NEEDED: Final = re.compile(r"prn|sos|必要时|需要时|asneeded")
_WHEN: Final = re.compile(r"[\s,，;；(（](?:ac|pc|cc|hs|餐前|餐后|饭前|饭后|随餐|空腹|睡前|晨起)[)）]?$")


@dataclass(frozen=True, slots=True)
class Frequency:
    """Times a day (a seventh for once a week); None for "as needed" without any number."""

    per_day: Decimal | None
    as_needed: bool = False
    once: bool = False

    @property
    def exceeds_weekly(self) -> bool:
        """Whether it is taken, or may be, more often than once a week; a weekly drug never is."""
        return self.per_day is None or self.per_day > _PER_DAY["qw"]


@lru_cache(maxsize=4096)
def read(text: str) -> Frequency | None:
    """The frequency a text names; None when it is empty or cannot be read with certainty."""
    words = _WHEN.sub("", text.strip().lower().replace(".", ""))
    words = re.sub(r"[\s,，;；_-]+", "", words)
    as_needed = bool(_AS_NEEDED.search(words))
    words = _AS_NEEDED.sub("", words).strip("()（）")
    if as_needed and not words:
        return Frequency(None, as_needed=True)
    per_day = _PER_DAY.get(words) or _hours(words) or _times(words)
    return None if not per_day else Frequency(per_day, as_needed, words in _ONCE)


def _hours(words: str) -> Decimal | None:
    found = _EVERY_HOURS.match(words)
    if found is None:
        return None
    hours = _number(found[1] or found[2])
    return Decimal(24) / hours if hours else None


def _times(words: str) -> Decimal | None:
    if _EVERY_OTHER.match(words):
        return _PER_DAY["qod"]
    if found := _CHINESE.match(words):
        return Decimal(_number(found[2])) / _DAYS[found[1]]
    if found := _ENGLISH.match(words):
        return Decimal(_number(found[1])) / (_WEEK if found[2].startswith("week") else 1)
    return None


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _DIGITS[word]
