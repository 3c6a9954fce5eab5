"""The node as its own process: how it starts and stops, and what is left of a recording when it is killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from media.errors import NodeAway
from media.service import MediaNode
from tests.ports import port_range
from tests.realtime.media.calls import GREEN, RED, Calls, Told, like, until
from tests.realtime.media.kept import kept, manifest_of

KEY = bytes(range(32))
PORTS = port_range(20)


async def start(folder: Path) -> asyncio.subprocess.Process:
    """A node process that serves already."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "media", "--socket", str(folder / "run" / "n.sock"), "--data", str(folder / "media")),
        env={**os.environ, "LIANYI_MEDIA__UDP_PORTS": PORTS},
        stderr=asyncio.subprocess.PIPE,
    )
    deadline = time.monotonic() + 20
    async with MediaNode(folder / "run" / "n.sock") as node:
        while True:
            with contextlib.suppress(NodeAway):
                await node.load()
                return process
            assert time.monotonic() < deadline, "the node did not start"
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def running(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A node process; gone afterwards."""
    process = await start(folder)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture
async def client(short_folder: Path) -> AsyncIterator[MediaNode]:
    """The client of the process to be."""
    async with MediaNode(short_folder / "run" / "n.sock") as client:
        yield client


async def test_a_stopped_node_finishes_what_it_records(short_folder: Path, client: MediaNode) -> None:
    async with running(short_folder) as process:
        told, calls = Told(client), Calls(client)
        await calls.enter("room", "a", colour=RED, hertz=440, recording="v", key=KEY, leg="leg-a")
        watcher = await calls.enter("room", "b", colour=GREEN, hertz=880)
        await until(lambda: watcher.lanes[0].pictures > 20, "it is recorded for a while")
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
        await told.wait("stopping")
        await told.end()
        await calls.end()
    assert not (short_folder / "run" / "n.sock").exists()
    async with running(short_folder):
        assert await client.waiting_legs() == ["leg-a"]
        found = await kept(client, "leg-a", KEY)
        assert found.manifest.complete
        assert found.manifest.ended_by == "node-stopping"
        assert like(found.colour, RED)


async def test_a_killed_node_s_next_life_closes_the_leg_truthfully(short_folder: Path, client: MediaNode) -> None:
    async with running(short_folder) as process:
        told, calls = Told(client), Calls(client)
        await calls.enter("room", "a", colour=RED, hertz=440, recording="v", key=KEY, leg="leg-a")
        await told.wait("recording-started", seat="a")
        started = time.time()
        watcher = await calls.enter("room", "b")
        segment = short_folder / "media" / "legs" / "leg-a" / "000001.seg"
        await until(segment.exists, "two segments are on disk", 25)
        shown = watcher.lanes[0].pictures
        await until(lambda: watcher.lanes[0].pictures > shown + 15, "another second")
        process.kill()
        killed = time.time()
        await process.wait()
        async with running(short_folder):
            hello = await told.wait("hello", after=-1, n=0)
            ready = await told.wait("manifest-ready", leg="leg-a")
            assert ready.boot != hello.boot or ready.n > 0
            manifest = await manifest_of(client, "leg-a")
            assert not manifest.complete
            assert manifest.ended_by == "node-died"
            assert manifest.mac is None
            assert manifest.gaps[-1].reason == "node-died"
            assert manifest.gaps[-1].to is None
            found = await kept(client, "leg-a", KEY)
            assert like(found.colour, RED)
            assert abs(found.pitch - 440) < 5
            assert abs(found.first - started) < 1
            assert killed - found.last < 10, "at most the open segment is lost"
            await client.acknowledge("leg-a")
            assert list((short_folder / "media" / "legs").iterdir()) == []
        await told.end()
        await calls.end()


async def test_nobody_else_can_read_or_connect(short_folder: Path, client: MediaNode) -> None:
    async with running(short_folder):
        calls = Calls(client)
        await calls.enter("room", "a", colour=RED, hertz=440, recording="v", key=KEY, leg="leg-a")
        await until(lambda: (short_folder / "media" / "legs" / "leg-a" / "journal.ndjson").exists(), "the leg is kept")
        await client.close_room("room")
        await manifest_of(client, "leg-a")
        for path in (short_folder / "run", short_folder / "media"):
            for found in (path, *path.rglob("*")):
                mode = stat.S_IMODE(found.stat().st_mode)
                assert mode == (0o700 if found.is_dir() else 0o600), f"{found.name} is {mode:o}"
        await calls.end()


async def test_a_second_node_on_the_same_socket_says_so(short_folder: Path) -> None:
    async with running(short_folder):
        second = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "media", "--socket", str(short_folder / "run" / "n.sock")),
            *("--data", str(short_folder / "other")),
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await second.communicate()
        assert second.returncode == 1
        assert b"already" in said
