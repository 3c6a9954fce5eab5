"""The signing PIN: it opens one's key for one login, in one process, for half an hour; wrong ones are counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from server import demo
from server.app import standing_on
from server.foundation.actor import SYSTEM, Actor, Kind, Role
from server.foundation.errors import Unknown
from server.foundation.ground import Ground
from server.foundation.idempotency import IdempotencyKey
from server.foundation.work import unit_of_work
from server.identity import logins
from server.identity.login_model import Login
from server.settings import Settings, SigningSettings
from server.signatures import service as signatures
from server.signatures.custody import Signing
from server.signatures.errors import SigningLocked, SigningPinMissing
from server.signatures.model import CertificateRow, PractitionerKeyRow
from tests.api import Api
from tests.people import PIN, Hospital, Somebody, a_doctor, a_hospital, a_member_of_staff, a_patient
from tests.ports import free_port
from tests.serving import Served, serving

from .pins import DOCUMENT, at_another_desk, enter, sign

NEW_PIN = "270418"


@pytest.fixture
async def hospital(ground: Ground) -> Hospital:
    """A hospital of its own for each test."""
    return await a_hospital(ground)


@pytest.fixture
async def doctor(ground: Ground, hospital: Hospital) -> Somebody:
    """A doctor whose key is open at the desk they were made at."""
    return await a_doctor(ground, hospital)


@pytest.fixture
async def second_process(settings: Settings, served: Served) -> AsyncIterator[Served]:
    """Another process of the same installation."""
    other = settings.model_copy(update={"http": settings.http.model_copy(update={"port": free_port()})})
    async with standing_on(other) as ground, serving(other, ground) as second:
        yield second


async def test_a_key_is_open_for_the_login_that_entered_the_pin(ground: Ground, api: Api, doctor: Somebody) -> None:
    assert (await sign(ground, doctor)).kid
    elsewhere = await at_another_desk(ground, doctor)
    with pytest.raises(SigningLocked):
        await sign(ground, elsewhere)
    opened = (await enter(api, elsewhere, PIN)).ok()
    assert opened["unlocked_until"] is not None
    assert (await sign(ground, elsewhere)).kid


async def test_half_an_hour_later_the_key_is_locked(ground: Ground, api: Api, doctor: Somebody) -> None:
    here = await at_another_desk(ground, doctor)
    (await enter(api, here, PIN)).ok()
    assert (await sign(ground, here, later=timedelta(minutes=29, seconds=50))).kid
    with pytest.raises(SigningLocked):
        await sign(ground, here, later=timedelta(minutes=30, seconds=1))


async def test_no_setting_opens_a_key_for_longer() -> None:
    assert SigningSettings(unlocked_s=1800).unlocked_s == 1800
    with pytest.raises(ValueError, match="1800"):
        SigningSettings(unlocked_s=1801)


async def test_locking_and_signing_out_lock_the_key(ground: Ground, api: Api, doctor: Somebody) -> None:
    here, there = await at_another_desk(ground, doctor), await at_another_desk(ground, doctor)
    for each in (here, there):
        (await enter(api, each, PIN)).ok()
        assert (await sign(ground, each)).kid
    assert (await api.signed_in(here.token).post("/api/signing-key/lock")).ok()["unlocked_until"] is None
    with pytest.raises(SigningLocked):
        await sign(ground, here)
    async with unit_of_work(ground, there.actor) as work:
        await logins.end_current(work, None)
    with pytest.raises(SigningLocked):
        await sign(ground, there)
    assert (await sign(ground, doctor)).kid, "another login's key stays open"


async def test_a_login_that_is_ended_from_outside_signs_no_more(ground: Ground, doctor: Somebody) -> None:
    assert (await sign(ground, doctor)).kid
    async with unit_of_work(ground, SYSTEM) as work:
        await logins.end_all_of(work, doctor.id, "employment-ended")
    assert ground.part(Signing).unlocked.of(doctor.login_id, ground.clock.now()) is None
    with pytest.raises(SigningLocked):
        await sign(ground, doctor)


async def test_wrong_pins_are_counted_until_the_key_waits(ground: Ground, api: Api, doctor: Somebody) -> None:
    here, there = await at_another_desk(ground, doctor), await at_another_desk(ground, doctor)
    for left in (4, 3):
        wrong = await enter(api, here, "999111")
        assert (wrong.status, wrong.code, wrong.body["left"]) == (403, "wrong-signing-pin", left)
    (await enter(api, here, PIN)).ok()
    for left in (4, 3, 2, 1):
        assert (await enter(api, there, "999111")).body["left"] == left, "a right one starts the count anew"
    paused = await enter(api, there, "999111")
    assert (paused.status, paused.code, paused.body["retry_after_s"]) == (429, "signing-pin-paused", 300)
    for desk in (here, there):
        assert (await enter(api, desk, PIN)).code == "signing-pin-paused", "no desk tries on, not even rightly"
    shown = (await api.signed_in(there.token).get("/api/signing-key")).ok()
    assert shown["paused_until"] is not None
    await _wait_over(ground, doctor)
    again = await enter(api, there, "999111")
    assert (again.code, again.body["retry_after_s"]) == ("signing-pin-paused", 600), "the wait doubles"
    await _wait_over(ground, doctor)
    assert (await enter(api, there, PIN)).ok()["paused_until"] is None


async def _wait_over(ground: Ground, who: Somebody) -> None:
    async with unit_of_work(ground, SYSTEM) as work:
        mine = update(PractitionerKeyRow).where(PractitionerKeyRow.person_id == who.id)
        await work.session.execute(mine.values(paused_until=PractitionerKeyRow.paused_until - timedelta(days=1)))


async def test_many_tries_at_once_get_no_more_than_one_after_another(
    ground: Ground, api: Api, doctor: Somebody
) -> None:
    here = await at_another_desk(ground, doctor)
    answers = await asyncio.gather(*(enter(api, here, f"99{n:04d}") for n in range(12)))
    assert sorted(each.status for each in answers) == [403] * 4 + [429] * 8


async def test_a_forgotten_pin_means_a_new_key_and_old_signatures_stay(
    ground: Ground, api: Api, doctor: Somebody
) -> None:
    me = api.signed_in(doctor.token)
    before = await sign(ground, doctor)
    made = (await me.post("/api/signing-key", {"pin": NEW_PIN})).ok()
    assert made["set"]
    assert made["unlocked_until"] is not None
    after = await sign(ground, doctor)
    assert (after.kid == before.kid, after.certificate_serial == before.certificate_serial) == (False, False)
    because = {each["serial"]: each["revoked_because"] for each in (await me.get("/api/signatures/certificates")).ok()}
    assert because == {after.certificate_serial: None, before.certificate_serial: "签名密码已重设，换用新密钥"}
    assert made["certificate_serial"] == after.certificate_serial
    async with unit_of_work(ground, doctor.actor) as work:
        for each in (before, after):
            assert (await signatures.verify(work, each.id, DOCUMENT, "note.sign", "note+jws")).valid
    here = await at_another_desk(ground, doctor)
    assert (await enter(api, here, PIN)).code == "wrong-signing-pin"
    (await enter(api, here, NEW_PIN)).ok()


async def test_a_new_key_locks_the_old_one_at_every_desk(ground: Ground, api: Api, doctor: Somebody) -> None:
    here = await at_another_desk(ground, doctor)
    (await enter(api, here, PIN)).ok()
    (await api.signed_in(doctor.token).post("/api/signing-key", {"pin": NEW_PIN})).ok()
    with pytest.raises(SigningLocked):
        await sign(ground, here)


async def test_a_new_key_needs_a_fresh_second_factor(ground: Ground, api: Api, doctor: Somebody) -> None:
    fresh, stale = await at_another_desk(ground, doctor), await at_another_desk(ground, doctor)
    (await api.signed_in(fresh.token).post("/api/signing-key", {"pin": NEW_PIN})).ok()
    async with unit_of_work(ground, SYSTEM) as work:
        earlier = work.now - timedelta(minutes=16)
        await work.session.execute(update(Login).where(Login.id == stale.login_id).values(second_factor_at=earlier))
    refused = await api.signed_in(stale.token).post("/api/signing-key", {"pin": "804213"})
    assert (refused.status, refused.code) == (403, "second-factor-needed")
    (await enter(api, fresh, NEW_PIN)).ok()


@pytest.mark.parametrize("pin", ["000000", "123456", "987654", "890123", "121212", "123123", "77777777"])
async def test_a_pin_that_would_be_guessed_first_is_refused(api: Api, doctor: Somebody, pin: str) -> None:
    assert (await api.signed_in(doctor.token).post("/api/signing-key", {"pin": pin})).code == "signing-pin-weak"


@pytest.mark.parametrize("pin", ["12345", "1234567890123", "１３５７９０", "13579a", "135 790", "", 135790, None])
async def test_what_is_no_pin_is_refused(api: Api, doctor: Somebody, pin: object) -> None:
    me = api.signed_in(doctor.token)
    for path in ("/api/signing-key", "/api/signing-key/unlock"):
        answer = await me.post(path, {"pin": pin})
        assert answer.status == 422, answer.body
        assert str(pin) not in answer.raw.decode() or not pin, "a PIN is not said again"


async def test_whoever_never_set_a_pin_is_told_so(ground: Ground, api: Api, hospital: Hospital) -> None:
    pharmacist = await a_member_of_staff(ground, Role.PHARMACIST, hospital)
    assert (await sign(ground, pharmacist)).kid
    async with unit_of_work(ground, SYSTEM) as work:
        gone = update(PractitionerKeyRow).where(PractitionerKeyRow.person_id == pharmacist.id)
        await work.session.execute(gone.values(retired_at=work.now, retired_because="测试"))
    with pytest.raises(SigningPinMissing):
        await sign(ground, pharmacist)
    assert (await enter(api, pharmacist, PIN)).code == "signing-pin-missing"
    shown = (await api.signed_in(pharmacist.token).get("/api/signing-key")).ok()
    assert (shown["set"], shown["unlocked_until"], shown["certificate_serial"]) == (False, None, None)


async def test_only_a_person_signs_for_themselves(ground: Ground, doctor: Somebody) -> None:
    assert (await sign(ground, doctor)).kid
    for actor in (SYSTEM, replace(doctor.actor, kind=Kind.SYSTEM), Actor(Kind.SYSTEM, doctor.id, Role.DOCTOR)):
        async with unit_of_work(ground, actor) as work:
            with pytest.raises(Unknown):
                await signatures.sign(work, doctor.id, "note.sign", "note+jws", DOCUMENT)


async def test_patients_have_no_signing_key(ground: Ground, api: Api) -> None:
    patient = await a_patient(ground)
    assert (await api.signed_in(patient.token).get("/api/signing-key")).status == 403


async def test_an_administrators_revocation_ends_the_key(
    ground: Ground, api: Api, hospital: Hospital, doctor: Somebody
) -> None:
    made = await sign(ground, doctor)
    administrator = await a_member_of_staff(ground, Role.ADMINISTRATOR, hospital)
    path = f"/api/signatures/certificates/{made.certificate_serial}/revoke"
    (await api.signed_in(administrator.token).post(path, {"reason": "离职"})).ok()
    with pytest.raises(SigningPinMissing):
        await sign(ground, doctor)
    assert (await enter(api, doctor, PIN)).code == "signing-pin-missing"


async def test_a_second_process_asks_for_the_pin_itself_and_hears_of_a_new_key(
    ground: Ground, api: Api, second_process: Served, doctor: Somebody
) -> None:
    async with Api(second_process.address, doctor.token) as there:
        assert (await there.get("/api/signing-key")).ok()["unlocked_until"] is None
        with pytest.raises(SigningLocked):
            await sign(second_process.ground, doctor)
        (await there.post("/api/signing-key/unlock", {"pin": PIN})).ok()
        assert (await sign(second_process.ground, doctor)).kid == (await sign(ground, doctor)).kid
        (await api.signed_in(doctor.token).post("/api/signing-key", {"pin": NEW_PIN})).ok()
        with pytest.raises(SigningLocked):
            await sign(second_process.ground, doctor)
        (await there.post("/api/signing-key/unlock", {"pin": NEW_PIN})).ok()
        assert (await sign(second_process.ground, doctor)).kid == (await sign(ground, doctor)).kid


async def test_a_sign_out_here_locks_the_key_in_the_other_process(
    ground: Ground, second_process: Served, doctor: Somebody
) -> None:
    here = await at_another_desk(ground, doctor)
    unlocked = second_process.ground.part(Signing).unlocked
    async with Api(second_process.address, here.token) as there:
        (await there.post("/api/signing-key/unlock", {"pin": PIN})).ok()
    assert unlocked.of(here.login_id, ground.clock.now()) is not None
    async with unit_of_work(ground, here.actor) as work:
        await logins.end_current(work, None)
    async with asyncio.timeout(5):
        while unlocked.of(here.login_id, ground.clock.now()) is not None:  # noqa: ASYNC110  # it offers a state, no event
            await asyncio.sleep(0.02)


async def test_no_pin_is_kept_with_an_idempotency_key(ground: Ground, api: Api, doctor: Somebody) -> None:
    me = api.signed_in(doctor.token)
    async with ground.database.session() as session:
        count = select(func.count()).select_from(IdempotencyKey)
        before = await session.scalar(count)
        (await me.post("/api/signing-key", {"pin": NEW_PIN}, key="the-key-of-a-pin")).ok()
        (await me.post("/api/signing-key/unlock", {"pin": NEW_PIN}, key="the-key-of-another-pin")).ok()
        assert await session.scalar(count) == before
        (await me.post("/api/signing-key/lock", key="the-key-of-a-lock")).ok()
        await session.rollback()
        assert await session.scalar(count) == (before or 0) + 1


async def test_a_key_has_a_certificate_for_each_place_of_work(ground: Ground, doctor: Somebody) -> None:
    here = await sign(ground, doctor)
    elsewhere = await a_hospital(ground)
    async with unit_of_work(ground, replace(doctor.actor, role=Role.PHARMACIST, organisation_id=elsewhere.id)) as work:
        there = await signatures.sign(work, doctor.id, "note.sign", "note+jws", DOCUMENT)
    assert here.kid == there.kid
    assert here.certificate_serial != there.certificate_serial
    async with ground.database.session() as session:
        mine = select(func.count()).where(CertificateRow.person_id == doctor.id)
        assert await session.scalar(mine) == 2


@pytest.mark.parametrize("name", ["李文清", "孙佩芬"])
async def test_the_demos_staff_open_their_keys_with_the_pin_that_the_page_tells(
    ground: Ground, api: Api, name: str
) -> None:
    county = await demo.seed(ground)
    given = (await api.post(f"/api/demo/people/{county.people[name]}/credentials", key=None)).ok()
    form = {field: value for field, value in given.items() if value}
    me = api.signed_in((await api.post("/api/logins", form, key=None)).ok()["access_token"])
    shown = (await me.get("/api/signing-key")).ok()
    assert (shown["set"], shown["unlocked_until"]) == (True, None)
    assert (await me.post("/api/signing-key/unlock", {"pin": shown["demo_pin"]})).ok()["unlocked_until"]
