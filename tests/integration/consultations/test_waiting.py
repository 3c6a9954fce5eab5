"""The waiting room on the real database: true places, calls, the doctor's door, races."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from server.consultations import jobs, lists, queue, reception, store
from server.consultations.errors import CalledTooSoon, MustCallMore
from server.consultations.model import Visit
from server.foundation.actor import SYSTEM, Role
from server.foundation.audit import AuditRow
from server.foundation.work import Work, unit_of_work
from server.identity.login_model import Login
from tests.api import Answer, Api
from tests.people import Somebody, a_doctor, a_member_of_staff, a_session

from .clinic import (
    Clinic,
    _soon,
    a_booked_patient,
    a_clinic,
    check_in,
    later,
    prepare,
    read_papers,
    scan_later,
    start,
    status_of,
    the_visit,
)


async def waiting(clinic: Clinic, count: int, *, slot: int = 0) -> list[tuple[Somebody, str]]:
    """So many patients who have checked in, one after the other."""
    people = [await a_booked_patient(clinic, slot=slot) for _ in range(count)]
    for patient, visit_id in people:
        await check_in(clinic, patient, visit_id)
    return people


async def place(clinic: Clinic, who: Somebody, visit_id: str) -> dict[str, object]:
    """The place as the patient's page sees it."""
    return dict((await clinic.of(who).get(f"/api/visits/{visit_id}/queue")).ok())


async def test_the_place_counts_those_still_to_be_seen_in_this_doctors_session_only(clinic: Clinic) -> None:
    people = await waiting(clinic, 3)
    other = await a_clinic(clinic.ground, clinic.api, clinic.hospital)
    await waiting(other, 2)
    found = [await place(clinic, *each) for each in people]
    assert [each["ahead"] for each in found] == [0, 1, 2]
    assert found[2]["numbers"] == [found[0]["number"], found[1]["number"]]
    assert found[0]["door"] == {"state": "not_open", "reason": None, "note": None, "until": None}

    await clinic.open()
    await start(clinic, people[0][1])
    seen_from_third = await place(clinic, *people[2])
    assert (seen_from_third["ahead"], seen_from_third["inside"]) == (2, 1)
    assert seen_from_third["door"]["state"] == "receiving"  # type: ignore[index]  # JSON
    assert seen_from_third["expected"] is not None
    (await clinic.desk(f"/api/visits/{people[0][1]}/finish-video")).ok()
    assert (await place(clinic, *people[2]))["ahead"] == 1


async def test_a_refresh_and_a_second_check_in_keep_the_place(clinic: Clinic) -> None:
    people = await waiting(clinic, 2)
    patient, visit_id = people[0]
    before = (await clinic.of(patient).get(f"/api/visits/{visit_id}")).ok()["checked_in_at"]
    again = (await clinic.of(patient).post(f"/api/visits/{visit_id}/check-in")).ok()
    assert again["checked_in_at"] == before
    assert (await place(clinic, patient, visit_id))["ahead"] == 0


async def test_two_tabs_checking_in_at_once_make_one_place(clinic: Clinic) -> None:
    patient, visit_id = await a_booked_patient(clinic)
    await prepare(clinic, patient, visit_id)
    tabs = await asyncio.gather(*(clinic.of(patient).post(f"/api/visits/{visit_id}/check-in") for _ in range(6)))
    assert {each.status for each in tabs} == {200}
    assert len({each.ok()["checked_in_at"] for each in tabs}) == 1
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        steps = await _audited(work, visit_id, "visit.check_in")
    assert steps == 1


async def _audited(work: Work, visit_id: str, action: str) -> int:
    counted = select(func.count()).where(AuditRow.subject == visit_id, AuditRow.action == action)
    return (await work.session.execute(counted)).scalar_one()


async def test_an_earlier_slot_goes_first_and_a_late_comer_behind_the_own_slot(clinic: Clinic) -> None:
    second = await a_booked_patient(clinic, slot=1)
    await check_in(clinic, *second)
    first = await a_booked_patient(clinic, slot=0)
    await check_in(clinic, *first)
    assert (await place(clinic, *first))["ahead"] == 0
    assert (await place(clinic, *second))["ahead"] == 1


