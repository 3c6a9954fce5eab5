"""What stands on papers, as values already in their words; nothing here knows rows, fonts or millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from server.foundation.clock import SHANGHAI

SERIAL_SHOWN: Final = 12
SEX: Final = {"male": "男", "female": "女"}


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody's electronic signature: the name in print, the instant, and the certificate's serial, shortened."""

    part: str
    name: str
    at: datetime | None = None
    serial: str = ""
    remark: str = ""

    @property
    def mark(self) -> str:
        """The second line: when, and with which certificate; empty where nobody has signed yet."""
        if self.at is None:
            return ""
        return f"{self.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}  证书 {self.serial[:SERIAL_SHOWN].upper()}"


def masked_name(name: str) -> str:
    """A name as a stranger may see it: the first character, then a star for each other."""
    return name[:1] + "*" * max(len(name) - 1, 1)


def age_in_words(birth_date: date, on: date) -> str:
    """An age as a medical paper states it: years; below six with months, below a month in days.

    Rule: B29
    """
    months = (on.year - birth_date.year) * 12 + on.month - birth_date.month - (on.day < birth_date.day)
    if months < 1:
        return f"{max((on - birth_date).days, 0)}天"
    years, rest = divmod(months, 12)
    if years >= 6:
        return f"{years}岁"
    return f"{years}岁{rest}个月" if years and rest else f"{years}岁" if years else f"{rest}个月"
