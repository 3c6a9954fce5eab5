"""A socket lives as long as its login: revoked, expired, renewed, not checkable."""

from __future__ import annotations

import asyncio

from server.foundation.errors import Unavailable
from server.foundation.keys import Keyring
from signaling.service import Limits

from .world import Someone, World, a_doctor, a_patient, a_room, a_world, eventually

QUICK = Limits(recheck_s=0.2)


async def test_a_revoked_login_is_told_and_cut_at_once_and_its_seat_is_free(world: World) -> None:
    room, doctor, patient = a_room(), await world.page(a_doctor()), await world.page(a_patient())
    other_tab = await world.page(patient.someone)
    await doctor.join(room)
    entered = await patient.join(room)
    world.logins.sign_out(patient.someone)
    world.realtime.revoke_login(patient.someone.login_id)
    async with asyncio.timeout(1):
        await patient.told("session:revoked")
        await patient.gone.wait()
        await other_tab.gone.wait()
    assert (await doctor.event("left", seat=entered["seat"]))["reason"] == "signed-out"
    assert world.realtime.counts()["sockets"] == 1
    await doctor.ok("chat:send", {"client_id": "c1", "text": "还在"})


async def test_a_login_that_ends_while_it_enters_gets_no_seat(world: World) -> None:
    room, patient = a_room(), await world.page(a_patient())
    world.application_answers.clear()
    entering = asyncio.create_task(patient.call("room:join", {"ticket": world.ticket(patient.someone, room)}))
    await asyncio.sleep(0.1)  # so that it waits for the application
    world.realtime.revoke_login(patient.someone.login_id)
    world.application_answers.set()
    async with asyncio.timeout(5):
        await patient.gone.wait()
    assert world.realtime.people_present(room) == []
    await eventually(lambda: world.realtime.counts()["rooms"] == 0)
    entering.cancel()
    await asyncio.wait({entering})


async def test_a_page_that_ignores_being_cut_is_heard_no_more(world: World) -> None:
    patient = await world.page(a_patient())
    await patient.join(a_room())
    patient.stop_reading()  # not even the goodbye
    world.realtime.revoke_login(patient.someone.login_id)
    assert world.realtime.counts()["sockets"] == 0
    house = world.realtime._house
    assert house is not None
    await eventually(lambda: house.wire.open_sockets == 0, within_s=5)


async def test_a_login_that_ended_quietly_is_noticed(keyring: Keyring) -> None:
    async with a_world(keyring, limits=QUICK) as world:
        doctor, patient = await world.page(a_doctor()), await world.page(a_patient())
        world.logins.sign_out(patient.someone)  # nobody told realtime: the token just stopped being believed
        await patient.told("session:revoked")
        async with asyncio.timeout(5):
            await patient.gone.wait()
        assert not doctor.gone.is_set()


async def test_a_renewed_token_keeps_the_socket_and_another_persons_does_not(keyring: Keyring) -> None:
    async with a_world(keyring, limits=QUICK) as world:
        patient, stranger = await world.page(a_patient()), world.logins.sign_in(a_patient("李梅"))
        someone = patient.someone
        newer = world.logins.sign_in(Someone(someone.name, someone.role, someone.person_id, someone.login_id))
        assert await patient.refused("session:renew", {"token": stranger.token}) == "not-allowed"
        assert await patient.refused("session:renew", {"token": "y" * 30}) == "not-signed-in"
        await patient.ok("session:renew", {"token": newer.token})
        world.logins.sign_out(someone)
        asked = world.logins.asked
        await eventually(lambda: world.logins.asked > asked + 2)
        assert not patient.gone.is_set()
        await patient.ok("room:leave")


async def test_a_login_that_cannot_be_checked_for_a_moment_is_kept(keyring: Keyring) -> None:
    async with a_world(keyring, limits=QUICK) as world:
        patient = await world.page(a_patient())
        house = world.realtime._house
        assert house is not None
        asked = 0

        async def away(token: str) -> None:
            nonlocal asked
            asked += 1
            raise Unavailable

        house.connections._authenticate = away  # type: ignore[assignment]  # a database that does not answer
        await eventually(lambda: asked > 2)
        assert not patient.gone.is_set()
        await patient.ok("room:leave")
