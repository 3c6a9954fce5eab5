"""Who presents sets what everybody sees; everybody keeps a cursor; the chair removes others and is handed over."""

from __future__ import annotations

from uuid import UUID

from signaling.floor import own_prefix
from signaling.service import Standing, seat_id
from signaling.state import OWN_KEYS

from .page import Page
from .world import World, a_doctor, a_patient, a_room, eventually

CHAIR = ("publish", "subscribe", "record", "share", "moderate")


async def _two(world: World, room: str) -> tuple[Page, str, Page, str]:
    doctor, patient = await world.page(a_doctor()), await world.page(a_patient())
    first = await doctor.join(room, grants=CHAIR)
    second = await patient.join(room)
    return doctor, first["seat"], patient, second["seat"]


async def _sets(page: Page, key: str, value: object, seq: int) -> None:
    await page.ok("state:set", {"key": key, "value": value, "seq": seq})


async def test_only_the_presenter_sets_what_everybody_sees(world: World) -> None:
    doctor, seat, patient, _ = await _two(world, a_room())
    await _sets(patient, "view/0", {"frame": 1}, 1)  # nobody presents: as ever
    await doctor.ok("share:take")
    await patient.event("presenter", seat=seat)
    await _sets(doctor, "view/0", {"frame": 2}, 1)
    refused = await patient.refused("state:set", {"key": "view/0", "value": {"frame": 3}, "seq": 2})
    assert refused == "not-presenting"
    assert (await patient.event("state", value={"frame": 2}))["key"] == "view/0"
    assert {"frame": 3} not in [event.get("value") for event in doctor.events]


async def test_taking_over_passes_presenting(world: World) -> None:
    doctor, seat, patient, other = await _two(world, a_room())
    await doctor.ok("share:take")
    await patient.ok("share:take")
    await doctor.event("presenter", seat=other)
    await _sets(patient, "view/0", 1, 1)
    assert await doctor.refused("state:set", {"key": "view/0", "value": 2, "seq": 1}) == "not-presenting"
    await patient.ok("share:give", {"seat": seat})
    await _sets(doctor, "view/0", 3, 2)
    await doctor.ok("share:give", {"seat": None})
    await patient.event("presenter", seat=None)
    await _sets(patient, "view/0", 4, 2)


async def test_who_does_not_present_gives_nothing_away_but_who_chairs_does(world: World) -> None:
    doctor, _, patient, other = await _two(world, a_room())
    assert await patient.refused("share:give", {"seat": other}) == "not-presenting"
    await doctor.ok("share:give", {"seat": other})
    await patient.event("presenter", seat=other)


async def test_presenting_needs_the_grant_for_taking_and_for_being_given(world: World) -> None:
    room = a_room()
    doctor, _, _, _ = await _two(world, room)
    watcher = await world.page(a_patient("观摩"))
    seat = (await watcher.join(room, grants=["subscribe", "record"]))["seat"]
    assert await watcher.refused("share:take") == "no-grant"
    await doctor.ok("share:take")
    assert await doctor.refused("share:give", {"seat": seat}) == "no-grant"
    assert await doctor.refused("share:give", {"seat": "nobody"}) == "not-in-room"
    assert [event["kind"] for event in watcher.events].count("presenter") == 1


async def test_everybody_has_a_cursor_of_their_own_and_nobody_anothers(world: World) -> None:
    doctor, seat, patient, other = await _two(world, a_room())
    await doctor.ok("share:take")
    await _sets(patient, f"{own_prefix(other)}cursor", {"x": 1}, 1)
    await doctor.event("state", key=f"{own_prefix(other)}cursor", by=other)
    stolen = {"key": f"{own_prefix(seat)}cursor", "value": {"x": 1}, "seq": 1}
    assert await patient.refused("state:set", stolen) == "no-grant"
    for number in range(1, OWN_KEYS):
        await _sets(patient, f"{own_prefix(other)}k{number}", 1, 1)
    one_more = {"key": f"{own_prefix(other)}more", "value": 1, "seq": 1}
    assert await patient.refused("state:set", one_more) == "state-too-large"
    await _sets(doctor, f"{own_prefix(seat)}cursor", {"x": 2}, 1)


