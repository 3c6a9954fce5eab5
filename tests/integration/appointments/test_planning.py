"""The week's plan over HTTP: templates, holidays, sessions made of them, drafts, and places of a slot changed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from server.foundation.actor import SYSTEM, Level, Role
from server.foundation.clock import SHANGHAI, day_of
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.identity import store
from server.identity.model import Organisation
from server.identity.vocabulary import Grade
from tests import people
from tests.api import Api

YES = {"diagnosed_in_person": True}


@dataclass(frozen=True)
class Plan:
    """A hospital with a scheduler and a doctor; `monday` is the Monday after next, when all is to come."""

    hospital: people.Hospital
    doctor: people.Somebody
    desk: Api
    monday: date

    def template(self, **other: Any) -> dict[str, Any]:
        """Every Monday from eight to ten, four slots of three places."""
        return {
            "department_id": str(self.hospital.department_id),
            "doctor_id": str(self.doctor.id),
            "service": "expert",
            "weekday": 1,
            "starts_at": "08:00",
            "ends_at": "10:00",
            "slot_minutes": 30,
            "slot_capacity": 3,
            "valid_from": str(self.monday),
        } | other

    def days(self, first: int = 0, last: int = 6, **more: Any) -> dict[str, Any]:
        """Days counted from that Monday."""
        return {"first": str(self.day(first)), "last": str(self.day(last)), **more}

    def day(self, number: int) -> date:
        """A day counted from that Monday."""
        return self.monday + timedelta(days=number)

    async def sessions(self, who: Api | None = None) -> list[dict[str, Any]]:
        """What somebody sees of the doctor's sessions of that week and the next."""
        path = f"/api/sessions?first={self.monday}&last={self.day(13)}&doctor_id={self.doctor.id}"
        found: list[dict[str, Any]] = (await (who or self.desk).get(path)).ok()
        return found


async def _plan(api: Api, ground: Ground, **hospital: Any) -> Plan:
    house = await people.a_hospital(ground, **hospital)
    scheduler = await people.a_member_of_staff(ground, Role.SCHEDULER, house)
    today = day_of(ground.clock.now())
    monday = today + timedelta(days=14 - today.weekday())
    return Plan(house, await people.a_doctor(ground, house), api.signed_in(scheduler.token), monday)


@pytest.fixture
async def plan(api: Api, ground: Ground) -> Plan:
    return await _plan(api, ground)


async def test_a_template_is_kept_changed_and_removed(plan: Plan) -> None:
    made = (await plan.desk.post("/api/session-templates", plan.template(quotas={"online": 2, "window": 1}))).ok()
    assert (made["doctor"]["name"], made["starts_at"], made["version"]) == ("李测试", "08:00", 1)
    assert (await plan.desk.get("/api/session-templates")).ok() == [made]
    path = f"/api/session-templates/{made['id']}"
    later = plan.template(starts_at="09:00", ends_at="11:00", version=1)
    changed = (await plan.desk.put(path, later)).ok()
    assert (changed["starts_at"], changed["quotas"], changed["version"]) == ("09:00", None, 2)
    assert (await plan.desk.put(path, later)).code == "plan-changed"
    assert (await plan.desk.get("/api/session-templates")).ok() == [changed]
    (await plan.desk.delete(path)).ok()
    assert (await plan.desk.get("/api/session-templates")).ok() == []
    assert (await plan.desk.put(path, later)).status == 404


