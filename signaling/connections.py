"""Open sockets: whose they are, whether their login still holds, and sending to them. What they ask: `handlers`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog

from server.foundation.actor import Actor, LoginId
from server.foundation.errors import NotAllowed, NotSignedIn, TooMany, Unavailable

from .limits import Limits, Rates
from .wire import Wire

log = structlog.get_logger(__name__)

Authenticate = Callable[[str], Awaitable[Actor]]
RECHECKS_AT_ONCE = 8
DOUBT_S = 300  # how long a login that cannot be checked (database away) is still believed


@dataclass(slots=True)
class Connection:
    """One socket of a signed-in login."""

    sid: str
    actor: Actor
    token: str = field(repr=False)
    client: str = ""
    language: str = "zh"
    checked_at_s: float = 0
    rates: Rates = field(default_factory=Rates)
    topics: set[str] = field(default_factory=set)
    room: str | None = None

    @property
    def login_id(self) -> LoginId:
        """The login; `Connections.open` lets nobody in without one."""
        assert self.actor.login_id is not None
        return self.actor.login_id


class Connections:
    """Every open socket of this process."""

    def __init__(self, wire: Wire, authenticate: Authenticate, limits: Limits) -> None:
        self._wire = wire
        self._authenticate = authenticate
        self._limits = limits
        self._by_sid: dict[str, Connection] = {}
        self._by_login: dict[UUID, set[str]] = {}

    def __len__(self) -> int:
        return len(self._by_sid)

    def get(self, sid: str) -> Connection | None:
        """The connection, while it is believed."""
        return self._by_sid.get(sid)

    def all(self) -> list[Connection]:
        """Every connection now."""
        return list(self._by_sid.values())

    async def open(self, sid: str, token: str, client: str, language: str) -> Connection:
        """Let a socket in by its access token.

        Raises: NotSignedIn, TooMany, Unavailable.
        """
        actor = await self._authenticate(token)
        if actor.login_id is None or actor.person_id is None:
            raise NotSignedIn
        same_login = self._by_login.setdefault(actor.login_id, set())
        if len(same_login) >= self._limits.sockets_per_login:
            raise TooMany(retry_after_s=10)
        same_login.add(sid)
        connection = Connection(sid, actor, token, client, language, _now_s())
        self._by_sid[sid] = connection
        return connection

    def close(self, sid: str) -> Connection | None:
        """Forget a socket that is gone."""
        connection = self._by_sid.pop(sid, None)
        if connection is not None:
            same_login = self._by_login.get(connection.login_id, set())
            same_login.discard(sid)
            if not same_login:
                self._by_login.pop(connection.login_id, None)
        return connection

    async def renew(self, connection: Connection, token: str) -> None:
        """Believe a newer token of the same login.

        Raises: NotSignedIn, NotAllowed, Unavailable.
        """
        actor = await self._authenticate(token)
        if (actor.login_id, actor.person_id) != (connection.actor.login_id, connection.actor.person_id):
            raise NotAllowed
        connection.actor, connection.token, connection.checked_at_s = actor, token, _now_s()

    def of_login(self, login_id: UUID) -> list[Connection]:
        """The sockets of one login."""
        return [self._by_sid[sid] for sid in self._by_login.get(login_id, set())]

    def doubtful(self) -> list[Connection]:
        """Those whose login must be looked at again."""
        due = _now_s() - self._limits.recheck_s
        return [each for each in self._by_sid.values() if each.checked_at_s <= due]

    async def recheck(self) -> list[Connection]:
        """Look again at each login that is due; gives those that are over."""
        places = asyncio.Semaphore(RECHECKS_AT_ONCE)

        async def look(connection: Connection) -> Connection | None:
            async with places:
                return None if await self._still_holds(connection) else connection

        looked = await asyncio.gather(*(look(connection) for connection in self.doubtful()))
        return [connection for connection in looked if connection is not None]

    async def _still_holds(self, connection: Connection) -> bool:
        token = connection.token
        try:
            async with asyncio.timeout(self._limits.handler_deadline_s):
                await self._authenticate(token)
        except (NotSignedIn, NotAllowed):
            return connection.token != token  # it was renewed meanwhile: looked at next time
        except (Unavailable, OSError, TimeoutError):
            return _now_s() - connection.checked_at_s < DOUBT_S
        connection.checked_at_s = _now_s()
        return True

    # --- sending

    def send(self, sid: str, event: str, payload: dict[str, Any]) -> None:
        """One event to one socket, queued at once."""
        self._wire.deliver(sid, self._wire.encode(event, payload))

    def send_all(self, sids: Iterable[str], event: str, payload: dict[str, Any]) -> None:
        """The same event to several sockets, encoded once."""
        encoded = self._wire.encode(event, payload)
        for sid in sids:
            self._wire.deliver(sid, encoded)

    def cut(self, connection: Connection) -> None:
        """End a socket whose login is over: it is told, believed no more from now on, and closed."""
        self.send(connection.sid, "session:revoked", {})
        self._wire.cut(connection.sid, for_good=True)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
