"""The pick-up code: a token of 128 bits in a QR, and eight digits for whoever has only paper. Pure.

The token stands in the fragment of an address (`/rx#<token>`), which browsers do not send to servers or write into logs. The
digits end in a check digit, so that a slip of the tongue is told at once and costs no try.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Final

from server.foundation.ids import check_digit
from server.foundation.randomness import random_bytes

TOKEN_BYTES: Final = 16
TOKEN_LENGTH: Final = 22
DIGITS: Final = 8
PAGE: Final = "/rx#"
_TOKEN: Final = re.compile(rf"[A-Za-z0-9_-]{{{TOKEN_LENGTH}}}")
_SEPARATORS: Final = str.maketrans("０１２３４５６７８９", "0123456789", " -－—　")
_TEN: Final = 10**7


def fresh_token() -> str:
    """A new token, as it stands in the QR.

    Rule: dispensing-1
    """
    return base64.urlsafe_b64encode(random_bytes(TOKEN_BYTES)).rstrip(b"=").decode()


def token_digest(token: str) -> bytes:
    """What of a token is stored to find it by; 128 random bits need no salt."""
    return hashlib.sha256(token.encode()).digest()


def read_token(text: str) -> str | None:
    """The token in a scanned text: alone, or as the fragment of an address; None when there is none."""
    token = text.strip().rpartition("#")[2]
    return token if _TOKEN.fullmatch(token) else None


def fresh_digits() -> str:
    """Seven random digits and their check digit; who already has them is the database's question."""
    digits = f"{int.from_bytes(random_bytes(8)) % _TEN:07d}"
    return f"{digits}{check_digit(digits)}"


def read_digits(typed: str) -> str | None:
    """The eight digits as they were meant; None when they cannot be a code (Damm's check digit does not fit).

    Rule: dispensing-2
    """
    digits = typed.translate(_SEPARATORS)
    if not re.fullmatch(r"\d{8}", digits, re.ASCII) or check_digit(digits) != 0:
        return None
    return digits
