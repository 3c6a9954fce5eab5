"""A second picture, a screen or a scope: who may show one, that there is one at a time, and how it ends."""

from __future__ import annotations

from typing import Any

from media.errors import NodeAway
from signaling.second import second_seat

from .page import Page
from .test_media_link import NO_CONSENT
from .world import SDP, World, a_doctor, a_patient, a_room, eventually

CHAIR = ("publish", "subscribe", "record", "share", "moderate")
SCREEN = {"source": "screen"}
LEG = {"sdp": SDP, "leg": 0}
SECOND_LEG = {"sdp": SDP, "leg": 0, "second": True}


async def _two(world: World, room: str) -> tuple[Page, str, Page, str]:
    """A doctor who chairs and a patient, in a meeting's room."""
    doctor, patient = await world.page(a_doctor()), await world.page(a_patient())
    first = await doctor.join(room, grants=CHAIR, second=True)
    second = await patient.join(room, second=True)
    return doctor, first["seat"], patient, second["seat"]


async def _shown(world: World, room: str) -> tuple[Page, str, Page, str]:
    """The patient shows a second picture whose media is at the node."""
    doctor, first, patient, second = await _two(world, room)
    for page in (doctor, patient):
        await page.ok("media:offer", LEG)
    await patient.ok("second:show", SCREEN)
    await patient.ok("media:offer", SECOND_LEG)
    assert second_seat(second) in world.node.rooms[room]
    return doctor, first, patient, second


async def _ended(world: World, room: str, doctor: Page, seat: str) -> None:
    await doctor.event("second", second=None)
    await eventually(lambda: second_seat(seat) not in world.node.rooms.get(room, {}))


async def test_it_is_told_and_seen_and_is_nobody(world: World) -> None:
    room = a_room()
    doctor, _, patient, seat = await _two(world, room)
    assert (await patient.ok("media:offer", LEG))["lanes"] == {}
    await patient.ok("second:show", SCREEN)
    shown = {"by": seat, "seat": second_seat(seat), "source": "screen"}
    assert (await doctor.event("second"))["second"] == shown
    answer = await patient.ok("media:offer", SECOND_LEG)
    assert answer["lanes"] == {}
    assert "a=answer:4:{'audio': False, 'video': True}" in answer["sdp"]
    assert second_seat(seat) in (await doctor.ok("media:offer", LEG))["lanes"]
    assert len(world.people(room)) == 2
    late = await world.page(a_patient("李梅"))
    entered = await late.join(room, second=True)  # the third of three: the second picture takes nobody's seat
    assert entered["second"] == shown
    assert entered["capacity"] == 4
    assert {each["seat"] for each in entered["people"]} == {entered["seat"], seat, *_seats(world, room, doctor)}


def _seats(world: World, room: str, page: Page) -> list[str]:
    return [str(each["seat"]) for each in world.people(room) if each["name"] == page.someone.name]


async def test_there_is_one_at_a_time_and_the_next_may_after_it(world: World) -> None:
    room = a_room()
    doctor, first, patient, seat = await _shown(world, room)
    answer = await doctor.call("second:show", SCREEN)
    assert answer["problem"]["code"] == "second-picture-taken"
    assert patient.someone.name in answer["problem"]["title"]
    await patient.ok("second:show", {"source": "camera"})  # the same person changes to a scope
    await doctor.event("second", second={"by": seat, "seat": second_seat(seat), "source": "camera"})
    await patient.ok("second:hide")
    await _ended(world, room, doctor, seat)
    await doctor.ok("second:show", SCREEN)
    assert (await patient.event("second", second={"by": first, "seat": second_seat(first), "source": "screen"}))["seq"]


async def test_who_may_not_publish_shows_none_and_a_visit_s_room_has_no_place_for_one(world: World) -> None:
    room, watcher = a_room(), await world.page(a_patient("观摩"))
    await watcher.join(room, grants=["subscribe", "record"], second=True)
    assert await watcher.refused("second:show", SCREEN) == "no-grant"
    visitor = await world.page(a_patient())
    entered = await visitor.join(a_room())
    assert entered["capacity"] == 3
    assert await visitor.refused("second:show", SCREEN) == "no-grant"


