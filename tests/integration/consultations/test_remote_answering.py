"""The serving side: answering within the clock, choosing experts and time, and what follows when nobody does."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

from server.consultations.remote.jobs import escalate_remote
from server.foundation.actor import SYSTEM, Role
from server.foundation.work import unit_of_work
from server.records import service as records
from tests.people import a_doctor, a_member_of_staff, a_session, slots_of

from .bridge import (
    Bridge,
    accepted,
    act,
    offline,
    plan,
    scan_later,
    scheduled,
    status_of,
    submitted,
    told,
)


async def reads(bridge: Bridge, who: object) -> bool:
    """Whether this doctor reads the patient's record now."""
    answer = await bridge.of(who).get(f"/api/patients/{bridge.patient.id}/attachments")  # type: ignore[arg-type]  # any of them
    return answer.status == 200


async def test_an_accepted_request_is_scheduled_and_the_experts_read_the_record(bridge: Bridge) -> None:
    request = await accepted(bridge)
    assert not await reads(bridge, bridge.expert)
    candidates = (await bridge.of(bridge.dispatcher).get(f"/api/remote-requests/{request['id']}/experts")).ok()
    assert {each["id"] for each in candidates} == {str(bridge.expert.id), str(bridge.colleague.id)}
    assert [each["refusal"] for each in candidates] == [None, None]
    request = (await bridge.answers("schedule", request, **plan(bridge, bridge.expert, bridge.colleague))).ok()
    assert request["status"] == "scheduled"
    assert [(each["name"], each["lead"], each["state"]) for each in request["experts"]] == [
        ("和测试", True, "asked"),
        ("赵测试", False, "asked"),
    ]
    assert request["meeting"]["state"] == "planned"
    assert await reads(bridge, bridge.expert)
    assert await told(bridge, bridge.expert) == ["remote-asked"]
    assert (await told(bridge, bridge.worker))[0] == "remote-scheduled"
    (mine,) = (await bridge.of(bridge.expert).get("/api/remote-requests?box=assigned")).ok()
    assert mine["id"] == request["id"]


async def test_two_dispatchers_who_accept_at_once_are_one(bridge: Bridge) -> None:
    request = await submitted(bridge)
    other = await a_member_of_staff(bridge.ground, Role.SCHEDULER, bridge.county)
    both = await asyncio.gather(*(act(bridge, who, "accept", request) for who in (bridge.dispatcher, other)))
    assert sorted(each.status for each in both) == [200, 409]
    (lost,) = [each for each in both if each.status == 409]
    assert lost.code in ("not-in-this-state", "request-changed")
    steps = (await bridge.of(bridge.worker).get(f"/api/remote-requests/{request['id']}/steps")).ok()
    assert [each["verb"] for each in steps].count("accept") == 1


async def test_cancelling_while_it_is_accepted_ends_in_one_of_the_two(bridge: Bridge) -> None:
    request = await submitted(bridge)
    cancelled, taken = await asyncio.gather(
        bridge.asks("cancel", request, text="患者已转院"), bridge.answers("accept", request)
    )
    assert {cancelled.status, taken.status} == {200, 409}
    assert await status_of(bridge, request) == ("cancelled" if cancelled.status == 200 else "accepted")
    if taken.status == 200:
        again = await bridge.asks("cancel", taken.ok(), text="患者已转院")
        assert again.ok()["status"] == "cancelled"


async def test_what_lacks_material_comes_back_and_goes_again(bridge: Bridge) -> None:
    request = await submitted(bridge)
    back = (await bridge.answers("return", request, code="pictures_unreadable", text="CT 图像无法打开")).ok()
    assert back["status"] == "returned"
    seen = await bridge.shown(bridge.worker, request)
    assert seen["return"] == {"code": "pictures_unreadable", "text": "CT 图像无法打开"}
    assert {"edit", "resubmit"} <= set(seen["may"])
    assert (await told(bridge, bridge.worker))[0] == "remote-returned"
    again = (await bridge.asks("resubmit", seen)).ok()
    assert again["status"] == "submitted"
    assert again["answer_due_at"] >= request["answer_due_at"], "the clock starts anew"