async def test_a_patient_is_told_who_may_still_come_before(clinic: Clinic) -> None:
    await a_booked_patient(clinic, slot=0)
    mine = await a_booked_patient(clinic, slot=1)
    await check_in(clinic, *mine)
    assert (await place(clinic, *mine))["may_still_come"] == 1


async def test_nobody_is_called_before_the_door_is_open_or_while_it_is_paused(clinic: Clinic) -> None:
    ((patient, visit_id),) = await waiting(clinic, 1)
    closed = await clinic.desk(f"/api/visits/{visit_id}/call")
    assert (closed.status, closed.code, closed.body["rule"]) == (409, "reception-not-open", "visits-6")
    await clinic.open()
    pause = {"session_id": str(clinic.session_id), "reason": "emergency", "note": "处理急诊"}
    (await clinic.desk("/api/receptions/pause", pause)).ok()
    assert (await clinic.desk(f"/api/visits/{visit_id}/call")).code == "reception-not-open"
    found = await place(clinic, patient, visit_id)
    assert found["door"] == {"state": "paused", "reason": "emergency", "note": "处理急诊", "until": None}
    assert found["expected"] is None
    for wrong in ("9999-12-31T23:59:59Z", "2020-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"):
        assert (await clinic.desk("/api/receptions/pause", pause | {"until": wrong})).status == 422
    soon = (clinic.ground.clock.now() + timedelta(minutes=20)).isoformat()
    (await clinic.desk("/api/receptions/pause", pause | {"until": soon})).ok()
    assert (await place(clinic, patient, visit_id))["expected"] is not None
    await clinic.open()
    assert (await clinic.desk(f"/api/visits/{visit_id}/call")).ok()["calls"] == 1


async def test_the_first_opening_of_a_half_day_needs_a_fresh_second_factor(clinic: Clinic) -> None:
    body = {"session_id": str(clinic.session_id)}
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        login = await work.session.get_one(Login, clinic.doctor.login_id)
        fresh, login.second_factor_at = login.second_factor_at, None
    refused = await clinic.desk("/api/receptions/open", body)
    assert (refused.status, refused.body["rule"]) == (403, "B04")
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        (await work.session.get_one(Login, clinic.doctor.login_id)).second_factor_at = fresh
    (await clinic.desk("/api/receptions/open", body)).ok()


async def test_another_doctors_session_cannot_be_opened(clinic: Clinic) -> None:
    stranger = await a_clinic(clinic.ground, clinic.api, clinic.hospital)
    refused = await stranger.desk("/api/receptions/open", {"session_id": str(clinic.session_id)})
    assert (refused.status, refused.code) == (404, "not-found")


async def test_a_doctor_sees_one_patient_at_a_time_also_from_two_tabs(clinic: Clinic) -> None:
    people = await waiting(clinic, 4)
    await clinic.open()
    answers: list[Answer] = await asyncio.gather(*(clinic.desk(f"/api/visits/{each}/call") for _, each in people))
    assert sorted(each.status for each in answers) == [200, 409, 409, 409]
    assert {each.code for each in answers if each.status == 409} == {"another-patient-in-room"}


async def test_a_double_click_is_one_call(clinic: Clinic) -> None:
    ((_, visit_id),) = await waiting(clinic, 1)
    await clinic.open()
    answers = await asyncio.gather(*(clinic.desk(f"/api/visits/{visit_id}/call") for _ in range(5)))
    assert sorted(each.status for each in answers) == [200, 429, 429, 429, 429]
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        assert (await the_visit(work, visit_id)).calls == 1


async def call_three_times(clinic: Clinic, visit_id: str, *, from_minute: float) -> float:
    """Three calls a minute apart, beginning so many minutes from now; gives the minute after the last."""
    for call in range(3):
        async with later(clinic, clinic.doctor, minutes=from_minute + call) as work:
            await reception.call(work, UUID(visit_id))
    return from_minute + 3


