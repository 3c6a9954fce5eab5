"""Redis instead of NOTIFY, and tickets used once across processes; it needs a `redis-server` in the path."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis.asyncio import Redis

from server.foundation.keys import Keyring
from signaling.service import RedisCarrier

from .test_pushes import Pair, a_watcher, changes
from .world import a_doctor, a_room, a_world, eventually

pytestmark = pytest.mark.more


@dataclass
class RunningRedis:
    """A Redis of our own."""

    url: str
    process: asyncio.subprocess.Process


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RunningRedis]:
    program = shutil.which("redis-server")
    assert program, "install redis-server to run this"
    socket = tmp_path / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)]
    process = await asyncio.create_subprocess_exec(program, *options, stdout=asyncio.subprocess.DEVNULL)
    await eventually(socket.exists)
    try:
        yield RunningRedis(f"unix://{socket}", process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
            await process.wait()


@pytest.fixture
async def pair(keyring: Keyring, redis: RunningRedis) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        worlds = []
        for _ in range(2):
            client = Redis.from_url(redis.url, socket_timeout=1, socket_connect_timeout=1)
            stack.push_async_callback(client.aclose)
            made = a_world(keyring, carrier=RedisCarrier(redis.url), redis=client)
            worlds.append(await stack.enter_async_context(made))
        await eventually(lambda: all(world.realtime.ready for world in worlds))
        yield Pair(*worlds)


async def test_a_push_reaches_the_pages_of_another_process(pair: Pair) -> None:
    near, far = await a_watcher(pair.here, "queue:7"), await a_watcher(pair.there, "queue:7")
    pair.here.realtime.publish("queue:7", "visit-1")
    assert await far.told("changed") == {"topic": "queue:7", "id": "visit-1"}
    assert changes(near) == [("queue:7", "visit-1")]


async def test_a_ticket_opens_once_in_all_processes(pair: Pair) -> None:
    room, doctor = a_room(), a_doctor()
    near, far = await pair.here.page(doctor), await pair.there.page(doctor)
    ticket = pair.here.ticket(doctor, room)
    await near.ok("room:join", {"ticket": ticket})
    assert await far.refused("room:join", {"ticket": ticket}) == "ticket-not-valid"
    await far.join(room)


async def test_a_paused_redis_makes_processes_not_ready_and_its_old_messages_are_dropped(
    pair: Pair, redis: RunningRedis
) -> None:
    far = await a_watcher(pair.there, "queue:7")
    ticket = pair.here.ticket(far.someone, a_room())
    redis.process.send_signal(signal.SIGSTOP)
    await eventually(lambda: not pair.here.realtime.ready and not pair.there.realtime.ready, within_s=8)
    for number in range(50):
        pair.here.realtime.publish("queue:7", f"visit-{number}")
    assert await far.refused("room:join", {"ticket": ticket}) == "unavailable"
    redis.process.send_signal(signal.SIGCONT)
    await eventually(lambda: pair.here.realtime.ready and pair.there.realtime.ready, within_s=10)
    await far.until(lambda: ("queue:7", None) in changes(far), within_s=10)
    assert len(changes(far)) < 20
    await far.join(a_room())


async def test_a_killed_redis_takes_nothing_along_but_pushes(pair: Pair, redis: RunningRedis) -> None:
    room, doctor = a_room(), await pair.here.page(a_doctor())
    await doctor.join(room)
    redis.process.kill()
    await eventually(lambda: not pair.here.realtime.ready, within_s=8)
    await doctor.ok("chat:send", {"client_id": "c1", "text": "通话照旧"})
