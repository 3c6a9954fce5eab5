"""A hospital that orders, performs and reads its own examinations, and has no agreement with anybody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.identity import organisations
from server.identity.model import Credential
from server.identity.vocabulary import Title
from tests import people
from tests.api import Api
from tests.people import Hospital, Somebody

from .centre import WORDS, Centre, acted_for, agreed, titled

_SCOPE = "医学影像和放射治疗专业"


@pytest.fixture
async def house(ground: Ground, api: Api) -> Centre:
    """One hospital with wards and a department of imaging; nobody has agreed on anything."""
    hospital = await people.a_hospital(ground)
    department = await _a_department(ground, hospital, "影像科")
    doctor = await people.a_doctor(ground, hospital, name="杨内科")
    junior, senior, third = [await _a_radiologist(ground, department, name) for name in ("韩初步", "周审核", "王影像")]
    await titled(ground, junior, Title.PHYSICIAN)
    patient = await people.a_patient(ground, home=hospital.id)
    await acted_for(ground, doctor, patient)
    return Centre(
        ground, api, hospital, hospital, doctor, doctor, junior, senior, third, patient, department.department_id
    )


async def test_a_hospital_orders_takes_and_reads_its_own_without_any_agreement(house: Centre) -> None:
    order = await house.ordered()
    assert order["reading_organisation"]["id"] == str(house.county.id)
    assert order["performing_organisation"]["id"] == str(house.county.id)
    assert order["department"]["name"] == "影像科"
    await house.pictures(order)
    (item,) = (await house.of(house.junior).get("/api/imaging/worklist?state=queued")).ok()["items"]
    assert item["id"] == order["id"]
    assert (await house.of(house.doctor).get("/api/imaging/worklist?state=queued")).ok()["items"] == []
    (await house.act(house.junior, order, "claim")).ok()
    saved = (await house.save(house.junior, order, 0)).ok()
    (await house.act(house.junior, order, "report/preliminary", {"version": saved["version"]})).ok()
    (await house.finalise(order)).ok()
    for who in (house.doctor, house.patient):
        seen = await house.seen(order, who)
        assert (seen["status"], seen["report"]["impression"]) == ("returned", WORDS["impression"])
    assert (await house.act(house.doctor, order, "acknowledge")).ok()["status"] == "acknowledged"
    (listed,) = (await house.of(house.doctor).get("/api/imaging/orders?box=mine")).ok()["items"]
    assert listed["id"] == order["id"]


async def test_the_own_department_comes_before_an_agreement_but_another_may_be_named(house: Centre) -> None:
    above = await people.a_hospital(house.ground)
    await agreed(house.ground, house.county, above)
    assert (await house.ordered())["reading_organisation"]["id"] == str(house.county.id)
    named = await house.ordered(reading_organisation_id=str(above.id))
    assert named["reading_organisation"]["id"] == str(above.id)


async def test_of_two_departments_the_one_reads_that_reads_it_for_others(house: Centre) -> None:
    second = await _a_department(house.ground, house.county, "CT 室", 9)
    for name in ("钱大夫", "孙大夫"):
        await _a_radiologist(house.ground, second, name)
    assert (await house.ordered())["department"]["name"] == "影像科"
    await agreed(house.ground, await people.a_hospital(house.ground), second)
    assert (await house.ordered())["department"]["name"] == "CT 室"


async def test_two_who_are_licensed_for_imaging_are_needed(house: Centre) -> None:
    assert (await house.order(reading_organisation_id=str(house.county.id))).status == 201
    for who in (house.senior, house.third):
        await _licensed_for(house.ground, who, "内科专业")
    refused = await house.order(reading_organisation_id=str(house.county.id))
    assert (refused.status, refused.code) == (409, "no-own-radiologists")
    assert (await house.order()).code == "no-agreement", "nobody else reads for this hospital"


async def test_the_rest_of_the_hospital_has_nothing_to_do_with_it(house: Centre) -> None:
    order = await house.ordered()
    colleague = await people.a_doctor(house.ground, replace(house.county, department_id=house.county.department_id))
    stranger = await people.a_doctor(house.ground, await people.a_hospital(house.ground))
    path = f"/api/imaging/orders/{order['id']}"
    assert (await house.of(house.doctor).get(path)).status == 200
    assert (await house.of(stranger).get(path)).status == 404
    assert (await house.act(colleague, order, "claim")).status == 404


async def _a_department(ground: Ground, hospital: Hospital, name: str, place: int = 8) -> Hospital:
    """The hospital as who works in another of its departments knows it."""
    async with unit_of_work(ground, SYSTEM) as work:
        made = await organisations.add_department(work, hospital.id, name, "", place)
    return replace(hospital, department_id=made.id)


async def _a_radiologist(ground: Ground, department: Hospital, name: str) -> Somebody:
    doctor = await people.a_doctor(ground, department, name=name)
    await _licensed_for(ground, doctor, _SCOPE)
    return doctor


async def _licensed_for(ground: Ground, doctor: Somebody, scope: str) -> None:
    async with unit_of_work(ground, SYSTEM) as work:
        await work.session.execute(update(Credential).where(Credential.person_id == doctor.id).values(scope=scope))