async def test_after_three_calls_once_more_at_the_end_and_then_a_no_show(clinic: Clinic) -> None:
    (_, absent), (_, second) = await waiting(clinic, 2)
    await clinic.open()
    with pytest.raises(MustCallMore):
        async with later(clinic, clinic.doctor, minutes=0) as work:
            await reception.not_present(work, UUID(absent))
    after = await call_three_times(clinic, absent, from_minute=0)
    with pytest.raises(CalledTooSoon):
        async with later(clinic, clinic.doctor, minutes=after - 0.5) as work:
            await reception.not_present(work, UUID(absent))
    async with later(clinic, clinic.doctor, minutes=after) as work:
        assert (await reception.not_present(work, UUID(absent))).status == "not_present"
    async with later(clinic, clinic.doctor, minutes=after) as work:
        day = (await the_visit(work, absent)).day
        assert [str(each.id) for each in (await lists.worklist(work, day)).waiting] == [second, absent]
    after = await call_three_times(clinic, absent, from_minute=after)
    async with later(clinic, clinic.doctor, minutes=after) as work:
        assert (await reception.not_present(work, UUID(absent))).status == "no_show"
    assert await status_of(clinic, second) == "queued"


async def test_a_silent_patient_is_written_off_by_the_scan_and_a_present_one_is_not(clinic: Clinic) -> None:
    ((patient, visit_id),) = await waiting(clinic, 1)
    await clinic.open()
    after = await call_three_times(clinic, visit_id, from_minute=2)
    async with later(clinic, patient, minutes=after - 0.5) as work:
        await queue.place(work, UUID(visit_id))  # the page is open and asks
    await scan_later(clinic, jobs.scan_calls, minutes=after)
    assert await status_of(clinic, visit_id) == "called"
    async with later(clinic, clinic.doctor, minutes=after) as work:
        await reception.call(work, UUID(visit_id))
    await scan_later(clinic, jobs.scan_calls, minutes=after + 1)
    assert await status_of(clinic, visit_id) == "not_present"


async def test_the_place_is_kept_ten_minutes_after_the_page_is_gone(clinic: Clinic) -> None:
    ((patient, visit_id),) = await waiting(clinic, 1)
    async with later(clinic, minutes=9) as work:
        visit = await the_visit(work, visit_id)
        assert queue.is_offline(work, visit)
        assert queue.kept_until(work, visit) is not None
    await scan_later(clinic, jobs.scan_places, minutes=9)
    assert await status_of(clinic, visit_id) == "queued"
    async with later(clinic, patient, minutes=9) as work:
        assert (await queue.place(work, UUID(visit_id))).ahead == 0  # back in time: nothing lost
    await scan_later(clinic, jobs.scan_places, minutes=18)
    assert await status_of(clinic, visit_id) == "queued"
    await scan_later(clinic, jobs.scan_places, minutes=20)
    assert await status_of(clinic, visit_id) == "pre_check"
    assert (await clinic.of(patient).post(f"/api/visits/{visit_id}/check-in")).ok()["status"] == "queued"


async def test_who_never_came_is_a_no_show_and_who_waited_in_vain_is_not(clinic: Clinic) -> None:
    _, absent = await a_booked_patient(clinic)
    ((patient, waited),) = await waiting(clinic, 1)
    await scan_later(clinic, jobs.scan_ends, hours=1)
    assert (await status_of(clinic, absent), await status_of(clinic, waited)) == ("no_show", "queued")
    await scan_later(clinic, jobs.scan_ends, hours=6)
    told = (await clinic.of(patient).get(f"/api/visits/{waited}")).ok()
    assert (told["status"], told["told"]["code"]) == ("cancelled", "not_reached")