async def test_media_without_having_begun_is_refused_and_what_was_not_said_is_not_shown(world: World) -> None:
    room = a_room()
    _, _, patient, seat = await _two(world, room)
    assert await patient.refused("media:offer", SECOND_LEG) == "not-showing"
    assert await patient.refused("second:show", {"source": "cinema"}) == "invalid"
    assert second_seat(seat) not in world.node.rooms.get(room, {})


async def test_it_ends_with_its_owner_who_leaves(world: World) -> None:
    room = a_room()
    doctor, _, patient, seat = await _shown(world, room)
    await patient.ok("room:leave")
    await _ended(world, room, doctor, seat)
    assert seat not in world.node.rooms[room]


async def test_it_ends_with_its_owner_who_is_removed_and_does_not_come_back(world: World) -> None:
    room = a_room()
    doctor, _, patient, seat = await _shown(world, room)
    await doctor.ok("room:remove", {"seat": seat})
    await _ended(world, room, doctor, seat)
    assert await patient.refused("second:show", SCREEN) == "not-in-room"
    assert await patient.refused("media:offer", SECOND_LEG) == "not-in-room"


async def test_it_ends_with_its_owner_whom_the_application_removes(world: World) -> None:
    room = a_room()
    doctor, _, patient, seat = await _shown(world, room)
    world.realtime.remove(room, patient.someone.person_id)
    await _ended(world, room, doctor, seat)


async def test_who_chairs_may_end_it_and_nobody_else(world: World) -> None:
    room = a_room()
    doctor, _, _, seat = await _shown(world, room)
    third = await world.page(a_patient("李梅"))
    await third.join(room, second=True)
    assert await third.refused("second:hide") == "no-grant"
    assert second_seat(seat) in world.node.rooms[room]
    await doctor.ok("second:hide")
    await _ended(world, room, doctor, seat)
    await doctor.ok("second:hide")  # hiding twice is hiding


async def test_a_lost_websocket_leaves_it_alone_and_it_is_there_on_coming_back(world: World) -> None:
    room = a_room()
    doctor, _, patient, seat = await _shown(world, room)
    patient.cut()
    await doctor.event("away", seat=seat)
    assert second_seat(seat) in world.node.rooms[room]
    again = await Page(world, patient.someone, patient.client).open()
    assert (await again.join(room, second=True))["second"]["by"] == seat
    await again.ok("media:offer", SECOND_LEG)


async def test_it_ends_when_its_line_is_gone_for_good(world: World) -> None:
    room = a_room()
    doctor, _, patient, seat = await _shown(world, room)
    world.node.tell("seat-lost", room=room, seat=second_seat(seat))  # a new leg may still come
    await patient.ok("media:offer", SECOND_LEG)
    assert "second" not in [event["kind"] for event in doctor.events if event.get("second") is None]
    world.node.tell("seat-closed", room=room, seat=second_seat(seat), reason="did-not-return")
    await doctor.event("second", second=None)
    assert await patient.refused("media:offer", SECOND_LEG) == "not-showing"


async def test_it_outlives_a_node_and_ends_with_video(world: World) -> None:
    room = a_room()
    doctor, _, patient, seat = await _shown(world, room)
    world.node.die()
    await doctor.event("media_stopped", reason="node-lost")
    world.node.come_back()
    await patient.told("media:renew")
    await _answered(patient, LEG)
    await _answered(patient, SECOND_LEG)
    assert second_seat(seat) in world.node.rooms[room]
    world.realtime.stop_media(room, "consent-withdrawn")
    await doctor.event("second", second=None)
    assert await patient.refused("second:show", SCREEN) == "media-stopped"


async def _answered(page: Page, offer: dict[str, Any]) -> None:
    """Offer until the node, just back, answers."""

    async def answered() -> bool:
        return bool((await page.call("media:offer", offer))["ok"])

    for _ in range(20):
        if await answered():
            return
    raise NodeAway


async def test_it_waits_with_everybody_while_somebody_has_not_agreed(world: World) -> None:
    room = a_room()
    doctor, _, patient, seat = await _shown(world, room)
    stranger = await world.page(a_patient("李梅"))
    await stranger.join(room, grants=NO_CONSENT, second=True)
    await doctor.event("media_stopped", reason="recording-consent-needed")
    assert await patient.refused("media:offer", SECOND_LEG) == "recording-consent-needed"
    await stranger.ok("room:leave")
    await patient.told("media:renew")
    await patient.ok("media:offer", SECOND_LEG)
    assert world.node.rooms[room][second_seat(seat)] in world.node.kept