async def test_a_template_that_cannot_be_says_why(api: Api, ground: Ground, plan: Plan) -> None:
    (await plan.desk.post("/api/session-templates", plan.template())).ok()
    stranger = await people.a_doctor(ground, await people.a_hospital(ground))
    for other, code in (
        ({"starts_at": "09:30", "ends_at": "11:30"}, "doctor-busy"),
        ({"weekday": 2, "quotas": {"online": 2, "window": 2}}, "quotas-do-not-add-up"),
        ({"weekday": 2, "ends_at": "07:00"}, "bad-session"),
        ({"weekday": 2, "ends_at": "10:10"}, "bad-session"),
        ({"weekday": 2, "doctor_id": str(stranger.id)}, "not-found"),
        ({"weekday": 2, "quotas": {"vip": 3}}, "invalid"),
        ({"weekday": 8}, "invalid"),
        ({"weekday": 2, "valid_until": "2026-01-01"}, "invalid"),
        ({"weekday": 2, "starts_at": "08:00:30"}, "invalid"),
    ):
        refused = await plan.desk.post("/api/session-templates", plan.template(**other))
        assert refused.code == code, (other, refused.body)
    assert len((await plan.desk.get("/api/session-templates")).ok()) == 1
    big = await _plan(api, ground, level=Level.PREFECTURE, grade=Grade.TERTIARY_A)
    refused = await big.desk.post("/api/session-templates", big.template(slot_minutes=120))
    assert (refused.code, refused.body["rule"]) == ("segment-too-long", "appointments-6")
    (await big.desk.post("/api/session-templates", big.template(slot_minutes=60))).ok()


async def test_drafts_are_made_once_and_seen_by_nobody_else(api: Api, ground: Ground, plan: Plan) -> None:
    (await plan.desk.post("/api/session-templates", plan.template())).ok()
    body = plan.days(0, 13, draft=True)
    assert (await plan.desk.post("/api/sessions/generate", body)).ok() == {"made": 2, "there": 0, "skipped": []}
    assert (await plan.desk.post("/api/sessions/generate", body)).ok() == {"made": 0, "there": 2, "skipped": []}
    drafts = await plan.sessions()
    assert [(each["day"], each["status"]) for each in drafts] == [
        (str(plan.monday), "draft"),
        (str(plan.day(7)), "draft"),
    ]
    patient = await people.a_patient(ground)
    elsewhere = await people.a_member_of_staff(ground, Role.SCHEDULER, await people.a_hospital(ground))
    for who in (patient, elsewhere):
        assert await plan.sessions(api.signed_in(who.token)) == []
    slot = drafts[0]["slots"][0]["id"]
    booking = {"patient_id": str(patient.id), **YES}
    me = api.signed_in(patient.token)
    assert (await me.post(f"/api/slots/{slot}/bookings", booking)).code == "not-found"
    assert (await me.post(f"/api/sessions/{drafts[0]['id']}/waitings", booking)).code == "not-found"
    shown = (await plan.desk.post(f"/api/sessions/{drafts[0]['id']}/publish")).ok()
    assert shown["status"] == "published"
    (await plan.desk.post(f"/api/sessions/{drafts[0]['id']}/publish")).ok()
    assert [each["id"] for each in await plan.sessions(me)] == [shown["id"]]
    refused = await me.post(f"/api/slots/{slot}/bookings", booking)
    assert refused.code == "not-open-yet", "it is there, and opens a week before"
    assert (await plan.desk.post("/api/sessions/publish-drafts", plan.days(0, 13))).ok()["published"] == 1
    assert len(await plan.sessions(me)) == 2


async def test_two_runs_at_once_make_nothing_twice(plan: Plan) -> None:
    for weekday in (1, 3, 5):
        (await plan.desk.post("/api/session-templates", plan.template(weekday=weekday))).ok()
    body = plan.days(0, 13, draft=False)
    runs = [
        each.ok() for each in await asyncio.gather(*(plan.desk.post("/api/sessions/generate", body) for _ in "abc"))
    ]
    assert sum(run["made"] for run in runs) == 6
    assert {each["reason"] for run in runs for each in run["skipped"]} <= {"doctor-busy"}
    assert len(await plan.sessions()) == 6


