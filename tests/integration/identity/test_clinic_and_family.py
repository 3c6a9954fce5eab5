"""The clinic's desk and the family: whole numbers only, own organisation only, children only through a guardian."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import text

from server.foundation import data_keys
from server.foundation.actor import Level, PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.ground import Ground
from server.identity import family
from server.identity import service as identity
from server.identity.codes import CodePurpose
from server.identity.service import Standing
from tests.api import Api
from tests.invented import Someone, a_member, a_patient, a_phone, an_id_number, an_organisation

from .desk import Desk


async def a_worker(ground: Ground) -> Someone:
    clinic = await an_organisation(ground, level=Level.VILLAGE)
    return await a_member(ground, Role.CLINIC_WORKER, at=clinic)


async def test_a_worker_registers_a_villager_without_a_phone_and_finds_him_by_whole_number(
    api: Api, ground: Ground
) -> None:
    page = api.signed_in((await a_worker(ground)).token)
    number = an_id_number(date(1948, 1, 9)).text
    made = await page.post("/api/patients", {"name": "杨阿妹", "id_number": number})
    view = made.ok()
    assert (made.status, view["name"], view["phone"], view["real_name_verified"]) == (201, "杨阿妹", None, True)
    assert view["id_number_tail"] == number[-4:]
    assert number not in made.raw.decode()
    found = (await page.post("/api/patients/search", {"id_number": number}, key=None)).ok()
    assert [each["id"] for each in found] == [view["id"]]
    assert (await page.get(f"/api/patients/{view['id']}")).ok()["name"] == "杨阿妹"
    other = an_id_number(date(1948, 1, 9)).text
    assert (await page.post("/api/patients/search", {"id_number": other}, key=None)).ok() == []
    assert (await page.post("/api/patients/search", {"phone": "138"}, key=None)).status == 422
    assert (await page.post("/api/patients/search", {}, key=None)).status == 422


async def test_a_worker_sees_no_patient_of_another_organisation(api: Api, ground: Ground) -> None:
    mine, theirs = await a_worker(ground), await a_worker(ground)
    patient = await a_patient(ground, at=mine.organisation_id)
    page, other = api.signed_in(mine.token), api.signed_in(theirs.token)
    form = {"guardian_id": str(patient.id), "relation": "child"}
    assert (await page.get(f"/api/patients/{patient.id}")).status == 200
    for search in ({"id_number": patient.id_number}, {"phone": patient.phone}):
        assert len((await page.post("/api/patients/search", search, key=None)).ok()) == 1
        assert (await other.post("/api/patients/search", search, key=None)).ok() == []
    unknown = await other.get("/api/patients/01900000-0000-7000-8000-000000000000")
    hidden = await other.get(f"/api/patients/{patient.id}")
    assert (hidden.status, hidden.raw) == (404, unknown.raw)
    assert (await other.post(f"/api/patients/{patient.id}/guardians", form)).status == 404
    change = {"id_number": patient.id_number, "phone": a_phone()}
    assert (await other.put(f"/api/patients/{patient.id}/phone", change)).status == 404


async def test_a_patient_with_the_card_in_hand_becomes_known_and_is_not_doubled(api: Api, ground: Ground) -> None:
    elsewhere = await an_organisation(ground)
    patient = await a_patient(ground, name="张建国", at=elsewhere, verified=False)
    page = api.signed_in((await a_worker(ground)).token)
    form = {"name": "张建军", "id_number": patient.id_number}
    refused = await page.post("/api/patients", form)
    assert (refused.status, refused.code) == (409, "real-name-not-confirmed")
    admitted = (await page.post("/api/patients", {**form, "name": "张建国"})).ok()
    assert (admitted["id"], admitted["real_name_verified"]) == (str(patient.id), True)
    assert len((await page.post("/api/patients/search", {"phone": patient.phone}, key=None)).ok()) == 1


async def test_a_new_number_is_entered_only_against_the_card_and_ends_the_logins(api: Api, ground: Ground) -> None:
    worker = await a_worker(ground)
    patient = await a_patient(ground, at=worker.organisation_id)
    page, phone = api.signed_in(worker.token), a_phone()
    path = f"/api/patients/{patient.id}/phone"
    wrong_card = {"id_number": an_id_number(date(1950, 1, 1)).text, "phone": phone}
    assert (await page.put(path, wrong_card)).code == "real-name-not-confirmed"
    assert (await api.signed_in(patient.token).get("/api/me")).status == 200
    assert (await page.put(path, {"id_number": patient.id_number, "phone": phone})).ok()["phone"].endswith(phone[-4:])
    assert (await api.signed_in(patient.token).get("/api/me")).status == 401
    assert (await page.post("/api/patients/search", {"phone": patient.phone}, key=None)).ok() == []
    assert len((await page.post("/api/patients/search", {"phone": phone}, key=None)).ok()) == 1


async def test_a_child_is_registered_with_a_guardian_only_b10(api: Api, ground: Ground) -> None:
    worker = await a_worker(ground)
    mother = await a_patient(ground, age=36, at=worker.organisation_id)
    stranger = await a_patient(ground, age=36)
    page = api.signed_in(worker.token)
    form = {"name": "王子涵", "id_number": an_id_number(date(ground.clock.now().year - 8, 1, 1)).text}
    assert (await page.post("/api/patients", form)).code == "guardian-needed"
    unknown = {**form, "guardian_id": str(stranger.id), "relation": "mother"}
    assert (await page.post("/api/patients", unknown)).status == 404
    made = (await page.post("/api/patients", {**form, "guardian_id": str(mother.id), "relation": "mother"})).ok()
    assert made["needs_guardian"]
    assert made["phone"].endswith((mother.phone or "")[-4:])  # the guardian's phone is the child's
    family = (await api.signed_in(mother.token).get("/api/family")).ok()
    assert [(each["name"], each["kind"], each["acts"]) for each in family] == [("王子涵", "guardian", True)]


async def test_a_parent_adds_a_child_online_and_acts_for_it(api: Api, ground: Ground, desk_of: Desk) -> None:
    mother, stranger = await a_patient(ground, age=36), await a_patient(ground, age=40)
    page = api.signed_in(mother.token)
    number = an_id_number(date(ground.clock.now().year - 8, 1, 1)).text
    form = {"name": "王子涵", "id_number": number, "relation": "mother"}
    child_id = PersonId(UUID((await page.post("/api/family", form, key=None)).ok()["person_id"]))
    assert (await page.post("/api/family", form, key=None)).code == "family-already"
    taken = await api.signed_in(stranger.token).post("/api/family", form, key=None)
    assert taken.code == "real-name-not-confirmed"
    async with desk_of.work(mother.actor) as work:
        assert await identity.standing(work, child_id) is Standing.GUARDIAN
        assert await identity.standing(work, mother.id) is Standing.SELF
        assert await identity.wards(work) == [child_id]
    async with desk_of.work(stranger.actor) as work:
        assert await identity.standing(work, child_id) is None
    relation = (await page.get("/api/family")).ok()[0]["relation_id"]
    last = await page.delete(f"/api/family/{relation}")
    assert (last.status, last.code) == (403, "guardian-needed")


async def test_a_guardianship_ends_when_the_ward_comes_of_age(ground: Ground, desk_of: Desk) -> None:
    mother = await a_patient(ground, age=45)
    child = await a_patient(ground, age=17, guardian=mother, phone=None)
    async with desk_of.work(mother.actor) as work:
        assert await identity.standing(work, child.id) is Standing.GUARDIAN
        assert await identity.wards(work) == [child.id]
        assert await family.end_outgrown(work) == 0
    async with desk_of.work() as work:
        birthday = text("UPDATE people SET birth_date = birth_date - 366 WHERE id = :id")
        await work.session.execute(birthday, {"id": child.id})
    async with desk_of.work(mother.actor) as work:
        assert await identity.standing(work, child.id) is None
        assert await identity.wards(work) == []
    async with desk_of.work() as work:
        assert await family.end_outgrown(work) == 1
        assert await family.end_outgrown(work) == 0


async def test_an_adult_agrees_by_a_code_to_the_own_phone(api: Api, ground: Ground, desk_of: Desk) -> None:
    daughter, father = await a_patient(ground, age=40), await a_patient(ground, age=70, name="张建国")
    page = api.signed_in(daughter.token)
    assert father.phone
    form = {"name": "张建国", "id_number": father.id_number, "relation": "child", "phone": father.phone}
    assert (await page.post("/api/family", form, key=None)).code == "family-consent-needed"
    mine = await desk_of.code(daughter.phone or "", CodePurpose.FAMILY)
    own = {**form, "phone": daughter.phone, "code": mine}
    assert (await page.post("/api/family", own, key=None)).code == "family-consent-needed"
    assert (await page.post("/api/family", {**form, "code": mine}, key=None)).code == "code-wrong"
    code = await desk_of.code(father.phone, CodePurpose.FAMILY)
    assert (await page.post("/api/family", {**form, "code": code}, key=None)).ok()["person_id"] == str(father.id)
    fathers = api.signed_in(father.token)
    seen = (await fathers.get("/api/family")).ok()
    assert [(each["person_id"], each["acts"], each["kind"]) for each in seen] == [(str(daughter.id), False, "family")]
    async with desk_of.work(daughter.actor) as work:
        assert await identity.standing(work, father.id) is Standing.GUARDIAN
    outsider = await a_patient(ground)
    path = f"/api/family/{seen[0]['relation_id']}"
    assert (await api.signed_in(outsider.token).delete(path)).status == 404
    assert (await fathers.delete(path)).status == 204
    async with desk_of.work(daughter.actor) as work:
        assert await identity.standing(work, father.id) is None


async def test_a_code_to_somebody_s_phone_does_not_give_power_over_somebody_else(
    api: Api, ground: Ground, desk_of: Desk
) -> None:
    me, victim = await a_patient(ground, age=40), await a_patient(ground, age=70, name="张建国")
    friends_phone = a_phone()
    code = await desk_of.code(friends_phone, CodePurpose.FAMILY)
    form = {"name": "张建国", "id_number": victim.id_number, "relation": "child", "phone": friends_phone, "code": code}
    refused = await api.signed_in(me.token).post("/api/family", form, key=None)
    assert refused.code == "real-name-not-confirmed"
    async with desk_of.work(me.actor) as work:
        assert await identity.standing(work, victim.id) is None


async def test_an_account_of_a_guardian_only_has_that_role(api: Api, ground: Ground, desk_of: Desk) -> None:
    guardian = await a_patient(ground, age=36, guardian_only=True, signed_in=False)
    form = {"phone": guardian.phone, "code": await desk_of.code(guardian.phone or "")}
    token = (await api.post("/api/logins", form, key=None)).ok()["access_token"]
    assert (await api.signed_in(token).get("/api/me")).ok()["role"] == "guardian"


async def test_a_patient_is_sealed_and_forgotten_with_the_key(ground: Ground, desk_of: Desk) -> None:
    patient = await a_patient(ground, name="独一无二的姓名")
    async with desk_of.work() as work:
        assert (await identity.person(work, patient.id)).name == "独一无二的姓名"
        rows = "\n".join((await work.session.scalars(text("SELECT t::text FROM people t"))).all())
    assert "独一无二" not in rows
    assert "独一无二".encode().hex() not in rows
    assert patient.id_number not in rows
    async with desk_of.work() as work:
        await data_keys.destroy(work.session, patient.id, work.now)
        assert (await identity.person(work, patient.id)).name == "（已注销）"


async def test_patients_and_staff_are_different_kinds(ground: Ground, desk_of: Desk) -> None:
    worker = await a_worker(ground)
    async with desk_of.work() as work:
        assert (await identity.person(work, worker.id)).name == worker.name
        with pytest.raises(Unknown):
            await identity.patient(work, worker.id)
