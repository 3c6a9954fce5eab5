"""The application's routes over transactions that are always undone: every cell of the matrix meets the same world."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from prescriptions.review.desk import ReviewDesk
from server.app import all_routes
from server.foundation.actor import Actor, LoginId
from server.foundation.database import Database
from server.foundation.edge import GROUND, problems, serve
from server.foundation.errors import NotSignedIn
from server.foundation.ground import Ground
from server.signatures.custody import Signing
from server.signatures.unlocked import Opened, Unlocked


class ForgettingDatabase(Database):
    """The same PostgreSQL; what a session commits is a savepoint of a transaction that is rolled back at its end."""

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session whose commits nobody else ever sees."""
        async with self.engine.connect() as connection:
            outer = await connection.begin()
            session = AsyncSession(
                bind=connection, expire_on_commit=False, autoflush=True, join_transaction_mode="create_savepoint"
            )
            try:
                yield session
            finally:
                await session.close()
                await outer.rollback()


class StillOpen(Unlocked):
    """The signing keys that the world's callers opened: a cell that locks or replaces one leaves that in no memory."""

    def __init__(self, opened: Unlocked) -> None:
        super().__init__()
        self._before = dict(opened._opened)

    def hold(self, login_id: LoginId, opened: Opened, now: datetime) -> None:
        """Nothing: the key that was made is undone."""

    def of(self, login_id: LoginId | None, now: datetime) -> Opened | None:
        """What the caller opened before the matrix began."""
        return self._before.get(login_id) if login_id is not None else None


@asynccontextmanager
async def forgetting(ground: Ground, callers: Mapping[str, Actor]) -> AsyncIterator[str]:
    """All routes on loopback; gives the address. `callers` are tokens that were believed once already.

    They are believed again without asking: a cell that signs its caller out leaves that only in this process's memory.
    """

    async def believe(token: str) -> Actor:
        if token not in callers:
            raise NotSignedIn
        return callers[token]

    database = ForgettingDatabase(ground.database.dsn, pool_size=4)
    app = web.Application(middlewares=[problems], client_max_size=8 * 2**20)
    app[GROUND] = replace(ground, database=database, authenticate=believe, publish=lambda _: None, _parts={})
    app[GROUND].provide(*ground.parts)
    app[GROUND].provide(replace(ground.part(Signing), unlocked=StillOpen(ground.part(Signing).unlocked)))
    app[GROUND].provide(ReviewDesk(app[GROUND]))  # it opens its own transactions: of this ground, to be undone too
    serve(app, all_routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
        await database.close()
