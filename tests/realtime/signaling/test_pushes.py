"""`changed` to those who may watch, not too often, and between two servers over the real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
import pytest

from infra.embedded_postgres import Cluster
from server.foundation.keys import Keyring
from server.foundation.tokens import TokenIssuer, TokenVerifier
from signaling.service import Carrier, Limits, PostgresCarrier, build_remote

from .page import Page
from .world import World, a_doctor, a_patient, a_room, a_world, eventually


async def a_watcher(world: World, topic: str) -> Page:
    page = await world.page(a_doctor())
    world.watchable.add((page.someone.person_id, topic))
    await page.ok("topic:watch", {"topic": topic})
    return page


def changes(page: Page) -> list[tuple[str, str | None]]:
    return [(payload["topic"], payload["id"]) for name, payload in page.heard if name == "changed"]


async def test_only_who_may_watch_a_topic_is_told(world: World) -> None:
    doctor, other = await a_watcher(world, "queue:7"), await world.page(a_patient())
    assert await other.refused("topic:watch", {"topic": "queue:7"}) == "may-not-watch"
    assert await doctor.refused("topic:watch", {"topic": "queue:8"}) == "may-not-watch"
    world.realtime.publish("queue:7", "visit-1")
    world.realtime.publish("queue:8", "visit-2")
    await doctor.told("changed")
    await other.ok("room:leave")
    assert changes(doctor) == [("queue:7", "visit-1")]
    assert changes(other) == []
    await doctor.ok("topic:unwatch", {"topic": "queue:7"})
    assert world.realtime.counts()["topics"] == 0
    world.realtime.publish("queue:7", "visit-3")
    await doctor.ok("room:leave")
    assert len(changes(doctor)) == 1


async def test_pushes_of_one_topic_come_at_most_ten_a_second_and_the_last_is_told(world: World) -> None:
    doctor = await a_watcher(world, "queue:7")
    loop = asyncio.get_running_loop()
    started = loop.time()
    while loop.time() - started < 1.0:
        world.realtime.publish("queue:7", "visit-1")
        await asyncio.sleep(0.002)
    world.realtime.publish("queue:7", "visit-2")
    await doctor.until(lambda: changes(doctor)[-1][1] in {None, "visit-2"})
    assert 9 <= len(changes(doctor)) <= 13
    assert changes(doctor)[:9] == [("queue:7", "visit-1")] * 9
    world.realtime.publish("queue:9", "nobody watches")
    assert world.realtime.counts()["topics"] == 1


async def test_a_page_that_goes_leaves_no_watcher_behind_and_watches_a_bounded_number(keyring: Keyring) -> None:
    async with a_world(keyring, limits=Limits(topics_per_socket=3)) as world:
        page = await a_watcher(world, "queue:0")
        for number in range(1, 4):
            world.watchable.add((page.someone.person_id, f"queue:{number}"))
        await page.ok("topic:watch", {"topic": "queue:1"})
        await page.ok("topic:watch", {"topic": "queue:2"})
        assert await page.refused("topic:watch", {"topic": "queue:3"}) == "may-not-watch"
        await page.ok("topic:watch", {"topic": "queue:2"})
        page.cut()
        await eventually(lambda: world.realtime.counts()["topics"] == 0)


# --- between processes


@dataclass
class Pair:
    """Two servers on one channel."""

    here: World
    there: World


@pytest.fixture
def carrier(cluster: Cluster) -> Callable[[], Carrier]:
    return lambda: PostgresCarrier(cluster.application_dsn)


@pytest.fixture
async def pair(keyring: Keyring, carrier: Callable[[], Carrier]) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(a_world(keyring, carrier=carrier()))
        there = await stack.enter_async_context(a_world(keyring, carrier=carrier()))
        await eventually(lambda: here.realtime.ready and there.realtime.ready)
        yield Pair(here, there)


async def test_a_push_reaches_the_pages_of_another_process_once(pair: Pair) -> None:
    near, far = await a_watcher(pair.here, "queue:7"), await a_watcher(pair.there, "queue:7")
    pair.here.realtime.publish("queue:7", "visit-1")
    assert await far.told("changed") == {"topic": "queue:7", "id": "visit-1"}
    assert changes(near) == [("queue:7", "visit-1")]
    pair.there.realtime.publish("queue:7", "visit-2")
    await near.until(lambda: len(changes(near)) == 2)
    await far.until(lambda: len(changes(far)) == 2)
    assert changes(near) == changes(far)


async def test_a_worker_without_sockets_reaches_pages_rooms_and_logins(
    pair: Pair, keyring: Keyring, carrier: Callable[[], Carrier]
) -> None:
    worker = build_remote(
        issuer=TokenIssuer(keyring.signer("tickets")),
        verifier=TokenVerifier(keyring.verifiers("tickets")),
        now=lambda: datetime.now(UTC),
        carrier=carrier(),
    )
    await worker.start()
    try:
        await eventually(lambda: worker.ready)
        room, page = a_room(), await a_watcher(pair.there, "visit:1")
        patient = await pair.there.page(a_patient())
        await page.join(room)
        await patient.join(room)
        worker.publish("visit:1", "visit-1")
        assert await page.told("changed") == {"topic": "visit:1", "id": "visit-1"}
        worker.stop_media(room)
        assert (await page.event("media_stopped"))["reason"] == "consent-withdrawn"
        worker.revoke_login(patient.someone.login_id)
        await patient.told("session:revoked")
        worker.close_room(room, "ended")
        assert (await page.event("closed"))["reason"] == "ended"
        assert worker.people_present(room) == []
        assert worker.counts() == {}
    finally:
        await worker.stop()


async def test_a_room_closed_elsewhere_opens_nowhere(pair: Pair) -> None:
    room, doctor = a_room(), await pair.there.page(a_doctor())
    ticket = pair.there.ticket(doctor.someone, room)
    pair.here.realtime.close_room(room, "ended")
    house = pair.there.realtime._house
    assert house is not None
    await eventually(lambda: room in house.lobby._closed)
    assert await doctor.refused("room:join", {"ticket": ticket}) == "room-closed"


async def test_a_broken_channel_is_not_ready_heals_and_tells_pages_to_fetch_again(pair: Pair, cluster: Cluster) -> None:
    near, far = await a_watcher(pair.here, "queue:7"), await a_watcher(pair.there, "queue:7")
    async with await psycopg.AsyncConnection.connect(cluster.superuser_dsn, autocommit=True) as admin:
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lianyi-push'"
        )
    await near.until(lambda: ("queue:7", None) in changes(near), within_s=10)
    await far.until(lambda: ("queue:7", None) in changes(far), within_s=10)
    await eventually(lambda: pair.here.realtime.ready and pair.there.realtime.ready, within_s=10)
    pair.here.realtime.publish("queue:7", "visit-9")
    await far.until(lambda: changes(far)[-1][1] in {"visit-9", None}, within_s=10)
    await near.ok("room:leave")


async def test_messages_of_a_channel_are_small_and_carry_no_names(pair: Pair, cluster: Cluster) -> None:
    async with await psycopg.AsyncConnection.connect(cluster.application_dsn, autocommit=True) as listener:
        await listener.execute("LISTEN lianyi_push")
        page = await a_watcher(pair.there, "queue:7")
        pair.here.realtime.publish("queue:7", "visit-1")
        await page.told("changed")
        heard = [notice.payload async for notice in listener.notifies(timeout=1, stop_after=3)]
    pushes = [payload for payload in heard if '"push"' in payload]
    assert len(pushes) == 1
    assert len(pushes[0]) < 200
    assert all(page.someone.name not in payload for payload in heard)
