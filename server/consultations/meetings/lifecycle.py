"""Two lives as tables: of a meeting, and of one person's place before its door."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from server.foundation.lifecycle import Lifecycle, step


class State(StrEnum):
    """Where a meeting stands."""

    PLANNED = "planned"
    OPEN = "open"
    ENDED = "ended"


class Stand(StrEnum):
    """Where somebody stands: asked in, before the door, let in, in the room, off the line, gone, put out."""

    INVITED = "invited"
    KNOCKING = "knocking"
    ADMITTED = "admitted"
    IN = "in"
    AWAY = "away"
    LEFT = "left"
    REMOVED = "removed"


# Who may go in: let in once, and not put out since.
WELCOME: Final = frozenset({Stand.ADMITTED, Stand.IN, Stand.AWAY, Stand.LEFT})
_ANYWHERE: Final = frozenset(Stand)

LIFE: Final = Lifecycle[State](
    step("open", {State.PLANNED}, State.OPEN, (), "meetings-1"),
    step("end", {State.PLANNED, State.OPEN}, State.ENDED, (), "meetings-6"),
)

DOOR: Final = Lifecycle[Stand](
    step("knock", {Stand.INVITED, Stand.KNOCKING, Stand.REMOVED}, Stand.KNOCKING, (), "meetings-2"),
    step("admit", {Stand.INVITED, Stand.KNOCKING, Stand.ADMITTED}, Stand.ADMITTED, (), "meetings-2"),
    step("come", WELCOME, Stand.IN, (), "meetings-2"),
    step("step_away", {Stand.IN, Stand.AWAY}, Stand.AWAY, (), "meetings-2"),
    step("leave", {Stand.IN, Stand.AWAY, Stand.ADMITTED}, Stand.LEFT, (), "meetings-2"),
    step("remove", _ANYWHERE, Stand.REMOVED, (), "meetings-3"),
)