async def test_declining_says_why(bridge: Bridge) -> None:
    request = await submitted(bridge)
    assert (await bridge.answers("decline", request, text="")).status == 422
    declined = (await bridge.answers("decline", request, code="go_in_person", text="建议直接转诊")).ok()
    assert (declined["status"], declined["decline"]["text"]) == ("declined", "建议直接转诊")
    assert (await bridge.answers("accept", declined)).status == 409
    assert (await told(bridge, bridge.worker))[0] == "remote-declined"


async def test_an_expert_without_three_years_cannot_be_invited(bridge: Bridge) -> None:
    today = date.today()  # noqa: DTZ011  # a year more or less
    young = await a_doctor(bridge.ground, bridge.county, name="钱年轻", licensed=today - timedelta(days=700))
    unregistered = await a_doctor(bridge.ground, bridge.county, name="孙未注册", filed=False)
    request = await accepted(bridge)
    for who in (young, unregistered):
        refused = await bridge.answers("schedule", request, **plan(bridge, who))
        assert (refused.status, refused.code, refused.body["rule"]) == (403, "expert-may-not-consult", "B03")
        assert who.name in refused.body["title"]
    candidates = (await bridge.of(bridge.dispatcher).get(f"/api/remote-requests/{request['id']}/experts")).ok()
    refusals = {each["name"]: each["refusal"] for each in candidates}
    assert refusals["和测试"] is None
    assert refusals["钱年轻"]["code"] == "may-not-consult"
    assert [each["name"] for each in candidates][-2:] != ["和测试", "赵测试"], "who may not comes last"
    assert (await bridge.answers("schedule", request, **plan(bridge))).status == 200


async def test_experts_come_from_the_serving_side_and_one_of_them_leads(bridge: Bridge) -> None:
    request = await accepted(bridge)
    own = await a_doctor(bridge.ground, bridge.town)
    assert (await bridge.answers("schedule", request, **plan(bridge, own))).code == "not-an-expert-here"
    leaderless = plan(bridge, bridge.expert, bridge.colleague)
    for each in leaderless["experts"]:
        each["lead"] = False
    assert (await bridge.answers("schedule", request, **leaderless)).code == "one-lead"
    past = plan(bridge, at=bridge.soon(hours=-3))
    assert (await bridge.answers("schedule", request, **past)).code == "bad-consultation-time"
    assert (await bridge.answers("schedule", request, **plan(bridge))).status == 200


async def test_nobody_is_in_two_consultations_at_once(bridge: Bridge) -> None:
    at = bridge.soon(hours=2)
    first, second = await accepted(bridge), await accepted(bridge)
    both = await asyncio.gather(*(bridge.answers("schedule", each, **plan(bridge, at=at)) for each in (first, second)))
    assert sorted(each.status for each in both) == [200, 409]
    (refused,) = [each for each in both if each.status == 409]
    assert refused.code == "expert-busy"
    lost = first if both[0].status == 409 else second
    moved = await bridge.answers("schedule", lost, **plan(bridge, at=at + timedelta(hours=1)))
    assert moved.ok()["status"] == "scheduled"


async def test_a_consultation_takes_a_place_of_the_experts_session_and_gives_it_back(bridge: Bridge) -> None:
    session = await a_session(bridge.ground, bridge.expert, slots=1, capacity=1)
    (slot_id,) = await slots_of(bridge.ground, session)
    at = session.starts_at + timedelta(minutes=5)
    waiting, request = await accepted(bridge), await accepted(bridge)
    path = f"/api/remote-requests/{request['id']}/experts?day={session.day}"
    free = {each["id"]: each["next_free"] for each in (await bridge.of(bridge.dispatcher).get(path)).ok()}
    assert len(free[str(bridge.expert.id)]) == 1
    request = (await bridge.answers("schedule", request, **plan(bridge, at=at))).ok()
    free = {each["id"]: each["next_free"] for each in (await bridge.of(bridge.dispatcher).get(path)).ok()}
    assert free[str(bridge.expert.id)] == []
    booked = {"patient_id": str(bridge.patient.id), "diagnosed_in_person": True}
    full = await bridge.of(bridge.patient).post(f"/api/slots/{slot_id}/bookings", booked)
    assert (full.status, full.code) == (409, "slot-full")
    later = at + timedelta(minutes=40)
    refused = await bridge.answers("schedule", waiting, **plan(bridge, at=later))
    assert (refused.status, refused.code) == (409, "no-place-then")
    (await bridge.asks("cancel", request, text="患者好转")).ok()
    assert (await bridge.answers("schedule", waiting, **plan(bridge, at=later))).status == 200


