"""The demo county's pool: an agreement with its levels, a team, an expert, and video places online on the same day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from server import demo
from server.demo.county import EXPERT, FAMILY_DOCTOR
from server.demo.sessions import PLACES_A_SLOT, SOUGHT_AFTER
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from tests.api import Api


async def _signed_in(api: Api, people: dict[str, Any], name: str) -> Api:
    filled = (await api.post(f"/api/demo/people/{people[name]['id']}/credentials", key=None)).ok()
    form = {field: value for field, value in filled.items() if value}
    answer = (await api.post("/api/logins", form, key=None)).ok()
    return api.signed_in(answer["access_token"])


async def test_the_demo_plans_a_week_with_reserved_places(api: Api, ground: Ground) -> None:
    await demo.seed(ground)
    people = {each["name"]: each for each in (await api.get("/api/demo/people")).ok()}
    desk = await _signed_in(api, people, "郭晓东")
    today = day_of(ground.clock.now())
    (agreement,) = (await desk.get("/api/pool-agreements")).ok()
    assert agreement["shares"] == {"village": 10, "township": 10, "family_doctor": 5, "window": 10}
    (team,) = (await desk.get("/api/booking-teams")).ok()
    assert [each["name"] for each in team["members"]] == [FAMILY_DOCTOR]
    weekly = (await desk.get("/api/session-templates")).ok()
    assert {each["doctor"]["name"] for each in weekly} > {EXPERT, *SOUGHT_AFTER}
    sessions = (await desk.get(f"/api/sessions?first={today}&last={today + timedelta(days=7)}")).ok()
    doctors = [each["doctor"] for each in sessions if each["service"] == "expert"]
    (house,) = {
        each["organisation_id"] for each in doctors if each["name"] == EXPERT
    }  # other tests have houses of their own
    experts = [each for each in doctors if each["organisation_id"] == house]
    assert {each["name"] for each in experts} == {EXPERT}
    assert len(experts) >= 2
    again = (await desk.post("/api/sessions/generate", {"first": str(today), "last": str(today), "draft": False})).ok()
    assert again["made"] == 0

    patient = await _signed_in(api, people, "刘大勇")
    for name in ("李文清", *SOUGHT_AFTER):
        path = f"/api/sessions?first={today}&last={today}&doctor_id={people[name]['id']}"
        coming = [
            slot for session in (await patient.get(path)).ok() for slot in session["slots"] if slot["state"] == "free"
        ]
        places = SOUGHT_AFTER.get(name, PLACES_A_SLOT)
        assert {slot["capacity"] for slot in coming} <= {places}
        assert all(slot["free"] >= places - 2 for slot in coming), "all but the window's are online on the day"


async def test_the_demo_village_sees_places_of_its_own(api: Api, ground: Ground) -> None:
    await demo.seed(ground)
    people = {each["name"]: each for each in (await api.get("/api/demo/people")).ok()}
    worker, patient = [await _signed_in(api, people, name) for name in ("段正和", "刘大勇")]
    far = day_of(ground.clock.now()) + timedelta(days=6)
    path = f"/api/sessions?first={far}&last={far}&doctor_id={people['李文清']['id']}"

    async def reserved(who: Api) -> int:
        return sum(slot["reserved"] for session in (await who.get(path)).ok() for slot in session["slots"])

    assert await reserved(worker) > 0
    assert await reserved(patient) == 0
