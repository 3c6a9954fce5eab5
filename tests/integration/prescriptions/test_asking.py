"""What a pharmacy cannot decide itself: another drug goes back through the doctor; what it lacks is told to all."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.api import Answer

from .counters import Counter, a_code, a_counter
from .practice import AMLODIPINE, Practice, shown

LISINOPRIL = {**AMLODIPINE, "drug_id": "lisinopril", "name": "赖诺普利", "dose": 10}
QUESTION = {"code": "out_of_stock", "text": "氨氯地平缺货，可否换为同类药？"}


async def _ask(counter: Counter, held: dict[str, Any], **changed: Any) -> Answer:
    return await counter.post(held, "substitution", item_id=held["left"][0]["item_id"], **{**QUESTION, **changed})


async def _answer(practice: Practice, decision: str, text: str = "请换药") -> Answer:
    (question, *_) = (await practice.doctor.get("/api/substitutions")).ok()
    return await practice.doctor.post(f"/api/substitutions/{question['id']}/answer", {"answer": decision, "text": text})


async def test_a_substitution_is_amended_by_the_doctor_and_reviewed_anew(practice: Practice) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    held = (await counter.redeem(code)).ok()
    asked = (await _ask(counter, held)).ok()
    assert (asked["question"]["drug"], asked["question"]["answer"]) == ("氨氯地平", None)
    assert (await counter.dispense(held)).code == "substitution-asked", "nothing is counted out meanwhile"
    (question,) = (await practice.doctor.get("/api/substitutions")).ok()
    assert (question["text"], question["pharmacy"]) == (QUESTION["text"], counter.house.name)
    answered = (await _answer(practice, "amend")).ok()
    assert (answered["answer"], answered["answer_text"]) == ("amend", "请换药")
    back = (await practice.doctor.get(f"/api/prescriptions/{code['id']}")).ok()
    assert back["status"] == "returned"
    assert (await counter.redeem(code)).code == "prescription-not-in-force"
    assert (await practice.at_home.get(f"/api/prescriptions/{code['id']}/pdf")).code == "prescription-not-printable"
    path = f"/api/prescriptions/{code['id']}"
    draft = (await practice.doctor.post(f"{path}/amend", {"version": back["version"]})).ok()
    body = {"diagnoses": [{"code": "I10"}], "items": [LISINOPRIL], "version": draft["version"]}
    amended = (await practice.doctor.put(path, body)).ok()
    (await practice.doctor.post(f"{path}/sign", shown(amended))).ok()
    assert (await counter.redeem(code)).code == "prescription-not-in-force", "not before the new review"
    claimed = await practice.claim(amended)
    (await practice.decide(claimed, "approve")).ok()
    anew = (await counter.redeem(code)).ok()
    assert [item["name"] for item in anew["prescription"]["items"]] == ["赖诺普利"]
    assert (await counter.supplied(anew))["status"] == "dispensed"


async def test_a_doctor_may_keep_what_was_written(practice: Practice) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    held = (await counter.redeem(code)).ok()
    (await _ask(counter, held)).ok()
    (await _answer(practice, "keep", "请按原方，其他药房有货")).ok()
    kept = (await counter.first.get(f"/api/redemptions/{held['id']}")).ok()
    assert (kept["status"], kept["question"]["answer"]) == ("locked", "keep")
    assert kept["question"]["answer_text"] == "请按原方，其他药房有货"
    assert (await _answer(practice, "amend")).code == "substitution-answered"
    assert (await counter.supplied(held))["status"] == "dispensed"


async def test_one_question_at_a_time_which_can_be_taken_back(practice: Practice) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    held = (await counter.redeem(code)).ok()
    answers = await asyncio.gather(*(_ask(counter, held) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 4
    assert {answer.code for answer in answers if answer.status == 409} == {"substitution-asked"}
    assert (await counter.post(held, "unlock", reason="缺货")).code == "substitution-asked"
    path = f"/api/redemptions/{held['id']}/substitution"
    assert (await counter.first.delete(path)).ok()["question"]["answer"] == "dropped"
    assert (await counter.first.delete(path)).status == 404
    assert (await counter.post(held, "unlock", reason="缺货")).ok()["status"] == "valid"


async def test_what_is_partly_dispensed_is_not_changed_any_more(practice: Practice) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    held = (await counter.redeem(code)).ok()
    await counter.supplied(held, 3)
    refused = await _ask(counter, held)
    assert (refused.status, refused.code) == (409, "not-in-this-state")
    assert (await counter.supplied(held, 4))["status"] == "dispensed"


@pytest.mark.parametrize("changed", [{"code": "cheaper"}, {"text": ""}, {"text": "x" * 501}, {"item_id": "x"}])
async def test_a_question_says_which_drug_and_why(practice: Practice, changed: dict[str, str]) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    held = (await counter.redeem(code)).ok()
    body = {"item_id": held["left"][0]["item_id"], **QUESTION}
    path = f"/api/redemptions/{held['id']}/substitution"
    assert (await counter.first.post(path, {**body, **changed})).status == 422
    assert (await counter.first.post(path, body)).status == 200


async def test_a_shortage_is_reported_once_seen_by_all_and_ended_by_its_pharmacy(practice: Practice) -> None:
    here, there = await a_counter(practice), await a_counter(practice)
    report = {"drug_id": "amlodipine", "name": "氨氯地平片", "note": "厂家断货", "expected_on": "2027-01-15"}
    made = await asyncio.gather(*(here.first.post("/api/shortages", report) for _ in range(4)))
    assert len({answer.ok()["id"] for answer in made}) == 1
    mine = made[0].body["id"]
    for other in (there.first, practice.doctor):
        found = {row["id"]: row for row in (await other.get("/api/shortages")).ok()}
        assert (found[mine]["drug_name"], found[mine]["pharmacy"]) == ("氨氯地平片", here.house.name)
        assert not found[mine]["own"]
    assert (await there.first.delete(f"/api/shortages/{mine}")).status == 404
    assert (await here.first.delete(f"/api/shortages/{mine}")).status == 204
    assert mine not in {row["id"] for row in (await there.first.get("/api/shortages")).ok()}
    assert (await here.first.post("/api/shortages", report)).ok()["id"] != mine


async def test_pharmacies_are_listed_for_whoever_signed_in(practice: Practice) -> None:
    counter = await a_counter(practice)
    found = {row["id"]: row for row in (await practice.at_home.get("/api/pharmacies")).ok()}
    assert found[str(counter.house.id)]["name"] == counter.house.name
    assert str(practice.clinic.hospital.id) in found, "the hospital's own pharmacy"
    assert (await practice.clinic.api.signed_in(None).get("/api/pharmacies")).status == 401
