"""The life of an agreement as a table: one side makes it, the other confirms it, either ends it, time ends it too."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from server.foundation.actor import Role
from server.foundation.lifecycle import Lifecycle, step


class Status(StrEnum):
    """Where an agreement stands. Only one that is in force, on a day within its dates, serves anybody."""

    PROPOSED = "proposed"  # made by the serving side, not confirmed yet
    IN_FORCE = "in_force"
    DECLINED = "declined"
    ENDED = "ended"  # before its time, by either side
    EXPIRED = "expired"


_ADMINISTRATOR: Final = frozenset({Role.ADMINISTRATOR})

LIFE: Final = Lifecycle[Status](
    step("confirm", {Status.PROPOSED}, Status.IN_FORCE, _ADMINISTRATOR, "cooperation-1"),
    step("decline", {Status.PROPOSED}, Status.DECLINED, _ADMINISTRATOR, "cooperation-1"),
    step("end", {Status.PROPOSED, Status.IN_FORCE}, Status.ENDED, _ADMINISTRATOR, "cooperation-2"),
    step("expire", {Status.PROPOSED, Status.IN_FORCE}, Status.EXPIRED, (), "cooperation-2"),
)
