"""`python -m media`: one media node, serving its Unix socket until SIGTERM. One per core; no database, no page."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import structlog
import uvloop
from aiohttp import web

from media.engine import EngineMoved, check_contract
from media.http import build
from media.node import Node
from media.udp import Ports
from server.foundation.logs import configure_logs
from server.settings import Settings

log = structlog.get_logger("media")


def main() -> int:
    """Runs the node; gives the exit code."""
    settings = Settings()
    told = argparse.ArgumentParser(prog="python -m media", description="One media node.")
    told.add_argument("--socket", type=Path, default=settings.media_sockets[0], help="Unix socket to serve")
    told.add_argument("--data", type=Path, default=settings.data_dir / "media", help="folder of recordings in work")
    given = told.parse_args()
    configure_logs(settings.log_level, sys.stderr)
    try:
        check_contract()
    except EngineMoved as moved:
        sys.stderr.write(f"The media node does not start: {moved}\n")
        return 1
    first, _, last = settings.media.udp_ports.partition("-")
    ports = Ports(int(first), int(last), settings.media.addresses, loopback=not settings.media.addresses)
    os.umask(0o077)
    given.socket.parent.mkdir(parents=True, exist_ok=True)
    given.data.mkdir(parents=True, exist_ok=True)
    if _answers(given.socket):
        sys.stderr.write(f"Another media node serves {given.socket} already.\n")
        return 1
    given.socket.unlink(missing_ok=True)
    uvloop.run(_serve(given.socket, given.data, ports))
    given.socket.unlink(missing_ok=True)
    return 0


async def _serve(path: Path, data: Path, ports: Ports) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    node = Node(ports, data)
    await node.start()
    runner = web.AppRunner(build(node), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.UnixSite(runner, str(path)).start()
    os.chmod(path, 0o600)
    log.info("media.serving", pid=os.getpid(), count=ports.capacity)
    await stop.wait()
    await node.stop()
    await asyncio.sleep(0)  # the event stream hands out the last manifests
    await runner.cleanup()


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
