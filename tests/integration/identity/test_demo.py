"""The demo county: everybody signs in with what the buttons fill in, and outside demo mode there is nobody."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select, text

from server import demo
from server.demo import seeding
from server.demo.county import FAMILY_PHONE, STAFF, VILLAGERS
from server.foundation.actor import Level
from server.foundation.ground import Ground
from server.identity import service as identity
from server.identity.model import Person
from server.settings import Settings
from tests.api import Api

from .desk import Desk


async def test_the_county_is_seeded_once(ground: Ground, desk_of: Desk) -> None:
    first = await demo.seed(ground)
    async with desk_of.work() as work:
        before = (await work.session.execute(select(func.count()).select_from(Person))).scalar_one()
    second = await demo.seed(ground)
    async with desk_of.work() as work:
        after = (await work.session.execute(select(func.count()).select_from(Person))).scalar_one()
    assert before == after
    for name, person_id in first.people.items():
        assert second.people[name] == person_id
    assert set(first.departments.items()) <= set(second.departments.items())


async def test_no_table_holds_a_patient_s_name_number_or_phone_in_clear(ground: Ground, desk_of: Desk) -> None:
    county = await demo.seed(ground)
    async with desk_of.work() as work:
        opened = await identity.patient(work, county.people["张建国"])
        assert (opened.name, opened.phone) == ("张建国", FAMILY_PHONE)
        tables = (await work.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))).all()
        written = [
            row
            for table in tables
            for row in (await work.session.scalars(text(f'SELECT t::text FROM public."{table}" t'))).all()  # noqa: S608  # names from the catalogue
        ]
    everything = "\n".join(written)
    assert "李文清" in everything  # the search would find what is there
    for villager in VILLAGERS:
        number = seeding._id_number(villager).text
        for personal in (villager.name, number, villager.phone or number):
            assert personal not in everything
            assert personal.encode().hex() not in everything


async def test_everybody_of_the_demo_signs_in_with_the_button(api: Api, ground: Ground) -> None:
    await demo.seed(ground)
    offered = (await api.get("/api/demo/people")).ok()
    ours = [each for each in offered if each["name"] in {person.name for person in (*VILLAGERS, *STAFF)}]
    assert len(ours) == len(VILLAGERS) + len(STAFF)
    roles: Counter[str] = Counter()
    for each in ours:
        filled = await api.post(f"/api/demo/people/{each['id']}/credentials", key=None)
        if not each["signs_in"]:
            assert filled.status == 404
            continue
        form = {name: value for name, value in filled.ok().items() if value}
        answer = (await api.post("/api/logins", form, key=None)).ok()
        if answer["status"] == "choose_person":
            assert form["phone"] == FAMILY_PHONE
            answer = (await api.post("/api/logins", {**form, "person_id": each["id"]}, key=None)).ok()
        me = (await api.signed_in(answer["access_token"]).get("/api/me")).ok()
        assert (me["name"], me["role"]) == (each["name"], each["role"])
        roles[me["role"]] += 1
    assert set(roles) == {
        "patient",
        "guardian",
        "doctor",
        "clinic_worker",
        "pharmacist",
        "scheduler",
        "administrator",
        "regulator",
    }


async def test_the_button_works_many_times_in_a_row(api: Api, ground: Ground) -> None:
    county = await demo.seed(ground)
    for _ in range(4):
        filled = await api.post(f"/api/demo/people/{county.people['李文清']}/credentials", key=None)
        form = {name: value for name, value in filled.ok().items() if value}
        assert (await api.post("/api/logins", form, key=None)).ok()["status"] == "signed_in"


async def test_the_four_levels_and_the_open_services_are_there(api: Api, ground: Ground) -> None:
    await demo.seed(ground)
    found = {each["name"]: each for each in (await api.get("/api/organisations")).ok()}
    assert {each["level"] for each in found.values()} == {level.value for level in Level}
    assert found["云岭县人民医院"]["internet_licence_valid"]
    assert found["云岭县人民医院"]["second_name"] == "云岭县互联网医院"
    assert found["云岭县人民医院"]["grade_zh"] == "二级甲等"
    assert not found["石门村卫生室"]["internet_licence_valid"]
    doctors = (await api.get(f"/api/doctors?organisation={found['云岭县人民医院']['id']}")).ok()
    card = next(each for each in doctors if each["name"] == "李文清")
    assert (card["title_zh"], card["department"], card["may_practise"]) == ("副主任医师", "心血管内科", True)
    assert card["licence_number"]


async def test_outside_demo_mode_there_is_nobody(api: Api, ground: Ground, settings: Settings) -> None:
    county = await demo.seed(ground)
    path = f"/api/demo/people/{county.people['李文清']}/credentials"
    assert (await api.post(path, key=None)).status == 200
    ground.provide(settings.model_copy(update={"demo": False}))
    try:
        assert (await api.get("/api/demo/people")).status == 404
        refused = await api.post(path, key=None)
    finally:
        ground.provide(settings)
    assert refused.status == 404
    assert refused.code == "not-found"
