"""Asking for a remote consultation: agreement, consent, what B48 asks for, and whose request it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from server.foundation.actor import Level, Role
from tests.people import Somebody, a_doctor, a_hospital, a_member_of_staff, a_patient

from .bridge import (
    Bridge,
    act,
    allow,
    confirm,
    consented,
    drafted,
    form,
    propose,
    signed,
    status_of,
    submitted,
    told,
)


async def test_a_request_goes_from_the_draft_to_the_dispatchers_board(bridge: Bridge) -> None:
    request = await drafted(bridge)
    assert (request["status"], request["missing"]) == ("draft", ["consent"])
    assert request["department"]["id"] == str(bridge.county.department_id)
    request = (await signed(bridge, request)).ok()
    assert (request["status"], request["missing"], request["consent"]["by"]) == ("consented", [], "patient")
    board = "/api/remote-requests?box=incoming"
    assert (await bridge.of(bridge.dispatcher).get(board)).ok() == []
    request = (await bridge.asks("submit", request)).ok()
    assert (request["status"], request["price_fen"]) == ("submitted", 20000)
    assert request["answer_due_at"] is not None
    (line,) = (await bridge.of(bridge.dispatcher).get(board)).ok()
    assert (line["id"], line["patient"]["name"], line["overdue"]) == (request["id"], "王测试", False)
    seen = await bridge.shown(bridge.dispatcher, request)
    assert {"accept", "return", "decline"} <= set(seen["may"])
    assert seen["summary"] == request["summary"]
    assert await told(bridge, bridge.dispatcher) == ["remote-submitted"]
    steps = (await bridge.of(bridge.worker).get(f"/api/remote-requests/{request['id']}/steps")).ok()
    assert [each["verb"] for each in steps] == ["draft", "consent", "submit"]


async def test_whoever_reads_a_request_is_in_the_patients_list(bridge: Bridge) -> None:
    request = await submitted(bridge)
    readers = f"/api/patients/{bridge.patient.id}/reads"
    assert (await bridge.of(bridge.patient).get(readers)).ok() == []
    await bridge.shown(bridge.dispatcher, request)
    (line,) = (await bridge.of(bridge.patient).get(readers)).ok()
    assert (line["what"], line["name"]) == ("remote_request", "郭测试")


async def test_without_an_agreement_nobody_is_asked(bridge: Bridge) -> None:
    await drafted(bridge)
    stranger = await a_hospital(bridge.ground, level=Level.TOWNSHIP)
    worker = await a_member_of_staff(bridge.ground, Role.CLINIC_WORKER, stranger)
    patient = await a_patient(bridge.ground, home=stranger.id)
    await allow(bridge, patient, stranger)
    body = {"patient_id": str(patient.id), **form(bridge)}
    refused = await bridge.of(worker).post("/api/remote-requests", body)
    assert (refused.status, refused.code, refused.body["rule"]) == (409, "no-agreement", "B46")
    assert "双方" in refused.body["title"]
    assert bridge.county.name in refused.body["title"]
    assert stranger.name in refused.body["title"]
    assert (await bridge.of(worker).get("/api/cooperation-partners")).ok() == []
    (partner,) = (await bridge.of(bridge.worker).get("/api/cooperation-partners")).ok()
    assert (partner["server"]["id"], partner["urgent_answer_min"]) == (str(bridge.county.id), 10)


async def test_an_agreement_that_ended_meanwhile_stops_the_request(bridge: Bridge) -> None:
    request = await consented(bridge)
    admin = await a_member_of_staff(bridge.ground, Role.ADMINISTRATOR, bridge.county)
    path = f"/api/cooperation-agreements/{bridge.agreement_id}"
    agreement = (await bridge.of(admin).get(path)).ok()
    ended = await bridge.of(admin).post(f"{path}/end", {"version": agreement["version"], "reason": "合作到期"})
    assert ended.ok()["status"] == "ended"
    refused = await bridge.asks("submit", request)
    assert (refused.status, refused.code) == (409, "no-agreement")
    assert await status_of(bridge, request) == "consented"
    made = await confirm(bridge, await propose(bridge))
    request = (
        await bridge.of(bridge.worker).put(
            f"/api/remote-requests/{request['id']}",
            {"version": request["version"], **form(bridge, agreement_id=made["id"])},
        )
    ).ok()
    assert (await bridge.asks("submit", request)).ok()["status"] == "submitted"


async def test_what_b48_asks_for_is_named_one_by_one(bridge: Bridge) -> None:
    bare = {"patient_id": str(bridge.patient.id)}
    request = (await bridge.of(bridge.worker).post("/api/remote-requests", bare)).ok()
    every = ["agreement_id", "department_id", "title_wanted", "reason", "purpose", "times", "summary", "consent"]
    assert request["missing"] == every
    request = (await signed(bridge, request)).ok()
    refused = await bridge.asks("submit", request)
    assert (refused.status, refused.code, refused.body["rule"]) == (422, "invitation-incomplete", "B48")
    assert refused.body["missing"] == every[:-1]
    assert [each["pointer"] for each in refused.body["errors"]] == [f"/{each}" for each in every[:-1]]
    assert "拟邀请专业" in refused.body["title"]
    whole = {"version": request["version"], **form(bridge)}
    request = (await bridge.of(bridge.worker).put(f"/api/remote-requests/{request['id']}", whole)).ok()
    assert (await bridge.asks("submit", request)).ok()["status"] == "submitted"


async def test_nothing_leaves_the_house_without_consent(bridge: Bridge) -> None:
    request = await drafted(bridge)
    refused = await bridge.asks("submit", request)
    assert (refused.status, refused.code, refused.body["rule"]) == (409, "remote-consent-missing", "B47")
    request = (await signed(bridge, request)).ok()
    gone = await bridge.of(bridge.patient).post(f"/api/consents/{request['consent']['id']}/withdraw")
    assert gone.status < 300, gone.body
    assert await status_of(bridge, request) == "cancelled"
    assert "remote-consent-withdrawn" in await told(bridge, bridge.worker)


async def test_who_signs_for_a_patient_says_who_and_why(bridge: Bridge) -> None:
    request = await drafted(bridge)
    unsaid = await signed(bridge, request, by="relative", name="王小妹", relation="sibling")
    assert (unsaid.status, unsaid.code) == (422, "consent-wrong-giver")
    said = {"by": "relative", "name": "王小妹", "relation": "sibling", "not_told_patient_reason": "不宜告知本人"}
    assert (await signed(bridge, request, **said)).ok()["consent"]["by"] == "relative"
    picture = (await bridge.of(bridge.worker).get(f"/api/remote-requests/{request['id']}/signature")).ok()["picture"]
    assert picture.startswith("<svg")
    assert "L" in picture


async def test_a_child_is_signed_for_by_the_guardian(bridge: Bridge) -> None:
    mother = await a_patient(bridge.ground, name="赵母亲", home=bridge.town.id)
    born = date.today() - timedelta(days=365 * 9)  # noqa: DTZ011  # whichever side of midnight: a child
    child = await a_patient(bridge.ground, born=born, home=bridge.town.id, guardian=mother)
    await allow(bridge, child)
    body = {"patient_id": str(child.id), **form(bridge)}
    request = (await bridge.of(bridge.worker).post("/api/remote-requests", body)).ok()
    assert (await signed(bridge, request)).code == "consent-wrong-giver"
    assert (await signed(bridge, request, by="guardian", name="赵母亲", relation="mother")).ok()[
        "status"
    ] == "consented"


async def test_a_request_is_nobody_elses(bridge: Bridge) -> None:
    request = await submitted(bridge)
    path = f"/api/remote-requests/{request['id']}"
    far = await a_hospital(bridge.ground)
    strangers: list[Somebody] = [
        await a_member_of_staff(bridge.ground, Role.SCHEDULER, far),
        await a_doctor(bridge.ground, far),
        await a_member_of_staff(bridge.ground, Role.CLINIC_WORKER, bridge.town),
        bridge.expert,
        await a_patient(bridge.ground),
    ]
    for who in strangers:
        assert (await bridge.of(who).get(path)).status == 404, who.role
        boxes = [(await bridge.of(who).get(f"/api/remote-requests?box={box}")).ok() for box in ("mine", "all")]
        assert boxes == [[], []], who.role
    assert (await act(bridge, strangers[0], "accept", request)).status == 404
    assert (await bridge.of(bridge.worker).get(path)).status == 200
    assert (await bridge.of(bridge.patient).get(path)).status == 200
    assert [each["id"] for each in (await bridge.of(bridge.patient).get("/api/remote-requests")).ok()] == [
        request["id"]
    ]


async def test_only_those_ask_who_act_for_the_patient(bridge: Bridge) -> None:
    stranger = await a_patient(bridge.ground, home=bridge.town.id)
    body = {"patient_id": str(stranger.id), **form(bridge)}
    assert (await bridge.of(bridge.worker).post("/api/remote-requests", body)).status == 404
    await allow(bridge, stranger)
    assert (await bridge.of(bridge.worker).post("/api/remote-requests", body)).status == 201
    doctor = await a_doctor(bridge.ground, bridge.town)
    made = (await bridge.of(doctor).post("/api/remote-requests", body)).ok()
    assert (await bridge.of(doctor).get(f"/api/patients/{stranger.id}/attachments")).status == 200, "the doctor reads"
    assert (await bridge.of(doctor).get(f"/api/remote-requests/{made['id']}")).status == 200


async def test_two_windows_lose_nothing(bridge: Bridge) -> None:
    request = await drafted(bridge)
    path = f"/api/remote-requests/{request['id']}"
    first = await bridge.of(bridge.worker).put(path, {"version": request["version"], **form(bridge, reason="一")})
    assert first.ok()["reason"] == "一"
    second = await bridge.of(bridge.worker).put(path, {"version": request["version"], **form(bridge, reason="二")})
    assert (second.status, second.code) == (409, "request-changed")
    assert second.body["version"] == first.body["version"]
    again = await bridge.asks("submit", (await signed(bridge, request)).ok())
    twice = await bridge.asks("submit", {**request, "version": again.ok()["version"]})
    assert (twice.status, twice.code) == (409, "not-in-this-state")


async def test_materials_are_of_this_patient_only(bridge: Bridge) -> None:
    request = await drafted(bridge)
    path = f"/api/remote-requests/{request['id']}/materials"
    unknown: list[dict[str, Any]] = [
        {"upload_id": str(uuid4())},
        {"attachment_id": str(uuid4())},
        {"study_id": str(uuid4())},
    ]
    for what in unknown:
        refused = await bridge.of(bridge.worker).post(path, {"kind": "document", **what})
        assert (refused.status, refused.code) == (422, "no-such-material")
    new = {
        "purpose": "remote_material",
        "patient_id": str(bridge.patient.id),
        "name": "化验单.pdf",
        "size": 900,
        "content_type": "application/pdf",
    }
    upload = (await bridge.of(bridge.worker).post("/api/uploads", new)).ok()
    attached = (await bridge.of(bridge.worker).post(path, {"kind": "document", "upload_id": upload["id"]})).ok()
    (line,) = attached["materials"]
    assert (line["name"], line["state"], line["size"], line["received"]) == ("化验单.pdf", "waiting", 900, 0)
    other = await a_patient(bridge.ground, home=bridge.town.id)
    await allow(bridge, other)
    body = {"patient_id": str(other.id), **form(bridge)}
    theirs = (await bridge.of(bridge.worker).post("/api/remote-requests", body)).ok()
    stolen = await bridge.of(bridge.worker).post(
        f"/api/remote-requests/{theirs['id']}/materials", {"kind": "document", "upload_id": upload["id"]}
    )
    assert (stolen.status, stolen.code) == (422, "no-such-material")
    emptied = await bridge.of(bridge.worker).delete(f"{path}/{upload['id']}")
    assert emptied.ok()["materials"] == []
