"""What stands on a printed prescription, in the three parts that the regulation names: 前记, 正文, 后记.

Values only, already in the words of the paper; nothing here knows rows, fonts or millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from server.paper.content import Signed


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


def grouped(digits: str) -> str:
    """Eight digits as they are read aloud: 4821 7305."""
    return f"{digits[:4]} {digits[4:]}"
