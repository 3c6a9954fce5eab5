"""Accession numbers: digits only, so that every modality takes them and a scanner reads them; at most 16 (DICOM SH).

Day, count of the institution's day, check digit: `26112200427`. People may type `261122-0042-7`. Pure.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from server.foundation.ids import read_short_number, short_number

LONGEST: Final = 16


def accession_number(day: date, count: int) -> str:
    """The number of an institution's so many-th order of a day. Rule: imaging-22"""
    number = short_number(day, count).replace("-", "")
    if len(number) > LONGEST:
        raise ValueError("more orders in a day than an accession number can count")
    return number


def read_accession_number(text: str) -> str | None:
    """The number as it is stored, from what was typed, scanned or sent; None when its check digit does not fit.

    Rule: imaging-22
    """
    found = read_short_number(text.strip())
    return found.replace("-", "") if found else None