async def test_the_worklist_groups_the_day_as_the_doctor_works_it(clinic: Clinic) -> None:
    not_here = await a_booked_patient(clinic)
    inside, first, second = await waiting(clinic, 3)
    await clinic.open()
    (await clinic.desk(f"/api/visits/{inside[1]}/call")).ok()
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        day = (await the_visit(work, inside[1])).day
    found = (await clinic.of(clinic.doctor).get(f"/api/worklist?day={day}")).ok()
    groups = {name: [each["id"] for each in found[name]] for name in ("inside", "waiting", "not_arrived", "unsigned")}
    assert groups == {
        "inside": [inside[1]],
        "waiting": [first[1], second[1]],
        "not_arrived": [not_here[1]],
        "unsigned": [],
    }
    assert (found["seen"], found["total"]) == (0, 4)
    assert found["waiting"][0]["patient"]["name"] == first[0].name
    assert found["receptions"][0]["state"] == "open"
    await read_papers(clinic, inside[1])
    (await clinic.desk(f"/api/visits/{inside[1]}/eligibility", {"decision": "same_diagnosis"})).ok()
    (await clinic.desk(f"/api/visits/{inside[1]}/start")).ok()
    (await clinic.desk(f"/api/visits/{inside[1]}/finish-video")).ok()
    after = (await clinic.of(clinic.doctor).get(f"/api/worklist?day={day}")).ok()
    assert [each["id"] for each in after["unsigned"]] == [inside[1]]
    assert (after["seen"], after["total"]) == (1, 4)


async def test_a_colleague_takes_over_the_queue_in_its_order_and_everybody_is_told(clinic: Clinic) -> None:
    called, waits = await waiting(clinic, 2)
    await clinic.open()
    (await clinic.desk(f"/api/visits/{called[1]}/call")).ok()
    colleague = await a_doctor(clinic.ground, clinic.hospital, name="赵测试")
    body = {"session_id": str(clinic.session_id), "colleague_id": str(colleague.id)}
    (await clinic.desk("/api/receptions/hand-over", body)).ok()
    theirs = clinic.of(colleague)
    for patient, visit_id in (called, waits):
        assert (await clinic.desk(f"/api/visits/{visit_id}/call")).status == 404
        seen = (await clinic.of(patient).get(f"/api/visits/{visit_id}")).ok()
        assert (seen["doctor"]["name"], seen["status"]) == ("赵测试", "queued")
        inbox = (await clinic.of(patient).get("/api/inbox")).ok()
        assert any("赵测试" in each["text"] for each in _notices(inbox))
    assert [(await place(clinic, *each))["ahead"] for each in (called, waits)] == [0, 1]
    (await theirs.post("/api/receptions/open", {"session_id": str(clinic.session_id)})).ok()
    assert (await theirs.post(f"/api/visits/{called[1]}/call")).ok()["status"] == "called"
    await read_papers_as(theirs, called[1])
    decided = await theirs.post(f"/api/visits/{called[1]}/eligibility", {"decision": "same_diagnosis"})
    assert decided.ok()["status"] == "eligibility"


def _notices(inbox: object) -> list[dict[str, str]]:
    return list(inbox["messages"]) if isinstance(inbox, dict) else list(inbox)  # type: ignore[call-overload]  # JSON


async def read_papers_as(desk: Api, visit_id: str) -> None:
    """Open every paper of a visit."""
    encounter = (await desk.get(f"/api/visits/{visit_id}")).ok()["encounter_id"]
    for paper in (await desk.get(f"/api/encounters/{encounter}/attachments")).ok():
        assert (await desk.get(f"/api/attachments/{paper['id']}")).status == 200


async def test_a_queue_goes_to_no_other_department_and_no_unlicensed_colleague(clinic: Clinic) -> None:
    await waiting(clinic, 1)
    good = await a_doctor(clinic.ground, clinic.hospital)
    unfiled = await a_doctor(clinic.ground, clinic.hospital, filed=False)
    elsewhere = await a_clinic(clinic.ground, clinic.api)
    for colleague in (unfiled.id, elsewhere.doctor.id, clinic.doctor.id):
        body = {"session_id": str(clinic.session_id), "colleague_id": str(colleague)}
        refused = await clinic.desk("/api/receptions/hand-over", body)
        assert (refused.status, refused.code) == (409, "colleague-not-suitable")
    body = {"session_id": str(clinic.session_id), "colleague_id": str(good.id)}
    assert (await elsewhere.desk("/api/receptions/hand-over", body)).status == 404
    (await clinic.desk("/api/receptions/hand-over", body)).ok()


