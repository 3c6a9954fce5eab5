"""The rules of orders, pure: where an order is read, when it is due, when a study makes it ready."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

EVERYTHING_ELSE: Final = "*"
LICENSED_FOR: Final = "医学影像"  # the licence says 医学影像和放射治疗专业


class Urgency(StrEnum):
    """How soon; the words sort in the order in which they are served (see the model)."""

    EMERGENCY = "emergency"
    ORDINARY = "ordinary"


def department_for(routing: Mapping[str, UUID], modality: str, body_part: str) -> UUID | None:
    """The department that reads an examination under an agreement: the most exact entry wins.

    Entries are `CT/CHEST`, `CHEST`, `CT` or `*`, whatever their case.
    Rule: imaging-21
    """
    given = {key.strip().upper(): department_id for key, department_id in routing.items()}
    for key in (f"{modality}/{body_part}", body_part, modality, EVERYTHING_ELSE):
        if (found := given.get(key.upper())) is not None:
            return found
    return None


def is_licensed(scope: str) -> bool:
    """Whether a doctor's 执业范围 lets them read pictures. Rule: imaging-21"""
    return LICENSED_FOR in scope


def turnaround(urgency: Urgency, *, emergency_min: int, ordinary_h: int) -> timedelta:
    """Within what time the report is final, from when the study waits in the worklist. Rule: imaging-28"""
    return timedelta(minutes=emergency_min) if urgency is Urgency.EMERGENCY else timedelta(hours=ordinary_h)


def is_overdue(due_at: datetime | None, final_at: datetime | None, now: datetime) -> bool:
    """Whether the report is late, or was. Rule: imaging-28"""
    return due_at is not None and (final_at or now) > due_at


def is_whole(complete: Collection[bool]) -> bool:
    """Whether an order's studies are all there: at least one, and none that still grows. Rule: imaging-24"""
    return bool(complete) and all(complete)
