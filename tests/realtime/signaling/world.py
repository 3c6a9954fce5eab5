"""Realtime on a loopback server with invented people, a media node without media, and pages that write down what they get."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from aiohttp import web
from redis.asyncio import Redis

from media.service import NodeEvent
from server.foundation.actor import Actor, Kind, LoginId, PersonId, Role
from server.foundation.errors import NotSignedIn
from server.foundation.key_pairs import Use, fresh_pair
from server.foundation.keys import Keyring, make_master_key
from server.foundation.tokens import TokenIssuer, TokenVerifier
from signaling.service import (
    Application,
    Carrier,
    ChatLine,
    Limits,
    MediaNode,
    Realtime,
    RecordTo,
    Standing,
    Turn,
    build,
)

from .node import NodeWithoutMedia
from .page import Page

ORIGIN = "http://pages.test"
SDP = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\n"
ALL = ("publish", "subscribe", "record", "share")


@dataclass(frozen=True)
class Someone:
    """An invented person with a login."""

    name: str
    role: Role
    person_id: UUID = field(default_factory=uuid4)
    login_id: UUID = field(default_factory=uuid4)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def on_another_login(self) -> Someone:
        """The same person, signed in on a second device."""
        return Someone(self.name, self.role, self.person_id)


def a_doctor(name: str = "林医生") -> Someone:
    return Someone(name, Role.DOCTOR)


def a_patient(name: str = "王秀英") -> Someone:
    return Someone(name, Role.PATIENT)


class Logins:
    """Who is signed in; stands for identity."""

    def __init__(self) -> None:
        self.by_token: dict[str, Someone] = {}
        self.asked = 0

    def sign_in(self, someone: Someone) -> Someone:
        self.by_token[someone.token] = someone
        return someone

    def sign_out(self, someone: Someone) -> None:
        del self.by_token[someone.token]

    async def authenticate(self, token: str) -> Actor:
        self.asked += 1
        someone = self.by_token.get(token)
        if someone is None:
            raise NotSignedIn
        return Actor(Kind.HUMAN, PersonId(someone.person_id), someone.role, LoginId(someone.login_id))


class Record:
    """The chat as the application keeps it: once per person and client_id."""

    def __init__(self) -> None:
        self.lines: dict[tuple[UUID, str], tuple[str, str | None]] = {}
        self.slow_s = 0.0
        self.broken: Exception | None = None

    async def keep(
        self, room: str, person_id: UUID, client_id: str, text: str | None, attachment_id: str | None, at: datetime
    ) -> str:
        await asyncio.sleep(self.slow_s)
        if self.broken is not None:
            raise self.broken
        return self.lines.setdefault((person_id, client_id), (f"line-{len(self.lines) + 1}", text))[0]


@dataclass
class World:
    """One process's realtime, listening."""

    realtime: Realtime
    address: str
    logins: Logins
    issuer: TokenIssuer
    node: NodeWithoutMedia
    record: Record
    told: list[tuple[Any, ...]]
    standing: dict[str, Standing]
    history: dict[str, list[ChatLine]]
    watchable: set[tuple[UUID, str]]
    application_answers: asyncio.Event

    def ticket(self, someone: Someone, room: str, **changes: Any) -> str:
        grants = changes.pop("grants", ALL)
        given: dict[str, Any] = {
            "login_id": someone.login_id,
            "person_id": someone.person_id,
            "room": room,
            "name": someone.name,
            "role": str(someone.role),
            "kind": str(someone.role),
            "grants": grants,
            "capacity": 3,
            "records": True,
            "ends_at": datetime.now(UTC) + timedelta(minutes=30),
            "meeting_id": "meeting-1",
        }
        return self.realtime.issue_ticket(**(given | changes))

    async def page(self, someone: Someone, client: str | None = None) -> Page:
        return await Page(self, self.logins.sign_in(someone), client).open()

    def people(self, room: str) -> list[Mapping[str, Any]]:
        return [person for person in self.realtime.people_present(room) if person["present"]]


def a_room() -> str:
    return secrets.token_urlsafe(18)


def a_keyring(folder: Path) -> Keyring:
    make_master_key(folder / "keys" / "master")
    keyring = Keyring.load(folder / "keys" / "master")
    since = datetime.now(UTC) - timedelta(hours=1)
    keyring.take([keyring.wrap(fresh_pair(use, since), since) for use in Use])
    return keyring


@asynccontextmanager
async def a_world(
    keyring: Keyring,
    *,
    carrier: Carrier | None = None,
    limits: Limits | None = None,
    node: NodeWithoutMedia | None = None,
    real_node: MediaNode | None = None,
    turn: Turn | None = None,
    redis: Redis | None = None,
) -> AsyncIterator[World]:
    """Serve until the block ends."""
    logins, record, node = Logins(), Record(), node or NodeWithoutMedia()
    told: list[tuple[Any, ...]] = []
    standing: dict[str, Standing] = {}
    history: dict[str, list[ChatLine]] = {}
    watchable: set[tuple[UUID, str]] = set()

    application_answers = asyncio.Event()
    application_answers.set()

    async def stands(room: str, /) -> Standing:
        await application_answers.wait()
        return standing.get(room, Standing())

    async def chat_history(room: str, /) -> list[ChatLine]:
        return history.get(room, [])

    async def may_watch(actor: Actor, topic: str) -> bool:
        return (actor.person, topic) in watchable

    async def recording(room: str, person_id: UUID, seat: str, leg: str, /) -> RecordTo:
        return RecordTo(f"rec-{room[:8]}", b"k" * 32)

    def noting(what: str) -> Callable[..., Awaitable[None]]:
        async def note(*said: Any) -> None:
            told.append((what, *said))

        return note

    async def on_media(room: str, leg: str | None, event: NodeEvent) -> None:
        told.append(("media", room, leg, event.kind))

    issuer = TokenIssuer(keyring.signer("tickets"))
    realtime = build(
        origins=[ORIGIN],
        issuer=issuer,
        verifier=TokenVerifier(keyring.verifiers("tickets")),
        now=lambda: datetime.now(UTC),
        application=Application(
            authenticate=logins.authenticate,
            may_watch=may_watch,
            chat_sink=record.keep,
            chat_history=chat_history,
            standing=stands,
            recording=recording,
            on_presence=noting("presence"),
            on_room_empty=noting("empty"),
            on_media=on_media,
            on_removed=noting("removed"),
            on_handed_over=noting("handed over"),
        ),
        nodes=[real_node or node],
        carrier=carrier,
        redis=redis,
        turn=turn,
        limits=limits or Limits(grace=timedelta(seconds=30), sweep_s=0.05, node_watch_s=0.05),
    )
    app = web.Application()
    realtime.attach(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield World(
            realtime,
            f"http://127.0.0.1:{port}",
            logins,
            issuer,
            node,
            record,
            told,
            standing,
            history,
            watchable,
            application_answers,
        )
    finally:
        await runner.cleanup()


async def eventually(happened: Callable[[], bool], within_s: float = 5.0) -> None:
    """Wait for a state, with a deadline."""
    async with asyncio.timeout(within_s):
        while not happened():  # noqa: ASYNC110  # the state belongs to the server and has no event of its own
            await asyncio.sleep(0.01)


def contiguous(numbers: Sequence[int]) -> bool:
    return list(numbers) == list(range(numbers[0], numbers[0] + len(numbers)))