async def test_what_is_not_made_says_why(ground: Ground, plan: Plan) -> None:
    colleague = await people.a_doctor(ground, plan.hospital, name="王未备", filed=False)
    (await plan.desk.post("/api/session-templates", plan.template())).ok()
    (await plan.desk.post("/api/session-templates", plan.template(weekday=2))).ok()
    (await plan.desk.post("/api/session-templates", plan.template(weekday=3, doctor_id=str(colleague.id)))).ok()
    busy = datetime.combine(plan.day(1), time(9), tzinfo=SHANGHAI)
    await people.a_session(ground, plan.doctor, starts_at=busy)
    holiday = (await plan.desk.post("/api/day-exceptions", {"day": str(plan.monday), "name": "元旦放假"})).ok()
    assert (holiday["planned"], holiday["works_as"], holiday["doctor"]) == (0, None, None)
    made = (await plan.desk.post("/api/sessions/generate", plan.days(draft=True))).ok()
    assert made["made"] == 0
    assert [(each["day"], each["reason"]) for each in made["skipped"]] == [
        (str(plan.day(0)), "day-off"),
        (str(plan.day(1)), "doctor-busy"),
        (str(plan.day(2)), "not-filed-here"),
    ]
    assert made["skipped"][0]["message"] == "元旦放假，当天不出诊"
    assert made["skipped"][2]["doctor"] == "王未备"
    (await plan.desk.delete(f"/api/day-exceptions/{holiday['id']}")).ok()
    assert (await plan.desk.post("/api/sessions/generate", plan.days(draft=True))).ok()["made"] == 1


async def test_what_is_past_is_not_planned(ground: Ground, plan: Plan) -> None:
    today = day_of(ground.clock.now())
    yesterday = today - timedelta(days=1)
    template = plan.template(weekday=yesterday.isoweekday(), valid_from=str(yesterday))
    (await plan.desk.post("/api/session-templates", template)).ok()
    body = {"first": str(yesterday), "last": str(today + timedelta(days=6)), "draft": False}
    made = (await plan.desk.post("/api/sessions/generate", body)).ok()
    assert (made["made"], [each["reason"] for each in made["skipped"]]) == (1, ["session-in-past"])
    over = datetime.combine(yesterday, time(8), tzinfo=SHANGHAI)
    one = {"starts_at": over.isoformat(), "ends_at": (over + timedelta(hours=1)).isoformat()}
    body = {name: value for name, value in plan.template().items() if name not in ("weekday", "valid_from")}
    assert (await plan.desk.post("/api/sessions", body | one)).code == "session-in-past"


async def test_a_saturday_is_worked_like_a_monday_and_leave_is_one_doctors(ground: Ground, plan: Plan) -> None:
    colleague = await people.a_doctor(ground, plan.hospital)
    for doctor in (plan.doctor, colleague):
        (await plan.desk.post("/api/session-templates", plan.template(doctor_id=str(doctor.id)))).ok()
    worked = {"day": str(plan.day(5)), "name": "调休上班", "works_as": 1}
    (await plan.desk.post("/api/day-exceptions", worked)).ok()
    assert (await plan.desk.post("/api/day-exceptions", worked)).code == "day-taken"
    leave = {"day": str(plan.day(5)), "name": "进修", "doctor_id": str(colleague.id)}
    assert (await plan.desk.post("/api/day-exceptions", leave)).ok()["doctor"] == "李测试"
    made = (await plan.desk.post("/api/sessions/generate", plan.days(draft=False))).ok()
    assert (made["made"], [each["reason"] for each in made["skipped"]]) == (3, ["day-off"])
    assert [each["day"] for each in await plan.sessions()] == [str(plan.day(0)), str(plan.day(5))]
    path = f"/api/day-exceptions?first={plan.monday}&last={plan.day(6)}"
    listed = (await plan.desk.get(path)).ok()
    assert sorted((each["name"], each["planned"]) for each in listed) == [("调休上班", 1), ("进修", 0)]


async def test_a_draft_is_discarded_and_made_again(plan: Plan) -> None:
    (await plan.desk.post("/api/session-templates", plan.template())).ok()
    for _ in range(2):
        assert (await plan.desk.post("/api/sessions/generate", plan.days(draft=True))).ok()["made"] == 1
        (draft,) = await plan.sessions()
        (await plan.desk.delete(f"/api/sessions/{draft['id']}")).ok()
    assert await plan.sessions() == []
    (await plan.desk.post("/api/sessions/generate", plan.days(draft=False))).ok()
    (session,) = await plan.sessions()
    assert (await plan.desk.delete(f"/api/sessions/{session['id']}")).code == "already-published"
    (await plan.desk.post(f"/api/sessions/{session['id']}/stop", {"reason": "医生外出"})).ok()
    again = (await plan.desk.post("/api/sessions/generate", plan.days(draft=False))).ok()
    assert (again["made"], again["there"]) == (0, 1), "what was stopped by hand stays stopped"


