"""What `python -m server` can do. Each command takes the settings and gives nothing or an exit code."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import ssl
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import orjson
import structlog
from aiohttp import web
from prometheus_client import REGISTRY
from psycopg.conninfo import conninfo_to_dict

from prescriptions import service as prescriptions
from server import app as composition
from server import demo, documents
from server.foundation import eventloop, health, key_store
from server.foundation.actor import SYSTEM
from server.foundation.audit_export import verify_database
from server.foundation.edge import serve as add_routes
from server.foundation.keys import Keyring
from server.foundation.logs import configure_logs
from server.foundation.routes import Route
from server.foundation.runner import Runner
from server.foundation.work import unit_of_work
from server.identity import service as identity
from server.imaging import service as imaging
from server.migrations.apply import migrate as apply_migrations
from server.realtime import Figures
from server.settings import Settings
from signaling.service import Realtime

Command = Callable[[Settings, argparse.Namespace], Any]
_DRAIN_S = 10.0

log = structlog.get_logger(__name__)


def declare(parser: argparse.ArgumentParser) -> None:
    """Add every command to the parser."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Command, help_text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help_text)
        command.set_defaults(run=run)
        return command

    add("serve", serve, "the application: page, API, sockets")
    add("worker", worker, "jobs and periodic scans")
    add("migrate", migrate, "bring the database to the newest schema (as the owner role)")
    add("demo", seed_demo, "seed the demo county")
    add("openapi", show_openapi, "print the API's description")
    add("messages", show_messages, "print the socket messages' JSON Schema")
    add("docs", write_documents, "write the pages of docs/ that are made from the code")
    add("check", check, "tell which key opens what")
    add("audit-verify", audit_verify, "verify the audit log of this database")
    codes = commands.add_parser("codes", help="official code tables").add_subparsers(required=True, metavar="ACTION")
    load = codes.add_parser("load", help="load a table from a CSV file with the columns code, name and perhaps name_en")
    load.add_argument("system", type=prescriptions.System, choices=list(prescriptions.System), help="which table")
    load.add_argument("file", type=Path, help="the CSV file, UTF-8")
    load.add_argument("--version", required=True, help="its edition, as its publisher names it")
    load.set_defaults(run=load_codes)
    admin = commands.add_parser("admin", help="administrators").add_subparsers(required=True, metavar="ACTION")
    create = admin.add_parser("create", help="make an administrator and print the one-time enrolment link")
    create.add_argument("--organisation", required=True, help="name of the institution; made when there is none")
    create.add_argument("--name", required=True, help="the administrator's name")
    create.add_argument("--username", required=True, help="sign-in name")
    create.set_defaults(run=create_admin)


async def serve(settings: Settings, _: argparse.Namespace, more: Iterable[Route] = ()) -> None:
    """Run the application until asked to stop; then drain, and let what runs finish. `more` routes: a benchmark's."""
    configure_logs(settings.log_level)
    async with composition.standing_on(settings) as ground:
        app = composition.build_app(settings, ground)
        add_routes(app, more)
        runner = Runner(app, access_log=None, shutdown_timeout=_DRAIN_S, keepalive_timeout=75)
        await runner.setup()
        site = web.TCPSite(runner, settings.http.host, settings.http.port, ssl_context=_tls(settings), backlog=1024)
        await site.start()
        REGISTRY.register(Figures(ground.part(Realtime)))
        metrics = await health.serve_metrics(settings.http.port + 1)
        eventloop.settled()
        async with imaging.listening(ground):
            log.info("serving", port=settings.http.port, version=composition.VERSION, demo=settings.demo)
            await _asked_to_stop()
            log.info("draining")
        ground.part(health.Drain).on = True
        await ground.part(Realtime).drain()
        await runner.cleanup()
        await metrics.cleanup()