async def test_another_time_takes_another_place(bridge: Bridge) -> None:
    session = await a_session(bridge.ground, bridge.expert, slots=2, capacity=1)
    first, second = await slots_of(bridge.ground, session)
    request = await accepted(bridge)
    at = session.starts_at + timedelta(minutes=5)
    request = (await bridge.answers("schedule", request, **plan(bridge, at=at))).ok()
    moved = await bridge.answers(
        "reschedule", request, starts_at=(at + timedelta(hours=1)).isoformat(), text="专家手术"
    )
    assert moved.ok()["experts"] == request["experts"]
    booked = {"patient_id": str(bridge.patient.id), "diagnosed_in_person": True}
    full = await bridge.of(bridge.patient).post(f"/api/slots/{second}/bookings", booked)
    assert full.code == "slot-full"
    assert (await bridge.of(bridge.patient).post(f"/api/slots/{first}/bookings", booked)).status == 201


async def test_an_expert_who_is_replaced_reads_nothing_any_more(bridge: Bridge) -> None:
    request = await scheduled(bridge, bridge.expert, bridge.colleague)
    assert await reads(bridge, bridge.expert)
    only = [{"person_id": str(bridge.colleague.id), "lead": True}]
    changed = (await bridge.answers("experts", request, experts=only, text="换专家")).ok()
    assert [(each["name"], each["lead"]) for each in changed["experts"]] == [("赵测试", True)]
    assert not await reads(bridge, bridge.expert)
    assert await reads(bridge, bridge.colleague)
    assert (await bridge.of(bridge.expert).get(f"/api/remote-requests/{request['id']}")).status == 404


async def test_an_expert_says_whether_they_come(bridge: Bridge) -> None:
    request = await scheduled(bridge, bridge.expert, bridge.colleague)
    path = f"/api/remote-requests/{request['id']}/answer"
    yes = (await bridge.of(bridge.expert).post(path, {"coming": True})).ok()
    assert {each["name"]: each["state"] for each in yes["experts"]} == {"和测试": "coming", "赵测试": "asked"}
    assert (await bridge.of(bridge.colleague).post(path, {"coming": False, "text": "当日手术"})).status == 200
    assert not await reads(bridge, bridge.colleague)
    assert (await told(bridge, bridge.dispatcher))[:2] == ["remote-expert-declined", "remote-expert-coming"]
    (left,) = (await bridge.shown(bridge.dispatcher, request))["experts"]
    assert left["name"] == "和测试"


async def test_an_urgent_request_that_nobody_answers_goes_to_the_next_expert_then_to_the_head(bridge: Bridge) -> None:
    request = await submitted(bridge, urgency="urgent")
    await scan_later(bridge, escalate_remote, minutes=9)
    assert (await bridge.shown(bridge.dispatcher, request))["escalation"] == 0
    await scan_later(bridge, escalate_remote, minutes=11)
    seen = await bridge.shown(bridge.dispatcher, request)
    assert (seen["escalation"], seen["overdue"], seen["status"]) == (1, True, "submitted")
    (asked,) = seen["experts"]
    assert (await told(bridge, bridge.dispatcher))[0] == "remote-overdue"
    who = next(each for each in (bridge.expert, bridge.colleague) if str(each.id) == asked["id"])
    assert await told(bridge, who) == ["remote-asked-by-clock"]
    await scan_later(bridge, escalate_remote, minutes=25)
    assert (await bridge.shown(bridge.dispatcher, request))["escalation"] == 2
    assert "remote-escalated" in await told(bridge, bridge.colleague), "the head of the centre"
    await scan_later(bridge, escalate_remote, hours=40)
    assert (await bridge.shown(bridge.dispatcher, request))["escalation"] == 2, "nobody is told a third time"
    took = (await act(bridge, who, "accept", await bridge.shown(who, request))).ok()
    assert took["status"] == "accepted"
    assert [(each["id"], each["lead"], each["state"]) for each in took["experts"]] == [(asked["id"], True, "coming")]


