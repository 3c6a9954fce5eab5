"""The socket endpoint `/rt/` on an aiohttp application: who may shake hands, and the housekeeping behind the sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Final

import structlog
from aiohttp import web

from server.foundation.errors import MalformedBody, NotAllowed, Problem, Unavailable
from server.foundation.problems import as_problem
from server.foundation.translation import language_of

from .handlers import Handlers
from .house import House
from .wire import Wire, check_contract

log = structlog.get_logger(__name__)

PATH: Final = "/rt/"
RECHECK_EVERY_S: Final = 15.0
CUT_AT_ONCE: Final = 100


class Server:
    """The door, and the clockwork."""

    def __init__(self, wire: Wire, house: House, origins: Collection[str]) -> None:
        if moved := check_contract():
            raise RuntimeError(f"python-socketio is not as expected: {', '.join(moved)}")
        self._wire = wire
        self._house = house
        self._origins = frozenset(origins)
        self._tasks: list[asyncio.Task[None]] = []
        self.draining = False
        handlers = Handlers(house)
        wire.on("connect", handlers.connect)
        wire.on("disconnect", handlers.disconnect)
        wire.on("*", handlers.dispatch)

    def attach(self, app: web.Application) -> None:
        """Serve `/rt/` on this application, from its start to its stop."""
        app.router.add_get(PATH, self.shake_hands)
        app.on_startup.append(self._started)
        app.on_shutdown.append(self._stopping)

    async def shake_hands(self, request: web.Request) -> web.StreamResponse:
        """Upgrade to a websocket, if the page is ours and there is room."""
        try:
            self._admit(request)
        except Problem as problem:
            language = language_of(request.headers.get("Accept-Language"))
            headers = {"Retry-After": str(problem.retry_after_s)} if problem.retry_after_s else {}
            body = as_problem(problem, language)
            return web.json_response(
                body, status=problem.status, headers=headers, content_type="application/problem+json"
            )
        answer: web.StreamResponse = await self._wire.handle_request(request)
        return answer

    def _admit(self, request: web.Request) -> None:
        """Refuse other sites' pages (a browser always names its origin), other transports, and too many.

        Raises: NotAllowed, MalformedBody, Unavailable.
        """
        origin = request.headers.get("Origin")
        if origin is not None and origin not in self._origins:
            raise NotAllowed
        if request.headers.get("Upgrade", "").lower() != "websocket" or "sid" in request.query:
            raise MalformedBody
        if self.draining or self._wire.open_sockets >= self._house.limits.sockets:
            raise Unavailable(retry_after_s=2)

    # --- clockwork

    async def _started(self, _: web.Application) -> None:
        self.start()

    async def _stopping(self, _: web.Application) -> None:
        await self.drain()

    def start(self) -> None:
        """Follow nodes, sweep rooms, look at logins again."""
        self._house.start()
        self._tasks = [
            asyncio.create_task(self._sweep(), name="rooms-sweep"),
            asyncio.create_task(self._recheck(), name="logins-recheck"),
        ]

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self._house.limits.sweep_s)
            self._house.lobby.sweep()

    async def _recheck(self) -> None:
        every_s = min(RECHECK_EVERY_S, self._house.limits.recheck_s)
        while True:
            await asyncio.sleep(every_s)
            try:
                self._house.revoke(await self._house.connections.recheck())
            except Exception as error:  # whatever one round meets, the next one must come
                log.error("logins-recheck-failed", error=type(error).__name__)

    async def drain(self) -> None:
        """Take no new sockets, keep what was said, send every page away to come back elsewhere. Media is not touched."""
        if self.draining:
            return
        self.draining = True
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        await self._house.keep_chat()
        for number, connection in enumerate(self._house.connections.all(), start=1):
            self._wire.cut(connection.sid, for_good=False)
            if number % CUT_AT_ONCE == 0:
                await asyncio.sleep(0.05)
        await self._wire.all_closed()
        await self._house.stop()
