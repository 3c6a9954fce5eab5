"""The application on a free port of this machine, as tests need it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from server.app import build_app
from server.foundation.ground import Ground
from server.foundation.runner import Runner
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Served:
    """A running application."""

    address: str
    ground: Ground
    settings: Settings


@asynccontextmanager
async def serving(settings: Settings, ground: Ground) -> AsyncIterator[Served]:
    """Serve until the block ends."""
    app = build_app(settings, ground)
    runner = Runner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", settings.http.port).start()
    try:
        yield Served(f"http://127.0.0.1:{settings.http.port}", ground, settings)
    finally:
        await runner.cleanup()