async def test_an_ordinary_request_has_a_day(bridge: Bridge) -> None:
    request = await submitted(bridge)
    await scan_later(bridge, escalate_remote, hours=23)
    assert not (await bridge.shown(bridge.dispatcher, request))["overdue"]
    await scan_later(bridge, escalate_remote, hours=25)
    assert (await bridge.shown(bridge.dispatcher, request))["overdue"]
    (await bridge.answers("accept", await bridge.shown(bridge.dispatcher, request))).ok()
    assert not (await bridge.shown(bridge.dispatcher, request))["overdue"], "answered, if late"


async def test_experts_who_do_not_come_are_replaced_by_the_clock(bridge: Bridge) -> None:
    request = await scheduled(bridge)
    await scan_later(bridge, escalate_remote, hours=1, minutes=11)
    seen = await bridge.shown(bridge.dispatcher, request)
    assert {each["name"] for each in seen["experts"]} == {"和测试", "赵测试"}
    assert "remote-asked-by-clock" in await told(bridge, bridge.colleague)


async def test_an_emergency_goes_straight_into_a_room(bridge: Bridge) -> None:
    now = bridge.ground.clock.now().replace(second=0, microsecond=0)
    await a_session(bridge.ground, bridge.expert, starts_at=now - timedelta(minutes=10), minutes=30, slots=1)
    request = await submitted(bridge)
    rushed = (await bridge.asks("emergency", request)).ok()
    assert (rushed["status"], rushed["urgency"]) == ("scheduled", "emergency")
    assert [(each["name"], each["lead"]) for each in rushed["experts"]] == [("和测试", True)]
    assert await told(bridge, bridge.expert) == ["remote-emergency"]
    assert (await told(bridge, bridge.dispatcher))[0] == "remote-emergency"
    assert await reads(bridge, bridge.expert)


async def test_an_emergency_finds_every_dispatcher_when_nobody_is_on_duty(bridge: Bridge) -> None:
    request = await submitted(bridge)
    rushed = (await bridge.asks("emergency", request)).ok()
    assert (rushed["status"], rushed["experts"]) == ("scheduled", [])
    assert (await told(bridge, bridge.dispatcher))[0] == "remote-emergency"
    named = [{"person_id": str(bridge.colleague.id), "lead": True}]
    seen = await bridge.shown(bridge.dispatcher, rushed)
    assert (await bridge.answers("experts", seen, experts=named)).ok()["experts"][0]["name"] == "赵测试"


async def test_an_offline_consultation_has_no_meeting(bridge: Bridge) -> None:
    request = await offline(bridge, bridge.expert, bridge.colleague)
    assert (request["status"], request["meeting"]) == ("scheduled", None)
    assert request["report_due_at"] is not None
    path = f"/api/remote-requests/{request['id']}/begin"
    begun = (await bridge.of(bridge.expert).post(path)).ok()
    assert begun["status"] == "reporting"
    again = (await bridge.of(bridge.colleague).post(path)).ok()
    assert [each["state"] for each in again["experts"]] == ["joined", "joined"]
    steps = (await bridge.of(bridge.worker).get(f"/api/remote-requests/{request['id']}/steps")).ok()
    assert [each["verb"] for each in steps][-2:] == ["begin", "conclude"]
    by_video = await scheduled(bridge)
    refused = await bridge.of(bridge.expert).post(f"/api/remote-requests/{by_video['id']}/begin")
    assert refused.status == 409, "a meeting begins by joining it"


async def test_what_was_cancelled_is_closed_to_the_experts(bridge: Bridge) -> None:
    request = await scheduled(bridge)
    assert (await bridge.asks("cancel", request, text="患者已转院")).ok()["status"] == "cancelled"
    assert not await reads(bridge, bridge.expert)
    assert (await bridge.of(bridge.expert).get(f"/api/remote-requests/{request['id']}")).status == 404
    assert (await told(bridge, bridge.expert))[0] == "remote-cancelled"
    async with unit_of_work(bridge.ground, SYSTEM) as work:
        facts = await records.encounter(work, (await bridge.shown(bridge.worker, request))["encounter_id"])
    assert facts.closed_at is not None