# --- places of a slot


async def _resize(plan: Plan, slot: Any, **quotas: int) -> Any:
    return await plan.desk.put(f"/api/slots/{slot}/quotas", {"quotas": quotas})


async def test_more_places_have_numbers_from_the_end_and_fewer_stop_at_what_is_booked(
    api: Api, ground: Ground, plan: Plan
) -> None:
    session = await people.a_session(ground, plan.doctor, slots=2, capacity=2)
    first, second = await people.slots_of(ground, session)
    patients = [await people.a_patient(ground) for _ in range(4)]

    async def book(patient: people.Somebody) -> Any:
        return await api.signed_in(patient.token).post(
            f"/api/slots/{first}/bookings", {"patient_id": str(patient.id), **YES}
        )

    assert [(await book(each)).ok()["number"] for each in patients[:2]] == [1, 2]
    assert (await book(patients[2])).code == "slot-full"
    shown = (await _resize(plan, first, online=4, window=1)).ok()
    assert [(slot["capacity"], slot["free"]) for slot in shown["slots"]] == [(5, 3), (2, 2)]
    assert {each["quota"]: each["capacity"] for each in shown["slots"][0]["quotas"]} == {"online": 4, "window": 1}
    assert [(await book(each)).ok()["number"] for each in patients[2:]] == [5, 6], "3 and 4 are the second slot's"
    refused = await _resize(plan, first, online=3, window=2)
    assert (refused.code, refused.body["booked"], refused.body["capacity"]) == ("capacity-below-booked", 4, 3)
    (unchanged,) = (await plan.desk.get(_path(session))).ok()
    assert unchanged["slots"][0]["capacity"] == 5
    assert (await _resize(plan, first, online=4)).ok()["slots"][0]["capacity"] == 4
    grown = (await _resize(plan, second, online=3)).ok()
    assert (grown["slots"][1]["capacity"], grown["slots"][1]["free"]) == (3, 3)


def _path(session: Any) -> str:
    return f"/api/sessions?first={session.day}&last={session.day}&doctor_id={session.doctor_id}"


async def test_places_that_cannot_be_change_nothing(api: Api, ground: Ground, plan: Plan) -> None:
    session = await people.a_session(ground, plan.doctor, capacity=2)
    (slot, _) = await people.slots_of(ground, session)
    (await _resize(plan, slot, online=3)).ok()
    for quotas, code in (({"online": 0}, "invalid"), ({"vip": 3}, "invalid"), ({"online": -1}, "invalid")):
        refused = await _resize(plan, slot, **quotas)
        assert refused.code == code, (quotas, refused.body)
        assert refused.body["errors"][0]["pointer"].startswith("/quotas")
    elsewhere = await people.a_member_of_staff(ground, Role.SCHEDULER, await people.a_hospital(ground))
    stranger = await api.signed_in(elsewhere.token).put(f"/api/slots/{slot}/quotas", {"quotas": {"online": 9}})
    assert stranger.code == "not-found"
    assert (await plan.desk.get(_path(session))).ok()[0]["slots"][0]["capacity"] == 3
    (await plan.desk.post(f"/api/sessions/{session.id}/stop", {"reason": "医生外出"})).ok()
    assert (await _resize(plan, slot, online=9)).code == "session-closed"
    noon = datetime.combine(day_of(ground.clock.now()) - timedelta(days=1), time(12), tzinfo=SHANGHAI)
    begun = await people.a_session(ground, plan.doctor, starts_at=noon)
    assert (await _resize(plan, (await people.slots_of(ground, begun))[0], online=9)).code == "slot-over"


