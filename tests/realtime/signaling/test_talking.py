"""Events in order, resync after a reconnect, shared state, chat that is kept before it is acknowledged."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from server.foundation.keys import Keyring
from signaling.service import ChatLine, Limits

from .page import Page
from .world import World, a_doctor, a_patient, a_room, a_world, contiguous, eventually

STATES_PER_S = Limits().person_state_per_s


async def test_everybody_sees_the_same_events_in_the_same_order(world: World) -> None:
    room, doctor, patient = a_room(), await world.page(a_doctor()), await world.page(a_patient())
    await doctor.join(room)
    await patient.join(room)
    for number in range(10):
        speaker = doctor if number % 2 else patient
        await speaker.ok("chat:send", {"client_id": f"c{number}", "text": f"第{number}句"})
        await speaker.ok("state:set", {"key": "page", "value": number, "seq": number})
    await doctor.event("state", value=9)
    await patient.event("state", value=9)
    shared = [event for event in doctor.events if event["kind"] in {"chat", "state"}]
    assert shared == [event for event in patient.events if event["kind"] in {"chat", "state"}]
    assert contiguous([event["seq"] for event in doctor.events])


async def test_after_a_reconnect_nothing_is_lost_and_nothing_doubled(world: World) -> None:
    room, doctor, patient = a_room(), await world.page(a_doctor()), await world.page(a_patient())
    await doctor.join(room)
    entered = await patient.join(room)
    await doctor.ok("chat:send", {"client_id": "c0", "text": "听得到吗"})
    seen = await patient.event("chat", text="听得到吗")
    patient.cut()
    await doctor.event("away", seat=entered["seat"])
    for number in range(1, 6):
        await doctor.ok("chat:send", {"client_id": f"c{number}", "text": f"第{number}句"})
        await doctor.ok("state:set", {"key": "page", "value": number, "seq": number})
    again = await Page(world, patient.someone, patient.client).open()
    back = await again.ok("room:join", {"seat_token": entered["seat_token"], "last_seq": seen["seq"]})
    assert [line["text"] for line in back["chat"]] == [f"第{number}句" for number in range(1, 6)]
    assert back["state"]["page"]["value"] == 5
    missed = await again.ok("room:resync", {"last_seq": seen["seq"]})
    assert missed["snapshot"] is None
    assert [event["kind"] for event in missed["events"]] == ["away", *["chat"] * 5, "state", "back"]
    assert [event["value"] for event in missed["events"] if event["kind"] == "state"] == [5]
    assert missed["seq"] == back["seq"] == doctor.events[-1]["seq"]
    assert (await again.ok("room:resync", {"last_seq": missed["seq"]}))["events"] == []
    await doctor.ok("chat:send", {"client_id": "c9", "text": "继续"})
    assert (await again.event("chat"))["seq"] == back["seq"] + 1


async def test_a_number_of_long_ago_or_of_nowhere_gives_the_room_as_it_is(world: World) -> None:
    room, doctor = a_room(), await world.page(a_doctor())
    entered = await doctor.join(room)
    await doctor.ok("chat:send", {"client_id": "c1", "text": "在"})
    for last_seq in (0, entered["seq"] - 1000, entered["seq"] + 1_000_000):
        answer = await doctor.ok("room:resync", {"last_seq": last_seq})
        assert answer["events"] == []
        assert [line["text"] for line in answer["snapshot"]["chat"]] == ["在"]
        assert answer["snapshot"]["seq"] == answer["seq"]


async def test_who_comes_late_gets_the_last_value_of_every_key(world: World) -> None:
    room, doctor, late = a_room(), await world.page(a_doctor()), await world.page(a_patient())
    await doctor.join(room)
    for seq, value in enumerate([{"frame": 1}, {"frame": 2}, {"frame": 3}]):
        await doctor.ok("state:set", {"key": "image/1", "value": value, "seq": seq})
    await doctor.ok("state:set", {"key": "cursor", "value": [0.5, 0.25], "seq": 0})
    state = (await late.join(room))["state"]
    assert state["image/1"]["value"] == {"frame": 3}
    assert state["image/1"]["seq"] == 2
    assert state["cursor"]["value"] == [0.5, 0.25]


async def test_state_sent_again_after_a_later_value_changes_nothing(world: World) -> None:
    room, doctor, patient = a_room(), await world.page(a_doctor()), await world.page(a_patient())
    await doctor.join(room)
    await patient.join(room)
    await doctor.ok("state:set", {"key": "page", "value": "new", "seq": 7})
    await doctor.ok("state:set", {"key": "page", "value": "old", "seq": 6})
    await patient.ok("state:set", {"key": "page", "value": "of another", "seq": 1})
    await doctor.event("state", value="of another")
    assert [event["value"] for event in patient.events if event["kind"] == "state"] == ["new", "of another"]
    reloaded = await Page(world, doctor.someone).open()  # the page begins to count anew
    await reloaded.join(room)
    await reloaded.ok("state:set", {"key": "page", "value": "after reload", "seq": 1})
    await reloaded.ok("state:set", {"key": "page", "value": "after reload 2", "seq": 2})
    await patient.event("state", value="after reload 2")


async def test_state_is_bounded_in_size_keys_and_rate_and_needs_the_grant(world: World) -> None:
    room, doctor, watcher = a_room(), await world.page(a_doctor()), await world.page(a_patient())
    await doctor.join(room)
    await watcher.join(room, grants=["subscribe", "record"])
    await doctor.ok("state:set", {"key": "big", "value": "x" * 2046, "seq": 0})
    assert await doctor.refused("state:set", {"key": "big", "value": "x" * 2047, "seq": 1}) == "state-too-large"
    assert await doctor.refused("state:set", {"key": "big", "value": "图" * 700, "seq": 1}) == "state-too-large"
    assert await watcher.refused("state:set", {"key": "k", "value": 1, "seq": 0}) == "no-grant"
    await asyncio.sleep(1)  # the window of the rate; a second is what is tested
    answers = [await doctor.call("state:set", {"key": "k", "value": n, "seq": n}) for n in range(STATES_PER_S + 5)]
    assert [answer["ok"] for answer in answers] == [True] * STATES_PER_S + [False] * 5
    assert answers[-1]["problem"]["code"] == "too-fast"
    await asyncio.sleep(answers[-1]["problem"]["retry_after_ms"] / 1000)
    await doctor.ok("state:set", {"key": "k", "value": 99, "seq": 99})


async def test_the_rate_of_state_is_the_persons_not_the_sockets(world: World) -> None:
    room, doctor = a_room(), await world.page(a_doctor())
    entered = await doctor.join(room)
    for number in range(STATES_PER_S):
        await doctor.ok("state:set", {"key": "k", "value": number, "seq": number})
    again = await Page(world, doctor.someone, doctor.client).open()
    await again.ok("room:join", {"seat_token": entered["seat_token"]})
    assert await again.refused("state:set", {"key": "k", "value": 99, "seq": 99}) == "too-fast"


async def test_a_line_sent_twice_is_said_once(world: World) -> None:
    room, doctor, patient = a_room(), await world.page(a_doctor()), await world.page(a_patient())
    await doctor.join(room)
    await patient.join(room)
    first = await patient.ok("chat:send", {"client_id": "c1", "text": "头疼"})
    assert await patient.ok("chat:send", {"client_id": "c1", "text": "头疼"}) == first
    await doctor.ok("chat:send", {"client_id": "c1", "text": "多久了", "attachment_id": "picture-1"})
    chats = [event for event in patient.events if event["kind"] == "chat"]
    await doctor.event("chat", text="多久了")
    assert [event["text"] for event in chats] == ["头疼", "多久了"]
    assert chats[1]["attachment_id"] == "picture-1"
    assert len(world.record.lines) == 2


async def test_a_line_repeated_while_it_is_being_kept_is_kept_once(world: World) -> None:
    room, patient = a_room(), await world.page(a_patient())
    entered = await patient.join(room)
    world.record.slow_s = 0.3
    await patient.socket.emit("chat:send", {"client_id": "c1", "text": "快断线了"})
    await eventually(lambda: world.realtime.counts()["rooms"] == 1)
    again = await Page(world, patient.someone, patient.client).open()
    await again.ok("room:join", {"seat_token": entered["seat_token"]})
    answer = await again.ok("chat:send", {"client_id": "c1", "text": "快断线了"})
    assert answer["id"] == "line-1"
    assert len(world.record.lines) == 1


async def test_no_line_is_acknowledged_or_told_before_it_is_kept(world: World) -> None:
    room, doctor, patient = a_room(), await world.page(a_doctor()), await world.page(a_patient())
    await doctor.join(room)
    await patient.join(room)
    world.record.broken = ConnectionError()
    assert not (await patient.call("chat:send", {"client_id": "c1", "text": "没存上"}))["ok"]
    world.record.broken = None
    await patient.ok("chat:send", {"client_id": "c2", "text": "存上了"})
    await doctor.event("chat", text="存上了")
    assert doctor.kinds().count("chat") == 1


async def test_after_a_restart_the_numbers_go_on_from_above(keyring: Keyring) -> None:
    room, doctor = a_room(), a_doctor()
    async with a_world(keyring) as before:
        page = await before.page(doctor)
        token = (await page.join(room))["seat_token"]
        for number in range(5):
            last = await page.ok("chat:send", {"client_id": f"c{number}", "text": "好"})
    async with a_world(keyring) as after:
        page = await after.page(doctor)
        back = await page.ok("room:join", {"seat_token": token, "last_seq": last["seq"]})
        assert back["seq"] > last["seq"]


async def test_a_room_made_again_has_the_lines_that_were_kept(keyring: Keyring) -> None:
    room, doctor = a_room(), a_doctor()
    async with a_world(keyring) as world:
        kept = ChatLine("line-1", 0, datetime.now(UTC), "seat", "王秀英", "c1", "重启之前说的", None)
        world.history[room] = [kept]
        page = await world.page(doctor)
        assert (await page.join(room, ends_at=kept.at))["chat"] == [kept.wire()]
        said = await page.ok("chat:send", {"client_id": "c2", "text": "之后说的"})
        lines = (await page.ok("room:resync", {"last_seq": 0}))["snapshot"]["chat"]
        assert [line["id"] for line in lines] == ["line-1", said["id"]]


async def test_draining_loses_nothing_and_closes_everything(keyring: Keyring) -> None:
    limits = Limits(grace=timedelta(seconds=30))
    async with a_world(keyring, limits=limits) as world:
        pages = [await world.page(a_patient()) for _ in range(5)]
        for page in pages:
            await page.join(a_room())
        world.record.slow_s = 0.3
        asked = asyncio.create_task(pages[0].call("chat:send", {"client_id": "c1", "text": "最后一句"}))
        await asyncio.sleep(0.1)  # so that it is under way
        await world.realtime.drain()
        assert (await asked)["ok"]
        assert not world.realtime.ready
        for page in pages:
            async with asyncio.timeout(5):
                await page.gone.wait()
        assert world.realtime.counts()["sockets"] == 0
        assert ("empty", "x") not in world.told
        assert all(change[3] != "left" for change in world.told if change[0] == "presence")
