"""Tickets and seat tokens: who may enter which room, with which grants, signed and short-lived.

A ticket lives 60 s and opens the door once. Entering gives a seat token, good for the meeting's time + 90 s, with which
the same login comes back as often as the line breaks. Neither says anything medical.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from server.foundation.actor import Actor
from server.foundation.errors import Unavailable
from server.foundation.tokens import SEAT, TICKET, Claims, TokenIssuer, TokenRefused, TokenVerifier

from .errors import TicketNotValid
from .rooms import Entry, Room
from .seats import Grant, Seat

AUDIENCE: Final = "rt"
TICKET_LIFE_S: Final = 60
AFTER_THE_END: Final = timedelta(seconds=90)
SHORTEST_SEAT_S: Final = 90  # a visit that runs over its time still survives a broken line


class UsedTickets(Protocol):
    """Which tickets were used, remembered until they expire."""

    async def first_use(self, jti: str, expires_at: datetime, now: datetime) -> bool:
        """True once per jti."""
        ...


class UsedInMemory:
    """This process's memory: enough where one process serves the sockets."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    async def first_use(self, jti: str, expires_at: datetime, now: datetime) -> bool:
        """True once per jti."""
        self._until = {each: until for each, until in self._until.items() if until > now}
        if jti in self._until:
            return False
        self._until[jti] = expires_at
        return True


class UsedInRedis:
    """Shared between processes; without an answer no ticket is believed, the page asks for a new one."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def first_use(self, jti: str, expires_at: datetime, now: datetime) -> bool:
        """True once per jti. Raises: Unavailable."""
        seconds = max(1, int((expires_at - now).total_seconds()) + 1)
        try:
            return bool(await self._redis.set(f"lianyi:ticket:{jti}", "1", nx=True, ex=seconds))
        except (RedisError, OSError, TimeoutError) as error:
            raise Unavailable from error


class Tickets:
    """Issues and believes both kinds of pass."""

    def __init__(
        self, issuer: TokenIssuer, verifier: TokenVerifier, used: UsedTickets, now: Callable[[], datetime]
    ) -> None:
        self._issuer = issuer
        self._verifier = verifier
        self._used = used
        self._now = now

    def issue(self, entry: Entry) -> str:
        """A ticket for this person, login and room; 60 s, once."""
        return self._issuer.issue(TICKET, _claims(entry), TICKET_LIFE_S, self._now())

    def seat_token(self, room: Room, seat: Seat) -> str:
        """What the holder of a seat comes back with, from the same login."""
        now = self._now()
        entry = Entry(
            room=room.name,
            person_id=seat.person_id,
            login_id=seat.login_id,
            name=seat.name,
            role=seat.role,
            kind=seat.kind,
            grants=seat.grants,
            capacity=room.capacity,
            records=room.records,
            ends_at=room.ends_at,
            meeting_id=room.meeting_id,
            second=room.second.exists,
        )
        left = room.ends_at + AFTER_THE_END - now
        lifetime_s = max(SHORTEST_SEAT_S, int(left.total_seconds()))
        return self._issuer.issue(SEAT, {**_claims(entry), "generation": seat.generation}, lifetime_s, now)

    async def redeem(self, token: str, actor: Actor) -> Entry:
        """What a ticket says, once, to the login it was made for.

        Raises: TicketNotValid, Unavailable.
        """
        claims = self._believed(token, TICKET)
        entry = _entry(claims, actor)
        if not await self._used.first_use(claims.jti, claims.expires_at, self._now()):
            raise TicketNotValid
        return entry

    def read_seat_token(self, token: str, actor: Actor) -> Entry:
        """What a seat token says, to the login it was made for.

        Raises: TicketNotValid.
        """
        return _entry(self._believed(token, SEAT), actor)

    def _believed(self, token: str, typ: str) -> Claims:
        try:
            return self._verifier.verify(token, typ, AUDIENCE, self._now())
        except TokenRefused as refused:
            raise TicketNotValid from refused


def _claims(entry: Entry) -> dict[str, Any]:
    return {
        "sub": str(entry.person_id),
        "aud": AUDIENCE,
        "login": str(entry.login_id),
        "room": entry.room,
        "name": entry.name,
        "role": entry.role,
        "kind": entry.kind,
        "grants": sorted(entry.grants),
        "capacity": entry.capacity,
        "records": entry.records,
        "ends": int(entry.ends_at.timestamp()),
        "meeting": entry.meeting_id,
        "second": entry.second,
    }


def _entry(claims: Claims, actor: Actor) -> Entry:
    said = claims.extra
    try:
        entry = Entry(
            room=str(said["room"]),
            person_id=UUID(claims.sub),
            login_id=UUID(said["login"]),
            name=str(said["name"]),
            role=str(said["role"]),
            kind=str(said["kind"]),
            grants=frozenset(Grant(grant) for grant in said["grants"]),
            capacity=int(said["capacity"]),
            records=bool(said["records"]),
            ends_at=datetime.fromtimestamp(said["ends"], UTC),
            meeting_id=str(said["meeting"]),
            second=bool(said.get("second")),
            generation=said.get("generation"),
        )
    except (KeyError, TypeError, ValueError) as error:  # signed by us but of another shape: an older release
        raise TicketNotValid from error
    if entry.login_id != actor.login_id or entry.person_id != actor.person_id:
        raise TicketNotValid
    return entry
