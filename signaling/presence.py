"""Who is in a room now, as others see them, and what their being there allows. Pure; seats are changed in `rooms`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from .seats import Grant, Seat


class Change(StrEnum):
    """What happened to a person in a room; also the kinds of the room events that tell it."""

    JOINED = "joined"
    LEFT = "left"
    AWAY = "away"
    BACK = "back"


def person(seat: Seat) -> dict[str, Any]:
    """A person as everybody in the room sees them."""
    return {
        "seat": seat.id,
        "name": seat.name,
        "role": seat.role,
        "kind": seat.kind,
        "publishes": {
            "audio": seat.publishing.audio and seat.may(Grant.PUBLISH),
            "video": seat.publishing.video and seat.may(Grant.PUBLISH),
        },
        "present": seat.present,
        "media": seat.media_connected,
    }


def people(seats: Iterable[Seat]) -> list[dict[str, Any]]:
    """Everybody who has a seat, those away included (`present` tells)."""
    return [person(seat) for seat in seats]


def everyone_agreed(seats: Iterable[Seat]) -> bool:
    """Whether each person with a seat holds the grant to be recorded. Somebody away counts: they may come back any
    moment, and what was agreed must not depend on a bad line. Of an empty room it is not true.
    """
    grants = [seat.may(Grant.RECORD) for seat in seats]
    return bool(grants) and all(grants)


def overdue(seats: Iterable[Seat], now: datetime, grace: timedelta) -> list[Seat]:
    """Those away for longer than the grace period."""
    return [seat for seat in seats if seat.away_since is not None and now - seat.away_since >= grace]
