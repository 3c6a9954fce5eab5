"""The face of realtime to the application: tickets, rooms, pushes, revocation. Everything else here is its own business.

`build` makes the one with sockets; `build_remote` the one of a process without (a worker), which reaches the others
over the same channel. Calls never wait for a page or a media node.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from aiohttp import web
from redis.asyncio import Redis

from server.foundation.tokens import TokenIssuer, TokenVerifier

from .bridge import Bridge, Carrier
from .carriers import PostgresCarrier, RedisCarrier
from .chat import ChatHistory, ChatLine, ChatSink
from .house import Application, House
from .limits import Limits
from .lobby import Standing
from .media_nodes import MediaNode, RecordTo
from .messages import QualityReport, message_schema
from .presence import Change
from .push import Coalescer
from .rooms import Entry
from .seats import Grant, seat_id
from .second import is_second
from .server import PATH, Server
from .tickets import Tickets, UsedInMemory, UsedInRedis
from .turn import Turn
from .wire import Wire

__all__ = [
    "PATH",
    "Application",
    "Carrier",
    "Change",
    "ChatHistory",
    "ChatLine",
    "ChatSink",
    "Grant",
    "Limits",
    "MediaNode",
    "PostgresCarrier",
    "QualityReport",
    "Realtime",
    "RecordTo",
    "RedisCarrier",
    "Standing",
    "Turn",
    "build",
    "build_remote",
    "is_second",
    "message_schema",
    "seat_id",
]

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")


class Realtime:
    """Realtime as capabilities call it, in a process with sockets or without."""

    def __init__(
        self,
        tickets: Tickets,
        now: Callable[[], datetime],
        limits: Limits,
        carrier: Carrier | None,
        house: House | None = None,
        server: Server | None = None,
    ) -> None:
        self._tickets = tickets
        self._now = now
        self._house = house
        self._server = server
        self._bridge = None
        if carrier is not None:
            self._bridge = Bridge(carrier, self._heard, self._resync, lambda: self._now().timestamp())
        self._outgoing = Coalescer(limits.pushes_per_s, self._send_push)

    # --- life

    def attach(self, app: web.Application) -> None:
        """Serve sockets on this application, from its start to its stop."""
        assert self._server is not None, "a process without sockets has nothing to attach"
        app.on_startup.append(self._started)
        self._server.attach(app)
        app.on_cleanup.append(self._stopped)

    async def start(self) -> None:
        """Connect to the other processes; for a process that attaches nothing."""
        if self._bridge is not None:
            self._bridge.start()

    async def stop(self) -> None:
        """Say what waits to be said, and let go."""
        self._outgoing.stop()
        if self._bridge is not None:
            await self._bridge.stop()

    async def _started(self, _: web.Application) -> None:
        await self.start()

    async def _stopped(self, _: web.Application) -> None:
        await self.stop()

    async def drain(self) -> None:
        """Graceful stop: no new sockets, nothing acknowledged is lost, pages come back elsewhere, media goes on."""
        if self._server is not None:
            await self._server.drain()

    @property
    def ready(self) -> bool:
        """Whether pushes of other processes arrive here, and new sockets are taken."""
        deaf = self._bridge is not None and not self._bridge.ready
        return not deaf and not (self._server is not None and self._server.draining)

    def counts(self) -> dict[str, int]:
        """Gauges and counters for the metrics page, by name."""
        return self._house.figures() if self._house is not None else {}

    # --- tickets

    def issue_ticket(
        self,
        *,
        login_id: UUID,
        person_id: UUID,
        room: str,
        name: str,
        role: str,
        kind: str,
        grants: Iterable[Grant | str],
        capacity: int,
        records: bool,
        ends_at: datetime,
        meeting_id: str,
        second: bool = False,
    ) -> str:
        """A pass through the door for 60 s, once, for this login only.

        `room` is an opaque name that nobody can guess (16-64 of A-Z a-z 0-9 _ -); `name` is shown to the others in the
        room; `kind` is patient, doctor, helper ...; `records` makes recording a condition of video; the grant `record`
        says that this person agreed to it; `second` gives the room a place for a second picture beside the people's.
        """
        if not _NAME.fullmatch(room) or not 2 <= capacity <= 8:
            raise ValueError("a room needs an opaque name and 2 to 8 seats")
        held = frozenset(Grant(grant) for grant in grants)
        entry = Entry(room, person_id, login_id, name, role, kind, held, capacity, records, ends_at, meeting_id)
        return self._tickets.issue(replace(entry, second=second))

    # --- rooms, wherever they live

    def close_room(self, room: str, reason: str) -> None:
        """The meeting is over: everybody is told, nobody stays or comes back, media ends."""
        self._everywhere("close", room=room, reason=reason)

    def stop_media(self, room: str, reason: str = "consent-withdrawn") -> None:
        """Video and recording end at once for everybody; the chat goes on."""
        self._everywhere("stop-media", room=room, reason=reason)

    def set_recording(self, room: str, on: bool) -> None:
        """Whether the application wants the room recorded; it happens only while everybody in it agreed."""
        self._everywhere("set-recording", room=room, on=on)

    def hand_over(self, room: str, person_id: UUID) -> None:
        """This person chairs from now on: may remove others and hand the chair over, whatever tickets say."""
        self._everywhere("hand-over", room=room, person=str(person_id))

    def remove(self, room: str, person_id: UUID) -> None:
        """Take a person's seat away; they come back by a fresh ticket only."""
        self._everywhere("remove", room=room, person=str(person_id))

    def revoke_login(self, login_id: UUID) -> None:
        """The login is over: its sockets are told and cut, its seats given up."""
        self._everywhere("revoke", login=str(login_id))

    def people_present(self, room: str) -> list[dict[str, Any]]:
        """Who has a seat in a room of this process, as the others see them (`present` tells who is away)."""
        return self._house.lobby.people_present(room) if self._house is not None else []

    # --- pushes

    def publish(self, topic: str, identifier: str | None = None) -> None:
        """Tell pages that watch this topic to fetch it again; best effort, after the commit."""
        if self._house is not None:
            self._house.topics.changed(topic, identifier)
        if self._bridge is not None:
            self._outgoing.add(topic, identifier)

    def _send_push(self, topic: str, identifier: str | None) -> None:
        if self._bridge is not None:
            self._bridge.send("push", topic=topic, id=identifier)

    # --- between processes

    def _everywhere(self, kind: str, **fields: Any) -> None:
        if self._house is not None:
            self._house.obey(kind, fields)
        if self._bridge is not None:
            self._bridge.send(kind, **fields)

    def _heard(self, message: Mapping[str, Any]) -> None:
        if self._house is None:
            return
        if message["kind"] == "push":
            self._house.changed_elsewhere(str(message["topic"]), message["id"])
        else:
            self._house.obey(message["kind"], message)

    def _resync(self) -> None:
        if self._house is not None:
            self._house.topics.resync()