async def test_who_leaves_presents_no_longer_and_takes_the_cursor_along(world: World) -> None:
    room = a_room()
    doctor, seat, patient, _ = await _two(world, room)
    await doctor.ok("share:take")
    await _sets(doctor, f"{own_prefix(seat)}cursor", {"x": 1}, 1)
    await _sets(doctor, "view/0", 1, 1)
    await doctor.ok("room:leave")
    await patient.event("presenter", seat=None)
    late = await world.page(a_patient("李秀英"))
    entered = await late.join(room)
    assert entered["presenter"] is None
    assert set(entered["state"]) == {"view/0"}
    await _sets(patient, "view/0", 2, 1)


async def test_a_presenter_who_loses_the_line_presents_on(world: World) -> None:
    room = a_room()
    doctor, seat, patient, _ = await _two(world, room)
    await doctor.ok("share:take")
    doctor.cut()
    await patient.event("away", seat=seat)
    assert await patient.refused("state:set", {"key": "view/0", "value": 2, "seq": 1}) == "not-presenting"
    again = await world.page(doctor.someone, doctor.client)
    assert (await again.join(room, grants=CHAIR))["presenter"] == seat


async def test_the_chair_is_handed_over_and_goes_with_its_power(world: World) -> None:
    room = a_room()
    doctor, seat, patient, other = await _two(world, room)
    assert await patient.refused("room:hand_over", {"seat": other}) == "no-grant"
    assert await doctor.refused("room:hand_over", {"seat": "nobody"}) == "not-in-room"
    await doctor.ok("room:hand_over", {"seat": other})
    await doctor.event("moderator", seat=other)
    assert await doctor.refused("room:remove", {"seat": other}) == "no-grant"
    late = await world.page(a_patient("李秀英"))
    assert (await late.join(room))["moderator"] == other
    await patient.ok("room:remove", {"seat": seat})
    assert await doctor.event("closed", reason="removed")
    await eventually(lambda: ("removed", room, doctor.someone.person_id) in world.told)
    assert ("handed over", room, patient.someone.person_id) in world.told


async def test_the_application_hands_the_chair_over_and_removes(world: World) -> None:
    room = a_room()
    doctor, _, patient, other = await _two(world, room)
    back = {"seat_token": (await doctor.join(room, grants=CHAIR))["seat_token"]}
    world.realtime.hand_over(room, patient.someone.person_id)
    await doctor.event("moderator", seat=other)
    world.realtime.remove(room, doctor.someone.person_id)
    await doctor.event("closed", reason="removed")
    assert await doctor.refused("room:join", back) == "ticket-not-valid"
    assert not [told for told in world.told if told[0] in {"removed", "handed over"}]  # it knows what it did


async def test_a_room_made_again_forgets_neither_the_chair_nor_who_was_removed(world: World) -> None:
    room = a_room()
    doctor, seat, patient, other = await _two(world, room)
    removed = await world.page(a_patient("李秀英"))
    token = (await removed.join(room))["seat_token"]
    for page in (doctor, patient, removed):
        await page.ok("room:leave")
    await eventually(lambda: world.realtime.counts()["rooms"] == 0)
    gone = seat_id(room, UUID(str(removed.someone.person_id)))
    world.standing[room] = Standing(moderator=other, removed=frozenset({gone}))
    entered = await doctor.join(room, grants=CHAIR)
    assert (entered["seat"], entered["moderator"]) == (seat, other)
    assert "moderate" not in entered["grants"]
    assert "moderate" in (await patient.join(room))["grants"]
    assert await removed.refused("room:join", {"seat_token": token}) == "ticket-not-valid"
