"""Who gets in, and who does not: tickets, seat tokens, the same person twice, leaving and coming back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import socketio  # type: ignore[import-untyped]  # has no types

from server.foundation.keys import Keyring
from server.foundation.tokens import SEAT, TICKET, TokenIssuer
from signaling.service import Limits, Standing, Turn, seat_id

from .page import Page
from .world import World, a_doctor, a_patient, a_room, a_world, eventually


async def test_a_ticket_opens_the_room_and_the_others_are_told(world: World) -> None:
    room, doctor, patient = a_room(), await world.page(a_doctor()), await world.page(a_patient())
    first = await doctor.join(room)
    assert first["seat"] == seat_id(room, doctor.someone.person_id)
    assert [person["name"] for person in first["people"]] == ["林医生"]
    assert first["capacity"] == 3
    assert first["recording"] == {"on": False, "since": None}
    second = await patient.join(room)
    assert {person["name"] for person in second["people"]} == {"林医生", "王秀英"}
    joined = await doctor.event("joined")
    assert joined["person"]["seat"] == second["seat"]
    assert joined["seq"] == second["seq"] == first["seq"] + 1
    await patient.ok("room:leave")
    assert await doctor.event("left", seat=second["seat"], reason="left")
    assert len(world.people(room)) == 1


async def test_a_ticket_opens_once(world: World) -> None:
    room, doctor = a_room(), await world.page(a_doctor())
    ticket = world.ticket(doctor.someone, room)
    await doctor.ok("room:join", {"ticket": ticket})
    assert await doctor.refused("room:join", {"ticket": ticket}) == "ticket-not-valid"


async def test_a_ticket_of_another_login_does_not_open_and_is_not_used_up(world: World) -> None:
    room, doctor, thief = a_room(), await world.page(a_doctor()), await world.page(a_doctor("赵医生"))
    ticket = world.ticket(doctor.someone, room)
    assert await thief.refused("room:join", {"ticket": ticket}) == "ticket-not-valid"
    second_device = await world.page(doctor.someone.on_another_login())
    assert await second_device.refused("room:join", {"ticket": ticket}) == "ticket-not-valid"
    await doctor.ok("room:join", {"ticket": ticket})


async def test_forged_expired_and_mistaken_tickets_do_not_open(world: World, keyring: Keyring) -> None:
    room, doctor = a_room(), await world.page(a_doctor())
    good = world.ticket(doctor.someone, room)
    head, body, signature = good.split(".")
    forged = f"{head}.{body}.{signature[:-6]}{'A' * 6}"
    assert await doctor.refused("room:join", {"ticket": forged}) == "ticket-not-valid"
    claims = {"sub": str(doctor.someone.person_id), "aud": "rt", "login": str(doctor.someone.login_id), "room": room}
    now = datetime.now(UTC)
    old = world.issuer.issue(TICKET, claims, 60, now - timedelta(seconds=61))
    assert await doctor.refused("room:join", {"ticket": old}) == "ticket-not-valid"
    of_other_use = TokenIssuer(keyring.signer("tokens")).issue(TICKET, claims, 60, now)
    assert await doctor.refused("room:join", {"ticket": of_other_use}) == "ticket-not-valid"
    shapeless = world.issuer.issue(TICKET, claims, 60, now)
    assert await doctor.refused("room:join", {"ticket": shapeless}) == "ticket-not-valid"
    as_ticket = world.issuer.issue(SEAT, claims, 60, now)
    assert await doctor.refused("room:join", {"ticket": as_ticket}) == "ticket-not-valid"
    assert await doctor.refused("room:join", {"seat_token": good}) == "ticket-not-valid"
    assert await doctor.refused("room:join", {"seat_token": good, "ticket": good}) == "invalid"
    await doctor.ok("room:join", {"ticket": good})


async def test_a_full_room_is_full_until_somebody_leaves(world: World) -> None:
    room, doctor, patient = a_room(), await world.page(a_doctor()), await world.page(a_patient())
    helper = await world.page(a_patient("李梅"))
    await doctor.join(room, capacity=2)
    await patient.join(room, capacity=2)
    refused = await helper.call("room:join", {"ticket": world.ticket(helper.someone, room, capacity=2)})
    assert refused["problem"]["code"] == "room-full"
    assert refused["problem"]["status"] == 409
    await patient.ok("room:leave")
    await helper.join(room, capacity=2)


async def test_a_lost_socket_keeps_its_seat_and_comes_back_with_the_seat_token(world: World) -> None:
    room, doctor, patient = a_room(), await world.page(a_doctor()), await world.page(a_patient())
    await doctor.join(room)
    entered = await patient.join(room)
    patient.cut()
    assert (await doctor.event("away", seat=entered["seat"]))["media"] is False
    assert len(world.realtime.people_present(room)) == 2
    again = await Page(world, patient.someone, patient.client).open()
    back = await again.ok("room:join", {"seat_token": entered["seat_token"], "last_seq": entered["seq"]})
    assert back["seat"] == entered["seat"]
    assert (await doctor.event("back"))["person"]["present"] is True
    await eventually(lambda: ("presence", room, patient.someone.person_id, "back") in world.told)
    assert [kind for kind in doctor.kinds() if kind in {"joined", "left"}] == ["joined"]


async def test_whoever_stays_away_past_the_grace_period_has_left(keyring: Keyring) -> None:
    limits = Limits(grace=timedelta(seconds=0.3), sweep_s=0.05)
    async with a_world(keyring, limits=limits) as world:
        room, doctor, patient = a_room(), await world.page(a_doctor()), await world.page(a_patient())
        await doctor.join(room)
        entered = await patient.join(room)
        patient.cut()
        left = await doctor.event("left", seat=entered["seat"])
        assert left["reason"] == "away-too-long"
        doctor.cut()
        await eventually(lambda: ("empty", room) in world.told)
        assert world.realtime.counts()["rooms"] == 0
        again = await Page(world, patient.someone).open()  # the room is made again from the seat token
        back = await again.ok("room:join", {"seat_token": entered["seat_token"], "last_seq": entered["seq"]})
        assert back["seat"] == entered["seat"]
        assert back["seq"] > left["seq"]


async def test_a_second_device_takes_the_seat_and_the_first_is_told(world: World) -> None:
    room, doctor, patient = a_room(), await world.page(a_doctor()), await world.page(a_patient())
    await doctor.join(room)
    first = await patient.join(room)
    phone = await world.page(patient.someone.on_another_login())
    second = await phone.join(room)
    assert second["seat"] == first["seat"]
    assert await patient.event("taken_over")
    assert len(world.realtime.people_present(room)) == 2
    assert await patient.refused("chat:send", {"client_id": "c1", "text": "还在吗"}) == "not-in-room"
    assert await patient.refused("room:join", {"seat_token": first["seat_token"]}) == "seat-taken-over"
    patient.cut()  # the first device going must not make the person away
    await phone.ok("chat:send", {"client_id": "c2", "text": "在手机上了"})
    await doctor.event("chat", text="在手机上了")
    assert "away" not in doctor.kinds()


async def test_the_same_page_on_a_new_socket_is_not_taken_over(world: World) -> None:
    room, patient = a_room(), await world.page(a_patient())
    first = await patient.join(room)
    same_page = await Page(world, patient.someone, patient.client).open()
    await same_page.ok("room:join", {"seat_token": first["seat_token"]})
    await same_page.ok("chat:send", {"client_id": "c1", "text": "好"})
    assert "taken_over" not in patient.kinds()


async def test_a_closed_room_is_empty_at_once_and_stays_closed(world: World) -> None:
    room, doctor, patient = a_room(), await world.page(a_doctor()), await world.page(a_patient())
    entered = await doctor.join(room)
    await patient.join(room)
    world.realtime.close_room(room, "ended")
    assert (await doctor.event("closed"))["reason"] == "ended"
    assert await patient.event("closed")
    assert world.realtime.people_present(room) == []
    assert await doctor.refused("room:join", {"seat_token": entered["seat_token"]}) == "room-closed"
    ticket = world.ticket(patient.someone, room)
    assert await patient.refused("room:join", {"ticket": ticket}) == "room-closed"
    assert await patient.refused("chat:send", {"client_id": "c1", "text": "?"}) == "not-in-room"
    await eventually(lambda: ("empty", room) in world.told)


async def test_a_restart_forgets_neither_the_end_of_a_meeting_nor_withdrawn_consent(keyring: Keyring) -> None:
    room, doctor, other = a_room(), a_doctor(), a_room()
    async with a_world(keyring) as before:
        page = await before.page(doctor)
        token = (await page.join(room))["seat_token"]
        other_token = (await page.join(other))["seat_token"]
    async with a_world(keyring) as after:
        page = await after.page(doctor)
        after.standing[room] = Standing(open=False)
        after.standing[other] = Standing(media_stopped="consent-withdrawn")
        assert await page.refused("room:join", {"seat_token": token}) == "room-closed"
        back = await page.ok("room:join", {"seat_token": other_token})
        assert back["media_stopped"] == "consent-withdrawn"
        await page.ok("chat:send", {"client_id": "c1", "text": "用文字继续"})


async def test_a_moderator_takes_a_seat_away_and_only_a_fresh_ticket_opens_again(world: World) -> None:
    room, doctor, helper = a_room(), await world.page(a_doctor()), await world.page(a_patient("李梅"))
    await doctor.join(room, grants=["publish", "subscribe", "record", "moderate"])
    entered = await helper.join(room)
    assert await helper.refused("room:remove", {"seat": seat_id(room, doctor.someone.person_id)}) == "no-grant"
    await doctor.ok("room:remove", {"seat": entered["seat"]})
    assert await helper.event("closed", reason="removed")
    assert await helper.refused("room:join", {"seat_token": entered["seat_token"]}) == "ticket-not-valid"
    await helper.join(room)


async def test_turn_credentials_are_bound_to_the_meeting_and_short(keyring: Keyring) -> None:
    turn = Turn(urls=["turn:turn.test:3478"], secret="s3cret", lifetime=timedelta(hours=3))
    async with a_world(keyring, turn=turn) as world:
        page = await world.page(a_patient())
        (server,) = (await page.join(a_room()))["ice_servers"]
        expires, meeting = server["username"].split(":")
        assert meeting == "meeting-1"
        assert datetime.now(UTC).timestamp() < int(expires) <= datetime.now(UTC).timestamp() + 600
        assert server["credential"]


async def test_nobody_connects_without_a_login_that_holds(world: World) -> None:
    page = Page(world, a_patient())  # never signed in
    with pytest.raises(socketio.exceptions.ConnectionError):
        await page.open()
    world.logins.sign_in(page.someone)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Page(world, page.someone).open(extra="field")
    await Page(world, page.someone).open()