async def test_a_stopped_session_cancels_everybody_and_tells_them(clinic: Clinic) -> None:
    ((patient, visit_id),) = await waiting(clinic, 1)
    _, booked = await a_booked_patient(clinic)
    scheduler = await a_member_of_staff(clinic.ground, Role.SCHEDULER, clinic.hospital)
    body = {"session_id": str(clinic.session_id), "reason": "医生外出会诊"}
    assert (await clinic.of(scheduler).post("/api/receptions/stop", body)).ok()["cancelled"] == 2
    seen = (await clinic.of(patient).get(f"/api/visits/{visit_id}")).ok()
    assert (seen["status"], seen["told"]["code"], seen["told"]["rule"]) == ("cancelled", "session_stopped", "visits-10")
    assert seen["told_reason"] == "医生外出会诊"
    assert await status_of(clinic, booked) == "cancelled"
    inbox = _notices((await clinic.of(patient).get("/api/inbox")).ok())
    assert [each["title"] for each in inbox] == ["门诊停诊"]


async def test_the_estimate_follows_the_doctors_last_visits(clinic: Clinic) -> None:
    first, second = await waiting(clinic, 2)
    await clinic.open()
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        assert await store.last_lengths(work.session, clinic.doctor.id, 10) == []
    await start(clinic, first[1])
    (await clinic.desk(f"/api/visits/{first[1]}/finish-video")).ok()
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        assert len(await store.last_lengths(work.session, clinic.doctor.id, 10)) == 1
    found = await place(clinic, *second)
    assert found["ahead"] == 0


async def test_new_bookings_are_told_of_once(clinic: Clinic) -> None:
    patient, _ = await a_booked_patient(clinic)
    for _ in range(2):
        await scan_later(clinic, jobs.scan_messages)
    titles = [each["title"] for each in _notices((await clinic.of(patient).get("/api/inbox")).ok())]
    assert titles == ["预约成功"]


async def test_who_waits_is_told_once_when_few_are_still_before_them(clinic: Clinic) -> None:
    people = await waiting(clinic, 4)

    async def told() -> list[list[str]]:
        """After two more scans, what each of them was told of their turn."""
        for _ in range(2):
            await scan_later(clinic, jobs.scan_turns)
        inboxes = [(await clinic.of(patient).get("/api/inbox")).ok()["messages"] for patient, _ in people]
        return [[each["text"] for each in inbox if each["template"] == "visit-nearly"] for inbox in inboxes]

    assert await told() == [[], [], [], []], "the doctor does not receive yet"
    await clinic.open()
    second, third = "您前面还有 1 人，请打开联医候诊页，不要离开。", "您前面还有 2 人，请打开联医候诊页，不要离开。"
    assert await told() == [[], [second], [third], []]
    await start(clinic, people[0][1])
    assert await told() == [[], [second], [third], []], "who is inside still is before them"
    (await clinic.desk(f"/api/visits/{people[0][1]}/finish-video")).ok()
    assert await told() == [[], [second], [third], [third]]


async def test_a_session_of_tomorrow_is_not_in_todays_list(clinic: Clinic) -> None:
    session = await a_session(clinic.ground, clinic.doctor)
    assert session.starts_at > _soon(clinic.ground.clock.now())
    found = (await clinic.of(clinic.doctor).get("/api/worklist")).ok()
    assert found["total"] == 0


async def test_one_visit_that_fails_in_a_scan_keeps_no_other_waiting(clinic: Clinic) -> None:
    people = await waiting(clinic, 3)
    mine = sorted(UUID(visit_id) for _, visit_id in people)
    reached: list[UUID] = []

    async def find(work: Work) -> list[Visit]:
        return [await the_visit(work, str(each)) for each in mine]

    async def act(work: Work, visit: Visit) -> None:
        if visit.id == mine[0]:
            raise RuntimeError("poison")
        reached.append(visit.id)
        await store.change(work.session, visit.id, misses=5)

    await scan_later(clinic, jobs._scan("* * * * *", "scan_of_a_test", (find, act)))
    assert reached == mine[1:]
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        assert [(await the_visit(work, str(each))).misses for each in mine] == [0, 5, 5]
