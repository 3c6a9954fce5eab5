"""Rooms and their node: offers, recording only with everybody's consent, a node that dies and comes back."""

from __future__ import annotations

from typing import Any

from server.foundation.keys import Keyring

from .node import NodeWithoutMedia
from .page import Page
from .world import SDP, World, a_doctor, a_patient, a_room, a_world, eventually

NO_CONSENT = ["publish", "subscribe", "share"]


async def two_in_a_call(world: World, **ticket: Any) -> tuple[str, Page, Page, str, str]:
    """A doctor and a patient whose legs are up and recorded."""
    room, doctor, patient = a_room(), await world.page(a_doctor()), await world.page(a_patient())
    first, second = await doctor.join(room, **ticket), await patient.join(room, **ticket)
    for page, seat in ((doctor, first["seat"]), (patient, second["seat"])):
        await page.ok("media:offer", {"sdp": SDP, "leg": 0})
        world.node.connect(room, seat)
    await doctor.event("media", seat=second["seat"], connected=True)
    return room, doctor, patient, first["seat"], second["seat"]


async def test_an_offer_is_answered_and_lanes_and_recording_are_told(world: World) -> None:
    room, doctor, patient, doctor_seat, patient_seat = await two_in_a_call(world)
    recording = await patient.event("recording", on=True)
    assert recording["since"]
    assert await doctor.event("lane", seat=doctor_seat, lanes={patient_seat: 0})
    assert world.node.recording_on[room] is True
    late = await world.page(a_patient("李梅"))
    back = await late.join(room)
    assert back["recording"]["on"] is True
    assert {person["seat"]: person["media"] for person in back["people"]} == {
        doctor_seat: True,
        patient_seat: True,
        back["seat"]: False,
    }
    answer = await late.ok("media:offer", {"sdp": SDP, "leg": 3})
    assert answer["leg"] == 3
    assert "a=answer:3:True" in answer["sdp"]
    assert set(answer["lanes"]) == {doctor_seat, patient_seat}
    await late.ok("media:connected", {"leg": 3})
    await late.ok("media:publishing", {"audio": True, "video": False})
    assert await doctor.event("publishing", seat=back["seat"], audio=True, video=False)
    await eventually(lambda: any(told[0] == "media" and told[3] == "recording-started" for told in world.told))


async def test_grants_decide_who_sends_and_who_receives(world: World) -> None:
    room, watcher, outsider = a_room(), await world.page(a_doctor()), await world.page(a_patient())
    await watcher.join(room, grants=["subscribe", "record"])
    answer = await watcher.ok("media:offer", {"sdp": SDP, "leg": 0})
    assert "a=answer:3:False" in answer["sdp"]
    await outsider.join(room, grants=["record"])
    assert await outsider.refused("media:offer", {"sdp": SDP, "leg": 0}) == "no-grant"


async def test_a_lost_websocket_leaves_media_alone_and_leaving_ends_it(world: World) -> None:
    room, doctor, patient, _, patient_seat = await two_in_a_call(world)
    patient.cut()
    assert (await doctor.event("away", seat=patient_seat))["media"] is True
    assert patient_seat in world.node.rooms[room]
    again = await Page(world, patient.someone, patient.client).open()
    await again.join(room)
    await again.ok("room:leave")
    await eventually(lambda: patient_seat not in world.node.rooms[room])
    assert not world.node.closed_rooms
    await doctor.ok("room:leave")
    await eventually(lambda: room not in world.node.rooms)


async def test_nothing_is_recorded_or_shown_while_somebody_has_not_agreed(world: World) -> None:
    room, doctor, _, _, _ = await two_in_a_call(world)
    await doctor.event("recording", on=True)
    helper = await world.page(a_patient("李梅"))
    entered = await helper.join(room, grants=NO_CONSENT)
    assert entered["recording_consent_needed"] is True
    assert entered["recording"]["on"] is False
    assert await helper.refused("media:offer", {"sdp": SDP, "leg": 0}) == "recording-consent-needed"
    assert await doctor.refused("media:offer", {"sdp": SDP, "leg": 1}) == "recording-consent-needed"
    assert (await doctor.event("media_stopped"))["reason"] == "recording-consent-needed"
    await eventually(lambda: room not in world.node.rooms)
    await helper.ok("chat:send", {"client_id": "c1", "text": "文字可以"})
    back = await helper.join(room)  # a new ticket, after agreeing
    assert back["recording_consent_needed"] is False
    assert await doctor.told("media:renew") == {"reason": "consent-given"}
    await doctor.ok("media:offer", {"sdp": SDP, "leg": 1})
    await helper.ok("media:offer", {"sdp": SDP, "leg": 0})


async def test_consent_refused_by_leaving_lets_the_others_go_on(world: World) -> None:
    room, doctor = a_room(), await world.page(a_doctor())
    await doctor.join(room)
    helper = await world.page(a_patient("李梅"))
    await helper.join(room, grants=NO_CONSENT)
    assert await doctor.refused("media:offer", {"sdp": SDP, "leg": 0}) == "recording-consent-needed"
    await helper.ok("room:leave")
    await doctor.told("media:renew")
    await doctor.ok("media:offer", {"sdp": SDP, "leg": 0})


