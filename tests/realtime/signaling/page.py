"""A browser tab without a browser: one socket, and everything it was told."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import socketio  # type: ignore[import-untyped]  # has no types

if TYPE_CHECKING:  # a world makes pages, and pages ask it for tickets
    from .world import Someone, World


class Page:
    """A browser tab: one socket, and what it was told."""

    def __init__(self, world: World, someone: Someone, client: str | None = None) -> None:
        self.world = world
        self.someone = someone
        self.client = client or f"tab-{secrets.token_hex(4)}"
        self.events: list[dict[str, Any]] = []
        self.heard: list[tuple[str, Any]] = []
        self.gone = asyncio.Event()
        self._news = asyncio.Event()
        self.socket = socketio.AsyncClient(reconnection=False)
        self.socket.on("room:event", self._room_event)
        for event in ("changed", "session:revoked", "media:renew"):
            self.socket.on(event, lambda payload, event=event: self._other(event, payload))
        self.socket.on("disconnect", lambda *_: self.gone.set())

    def _room_event(self, payload: dict[str, Any]) -> None:
        self.events.append(payload)
        self._news.set()

    def _other(self, event: str, payload: Any) -> None:
        self.heard.append((event, payload))
        self._news.set()

    async def open(self, **auth: Any) -> Page:
        said = {"token": self.someone.token, "client": self.client} | auth
        await self.socket.connect(self.world.address, auth=said, transports=["websocket"], socketio_path="rt")
        return self

    async def close(self) -> None:
        await self.socket.disconnect()

    def cut(self) -> None:
        """The network goes: no goodbye."""
        self.socket.eio.ws._response.connection.transport.abort()

    def stop_reading(self) -> None:
        """The page freezes."""
        self.socket.eio.ws._response.connection.transport.pause_reading()

    async def call(self, event: str, payload: Any = None) -> dict[str, Any]:
        answer: dict[str, Any] = await self.socket.call(event, payload, timeout=10)
        return answer

    async def ok(self, event: str, payload: Any = None) -> dict[str, Any]:
        answer = await self.call(event, {} if payload is None else payload)
        assert answer["ok"], answer
        return answer

    async def refused(self, event: str, payload: Any = None) -> str:
        answer = await self.call(event, {} if payload is None else payload)
        assert not answer["ok"], answer
        return str(answer["problem"]["code"])

    async def join(self, room: str, **ticket: Any) -> dict[str, Any]:
        return await self.ok("room:join", {"ticket": self.world.ticket(self.someone, room, **ticket)})

    async def until(self, happened: Callable[[], bool], within_s: float = 5.0) -> None:
        async with asyncio.timeout(within_s):
            while not happened():
                self._news.clear()
                try:
                    async with asyncio.timeout(0.05):
                        await self._news.wait()
                except TimeoutError:
                    continue

    async def event(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The first room event of this kind with these fields, waited for."""

        def matching() -> list[dict[str, Any]]:
            return [e for e in self.events if e["kind"] == kind and fields.items() <= e.items()]

        await self.until(lambda: bool(matching()))
        return matching()[0]

    async def told(self, event: str) -> Any:
        await self.until(lambda: any(name == event for name, _ in self.heard))
        return next(payload for name, payload in self.heard if name == event)

    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.events]
