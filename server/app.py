"""The composition root: builds the ground, the aiohttp application and the worker out of settings and capabilities."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import cache
from ipaddress import ip_network
from itertools import chain

from aiohttp import web

from media.service import MediaNode
from prescriptions import service as prescriptions
from server import realtime
from server.appointments import service as appointments
from server.capabilities import CAPABILITIES, REPORT_KINDS
from server.foundation import clock as clocks
from server.foundation import health, housekeeping
from server.foundation.audit_heads import HeadsFolder
from server.foundation.audit_seal import Sealer
from server.foundation.capability import permissions_of
from server.foundation.clock import Clock, ReadTime
from server.foundation.database import Database
from server.foundation.edge import GROUND, problems, serve
from server.foundation.fields import FieldCipher
from server.foundation.ground import Ground
from server.foundation.jobs import Jobs, Task
from server.foundation.keys import Keyring
from server.foundation.openapi import describe
from server.foundation.pages import security_headers, serve_pages
from server.foundation.reading import TRUSTED_PROXIES
from server.foundation.routes import Route
from server.foundation.vault import Vault
from server.identity import service as identity
from server.imaging import service as imaging
from server.migrations.apply import newest
from server.paper.verifying import ReportKinds
from server.settings import ROOT, Settings
from server.signatures import service as signatures

VERSION = "0.1.0"
_KEYS_EVERY_S = 60
_UNFINISHED_UPLOADS = timedelta(hours=1)  # older ones were cut off and are swept away


def all_routes() -> list[Route]:
    """Every route row of the product."""
    return [route for capability in CAPABILITIES for routes in capability.routes for route in routes]


def all_tasks() -> tuple[Task, ...]:
    """Every job of the product."""
    return (*housekeeping.TASKS, *chain.from_iterable(capability.jobs for capability in CAPABILITIES))


@cache
def openapi() -> dict[str, object]:
    """The API's description, made when somebody first asks: every start would wait for it."""
    return describe(all_routes(), permissions_of(CAPABILITIES), VERSION)


@asynccontextmanager
async def database_of(settings: Settings) -> AsyncIterator[Database]:
    """The database that the settings name, as the application role; closed at the end."""
    database = Database(
        settings.dsn,
        pool_size=settings.database.pool_size,
        overflow=settings.database.overflow,
        statement_timeout_s=settings.database.statement_timeout_s,
        lock_timeout_s=settings.database.lock_timeout_s,
    )
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def standing_on(settings: Settings) -> AsyncIterator[Ground]:
    """The ground of one process: database, keys, vault, clock, jobs; let go of at the end.

    Raises: MasterKeyRefused, SettingsRefused.
    """
    async with database_of(settings) as database:
        ground, read_time = await _ground_on(settings, database)
        await ground.vault.sweep(ground.clock.now() - _UNFINISHED_UPLOADS)
        steady = [asyncio.create_task(ground.clock.run(read_time)), asyncio.create_task(_follow_keys(ground))]
        try:
            yield ground
        finally:
            for task in steady:
                task.cancel()
            await asyncio.gather(*steady, return_exceptions=True)
            await imaging.detach(ground)


async def _ground_on(settings: Settings, database: Database) -> tuple[Ground, ReadTime]:
    clock = Clock()
    keys = Keyring.load(settings.master_key)

    async def read_time() -> datetime:
        async with database.engine.connect() as connection:
            return await clocks.database_time(connection)

    await clock.measure(read_time)
    async with database.session() as session:
        await keys.ensure(session, clock.now())
        await session.commit()
    ground = Ground(
        database=database,
        clock=clock,
        keys=keys,
        fields=FieldCipher(keys),
        vault=Vault(settings.data_dir / "vault", keys),
        answers=keys.answers,
        jobs=Jobs(settings.dsn, all_tasks()),
        permissions=permissions_of(CAPABILITIES),
        subscribers=(
            *chain.from_iterable(capability.subscribers for capability in CAPABILITIES),
            *realtime.SUBSCRIBERS,
        ),
    )
    ground.provide(settings, *settings.sections, ReportKinds(REPORT_KINDS))
    identity.attach(ground)
    signatures.attach(ground)
    appointments.attach(ground)
    prescriptions.attach(ground)
    imaging.attach(ground)
    return ground, read_time


async def _follow_keys(ground: Ground) -> None:
    """Learn once a minute which signing pairs other processes made."""
    while True:
        await asyncio.sleep(_KEYS_EVERY_S)
        with suppress(Exception):  # a silent database is readiness's to report; the pairs we hold stay good
            async with ground.database.session() as session:
                await ground.keys.refresh(session)


def build_app(settings: Settings, ground: Ground) -> web.Application:
    """The application on a ground: routes, sockets, health, and the page."""
    app = web.Application(middlewares=[problems], client_max_size=settings.visits.upload_limit_bytes + 1024)
    app[GROUND] = ground
    app[TRUSTED_PROXIES] = tuple(ip_network(network) for network in settings.http.trusted_proxies)
    app.on_response_prepare.append(security_headers(secure=settings.http.tls_certificate is not None))
    drain = health.Drain()
    ground.provide(drain)
    sockets = realtime.attach(settings, ground, app, CAPABILITIES)

    async def heard() -> str | None:
        return None if sockets.ready else "deaf to other processes"

    checks = {
        "database": health.database_check(ground.database, newest()),
        "clock": health.clock_check(ground.clock),
        "disk": health.disk_check(settings.data_dir),
        "drain": drain.check,
        "sockets": heard,
    }
    health.serve_health(app, checks)

    async def show_openapi(_: web.Request) -> web.Response:
        return web.json_response(openapi())

    app.router.add_get("/api/openapi.json", show_openapi)
    serve(app, all_routes())
    imaging.serve_dicomweb(app)
    serve_pages(app, ROOT / "web-client" / "dist")
    return app


async def work_jobs(settings: Settings, ground: Ground) -> None:
    """The worker: jobs and scans, and the audit log sealed every minute, until cancelled."""
    heads = HeadsFolder(settings.data_dir / "heads")
    remote = realtime.attach_remote(settings, ground)
    await remote.start()
    sealer = asyncio.create_task(Sealer(ground.database, ground.keys, ground.clock, heads).run())
    try:
        await ground.jobs.work(ground)
    finally:
        sealer.cancel()
        await asyncio.gather(sealer, return_exceptions=True)
        await remote.stop()
        await ground.part(MediaNode).close()
