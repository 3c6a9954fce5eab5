"""The life of a critical value as a table. What is acknowledged stays so; nothing else ends it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from server.foundation.actor import Role
from server.foundation.lifecycle import Lifecycle, step


class CriticalStatus(StrEnum):
    """Where a critical value stands."""

    OPEN = "open"  # nobody was reached yet
    CALLED_BACK = "called_back"  # somebody was reached; nobody has put a name to it
    ACKNOWLEDGED = "acknowledged"


UNSETTLED: Final = frozenset({CriticalStatus.OPEN, CriticalStatus.CALLED_BACK})
_PRIMARY: Final = frozenset({Role.DOCTOR, Role.CLINIC_WORKER})

CRITICAL_LIFE: Final = Lifecycle[CriticalStatus](
    step("call_back", UNSETTLED, CriticalStatus.CALLED_BACK, {Role.DOCTOR}, "imaging-33"),
    step("acknowledge", UNSETTLED, CriticalStatus.ACKNOWLEDGED, _PRIMARY, "imaging-33"),
    step("escalate", {CriticalStatus.OPEN}, CriticalStatus.OPEN, (), "imaging-33"),
    step("escalate", {CriticalStatus.CALLED_BACK}, CriticalStatus.CALLED_BACK, (), "imaging-33"),
)
