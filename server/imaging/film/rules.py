"""The rules of cloud film, pure: how long a link stands, what became of it, whether four digits fit."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from server.foundation.randomness import random_bytes

LONGEST_DAYS: Final = 7
WRONG_TRIES: Final = 5
MOST_LIVE: Final = 10  # links of one study that stand at the same time
MOST_REFUSALS_KEPT: Final = 200  # whoever only knocks does not fill the log
PAGE: Final = "/film#"
_SECRET_BYTES: Final = 24
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{32}")
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９ｘＸx", "0123456789XXX", " 　")
_PHONE: Final = re.compile(r"Mobile|Android|iPhone|iPad|HarmonyOS", re.IGNORECASE)


class FilmStanding(StrEnum):
    """What became of a link. Rule: imaging-60"""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"
    LOCKED = "locked"


class FilmOutcome(StrEnum):
    """How an attempt to open a link ended, as the access log says it."""

    OPENED = "opened"
    WRONG_DIGITS = "wrong_digits"
    EXPIRED = "expired"
    REVOKED = "revoked"
    LOCKED = "locked"


class FilmDevice(StrEnum):
    """What kind of device asked, as coarse as it is worth telling."""

    PHONE = "phone"
    COMPUTER = "computer"


def ends_at(made_at: datetime, days: int) -> datetime:
    """When a link made for so many days ends. Rule: imaging-60"""
    assert 1 <= days <= LONGEST_DAYS, "the edge has checked it"
    return made_at + timedelta(days=days)


def standing(
    *, expires_at: datetime, revoked_at: datetime | None, locked_at: datetime | None, now: datetime
) -> FilmStanding:
    """What became of a link; that its owner took it back is said before anything else.

    Rule: imaging-60
    """
    if revoked_at is not None:
        return FilmStanding.REVOKED
    if now >= expires_at:
        return FilmStanding.EXPIRED
    return FilmStanding.LIVE if locked_at is None else FilmStanding.LOCKED


def fresh_secret() -> str:
    """192 random bits, as they stand behind the `#` of the address."""
    return base64.urlsafe_b64encode(random_bytes(_SECRET_BYTES)).decode()


def read_secret(text: str) -> str | None:
    """The secret in what was scanned or pasted: alone, or as the fragment of an address; None when there is none."""
    secret = text.strip().rpartition("#")[2]
    return secret if _SECRET.fullmatch(secret) else None


def digest_of(secret: str) -> bytes:
    """What of a secret is stored. So many random bits need no salt. Rule: imaging-60"""
    return hashlib.sha256(secret.encode()).digest()


def fits(typed: str, tail: str) -> bool:
    """Whether the digits are the last four of the ID number; nothing fits a patient who has none. Rule: imaging-61"""
    digits = typed.translate(_FULL_WIDTH)
    return len(tail) == len(digits) and len(tail) > 0 and hmac.compare_digest(digits.encode(), tail.encode())


def device_of(user_agent: str) -> FilmDevice:
    """Phone or computer."""
    return FilmDevice.PHONE if _PHONE.search(user_agent) else FilmDevice.COMPUTER
