"""When an earlier result is recognised, pure. What is recognised is told, never decided: the doctor decides."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

SAME: Final = "modality and part of the body"


def valid_until(examined_at: datetime, days: int) -> datetime:
    """Until when a result is recognised, counted from the examination, not from the report. Rule: imaging-34"""
    return examined_at + timedelta(days=days)


def is_valid(examined_at: datetime, days: int, now: datetime) -> bool:
    """Whether a result is still recognised. Rule: imaging-34"""
    return now < valid_until(examined_at, days)
