"""Dispensing by two people, in parts, under races; and how it leaves the pharmacy."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from prescriptions import store as prescriptions
from prescriptions.dispensing import leaving
from prescriptions.dispensing.checklist import CHECKLIST, MATCHES
from prescriptions.dispensing.errors import ColdChainNotSent
from server.foundation.actor import SYSTEM
from server.foundation.work import unit_of_work
from server.identity.model import Credential
from server.signatures.acts import DISPENSING
from server.signatures.verify import verify_package

from .counters import ALL_TEN, HANDED, a_code, a_counter, portion
from .practice import AMLODIPINE, Practice

METFORMIN = {**AMLODIPINE, "drug_id": "metformin", "name": "二甲双胍", "dose": 500, "frequency": "bid", "quantity": 14}
TWO = {"diagnoses": [{"code": "I10"}, {"code": "E11.9"}], "items": [AMLODIPINE, METFORMIN]}


async def _counted(practice: Practice, prescription_id: str) -> list[tuple[float, float]]:
    async with unit_of_work(practice.ground, SYSTEM) as work:
        row = await prescriptions.by_id(work.session, UUID(prescription_id))
        assert row is not None
        items = await prescriptions.items_of(work.session, row.id, row.version)
        return [(float(item.dispensed), float(item.quantity)) for item in items]


async def test_two_people_dispense_and_both_signatures_verify(practice: Practice) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    held = (await counter.redeem(code)).ok()
    waiting = (await counter.dispense(held)).ok()
    assert waiting["status"] == "locked"
    assert waiting["left"][0]["left"] == 7, "what nobody checked does not count"
    assert (waiting["waiting"]["dispenser"], waiting["waiting"]["checker"]) == ("吴调配", None)
    alone = await counter.check(held, by=counter.first)
    assert (alone.status, alone.code, alone.body["rule"]) == (409, "two-people-needed", "B33")
    done = (await counter.check(held)).ok()
    assert (done["status"], done["left"][0]["left"], done["waiting"]) == ("dispensed", 0, None)
    (one,) = done["dispensings"]
    assert (one["dispenser"], one["checker"], one["single_duty"]) == ("吴调配", "郑核对", False)
    assert one["items"][0]["trace_codes"] == ["81000000000000000001"]
    proofs = (await counter.first.get(f"/api/redemptions/{held['id']}/proofs")).ok()
    assert [proof["act"] for proof in proofs] == ["dispense", "check"]
    dispensed, checked = (proof["proof"] for proof in proofs)
    assert verify_package(dispensed, act="dispense", typ=DISPENSING).valid
    assert verify_package(checked, act="check", typ=DISPENSING).valid
    assert not verify_package(checked, act="dispense", typ=DISPENSING).valid, "who checked did not count out"
    assert not verify_package({**checked, "document": dispensed["document"]}, act="check", typ=DISPENSING).valid
    dispensed["document"]["items"][0]["quantity"] = "70"
    assert not verify_package(dispensed, act="dispense", typ=DISPENSING).valid


async def test_one_person_alone_signs_twice_and_it_is_written_down(practice: Practice) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    held = (await counter.redeem(code)).ok()
    (await counter.dispense(held)).ok()
    done = (await counter.check(held, by=counter.first, single_duty=True)).ok()
    (one,) = done["dispensings"]
    assert (one["dispenser"], one["checker"], one["single_duty"]) == ("吴调配", "吴调配", True)
    proofs = (await counter.first.get(f"/api/redemptions/{held['id']}/proofs")).ok()
    assert proofs[1]["proof"]["document"]["single_duty"] is True


async def test_an_assistant_counts_out_and_a_pharmacist_checks(practice: Practice) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    held = (await counter.redeem(code)).ok()
    async with unit_of_work(practice.ground, SYSTEM) as work:
        await work.session.execute(
            update(Credential).where(Credential.person_id == counter.people[0].id).values(title="assistant_pharmacist")
        )
    (await counter.dispense(held)).ok()
    alone = await counter.check(held, by=counter.first, single_duty=True)
    assert (alone.status, alone.code, alone.body["rule"]) == (403, "pharmacist-must-check", "B33")
    assert (await counter.check(held)).ok()["status"] == "dispensed"


async def test_all_ten_matches_are_made_by_both(practice: Practice) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    shown = (await counter.first.get("/api/dispensing-checklist")).ok()
    assert [len(check["matches"]) for check in shown] == [3, 4, 2, 1]
    assert [check["zh"] for check in shown] == [check.zh for check in CHECKLIST]
    held = (await counter.redeem(code)).ok()
    refused = await counter.dispense(held, matched=ALL_TEN[:-1])
    assert (refused.status, refused.code, refused.body["missing"]) == (422, "matches-missing", [MATCHES[-1]])
    (await counter.dispense(held)).ok()
    assert (await counter.check(held, matched=[])).body["count"] == 10
    assert (await counter.check(held)).status == 200


async def test_a_part_is_dispensed_and_the_rest_is_given_back(practice: Practice) -> None:
    code, here, there = await a_code(practice, **TWO), await a_counter(practice), await a_counter(practice)
    held = (await here.redeem(code)).ok()
    part = await here.supplied(held, 7, 4)
    assert (part["status"], [line["left"] for line in part["left"]]) == ("partial", [0, 10])
    more = await here.supplied(part, 0, 3)
    assert (more["status"], [line["left"] for line in more["left"]]) == ("partial", [0, 7])
    assert (await here.post(held, "unlock", reason="缺货")).code == "not-in-this-state", "the rest, not the whole"
    back = (await here.post(held, "give-back", reason="余下的缺货")).ok()
    assert (back["ended_for"], back["prescription"]) == ("given_back", None)
    assert (await here.dispense(held)).status == 404, "it is not this pharmacy's any more"
    rest = (await there.redeem(code)).ok()
    assert [line["left"] for line in rest["left"]] == [0, 7]
    done = await there.supplied(rest, 0, 7)
    assert done["status"] == "dispensed"
    assert await _counted(practice, code["id"]) == [(7, 7), (14, 14)]
    assert (await here.redeem(code)).code == "prescription-used"


async def test_nobody_dispenses_more_than_is_left(practice: Practice) -> None:
    code, counter = await a_code(practice, **TWO), await a_counter(practice)
    held = (await counter.redeem(code)).ok()
    refused = await counter.dispense(held, 7.001, 14)
    assert (refused.status, refused.code) == (409, "more-than-left")
    assert (refused.body["line"], refused.body["left"]) == (1, "7")
    await counter.supplied(held, 0.5, 14)
    assert (await counter.dispense(held, 6.501)).body["left"] == "6.5"
    done = await counter.supplied(held, 6.5)
    assert done["status"] == "dispensed"
    assert (await counter.dispense(held, 1)).code == "not-in-this-state", "a second time is refused"
    assert await _counted(practice, code["id"]) == [(7, 7), (14, 14)]


async def test_under_a_rush_the_total_stays_within_what_was_prescribed(practice: Practice) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    held = (await counter.redeem(code)).ok()
    for _ in range(3):
        counted = await asyncio.gather(*(counter.dispense(held, 3) for _ in range(6)))
        winners = [answer for answer in counted if answer.status == 200]
        if not winners:
            assert {answer.code for answer in counted} == {"more-than-left"}
            continue
        assert len(winners) == 1, "one waits for its check at a time"
        body = {"dispensing_id": winners[0].ok()["waiting"]["id"], "matched": ALL_TEN}
        path = f"/api/redemptions/{held['id']}/check"
        checked = await asyncio.gather(*(counter.second.post(path, body) for _ in range(6)))
        assert sorted(answer.status for answer in checked) == [200] + [409] * 5
        assert {answer.code for answer in checked if answer.status == 409} == {"nothing-to-check"}
    assert await _counted(practice, code["id"]) == [(6, 7)]


async def test_what_was_counted_out_can_be_put_back(practice: Practice) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    held = (await counter.redeem(code)).ok()
    (await counter.dispense(held)).ok()
    assert (await counter.dispense(held)).code == "dispensing-underway"
    assert (await counter.post(held, "put-back")).ok()["waiting"] is None
    assert (await counter.post(held, "put-back")).code == "nothing-to-check"
    assert (await counter.supplied(held))["status"] == "dispensed"


async def test_an_unlocked_prescription_goes_elsewhere_and_takes_nothing_along(practice: Practice) -> None:
    code, here, there = await a_code(practice), await a_counter(practice), await a_counter(practice)
    held = (await here.redeem(code)).ok()
    (await here.dispense(held)).ok()
    back = (await here.post(held, "unlock", reason="暂时缺货")).ok()
    assert (back["status"], back["prescription"], back["waiting"]) == ("valid", None, None)
    rows = (await here.first.get("/api/redemptions?state=ended")).ok()
    assert [(row["ended_for"], row["patient"]) for row in rows] == [("unlocked", "")]
    assert (await here.first.get("/api/redemptions?state=open")).ok() == []
    held = (await there.redeem(code)).ok()
    assert (await there.supplied(held))["status"] == "dispensed"
    (row,) = (await there.first.get("/api/redemptions?state=open")).ok()
    assert row["patient"] == practice.patient.name


async def test_nothing_is_dispensed_unreviewed(practice: Practice) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    async with unit_of_work(practice.ground, SYSTEM) as work:
        row = await prescriptions.by_id(work.session, UUID(code["id"]))
        assert row is not None
        reviewed_by = row.review_signature_id
        await prescriptions.change(work.session, row.id, review_signature_id=row.signature_id)
    refused = await counter.redeem(code)
    assert (refused.status, refused.code) == (409, "signatures-do-not-hold"), "the doctor's signature is no review"
    async with unit_of_work(practice.ground, SYSTEM) as work:
        await prescriptions.change(work.session, UUID(code["id"]), review_signature_id=reviewed_by, status="in_review")
    assert (await counter.redeem(code)).code == "prescription-not-in-force"
    async with unit_of_work(practice.ground, SYSTEM) as work:
        await prescriptions.change(work.session, UUID(code["id"]), status="valid")
    assert (await counter.redeem(code)).status == 201


async def test_it_is_handed_over_and_rarely_comes_back(practice: Practice) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    held = (await counter.redeem(code)).ok()
    assert (await counter.post(held, "hand-over", **HANDED)).code == "not-in-this-state", "nothing is ready"
    await counter.supplied(held)
    given = (await counter.post(held, "hand-over", **HANDED)).ok()
    assert (given["status"], given["ended_for"]) == ("handed_over", "handed_over")
    path = f"/api/prescriptions/{code['id']}/return-requests"
    assert (await practice.at_home.post(path, {"code": "changed_my_mind", "text": "不想要了"})).status == 422
    asked = (await practice.at_home.post(path, {"code": "quality", "text": "药片受潮变色"})).ok()
    assert asked["status"] == "return_requested"
    back = (await counter.post(held, "take-back", reason="已收回封存")).ok()
    assert back["status"] == "returned_quality"


async def test_a_parcel_travels_and_arrives(practice: Practice) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    held = (await counter.redeem(code)).ok()
    await counter.supplied(held)
    to = {"name": "张测试", "phone": "10000000417", "address": "云岭县松坪镇石门村1号"}
    sent = (await counter.post(held, "consign", carrier="同城快送", tracking="TC1", **to)).ok()
    assert (sent["status"], sent["parcel"]["state"], sent["parcel"]["address"]) == (
        "in_delivery",
        "consigned",
        to["address"],
    )
    assert (await counter.post(held, "deliver", state="in_transit")).ok()["parcel"]["state"] == "in_transit"
    assert (await practice.at_home.post(f"/api/prescriptions/{code['id']}/received")).ok()["status"] == "delivered"
    assert (await counter.post(held, "deliver", state="delivered")).status == 404, "it has arrived"


def test_what_must_stay_cold_is_not_sent() -> None:
    leaving.require_may_travel(["amlodipine", None])
    with pytest.raises(ColdChainNotSent):
        leaving.require_may_travel(["amlodipine", "insulin_glargine"])


async def test_a_stranger_finds_nothing(practice: Practice) -> None:
    code, here, there = await a_code(practice), await a_counter(practice), await a_counter(practice)
    held = (await here.redeem(code)).ok()
    path = f"/api/redemptions/{held['id']}"
    assert (await here.first.get(path)).status == 200
    for verb, body in (
        ("dispense", {"items": [portion(held["left"][0])], "matched": ALL_TEN}),
        ("check", {"dispensing_id": str(uuid4()), "matched": ALL_TEN}),
        ("unlock", {"reason": "缺货"}),
        ("hand-over", HANDED),
    ):
        assert (await there.first.post(f"{path}/{verb}", body)).code == "not-found"
    for read in (path, f"{path}/proofs", f"/api/prescriptions/{code['id']}"):
        assert (await there.first.get(read)).code == "not-found"


@pytest.mark.parametrize(
    "changed",
    [
        {"quantity": 0},
        {"quantity": -1},
        {"quantity": "NaN"},
        {"quantity": 1e9},
        {"quantity": 0.0001},
        {"quantity": None},
        {"batch": ""},
        {"batch": "x" * 41},
        {"trace_codes": ["短"]},
        {"trace_codes": ["8" * 20] * 201},
        {"expires_on": "2028-02-30"},
        {"item_id": "00000000-0000-7000-8000-000000000000"},
        {"colour": "white"},
    ],
)
async def test_what_cannot_be_dispensed_is_refused(practice: Practice, changed: dict[str, object]) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    held = (await counter.redeem(code)).ok()
    line = portion(held["left"][0])
    assert (await counter.dispense(held, items=[{**line, **changed}])).status == 422
    assert (await counter.dispense(held, items=[line, line])).status == 422, "a line twice"
    assert (await counter.dispense(held, items=[])).status == 422
    assert (await counter.dispense(held)).status == 200
