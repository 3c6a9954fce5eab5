"""What may stand in a log line or an audit row: codes, ids and counts; never a person's name, words or number.

A last net, not the rule: whoever writes the line chooses what to write. The net catches what slips: text in Chinese, and
digits as long as a telephone number.
"""

from __future__ import annotations

import re
from typing import Final

_CODE: Final = re.compile(r"[A-Za-z0-9 _.,:;+/()<>=*%{}'\[\]-]{0,160}")
_LONG_NUMBER: Final = re.compile(r"\d{11,}|\d{17}[xX]")  # a phone, an identity card, a bank card
_OPAQUE: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,64}")


def is_code(text: str) -> bool:
    """Whether a text is a code, an id or a plain English word or two."""
    if _OPAQUE.fullmatch(text):
        return True
    return _CODE.fullmatch(text) is not None and _LONG_NUMBER.search(text) is None


def is_coarse(number: int | float) -> bool:
    """Whether a number is a count or a measure, not one that names a person."""
    return _LONG_NUMBER.search(str(number).partition(".")[0]) is None
