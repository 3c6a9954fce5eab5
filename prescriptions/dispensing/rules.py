"""What circulation decides without looking anything up. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from prescriptions.lifecycle import APPROVED, Status
from server.foundation.errors import Problem

from .errors import MoreThanLeft, PrescriptionNotInForce, PrescriptionOver, PrescriptionUsed

DIGIT_TRIES: Final = 10
VERIFICATIONS: Final = 60
_NOT_YET: Final = frozenset({Status.DRAFT, Status.CHECKED, Status.IN_REVIEW, Status.CLAIMED, Status.RETURNED})


class Standing(StrEnum):
    """What the public page says of a prescription; nothing finer."""

    IN_FORCE = "in_force"
    USED = "used"
    OVER = "over"
    WITH_THE_DOCTOR = "with_the_doctor"


def standing(status: Status, valid_until: datetime | None, now: datetime) -> Standing:
    """How a prescription stands for whoever holds its code.

    Rule: dispensing-3
    """
    if status in _NOT_YET:
        return Standing.WITH_THE_DOCTOR
    if status is Status.VALID:
        return Standing.IN_FORCE if valid_until is not None and now < valid_until else Standing.OVER
    return Standing.USED if status in APPROVED else Standing.OVER


def redeeming_refusal(status: Status, valid_until: datetime | None, now: datetime) -> Problem | None:
    """Why a pharmacy may not lock this prescription now; None when it may. A second use is the sentence of B35.

    Rule: B24, B30, B35
    """
    how = standing(status, valid_until, now)
    if how is Standing.IN_FORCE:
        return None
    return {
        Standing.USED: PrescriptionUsed,
        Standing.OVER: PrescriptionOver,
        Standing.WITH_THE_DOCTOR: PrescriptionNotInForce,
    }[how]()


def require_within_left(wanted: Mapping[UUID, Decimal], left: Mapping[UUID, tuple[int, Decimal]]) -> None:
    """Nothing, when no line is dispensed beyond what is left of it (`left`: line number and quantity by item).

    Raises: MoreThanLeft. Rule: B33
    """
    for item_id, quantity in wanted.items():
        line, remaining = left[item_id]
        if quantity > remaining:
            raise MoreThanLeft(line=line, left=plain(remaining))


def all_dispensed(left: Iterable[Decimal]) -> bool:
    """Whether nothing of any line remains."""
    return all(each <= 0 for each in left)


def plain(amount: Decimal) -> str:
    """An amount as people write it, without a tail of zeros: 28, 0.5."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