async def test_a_new_place_goes_to_who_waits_for_it(api: Api, ground: Ground, plan: Plan) -> None:
    far = datetime.combine(day_of(ground.clock.now()) + timedelta(days=3), time(9), tzinfo=SHANGHAI)
    session = await people.a_session(ground, plan.doctor, starts_at=far, slots=1, capacity=1)
    (slot,) = await people.slots_of(ground, session)
    first, second = await people.a_patient(ground), await people.a_patient(ground)
    booking = {"patient_id": str(first.id), **YES}
    (await api.signed_in(first.token).post(f"/api/slots/{slot}/bookings", booking)).ok()
    me = api.signed_in(second.token)
    waiting = {"patient_id": str(second.id), **YES}
    (await me.post(f"/api/sessions/{session.id}/waitings", waiting)).ok()
    assert (await _resize(plan, slot, online=2)).ok()["slots"][0]["free"] == 0
    (offered,) = (await me.get("/api/waitings")).ok()
    assert offered["status"] == "offered"
    assert (await me.post(f"/api/bookings/{offered['booking_id']}/confirm")).ok()["number"] == 2


async def test_places_change_while_people_book_and_none_is_given_twice(api: Api, ground: Ground, plan: Plan) -> None:
    session = await people.a_session(ground, plan.doctor, slots=1, capacity=4)
    (slot,) = await people.slots_of(ground, session)
    patients = [await people.a_patient(ground) for _ in range(24)]

    async def book(patient: people.Somebody) -> Any:
        body = {"patient_id": str(patient.id), **YES}
        return await api.signed_in(patient.token).post(f"/api/slots/{slot}/bookings", body)

    answers = await asyncio.gather(
        *(book(each) for each in patients), *(_resize(plan, slot, online=count) for count in (6, 3, 9, 2, 12))
    )
    booked, changed = answers[: len(patients)], answers[len(patients) :]
    assert {each.status for each in booked} <= {201, 409}
    assert {each.code for each in booked if each.code} <= {"slot-full"}
    assert {each.code for each in changed if each.code} <= {"capacity-below-booked"}
    given = [each.body["number"] for each in booked if each.status == 201]
    assert len(set(given)) == len(given)
    (seen,) = (await plan.desk.get(_path(session))).ok()
    (quota,) = seen["slots"][0]["quotas"]
    assert (quota["taken"], quota["capacity"]) == (len(given), seen["slots"][0]["capacity"])


async def test_a_hospital_that_became_grade_three_makes_no_longer_segments(api: Api, ground: Ground) -> None:
    plan = await _plan(api, ground, level=Level.PREFECTURE)
    for weekday, minutes in ((1, 120), (2, 60)):
        body = plan.template(weekday=weekday, slot_minutes=minutes)
        (await plan.desk.post("/api/session-templates", body)).ok()
    async with unit_of_work(ground, SYSTEM) as work:
        grade = update(Organisation).where(Organisation.id == plan.hospital.id).values(grade=str(Grade.TERTIARY_A))
        await work.session.execute(grade)
    made = (await plan.desk.post("/api/sessions/generate", plan.days(draft=True))).ok()
    assert (made["made"], [each["reason"] for each in made["skipped"]]) == (1, ["segment-too-long"])
    assert made["skipped"][0]["message"] == "三级医院分时段预约应精确到1小时以内，请缩短每个时段"


async def test_a_draft_of_a_doctor_who_may_not_practise_stays_one(ground: Ground, plan: Plan) -> None:
    for weekday in (1, 2):
        (await plan.desk.post("/api/session-templates", plan.template(weekday=weekday))).ok()
    assert (await plan.desk.post("/api/sessions/generate", plan.days(draft=True))).ok()["made"] == 2
    first, second = await plan.sessions()
    assert (await plan.desk.post(f"/api/sessions/{first['id']}/publish")).ok()["status"] == "published"
    async with unit_of_work(ground, SYSTEM) as work:
        for credential in await store.credentials_of(work.session, plan.doctor.id):
            credential.valid_until = day_of(work.now) - timedelta(days=1)
    left = (await plan.desk.post("/api/sessions/publish-drafts", plan.days())).ok()
    assert (left["published"], [each["day"] for each in left["skipped"]]) == (0, [second["day"]])
    assert (await plan.desk.post(f"/api/sessions/{second['id']}/publish")).body["rule"] == "B02"
    assert [each["status"] for each in await plan.sessions()] == ["published", "draft"]
