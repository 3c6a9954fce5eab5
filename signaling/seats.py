"""A seat: one person's place in a room, kept through lost sockets and changes of device."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Grant(StrEnum):
    """What a ticket allows its holder to do in the room."""

    PUBLISH = "publish"
    SUBSCRIBE = "subscribe"
    RECORD = "record"  # the holder has agreed to being recorded
    MODERATE = "moderate"
    SHARE = "share"


def seat_id(room: str, person_id: UUID) -> str:
    """The seat of this person in this room: opaque, and the same whenever and from wherever they come back."""
    digest = hashlib.sha256(f"{room}|{person_id}".encode()).digest()
    return b32encode(digest[:10]).decode().lower()


@dataclass(slots=True)
class Publishing:
    """Which of their own devices a person says are on; for the icons that others see."""

    audio: bool = False
    video: bool = False


@dataclass(slots=True)
class Seat:
    """Who sits here, over which socket, and since when away."""

    id: str
    person_id: UUID
    login_id: UUID
    name: str
    role: str
    kind: str
    grants: frozenset[Grant]
    generation: int = 1  # grows when the person takes over from another device: older seat tokens are dead
    client: str = ""  # the page (tab) that holds the seat
    connection: str | None = None  # the socket; None while away
    away_since: datetime | None = None
    media_connected: bool = False
    publishing: Publishing = field(default_factory=Publishing)

    @property
    def present(self) -> bool:
        """Whether a socket is open for this seat now; media may flow without one."""
        return self.connection is not None

    def may(self, grant: Grant) -> bool:
        """Whether the seat's ticket holds this grant."""
        return grant in self.grants

    def sit(self, connection: str, client: str, login_id: UUID) -> str | None:
        """Hold the seat from this socket. Gives the socket that held it until now, when another did."""
        before = self.connection if self.connection != connection else None
        self.connection, self.client, self.login_id = connection, client, login_id
        self.away_since = None
        return before

    def step_away(self, now: datetime) -> None:
        """The socket is gone; the seat waits."""
        self.connection = None
        self.away_since = now