def build(
    *,
    origins: Collection[str],
    issuer: TokenIssuer,
    verifier: TokenVerifier,
    now: Callable[[], datetime],
    application: Application,
    nodes: Sequence[MediaNode] = (),
    carrier: Carrier | None = None,
    redis: Redis | None = None,
    turn: Turn | None = None,
    limits: Limits | None = None,
) -> Realtime:
    """Realtime with sockets. `origins` are the pages' addresses in full (`https://hospital.example`)."""
    limits = limits or Limits()
    wire = Wire(
        origins=list(origins),
        connect_timeout_s=limits.connect_timeout_s,
        message_bytes=limits.message_bytes,
        queue_bytes=limits.queue_bytes,
        ping_interval=limits.ping_interval_s,
        ping_timeout=limits.ping_timeout_s,
    )
    tickets = Tickets(issuer, verifier, UsedInRedis(redis) if redis is not None else UsedInMemory(), now)
    house = House(wire, tickets, application, nodes, turn or Turn(), limits, now)
    return Realtime(tickets, now, limits, carrier, house, Server(wire, house, origins))


def build_remote(
    *, issuer: TokenIssuer, verifier: TokenVerifier, now: Callable[[], datetime], carrier: Carrier
) -> Realtime:
    """Realtime of a process without sockets: it tells the others."""
    return Realtime(Tickets(issuer, verifier, UsedInMemory(), now), now, Limits(), carrier)
