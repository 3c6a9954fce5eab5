"""Health for machines: `/healthz` touches nothing, `/readyz` asks every part, `/metrics` answers on its own port."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

import prometheus_client
from aiohttp import web
from sqlalchemy import text

from .clock import Clock
from .database import Database

Check = Callable[[], Awaitable[str | None]]
LEAST_FREE_BYTES: Final = 512 * 1024 * 1024
_DEADLINE_S: Final = 3.0


class Drain:
    """Set when the process is asked to stop, so that it is given no new work."""

    def __init__(self) -> None:
        self.on = False

    async def check(self) -> str | None:
        """Not ready once draining."""
        return "draining" if self.on else None


def database_check(database: Database, revision: str) -> Check:
    """The database takes writes and has the schema that this code expects."""

    async def check() -> str | None:
        async with database.session() as session:
            read_only = (await session.execute(text("SHOW transaction_read_only"))).scalar_one()
            found = (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar_one()
        if read_only != "off":
            return "read-only"
        return None if found == revision else "schema is not the one this code expects"

    return check


def clock_check(clock: Clock) -> Check:
    """The clock follows the database."""

    async def check() -> str | None:
        return None if clock.ready else "clock jumped"

    return check


def disk_check(folder: Path) -> Check:
    """There is room for records."""

    async def check() -> str | None:
        free = (await asyncio.to_thread(shutil.disk_usage, folder)).free
        return None if free > LEAST_FREE_BYTES else "disk nearly full"

    return check


def serve_health(app: web.Application, checks: Mapping[str, Check]) -> None:
    """Add both paths."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_: web.Request) -> web.Response:
        answers = dict(zip(checks, await asyncio.gather(*map(_asked, checks.values())), strict=True))
        ready = not any(answers.values())
        body = {"ready": ready, "checks": {name: answer or "ok" for name, answer in answers.items()}}
        return web.json_response(body, status=200 if ready else 503)

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)


async def _asked(check: Check) -> str | None:
    try:
        return await asyncio.wait_for(check(), _DEADLINE_S)
    except Exception as error:  # whatever it is, the part is not there
        return type(error).__name__


async def serve_metrics(port: int) -> web.AppRunner:
    """Prometheus metrics on 127.0.0.1, on a port of their own."""
    app = web.Application()

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(
            body=prometheus_client.generate_latest(), headers={"Content-Type": prometheus_client.CONTENT_TYPE_LATEST}
        )

    app.router.add_get("/metrics", metrics)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner
