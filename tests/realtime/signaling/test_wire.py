"""What strangers, broken pages and slow readers meet at the socket itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import psycopg
import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from server.foundation.keys import Keyring
from signaling.service import Limits
from signaling.wire import check_contract

from .page import Page
from .world import ORIGIN, World, a_doctor, a_patient, a_room, a_world, eventually

PATH = "/rt/?EIO=4&transport=websocket"


@asynccontextmanager
async def a_raw_socket(world: World, **options: Any) -> AsyncIterator[ClientWebSocketResponse]:
    """A websocket after engine.io's OPEN packet."""
    async with aiohttp.ClientSession() as session, session.ws_connect(world.address + PATH, **options) as socket:
        assert (await socket.receive_str()).startswith("0{")
        yield socket


async def a_connected_socket(world: World, socket: ClientWebSocketResponse) -> None:
    someone = world.logins.sign_in(a_doctor())
    await socket.send_str("40" + json.dumps({"token": someone.token, "client": "raw"}))
    assert (await socket.receive_str()).startswith("40{")


async def ended(socket: ClientWebSocketResponse, within_s: float = 5) -> bool:
    """Whether the server ends it."""
    async with asyncio.timeout(within_s):
        while (message := await socket.receive()).type is WSMsgType.TEXT:
            assert message.data == "2"  # a ping
    return message.type in {WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING, WSMsgType.ERROR}


def test_python_socketio_is_as_wire_expects_it() -> None:
    assert check_contract() == []


async def test_the_handshake_agrees_no_compression(world: World) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(world.address + PATH, compress=15) as socket:
        assert "Sec-WebSocket-Extensions" not in socket._response.headers
        assert socket.compress == 0


async def test_pages_of_other_sites_are_refused_before_the_handshake(world: World) -> None:
    async with a_raw_socket(world, headers={"Origin": ORIGIN}):
        assert world.realtime.counts()["sockets"] == 0
    for origin in ("http://evil.test", "null", "", ORIGIN + ".evil.test"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with a_raw_socket(world, headers={"Origin": origin}):
                pass
        assert refused.value.status == 403
    async with aiohttp.ClientSession() as session:
        answer = await session.get(world.address + PATH, headers={"Origin": "http://evil.test"})
        assert answer.content_type == "application/problem+json"
        assert (await answer.json())["code"] == "not-allowed"


async def test_only_websockets_are_taken(world: World) -> None:
    async with aiohttp.ClientSession() as session:
        assert (await session.get(world.address + "/rt/?EIO=4&transport=polling")).status == 400
        assert (await session.post(world.address + "/rt/?EIO=4&transport=polling", data="40")).status == 405
        assert (await session.get(world.address + PATH + "&sid=abc")).status == 400


async def test_a_socket_that_never_connects_is_ended(keyring: Keyring) -> None:
    async with a_world(keyring, limits=Limits(connect_timeout_s=0.2)) as world:
        async with a_raw_socket(world) as silent:
            assert await ended(silent)
        async with a_raw_socket(world) as stranger:
            await stranger.send_str("40" + json.dumps({"token": "x" * 20, "client": "raw"}))
            refusal = await stranger.receive_str()
            assert refusal.startswith("44")
            assert json.loads(refusal[2:])["data"]["code"] == "not-signed-in"
            assert await ended(stranger)
        async with a_raw_socket(world) as known:
            await a_connected_socket(world, known)
            with pytest.raises(TimeoutError):
                await ended(known, within_s=0.5)


@pytest.mark.parametrize(
    "packet",
    [
        '42{"not": "a list"}',
        "42[]",
        "42[[1],2]",
        "42[3]",
        '42["chat:send"',
        "42",
        '451-["chat:send",{"_placeholder":true,"num":0}]',
        "9zzz",
        "4",
        "47x",
        "44{}",
        '42["x",' + "[" * 3000 + "]" * 3000 + "]",
    ],
)
async def test_a_malformed_packet_ends_the_socket_and_harms_nobody(world: World, packet: str) -> None:
    room, doctor = a_room(), await world.page(a_doctor())
    await doctor.join(room)
    async with a_raw_socket(world) as socket:
        await a_connected_socket(world, socket)
        await socket.send_str(packet)
        if packet != "9zzz":  # engine.io passes over packet types that it does not know
            assert await ended(socket)
    await doctor.ok("chat:send", {"client_id": "c1", "text": "还好"})


async def test_a_binary_frame_ends_the_socket(world: World) -> None:
    async with a_raw_socket(world) as socket:
        await a_connected_socket(world, socket)
        await socket.send_bytes(b"\x00\x01")
        assert await ended(socket)
    assert world.realtime.counts()["malformed"] == 1


async def test_an_oversized_message_ends_the_socket(world: World) -> None:
    async with a_raw_socket(world) as socket:
        await a_connected_socket(world, socket)
        await socket.send_str('420["quality:report",' + json.dumps({"x": "y" * 50_000}) + "]")
        assert "invalid" in await socket.receive_str()
        await socket.send_str('421["quality:report",' + json.dumps({"x": "y" * 120_000}) + "]")
        assert await ended(socket)


async def test_the_names_of_the_library_are_not_taken_from_the_wire(world: World) -> None:
    async with a_raw_socket(world) as socket:
        await a_connected_socket(world, socket)
        for number, name in enumerate(("connect", "disconnect", "__disconnect_final", "*")):
            await socket.send_str(f'42{number}["{name}", {{"HTTP_ORIGIN": "x"}}, {{"token": "{"x" * 20}"}}]')
            answer = json.loads((await socket.receive_str())[3:])[0]
            assert answer["problem"]["code"] == "no-such-event"
        assert world.realtime.counts()["sockets"] == 1


async def test_every_event_gets_an_answer(world: World) -> None:
    room, doctor = a_room(), await world.page(a_doctor())
    assert await doctor.refused("room:fly") == "no-such-event"
    assert await doctor.refused("chat:send", {"client_id": "c1", "text": "谁在"}) == "not-in-room"
    await doctor.join(room)
    for event, payload in (
        ("chat:send", {"client_id": "c1"}),
        ("chat:send", {"client_id": "c1", "text": "x" * 2001}),
        ("chat:send", {"client_id": "<script>", "text": "x"}),
        ("chat:send", {"client_id": "c1", "text": "x", "room": "other"}),
        ("chat:send", "text"),
        ("chat:send", ["text"]),
        ("state:set", {"key": "k", "value": 1, "seq": "1"}),
        ("state:set", {"key": "k", "value": 1, "seq": True}),
        ("media:offer", {"sdp": "nonsense, but long enough", "leg": 0}),
        ("topic:watch", {"topic": "no colon"}),
        ("room:resync", {"last_seq": -1}),
    ):
        answer = await doctor.call(event, payload)
        assert answer["problem"]["code"] == "invalid", (event, payload)
        assert answer["problem"]["type"] == "urn:problem:invalid"
    assert "x" * 50 not in json.dumps(await doctor.call("chat:send", {"client_id": "c1", "text": "x" * 2001}))


async def test_a_failing_handler_answers_with_a_problem_and_a_support_number(world: World) -> None:
    doctor = await world.page(a_doctor())
    await doctor.join(a_room())
    world.record.broken = RuntimeError("what the database said")
    problem = (await doctor.call("chat:send", {"client_id": "c1", "text": "好"}))["problem"]
    assert problem["status"] == 500
    assert problem["code"] == "internal"
    assert problem["support_id"]
    assert "database" not in json.dumps(problem)
    world.record.broken = psycopg.OperationalError("the database is away")
    problem = (await doctor.call("chat:send", {"client_id": "c1", "text": "好"}))["problem"]
    assert problem["status"] == 503, "worth trying again, and pages do"
    world.record.broken = None
    await doctor.ok("chat:send", {"client_id": "c1", "text": "好"})


async def test_a_handler_past_its_deadline_answers(keyring: Keyring) -> None:
    async with a_world(keyring, limits=Limits(handler_deadline_s=0.2)) as world:
        doctor = await world.page(a_doctor())
        await doctor.join(a_room())
        world.record.slow_s = 0.6
        assert await doctor.refused("chat:send", {"client_id": "c1", "text": "慢"}) == "took-too-long"
        await doctor.event("chat", text="慢")  # the line itself was not undone
        answer = await doctor.ok("chat:send", {"client_id": "c1", "text": "慢"})
        assert answer["id"] == "line-1"
        assert doctor.kinds().count("chat") == 1


async def test_problems_speak_the_language_of_the_page(world: World) -> None:
    someone = world.logins.sign_in(a_doctor())
    chinese = await Page(world, someone).open()
    english = await Page(world, someone).open(language="en")
    assert "通话" in (await chinese.call("chat:send", {"client_id": "c", "text": "x"}))["problem"]["title"]
    assert "room" in (await english.call("chat:send", {"client_id": "c", "text": "x"}))["problem"]["title"]


async def test_too_many_events_are_refused_with_when_again(world: World) -> None:
    doctor = await world.page(a_doctor())
    answers = [await doctor.call("topic:unwatch", {"topic": "queue:1"}) for _ in range(20)]
    assert all(answer["ok"] for answer in answers)
    answers = await asyncio.gather(*(doctor.call("topic:unwatch", {"topic": "queue:1"}) for _ in range(200)))
    refused = [answer["problem"] for answer in answers if not answer["ok"]]
    assert 80 <= len(refused) <= 120
    assert {problem["code"] for problem in refused} == {"too-fast"}
    assert all(0 < problem["retry_after_ms"] <= 1000 for problem in refused)


async def test_a_socket_that_only_floods_is_ended(world: World) -> None:
    doctor = await world.page(a_doctor())
    for _ in range(1000):
        await doctor.socket.emit("topic:unwatch", {"topic": "queue:1"})
    async with asyncio.timeout(10):
        await doctor.gone.wait()


async def test_one_login_has_a_bounded_number_of_sockets(keyring: Keyring) -> None:
    async with a_world(keyring, limits=Limits(sockets_per_login=2)) as world:
        someone = a_doctor()
        first, _ = await world.page(someone), await world.page(someone)
        with pytest.raises(Exception, match="failed to connect"):
            await world.page(someone)
        await first.close()
        await eventually(lambda: world.realtime.counts()["sockets"] == 1)
        await world.page(someone)


async def test_a_slow_reader_holds_little_and_is_dropped(keyring: Keyring) -> None:
    limits = Limits(grace=timedelta(seconds=30), person_state_per_s=100_000)
    async with a_world(keyring, limits=limits) as world:
        room, doctor, patient = a_room(), await world.page(a_doctor()), await world.page(a_patient())
        await doctor.join(room)
        slow = await patient.join(room)
        house = world.realtime._house
        assert house is not None
        sid = next(seat.connection for seat in house.lobby.rooms[room].seats.values() if seat.id == slow["seat"])
        assert sid is not None
        patient.stop_reading()
        most = 0
        for number in range(20_000):
            house.lobby.rooms[room].state.entries.clear()
            house.lobby.rooms[room].tell("state", key="image", value="x" * 2000, by="x", state_seq=number)
            most = max(most, house.wire.waiting_bytes(sid))
            if number % 20 == 0:
                await asyncio.sleep(0)
            if world.realtime.counts()["slow_readers_dropped"]:
                break
        assert most <= limits.queue_bytes
        assert world.realtime.counts()["slow_readers_dropped"] == 1
        assert number * 2000 < 20 * 1024 * 1024  # what the kernel's own buffers took is in this
        await doctor.event("away", seat=slow["seat"])
        await doctor.ok("chat:send", {"client_id": "c1", "text": "其他人不受影响"})