async def worker(settings: Settings, _: argparse.Namespace) -> None:
    """Run jobs until asked to stop; what runs then is let finish."""
    configure_logs(settings.log_level)
    async with composition.standing_on(settings) as ground:
        jobs = asyncio.create_task(composition.work_jobs(settings, ground))
        log.info("working", version=composition.VERSION)
        stop = asyncio.create_task(_asked_to_stop())
        await asyncio.wait({jobs, stop}, return_when=asyncio.FIRST_COMPLETED)
        jobs.cancel()
        stop.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await jobs


def migrate(settings: Settings, _: argparse.Namespace) -> None:
    """Upgrade the schema and state the application role's rights."""
    role = str(conninfo_to_dict(settings.dsn).get("user", ""))
    print(apply_migrations(settings.owner_dsn, role))  # noqa: T201  # the command's answer


async def seed_demo(settings: Settings, _: argparse.Namespace) -> int:
    """Seed the demo county; refused outside demo mode."""
    if not settings.demo:
        sys.stderr.write("The demo county is seeded in demo mode only (LIANYI_DEMO=1 with the embedded database).\n")
        return 2
    async with composition.standing_on(settings) as ground:
        await demo.seed(ground)
    return 0


def show_openapi(_: Settings, __: argparse.Namespace) -> None:
    """The API's description as JSON."""
    sys.stdout.buffer.write(orjson.dumps(composition.openapi(), option=orjson.OPT_INDENT_2) + b"\n")


def show_messages(_: Settings, __: argparse.Namespace) -> None:
    """The socket messages as JSON Schema."""
    from signaling.messages import message_schema

    json.dump(message_schema(), sys.stdout, ensure_ascii=False, indent=2)


def write_documents(_: Settings, __: argparse.Namespace) -> None:
    """The made pages: settings, problems, licences."""
    for path in documents.write_all():
        print(path)  # noqa: T201  # the command's answer


async def create_admin(settings: Settings, asked: argparse.Namespace) -> None:
    """Make an administrator; prints the link that sets password and second factor, once."""
    async with composition.standing_on(settings) as ground, unit_of_work(ground, SYSTEM) as work:
        token = await identity.create_admin(
            work, organisation=asked.organisation, name=asked.name, username=asked.username
        )
        print(f"{settings.origins[0]}/staff/enrol#{token}")  # noqa: T201  # the command's answer


async def load_codes(settings: Settings, asked: argparse.Namespace) -> int:
    """Put a table in the place of the one loaded before; a file with a mistake changes nothing."""
    try:
        content = asked.file.read_bytes()
        async with composition.standing_on(settings) as ground, unit_of_work(ground, SYSTEM) as work:
            loaded = await prescriptions.load_codes(work, asked.system, asked.version, asked.file.name, content)
    except (OSError, prescriptions.BadFormulary) as refused:
        sys.stderr.write(f"{refused}\n")
        return 2
    print(f"{asked.system} {asked.version}: {loaded}")  # noqa: T201  # the command's answer
    return 0


async def check(settings: Settings, _: argparse.Namespace) -> int:
    """Which stored key this master key opens."""
    keys = Keyring.load(settings.master_key)
    async with composition.database_of(settings) as database, database.session() as session:
        states = [keys.state_of(row) for row in await key_store.signing_keys(session)]
    for state in states:
        opened = "opens" if state.opens else "DOES NOT OPEN"
        print(f"{state.use:8} {state.kid[:12]} {opened} {state.signs_from:%Y-%m-%d} - {state.signs_until:%Y-%m-%d}")  # noqa: T201  # the command's answer
    return 0 if all(state.opens for state in states) else 1


async def audit_verify(settings: Settings, _: argparse.Namespace) -> int:
    """Verify the log; prints what was found."""
    async with composition.standing_on(settings) as ground:
        return await verify_database(ground, settings.data_dir / "heads")


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.http.tls_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.http.tls_certificate, settings.http.tls_key)
    return context


async def _asked_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await stop.wait()