async def test_who_enters_without_consent_while_an_offer_is_answered_stops_it(world: World) -> None:
    room, doctor, helper = a_room(), await world.page(a_doctor()), await world.page(a_patient("李梅"))
    entered = await doctor.join(room)
    world.node.slow_s = 0.5
    await doctor.socket.emit("media:offer", {"sdp": SDP, "leg": 0})
    await helper.join(room, grants=NO_CONSENT)
    await eventually(lambda: room in world.node.closed_rooms or entered["seat"] in world.node.rooms.get(room, {}))
    await eventually(lambda: entered["seat"] not in world.node.rooms.get(room, {}))


async def test_a_room_that_does_not_record_needs_no_consent_and_is_not_recorded(world: World) -> None:
    room, doctor = a_room(), await world.page(a_doctor())
    entered = await doctor.join(room, records=False, grants=NO_CONSENT)
    await doctor.ok("media:offer", {"sdp": SDP, "leg": 0})
    world.node.connect(room, entered["seat"])
    await doctor.event("media", connected=True)
    assert world.node.kept == {}
    assert "recording" not in doctor.kinds()


async def test_withdrawn_consent_ends_media_at_once_and_the_chat_goes_on(world: World) -> None:
    room, doctor, patient, _, patient_seat = await two_in_a_call(world)
    await patient.event("recording", on=True)
    world.realtime.stop_media(room)
    assert (await patient.event("media_stopped"))["reason"] == "consent-withdrawn"
    assert await patient.event("recording", on=False)
    await eventually(lambda: room not in world.node.rooms)
    assert await patient.refused("media:offer", {"sdp": SDP, "leg": 1}) == "media-stopped"
    await doctor.ok("chat:send", {"client_id": "c1", "text": "用文字继续"})
    await patient.event("chat", text="用文字继续")
    assert (await patient.join(room))["media_stopped"] == "consent-withdrawn"
    assert ("media:renew", {"reason": "consent-given"}) not in doctor.heard
    assert patient_seat in {person["seat"] for person in world.people(room)}


async def test_the_application_pauses_and_resumes_recording(world: World) -> None:
    room, doctor, _, _, _ = await two_in_a_call(world)
    await doctor.event("recording", on=True)
    world.realtime.set_recording(room, False)
    await doctor.event("recording", on=False)
    await eventually(lambda: world.node.recording_on[room] is False)
    world.realtime.set_recording(room, True)
    await eventually(lambda: world.node.recording_on[room] is True)
    await doctor.until(lambda: [e["on"] for e in doctor.events if e["kind"] == "recording"] == [True, False, True])


async def test_closing_the_room_ends_its_media(world: World) -> None:
    room, doctor, _, _, _ = await two_in_a_call(world)
    world.realtime.close_room(room, "ended")
    await doctor.event("closed")
    await eventually(lambda: room not in world.node.rooms)


async def test_a_dead_node_is_told_and_legs_are_renewed_when_it_is_back(world: World) -> None:
    room, doctor, patient, doctor_seat, _ = await two_in_a_call(world)
    world.node.die()
    assert (await doctor.event("media_stopped"))["reason"] == "node-lost"
    assert await doctor.refused("media:offer", {"sdp": SDP, "leg": 1}) == "media-unavailable"
    assert await patient.event("recording", on=False)
    await doctor.ok("chat:send", {"client_id": "c1", "text": "稍等"})
    world.node.come_back()
    for page in (doctor, patient):
        assert await page.told("media:renew") == {"reason": "node-lost"}
    await doctor.ok("media:offer", {"sdp": SDP, "leg": 1})
    world.node.connect(room, doctor_seat)
    await patient.until(lambda: patient.events[-1] == patient.events[-1] | {"kind": "media", "connected": True})
    assert [payload for name, payload in doctor.heard if name == "media:renew"] == [{"reason": "node-lost"}]


async def test_a_node_that_restarts_between_two_looks_is_noticed_too(world: World) -> None:
    _, doctor, _, _, _ = await two_in_a_call(world)
    world.node.rooms.clear()
    world.node.come_back()
    assert (await doctor.event("media_stopped"))["reason"] == "node-lost"
    assert await doctor.told("media:renew") == {"reason": "node-lost"}


async def test_a_node_that_does_not_answer_in_time_is_a_clear_problem(world: World) -> None:
    room, doctor = a_room(), await world.page(a_doctor())
    await doctor.join(room)
    world.node.slow_s = 10
    assert await doctor.refused("media:offer", {"sdp": SDP, "leg": 0}) == "media-unavailable"
    world.node.slow_s = 0
    await doctor.ok("media:offer", {"sdp": SDP, "leg": 0})


async def test_after_our_own_restart_the_call_is_still_there(keyring: Keyring) -> None:
    node = NodeWithoutMedia()
    async with a_world(keyring, node=node) as before:
        room, doctor, patient, doctor_seat, patient_seat = await two_in_a_call(before)
        token = (await doctor.join(room))["seat_token"]
        await before.realtime.drain()
    assert set(node.rooms[room]) == {doctor_seat, patient_seat}, "media was not touched"
    async with a_world(keyring, node=node) as after:
        page = await after.page(doctor.someone, doctor.client)
        node.tell("seat-connected", room=room, seat=doctor_seat, leg=node.rooms[room][doctor_seat])
        node.tell("recording-started", room=room, seat=doctor_seat, leg=node.rooms[room][doctor_seat])
        await eventually(lambda: any(told[0] == "media" for told in after.told))
        back = await page.ok("room:join", {"seat_token": token})
        assert back["people"][0]["media"] is True
        assert back["recording"]["on"] is True
        after.realtime.stop_media(room)
        await eventually(lambda: room not in node.rooms)
    assert patient.client
