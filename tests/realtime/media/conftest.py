"""A media node in this process, its client, and generated people who call through it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from media.http import build
from media.node import Node
from media.service import MediaNode
from tests.ports import media_ports
from tests.realtime.media.calls import Calls, Told


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A short path: Unix sockets have room for 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="lm-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def node(short_folder: Path) -> AsyncIterator[Node]:
    """A node serving its socket in this process."""
    node = Node(media_ports(40), short_folder)
    await node.start()
    runner = web.AppRunner(build(node), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.UnixSite(runner, str(short_folder / "node.sock")).start()
    yield node
    await node.stop()
    await runner.cleanup()


@pytest.fixture
async def client(node: Node, short_folder: Path) -> AsyncIterator[MediaNode]:
    """The application's client of that node."""
    async with MediaNode(short_folder / "node.sock") as client:
        yield client


@pytest.fixture
async def calls(client: MediaNode) -> AsyncIterator[Calls]:
    """People in rooms; everybody has left at the end."""
    calls = Calls(client)
    yield calls
    await calls.end()


@pytest.fixture
async def told(client: MediaNode) -> AsyncIterator[Told]:
    """What the node tells."""
    told = Told(client)
    yield told
    await told.end()


@pytest.fixture
async def no_leaks(node: Node) -> Callable[[], set[str]]:
    """Names of tasks that are there now and were not when the test began."""
    before = asyncio.all_tasks()

    def leaked() -> set[str]:
        return {
            task.get_coro().__qualname__  # type: ignore[union-attr]  # tasks of ours are coroutines
            for task in asyncio.all_tasks() - before
            if task is not asyncio.current_task()
        }

    return leaked
