"""The rules of long-term plans: what the patient confirms, and what a township doctor may continue. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from server.foundation.actor import Level
from server.foundation.canonical import canonical

from .content import Content, Line
from .errors import ContinuationDiffers, NotAnUpperPrescription, RegimenTooOld

NEEDS_CONFIRMATION_DAYS: Final = 28  # longer than this the patient signs (B26)
REGIMEN_STANDS_DAYS: Final = 84  # the longest for which a long-term prescription is written (B26)
_LEVELS: Final = [Level.VILLAGE, Level.TOWNSHIP, Level.COUNTY, Level.PREFECTURE]


def plan_digest(content: Content) -> str:
    """What the patient confirms: which drugs, how much, how often, how long. Rule: B26"""
    plan = [
        [line.drug_id or line.name, str(line.dose), line.unit, line.frequency, line.days, str(line.quantity)]
        for line in content.items
    ]
    return hashlib.sha256(canonical(plan)).hexdigest()


def needs_confirmation(content: Content) -> bool:
    """Whether the patient signs for the length. Rule: B26"""
    return content.long_term and (content.days or 0) > NEEDS_CONFIRMATION_DAYS


@dataclass(frozen=True, slots=True)
class Regimen:
    """An upper hospital's prescription as far as it decides whether it may be continued."""

    level: Level
    signed_on: date
    long_term: bool
    supplied: bool
    content: Content


def require_continuable(original: Regimen, level: Level, today: date) -> None:
    """Refuse to continue what is not an upper hospital's long-term prescription, or no longer stands.

    Raises: NotAnUpperPrescription, RegimenTooOld.
    Rule: prescriptions-5
    """
    is_above = _LEVELS.index(original.level) > _LEVELS.index(level)
    if not (is_above and original.long_term and original.supplied):
        raise NotAnUpperPrescription
    stands_until = original.signed_on + timedelta(days=REGIMEN_STANDS_DAYS)
    if today > stands_until:
        raise RegimenTooOld(until=stands_until.isoformat())


def require_same_drugs(original: Iterable[Line], lines: Iterable[Line]) -> None:
    """Refuse a continuation with a drug that the original does not have, more of it at a time, or more often.

    Raises: ContinuationDiffers with the lines.
    Rule: prescriptions-5
    """
    allowed = {_what(line): line for line in original}
    differing = [line.line for line in lines if not _is_within(line, allowed.get(_what(line)))]
    if differing:
        raise ContinuationDiffers(lines=differing)


def _what(line: Line) -> tuple[str, str]:
    return (line.drug_id or line.name, line.strength)


def _is_within(line: Line, original: Line | None) -> bool:
    if original is None or (line.unit, line.route, line.frequency) != (
        original.unit,
        original.route,
        original.frequency,
    ):
        return False
    return (line.dose or Decimal(0)) <= (original.dose or Decimal(0))
