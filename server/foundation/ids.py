"""Identifiers: what a public id is, and the short numbers that people read to each other.

Public ids are UUIDv7 (RFC 9562): ordered by time for the index, unguessable for everybody else, never a sequence.
Where a short number's counter comes from (one per day, in the database) is the business of the capability using it.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from uuid import UUID

from .randomness import random_bytes

_MILLISECONDS_BITS = 48
_VERSION = 7 << 76
_VARIANT = 0b10 << 62
_RANDOM_BYTES = 10
_RANDOM_HIGH = 0xFFF << 64
_RANDOM_LOW = (1 << 62) - 1

# Damm's quasigroup: one check digit that finds every single wrong digit and every swap of two neighbours,
# the two mistakes made when a number is read out over the telephone. (ISO 7064 MOD 11,10 misses some swaps.)
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_DAY_DIGITS = 6
_SHORT_NUMBER = re.compile(r"\d{11,19}", re.ASCII)
_SEPARATORS = str.maketrans("０１２３４５６７８９", "0123456789", " -－—　")


def new_id(now: datetime) -> UUID:
    """A fresh UUIDv7 carrying the millisecond of `now` and 74 random bits."""
    if now.tzinfo is None:
        raise ValueError("an id needs an aware instant")
    milliseconds = int(now.timestamp() * 1000)
    random = int.from_bytes(random_bytes(_RANDOM_BYTES), "big")
    return UUID(
        int=(milliseconds << (128 - _MILLISECONDS_BITS))
        | _VERSION
        | (random & _RANDOM_HIGH)
        | _VARIANT
        | (random & _RANDOM_LOW)
    )


def least_id(instant: datetime) -> UUID:
    """No id made at or after that instant (to the millisecond) is smaller: where a search for what is new begins."""
    return UUID(int=int(instant.timestamp() * 1000) << (128 - _MILLISECONDS_BITS))


def short_number(prefix_date: date, n: int) -> str:
    """The number `n` of a day as people read it: `261122-0042-7` (day, count, check digit)."""
    if n < 1:
        raise ValueError("short numbers count from 1")
    day, count = f"{prefix_date:%y%m%d}", f"{n:04d}"
    return f"{day}-{count}-{check_digit(day + count)}"


def read_short_number(text: str) -> str | None:
    """The number in its written form, or None when the check digit does not fit.

    Accepts what people type: spaces, missing or full-width hyphens, full-width digits.
    """
    digits = text.translate(_SEPARATORS)
    if not _SHORT_NUMBER.fullmatch(digits) or check_digit(digits) != 0:
        return None
    return f"{digits[:_DAY_DIGITS]}-{digits[_DAY_DIGITS:-1]}-{digits[-1]}"


def check_digit(digits: str) -> int:
    """Damm's check digit of some digits; 0 for digits that already end in theirs."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim
