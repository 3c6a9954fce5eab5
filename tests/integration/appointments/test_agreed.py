"""What institutions agreed, over HTTP: agreements that divide sessions, family-doctor teams, an institution's own limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from server.foundation.actor import SYSTEM, Level, Role
from server.foundation.clock import SHANGHAI, day_of
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.identity import alliances
from server.records import service as records
from server.records.service import Purpose
from tests import people
from tests.api import Api


@dataclass(frozen=True)
class Pool:
    """A hospital that leads an alliance with one township hospital, and its scheduler."""

    hospital: people.Hospital
    township: people.Hospital
    alliance_id: str
    desk: Api
    doctor: people.Somebody

    def terms(self, ground: Ground, **other: Any) -> dict[str, Any]:
        """A fifth for the township, from today on."""
        usual = {"alliance_id": self.alliance_id, "shares": {"township": 20, "family_doctor": 10}}
        return usual | {"valid_from": str(day_of(ground.clock.now()))} | other


@pytest.fixture
async def pool(api: Api, ground: Ground) -> Pool:
    hospital = await people.a_hospital(ground)
    township = await people.a_hospital(ground, level=Level.TOWNSHIP)
    async with unit_of_work(ground, SYSTEM) as work:
        alliance = await alliances.add_alliance(work, f"医共体{uuid4().hex[:6]}", hospital.id, [township.id])
    scheduler = await people.a_member_of_staff(ground, Role.SCHEDULER, hospital)
    doctor = await people.a_doctor(ground, hospital)
    return Pool(hospital, township, str(alliance), api.signed_in(scheduler.token), doctor)


async def _published(pool: Pool, ground: Ground, days: int = 5) -> dict[str, Any]:
    nine = datetime.combine(day_of(ground.clock.now()) + timedelta(days=days), time(9), tzinfo=SHANGHAI)
    body = {
        "department_id": str(pool.hospital.department_id),
        "doctor_id": str(pool.doctor.id),
        "service": "expert",
        "starts_at": nine.isoformat(),
        "ends_at": (nine + timedelta(hours=1)).isoformat(),
        "slot_minutes": 30,
        "slot_capacity": 10,
    }
    made: dict[str, Any] = (await pool.desk.post("/api/sessions", body)).ok()
    return made


def _quotas(session: dict[str, Any]) -> list[dict[str, int]]:
    return [{each["quota"]: each["capacity"] for each in slot["quotas"]} for slot in session["slots"]]


async def test_an_agreement_divides_what_is_published_after_it(ground: Ground, pool: Pool) -> None:
    assert _quotas(await _published(pool, ground, 4)) == [{"online": 10}, {"online": 10}]
    made = (await pool.desk.post("/api/pool-agreements", pool.terms(ground))).ok()
    assert (made["in_force"], made["ended_at"], len(made["chain"])) == (True, None, 4)
    assert (await pool.desk.get("/api/pool-agreements")).ok() == [made]
    divided = {"online": 7, "township": 2, "county": 0, "family_doctor": 1}
    assert _quotas(await _published(pool, ground, 5)) == [divided, divided]
    ended = (await pool.desk.post(f"/api/pool-agreements/{made['id']}/end")).ok()
    assert (ended["in_force"], ended["ended_at"] is None) == (False, False)
    assert (await pool.desk.post(f"/api/pool-agreements/{made['id']}/end")).ok() == ended
    assert _quotas(await _published(pool, ground, 6)) == [{"online": 10}, {"online": 10}]


async def test_what_would_have_been_released_by_now_is_online_at_once(ground: Ground, pool: Pool) -> None:
    (await pool.desk.post("/api/pool-agreements", pool.terms(ground, shares={"township": 20, "window": 10}))).ok()
    same_day = _quotas(await _published(pool, ground, 0 if ground.clock.now().astimezone(SHANGHAI).hour < 9 else 1))
    assert all(slot["window"] == 1 for slot in same_day)
    assert all(slot["township"] == 0 for slot in same_day)


async def test_terms_that_cannot_be_are_marked_where_they_are_wrong(ground: Ground, pool: Pool) -> None:
    twice = [
        {"step": 1, "from_quota": "village", "to_quota": "online", "days_before": 2, "at": "12:00"},
        {"step": 2, "from_quota": "village", "to_quota": "township", "days_before": 1, "at": "12:00"},
    ]
    for other, pointer, words in (
        ({"shares": {"village": 60, "window": 41}}, "/shares", "预留比例合计 101%，不能超过 100%"),
        ({"shares": {"online": 10}}, "/shares", "网上号源是余下的部分，不用填写比例"),
        ({"chain": twice}, "/chain", "每类号源只能释放一次"),
        ({"chain": [twice[0] | {"at": "25:00"}]}, "/chain/0/at", "格式不对，请检查"),
        ({"shares": {"village": 101}}, "/shares/village", "不能大于 100"),
        ({"valid_until": "2026-01-01"}, "", "结束日期不能早于开始日期"),
    ):
        refused = await pool.desk.post("/api/pool-agreements", pool.terms(ground, **other))
        assert refused.code == "invalid", (other, refused.body)
        assert refused.body["errors"] == [{"pointer": pointer, "message": words}]
    assert (await pool.desk.get("/api/pool-agreements")).ok() == []


async def test_nobody_agrees_for_an_alliance_of_others(api: Api, ground: Ground, pool: Pool) -> None:
    made = (await pool.desk.post("/api/pool-agreements", pool.terms(ground))).ok()
    stranger = await people.a_member_of_staff(ground, Role.SCHEDULER, await people.a_hospital(ground))
    them = api.signed_in(stranger.token)
    assert (await them.post("/api/pool-agreements", pool.terms(ground))).code == "not-found"
    assert (await them.post(f"/api/pool-agreements/{made['id']}/end")).code == "not-found"
    assert (await them.get("/api/pool-agreements")).ok() == []


async def test_a_family_doctor_of_a_team_books_a_reserved_place(api: Api, ground: Ground, pool: Pool) -> None:
    family_doctor = await people.a_doctor(ground, pool.township)
    patient = await people.a_patient(ground, home=pool.township.id)
    async with unit_of_work(ground, SYSTEM) as work:
        (text,) = [each for each in records.consent_text_list("zh") if each.purpose is Purpose.ACT_FOR_ME]
        await records.give_consent(
            work,
            patient_id=patient.id,
            purpose=Purpose.ACT_FOR_ME,
            version=text.version,
            given_by=patient.id,
            organisation_id=pool.township.id,
        )
    (await pool.desk.post("/api/pool-agreements", pool.terms(ground))).ok()
    slot = (await _published(pool, ground))["slots"][0]["id"]
    them = api.signed_in(family_doctor.token)
    body = {
        "patient_id": str(patient.id),
        "diagnosed_in_person": True,
        "referral_summary": "反复胸闷两周，请专科进一步检查",
    }
    assert (await them.post(f"/api/slots/{slot}/bookings", body)).code == "not-found", "of no team yet"
    team = {"organisation_id": str(pool.township.id), "name": "松坪团队", "member_ids": [str(family_doctor.id)]}
    made = (await pool.desk.post("/api/booking-teams", team)).ok()
    assert [each["name"] for each in made["members"]] == ["李测试"]
    booked = (await them.post(f"/api/slots/{slot}/bookings", body)).ok()
    assert (booked["quota"], booked["right_used"]) == ("family_doctor", "family_doctor")
    (await pool.desk.delete(f"/api/booking-teams/{made['id']}")).ok()
    assert (await pool.desk.get("/api/booking-teams")).ok() == []
    again = (await pool.desk.post("/api/booking-teams", team)).ok()
    assert (again["id"], len(again["members"])) == (made["id"], 1)


async def test_a_team_is_of_allied_doctors_and_has_a_name_of_its_own(ground: Ground, pool: Pool) -> None:
    doctor = await people.a_doctor(ground, pool.township)
    body = {"organisation_id": str(pool.township.id), "name": "一队", "member_ids": [str(doctor.id)]}
    made = (await pool.desk.post("/api/booking-teams", body)).ok()
    other = (await pool.desk.post("/api/booking-teams", body | {"name": "二队"})).ok()
    assert (await pool.desk.post("/api/booking-teams", body)).code == "team-name-taken"
    path = f"/api/booking-teams/{other['id']}"
    assert (await pool.desk.put(path, {"name": "一队", "member_ids": [str(doctor.id)]})).code == "team-name-taken"
    refused = await pool.desk.put(path, {"name": "二队", "member_ids": [str(doctor.id), str(pool.doctor.id)]})
    assert refused.body["errors"] == [{"pointer": "/member_ids/1", "message": "不是这家机构的医师"}]
    assert (await pool.desk.put(path, {"name": "三队", "member_ids": [str(doctor.id)]})).ok()["name"] == "三队"
    apart = await people.a_hospital(ground, level=Level.TOWNSHIP)
    elsewhere = body | {"organisation_id": str(apart.id), "name": "外队"}
    assert (await pool.desk.post("/api/booking-teams", elsewhere)).code == "not-allied"
    assert [each["name"] for each in (await pool.desk.get("/api/booking-teams")).ok()] == ["一队", "三队"]
    assert made["organisation"] == pool.township.name


async def test_an_institution_sets_its_own_limits_within_the_bounds(api: Api, ground: Ground, pool: Pool) -> None:
    there = (await pool.desk.get("/api/booking-limits")).ok()
    assert (there["version"], there["limits"]) == (0, there["usual"])
    assert there["bounds"]["hold_minutes"] == {"least": 3, "most": 60}
    assert there["bounds"]["cancel_until"] == {"least": "00:00", "most": "23:59"}
    assert set(there["bounds"]) == set(there["limits"])
    own = {"limits": there["limits"] | {"hold_minutes": 25, "opens_days_before": 3}, "version": 0}
    changed = (await pool.desk.put("/api/booking-limits", own)).ok()
    assert (changed["version"], changed["limits"]["hold_minutes"], changed["usual"]) == (1, 25, there["usual"])
    assert (await pool.desk.put("/api/booking-limits", own)).code == "plan-changed"
    refused = await pool.desk.put("/api/booking-limits", {"limits": {"hold_minutes": 90}, "version": 1})
    assert refused.body["errors"] == [{"pointer": "/limits/hold_minutes", "message": "不能大于 60"}]
    assert (await pool.desk.put("/api/booking-limits", {"limits": {"speed": 1}, "version": 1})).code == "invalid"
    assert (await pool.desk.get("/api/booking-limits")).ok() == changed
    patient = await people.a_patient(ground)
    me, body = api.signed_in(patient.token), {"patient_id": str(patient.id), "diagnosed_in_person": True}
    far = (await _published(pool, ground, 4))["slots"][0]["id"]
    assert (await me.post(f"/api/slots/{far}/bookings", body)).code == "not-open-yet"
    near = (await _published(pool, ground, 2))["slots"][0]["id"]
    held = (await me.post(f"/api/slots/{near}/bookings", body | {"hold": True})).ok()
    left = datetime.fromisoformat(held["expires_at"]) - ground.clock.now()
    assert timedelta(minutes=24) < left <= timedelta(minutes=25)
    usual = (await pool.desk.put("/api/booking-limits", {"limits": {}, "version": 1})).ok()
    assert (usual["version"], usual["limits"]) == (2, there["usual"])
