"""What stands on a printed prescription, in the three parts that the regulation names: 前记, 正文, 后记.

Values only, already in the words of the paper; nothing here knows rows, fonts or millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from server.foundation.clock import SHANGHAI

SERIAL_SHOWN: Final = 12


class Sort(StrEnum):
    """What stands in the corner: the word by which a counter sorts its prescriptions."""

    ORDINARY = "普通"
    LONG_TERM = "长期"
    PAEDIATRIC = "儿科"


@dataclass(frozen=True, slots=True)
class Line:
    """One drug: `name` with strength, how much in all, and how it is taken in words."""

    name: str
    strength: str
    quantity: str
    usage: str
    note: str = ""


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


@dataclass(frozen=True, slots=True)
class Code:
    """What the patient shows at the counter: a QR for phones, digits for whoever has only paper."""

    address: str = field(repr=False)
    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One prescription, ready to be drawn. `code` only on the patient's copy."""

    hospital: str
    number: str
    sort: Sort
    patient: str = field(repr=False)
    sex: str
    age: str
    weight: str
    department: str
    payer: str
    diagnoses: str
    written_on: date
    is_tcm: bool
    lines: tuple[Line, ...]
    directions: str  # of a decoction as a whole; empty otherwise
    signed: tuple[Signed, ...]
    valid: str
    remarks: tuple[str, ...]
    notices: tuple[str, ...]
    code: Code | None = None
    stamp: str = ""  # across the page: 已调配, 已作废, 已过期
    demo: bool = False


def age_in_words(birth_date: date, on: date) -> str:
    """An age as a prescription states it: years; below six with months, below a month in days.

    Rule: B29
    """
    months = (on.year - birth_date.year) * 12 + on.month - birth_date.month - (on.day < birth_date.day)
    if months < 1:
        return f"{max((on - birth_date).days, 0)}天"
    years, rest = divmod(months, 12)
    if years >= 6:
        return f"{years}岁"
    return f"{years}岁{rest}个月" if years and rest else f"{years}岁" if years else f"{rest}个月"


def grouped(digits: str) -> str:
    """Eight digits as they are read aloud: 4821 7305."""
    return f"{digits[:4]} {digits[4:]}"
