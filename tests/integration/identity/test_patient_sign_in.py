"""Patients: a code by phone, its limits, a shared phone, registering, a changed number."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from sqlalchemy import text

from server.foundation.actor import NOBODY
from server.foundation.ground import Ground, Subscriber
from server.foundation.work import Client, Work, unit_of_work
from server.identity import codes
from server.identity import service as identity
from server.identity.codes import CodePurpose
from server.identity.errors import CodesTooOften
from server.identity.events import SignInCodeIssued
from server.settings import Settings, SignInSettings
from tests.api import Api
from tests.invented import a_patient, a_phone, an_id_number

from .desk import Desk


async def test_a_patient_signs_in_with_phone_and_code(api: Api, ground: Ground, desk_of: Desk) -> None:
    patient = await a_patient(ground, name="张建国", signed_in=False)
    assert patient.phone
    code = await desk_of.code(patient.phone)
    answer = (await api.post("/api/logins", {"phone": patient.phone, "code": code}, key=None)).ok()
    me = (await api.signed_in(answer["access_token"]).get("/api/me")).ok()
    assert (me["name"], me["role"], me["organisation"]) == ("张建国", "patient", None)
    assert me["phone"] == f"{patient.phone[:3]}****{patient.phone[-4:]}"
    again = await api.post("/api/logins", {"phone": patient.phone, "code": code}, key=None)
    assert again.code == "code-wrong"


async def test_wrong_old_unsent_and_exhausted_codes_get_the_same_answer(
    api: Api, ground: Ground, desk_of: Desk
) -> None:
    patient = await a_patient(ground, signed_in=False)
    assert patient.phone
    code = await desk_of.code(patient.phone)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    refused = await api.post("/api/logins", {"phone": patient.phone, "code": wrong}, key=None)
    unsent = await api.post("/api/logins", {"phone": a_phone(), "code": wrong}, key=None)
    assert (refused.status, refused.raw) == (unsent.status, unsent.raw) == (422, unsent.raw)
    assert refused.code == "code-wrong"
    assert (await api.post("/api/logins", {"phone": patient.phone, "code": code}, key=None)).status == 200
    old = await desk_of.code(patient.phone)
    await desk_of.codes_age(301)
    assert (await api.post("/api/logins", {"phone": patient.phone, "code": old}, key=None)).raw == refused.raw


async def test_five_wrong_tries_make_a_code_void(api: Api, ground: Ground, desk_of: Desk) -> None:
    patient = await a_patient(ground, signed_in=False)
    assert patient.phone
    code = await desk_of.code(patient.phone)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(4):
        assert (await api.post("/api/logins", {"phone": patient.phone, "code": wrong}, key=None)).status == 422
    good = await desk_of.code(patient.phone)
    assert (await api.post("/api/logins", {"phone": patient.phone, "code": wrong}, key=None)).status == 422
    assert (await api.post("/api/logins", {"phone": patient.phone, "code": code}, key=None)).status == 422
    assert (await api.post("/api/logins", {"phone": patient.phone, "code": good}, key=None)).status == 200


async def test_a_code_for_one_purpose_fits_no_other(api: Api, ground: Ground, desk_of: Desk) -> None:
    patient = await a_patient(ground, signed_in=False)
    assert patient.phone
    code = await desk_of.code(patient.phone, CodePurpose.FAMILY)
    assert (await api.post("/api/logins", {"phone": patient.phone, "code": code}, key=None)).code == "code-wrong"


async def test_asking_for_a_code_says_the_same_for_every_phone(api: Api, ground: Ground) -> None:
    patient = await a_patient(ground, signed_in=False)
    known = await api.post("/api/codes", {"phone": patient.phone}, key=None)
    unknown = await api.post("/api/codes", {"phone": a_phone()}, key=None)
    assert (known.status, known.raw) == (unknown.status, unknown.raw) == (202, known.raw)
    too_soon = await api.post("/api/codes", {"phone": patient.phone}, key=None)
    assert too_soon.code == "codes-too-often"
    assert 0 < int(too_soon.headers["Retry-After"]) <= 61
    assert (await api.post("/api/codes", {"phone": "12345"}, key=None)).body["errors"][0]["pointer"] == "/phone"


async def test_limits_per_phone_and_per_address_lie_in_the_database(ground: Ground, desk_of: Desk) -> None:
    settings = ground.part(SignInSettings)
    phone = a_phone()

    async def ask(phone: str, address: str) -> None:
        async with unit_of_work(ground, NOBODY, client=Client(address)) as work:
            await codes.issue(work, phone, CodePurpose.SIGN_IN)

    for number in range(settings.codes_per_phone_hour):
        await ask(phone, f"10.1.0.{number}")
        await desk_of.codes_age(61)
    with pytest.raises(CodesTooOften) as refused:
        await ask(phone, "10.1.0.200")
    assert refused.value.retry_after_s
    for _ in range(settings.codes_per_address_hour):
        await ask(a_phone(), "10.2.0.1")
    with pytest.raises(CodesTooOften):
        await ask(a_phone(), "10.2.0.1")
    await ask(a_phone(), "10.2.0.2")
    async with desk_of.work() as work:
        counted = (await work.session.execute(text("SELECT max(count) FROM attempt_counts"))).scalar_one()
    assert counted > settings.codes_per_address_hour


async def test_two_requests_at_once_send_one_code(ground: Ground, desk_of: Desk) -> None:
    phone = a_phone()

    async def ask() -> bool:
        try:
            async with unit_of_work(ground, NOBODY, client=Client("10.3.0.1")) as work:
                await codes.issue(work, phone, CodePurpose.SIGN_IN)
        except CodesTooOften:
            return False
        return True

    assert sorted(await asyncio.gather(*(ask() for _ in range(5)))) == [False] * 4 + [True]


async def test_a_code_leaves_only_sealed(ground: Ground, desk_of: Desk) -> None:
    caught: list[tuple[SignInCodeIssued, tuple[str, str]]] = []

    async def deliver(work: Work, event: SignInCodeIssued) -> None:
        caught.append((event, identity.code_for_delivery(work, event)))

    phone, subscribers = a_phone(), ground.subscribers
    ground.subscribers = (*subscribers, Subscriber(SignInCodeIssued, deliver))
    try:
        code = await desk_of.code(phone)
    finally:
        ground.subscribers = subscribers
    event, opened = caught[0]
    assert opened == (phone, code)
    assert phone.encode() not in event.phone_sealed
    assert code not in repr(event)
    async with desk_of.work() as work:
        rows = "\n".join((await work.session.scalars(text("SELECT t::text FROM one_time_codes t"))).all())
    assert phone not in rows
    assert f",{code}," not in rows


async def test_a_shared_phone_asks_who_it_is(api: Api, ground: Ground, desk_of: Desk) -> None:
    phone = a_phone()
    husband = await a_patient(ground, name="张建国", phone=phone, signed_in=False)
    wife = await a_patient(ground, name="李秀兰", age=64, phone=phone, signed_in=False)
    stranger = await a_patient(ground, signed_in=False)
    form = {"phone": phone, "code": await desk_of.code(phone)}
    asked = (await api.post("/api/logins", form, key=None)).ok()
    assert asked["status"] == "choose_person"
    assert {each["name"] for each in asked["people"]} == {husband.name, wife.name}
    assert (await api.post("/api/logins", {**form, "person_id": str(stranger.id)}, key=None)).code == "code-wrong"
    answer = (await api.post("/api/logins", {**form, "person_id": str(wife.id)}, key=None)).ok()
    me = (await api.signed_in(answer["access_token"]).get("/api/me")).ok()
    assert me["person_id"] == str(wife.id)


async def test_a_new_phone_registers_after_its_code(api: Api, ground: Ground, desk_of: Desk) -> None:
    phone = a_phone()
    code = await desk_of.code(phone)
    asked = (await api.post("/api/logins", {"phone": phone, "code": code}, key=None)).ok()
    assert asked["status"] == "register"
    form = {"phone": phone, "code": code, "name": "陈思雨", "id_number": an_id_number(date(2004, 2, 29)).text}
    made = await api.post("/api/registrations", form, key=None)
    me = (await api.signed_in(made.ok()["access_token"]).get("/api/me")).ok()
    assert (made.status, me["name"], me["birth_date"], me["real_name_verified"]) == (201, "陈思雨", "2004-02-29", True)
    assert (await api.post("/api/registrations", form, key=None)).code == "code-wrong"


async def test_a_registration_with_a_wrong_digit_or_a_taken_number_is_refused(
    api: Api, ground: Ground, desk_of: Desk
) -> None:
    taken = await a_patient(ground, signed_in=False)
    phone = a_phone()
    form = {"phone": phone, "code": await desk_of.code(phone), "name": "陈思雨", "id_number": taken.id_number}
    refused = await api.post("/api/registrations", form, key=None)
    assert (refused.status, refused.code, refused.body["rule"]) == (409, "real-name-not-confirmed", "B05")
    digits = an_id_number(date(2004, 2, 29)).text
    wrong = digits[:9] + str((int(digits[9]) + 1) % 10) + digits[10:]
    refused = await api.post("/api/registrations", {**form, "id_number": wrong}, key=None)
    assert (refused.status, refused.body["errors"][0]["pointer"]) == (422, "/id_number")
    assert wrong not in refused.raw.decode()
    assert (await api.post("/api/registrations", {**form, "id_number": digits}, key=None)).status == 201


async def test_a_child_cannot_register_alone_b10(api: Api, ground: Ground, desk_of: Desk) -> None:
    phone = a_phone()
    child = an_id_number(date(ground.clock.now().year - 8, 1, 1)).text
    form = {"phone": phone, "code": await desk_of.code(phone), "name": "王子涵", "id_number": child}
    refused = await api.post("/api/registrations", form, key=None)
    assert (refused.status, refused.code, refused.body["rule"]) == (403, "guardian-needed", "B10")
    youth = an_id_number(date(ground.clock.now().year - 15, 1, 1)).text
    assert (await api.post("/api/registrations", {**form, "id_number": youth}, key=None)).status == 201


async def test_outside_the_demo_a_registration_waits_for_the_card_b05(
    api: Api, ground: Ground, desk_of: Desk, settings: Settings
) -> None:
    phone = a_phone()
    form = {
        "phone": phone,
        "code": await desk_of.code(phone),
        "name": "陈思雨",
        "id_number": an_id_number(date(1999, 5, 5)).text,
    }
    ground.provide(settings.model_copy(update={"demo": False}))
    try:
        made = (await api.post("/api/registrations", form, key=None)).ok()
    finally:
        ground.provide(settings)
    me = (await api.signed_in(made["access_token"]).get("/api/me")).ok()
    assert me["real_name_verified"] is False


async def test_a_changed_number_needs_both_codes_and_signs_other_devices_out(
    api: Api, ground: Ground, desk_of: Desk
) -> None:
    patient = await a_patient(ground)
    assert patient.phone
    old, new = patient.phone, a_phone()
    elsewhere = (await api.post("/api/logins", {"phone": old, "code": await desk_of.code(old)}, key=None)).ok()
    page = api.signed_in(patient.token)
    sent = (await page.post("/api/me/phone/codes", {"phone": new}, key=None)).ok()
    assert sent["present"] == f"{old[:3]}****{old[-4:]}"
    form = {
        "phone": new,
        "old_code": await desk_of.code(old, CodePurpose.CHANGE_PHONE),
        "new_code": await desk_of.code(new, CodePurpose.CHANGE_PHONE),
    }
    swapped = {**form, "old_code": form["new_code"], "new_code": form["old_code"]}
    assert (await page.put("/api/me/phone", swapped, key=None)).code == "code-wrong"
    assert (await page.put("/api/me/phone", form, key=None)).status == 204
    assert (await page.get("/api/me")).status == 200
    assert (await api.signed_in(elsewhere["access_token"]).get("/api/me")).status == 401
    nobody = (await api.post("/api/logins", {"phone": old, "code": await desk_of.code(old)}, key=None)).ok()
    assert nobody["status"] == "register"
    back = (await api.post("/api/logins", {"phone": new, "code": await desk_of.code(new)}, key=None)).ok()
    assert back["status"] == "signed_in"
