"""The pharmacist decides: on exactly what was seen, while the claim stands, alone, and never on their own."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from prescriptions import store
from prescriptions.model_review import ReviewDecision
from prescriptions.review import claiming, deciding
from prescriptions.review.deciding import Because, Decision, Seen
from prescriptions.review.errors import ClaimOver
from server.foundation.actor import SYSTEM, Role
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.signatures.verify import verify_chain
from tests import people
from tests.api import Api
from tests.invented import a_member

from .practice import Practice

BECAUSE = {"reason_code": "dose", "text": "请核对剂量"}
GRAVE = {"reason_code": "serious-misuse", "text": "严重不合理"}


def _seen(rx: dict[str, Any]) -> dict[str, Any]:
    return {"version": rx["version"], "digest": rx["digest"], "findings_digest": rx["check"]["digest"]}


async def _told(who: Api) -> list[str]:
    return [each["template"] for each in (await who.get("/api/inbox")).ok()["messages"]]


async def _decisions(ground: Ground, rx: dict[str, Any]) -> list[ReviewDecision]:
    async with unit_of_work(ground, SYSTEM) as work:
        wanted = select(ReviewDecision).where(ReviewDecision.prescription_id == UUID(rx["id"]))
        return list((await work.session.scalars(wanted)).all())


async def test_both_signatures_verify_without_us_and_one_changed_word_fails(practice: Practice) -> None:
    valid = await practice.approved()
    assert (valid["status"], valid["reviewer"]["id"]) == ("valid", str(practice.pharmacist.id))
    proof = (await practice.doctor.get(f"/api/prescriptions/{valid['id']}/review-proof")).ok()
    assert proof["review"]["document"]["decision"] == "approve"
    assert proof["review"]["document"]["prescription_sha256"] == valid["digest"]
    assert verify_chain(proof)[1] == ""
    proof["prescription"]["document"]["content"]["items"][0]["dose"] = 50
    assert verify_chain(proof)[1] != ""
    assert (await practice.at_home.get(f"/api/prescriptions/{valid['id']}/review-proof")).code == "not-allowed"


async def test_nothing_is_proved_of_what_nobody_approved(practice: Practice) -> None:
    path = f"/api/prescriptions/{(await practice.returned())['id']}/review-proof"
    assert (await practice.doctor.get(path)).code == "not-found"


@pytest.mark.parametrize("changed", ["version", "digest", "findings_digest"])
async def test_what_was_not_seen_is_not_signed(practice: Practice, changed: str) -> None:
    claimed = await practice.claim(await practice.signed())
    other = {"version": 99, "digest": "0" * 64, "findings_digest": "0" * 64}
    path = f"/api/prescriptions/{claimed['id']}/approve"
    refused = await practice.counter.post(path, {**_seen(claimed), changed: other[changed]})
    assert (refused.status, refused.code, refused.body["rule"]) == (409, "not-what-was-seen", "reviews-3")
    assert (await practice.counter.post(path, _seen(claimed))).ok()["status"] == "valid"


async def test_without_a_claim_nothing_is_decided(practice: Practice) -> None:
    signed = await practice.signed()
    shown = (await practice.counter.get(f"/api/prescriptions/{signed['id']}")).ok()
    for verb, because in (("approve", {}), ("return", BECAUSE), ("reject", GRAVE)):
        refused = await practice.decide(shown, verb, **because)
        assert (refused.status, refused.code) == (409, "claim-over")
    claimed = await practice.claim(signed)
    assert (await practice.decide(claimed, "approve")).ok()["status"] == "valid"


async def test_only_who_holds_the_claim_decides(practice: Practice, api: Api, ground: Ground) -> None:
    other = await people.a_pharmacist(ground, practice.clinic.hospital)
    claimed = await practice.claim(await practice.signed())
    refused = await api.signed_in(other.token).post(f"/api/prescriptions/{claimed['id']}/approve", _seen(claimed))
    assert (refused.status, refused.code) == (409, "claimed-by-another")
    assert (await practice.decide(claimed, "approve")).status == 200


async def test_a_claim_that_is_over_decides_nothing(practice: Practice, ground: Ground) -> None:
    claimed = await practice.claim(await practice.signed())
    seen = Seen(claimed["version"], claimed["digest"], claimed["check"]["digest"])
    async with unit_of_work(ground, practice.pharmacist.actor) as work:
        work.now += timedelta(minutes=11)
        with pytest.raises(ClaimOver):
            await deciding.decide(work, UUID(claimed["id"]), Decision.APPROVE, seen)
        work.now -= timedelta(minutes=2)
        decided = await deciding.decide(work, UUID(claimed["id"]), Decision.RETURN, seen, Because("dose", "请核对"))
    assert decided.status == "returned"


async def test_two_who_decide_at_once_never_both_do(practice: Practice, api: Api, ground: Ground) -> None:
    other = await people.a_pharmacist(ground, practice.clinic.hospital)
    claimed = await practice.claim(await practice.signed())
    path = f"/api/prescriptions/{claimed['id']}"
    theirs = api.signed_in(other.token)
    tries = [
        practice.counter.post(f"{path}/approve", _seen(claimed)),
        practice.counter.post(f"{path}/return", {**_seen(claimed), **BECAUSE}),
        practice.counter.post(f"{path}/reject", {**_seen(claimed), **GRAVE}),
        theirs.post(f"{path}/approve", _seen(claimed)),
        theirs.post(f"{path}/reject", {**_seen(claimed), **GRAVE}),
        theirs.post(f"{path}/claim"),
    ]
    answers = await asyncio.gather(*tries)
    assert [answer.status for answer in answers[:3]].count(200) == 1
    assert {answer.status for answer in answers[3:]} == {409}
    (decision,) = await _decisions(ground, claimed)
    assert decision.pharmacist_id == practice.pharmacist.id


async def test_whoever_prescribed_never_reviews(practice: Practice, api: Api, ground: Ground) -> None:
    async with unit_of_work(ground, SYSTEM) as work:
        signed = await practice.signed()
        row = await store.change(work.session, UUID(signed["id"]), prescriber_id=practice.pharmacist.id)
        assert row is not None
    path = f"/api/prescriptions/{signed['id']}"
    assert (await practice.counter.post("/api/reviews/next")).code == "nothing-to-review"
    for verb, body in (("claim", {}), ("approve", _seen(signed)), ("reject", {**_seen(signed), **GRAVE})):
        refused = await practice.counter.post(f"{path}/{verb}", body)
        assert (refused.status, refused.code, refused.body["rule"]) == (403, "own-prescription", "B30")
    assert (await practice.counter.get(f"{path}/review")).code == "own-prescription"
    other = await people.a_pharmacist(ground, practice.clinic.hospital)
    assert (await api.signed_in(other.token).post(f"{path}/claim")).status == 200


async def test_after_its_validity_it_is_approved_only_once_extended(practice: Practice, ground: Ground) -> None:
    claimed = await practice.claim(await practice.signed())
    async with unit_of_work(ground, SYSTEM) as work:
        assert await store.change(work.session, UUID(claimed["id"]), valid_until=work.now - timedelta(seconds=1))
    refused = await practice.decide(claimed, "approve")
    assert (refused.status, refused.code, refused.body["rule"]) == (409, "prescription-past-validity", "B24")
    assert "延长" in refused.body["title"]
    tomorrow = (ground.clock.now() + timedelta(hours=32)).date().isoformat()
    extension = {"version": claimed["version"], "until": tomorrow, "note": "患者明日才能取药"}
    (await practice.doctor.post(f"/api/prescriptions/{claimed['id']}/extend", extension)).ok()
    assert (await practice.decide(claimed, "approve")).ok()["status"] == "valid"


async def test_a_return_says_why_from_its_own_list(practice: Practice) -> None:
    claimed = await practice.claim(await practice.signed())
    for because, code in (
        ({"reason_code": "serious-misuse", "text": "请核对"}, "no-such-review-reason"),
        ({"reason_code": "", "text": "请核对"}, "no-such-review-reason"),
        ({"reason_code": "dose", "text": " "}, "review-words-missing"),
        ({"reason_code": "dose"}, "invalid"),
        ({"reason_code": "dose", "text": "长" * 1001}, "invalid"),
    ):
        refused = await practice.decide(claimed, "return", **because)
        assert (refused.status, refused.code) == (422, code)
    assert (await practice.decide(claimed, "return", **BECAUSE)).ok()["status"] == "returned"
    reasons = (await practice.counter.get("/api/review-reasons")).ok()
    assert {"dose"} <= {each["code"] for each in reasons["return"]}
    assert {each["code"] for each in reasons["return"]} & {each["code"] for each in reasons["reject"]} == set()


async def test_a_rejection_is_over_told_and_counted_for_the_regulator(
    practice: Practice, api: Api, ground: Ground
) -> None:
    claimed = await practice.claim(await practice.signed())
    assert (await practice.decide(claimed, "reject", **GRAVE)).ok()["status"] == "rejected"
    again = await practice.decide(claimed, "approve")
    assert again.status == 409
    assert "prescription-rejected" in await _told(practice.doctor)
    regulator = api.signed_in((await a_member(ground, Role.REGULATOR)).token)
    day = ground.clock.now()
    days = f"first={(day - timedelta(days=1)).date()}&last={(day + timedelta(days=1)).date()}"
    counted = (await regulator.get(f"/api/rejection-counts?{days}")).ok()
    here = [each for each in counted if each["organisation_id"] == str(practice.clinic.hospital.id)]
    assert here == [{"organisation_id": here[0]["organisation_id"], "code": "serious-misuse", "rejected": 1}]
    assert (await practice.counter.get(f"/api/rejection-counts?{days}")).code == "not-allowed"


async def test_a_locked_key_signs_nothing_and_the_claim_stands(practice: Practice) -> None:
    claimed = await practice.claim(await practice.signed())
    (await practice.counter.post("/api/signing-key/lock")).ok()
    refused = await practice.decide(claimed, "approve")
    assert (refused.status, refused.code) == (409, "signing-locked")
    (await practice.counter.post("/api/signing-key/unlock", {"pin": people.PIN})).ok()
    assert (await practice.decide(claimed, "approve")).ok()["status"] == "valid"


async def test_the_same_press_twice_is_one_decision(practice: Practice, ground: Ground) -> None:
    claimed = await practice.claim(await practice.signed())
    path = f"/api/prescriptions/{claimed['id']}/approve"
    answers = await asyncio.gather(*(practice.counter.post(path, _seen(claimed), key="one-press") for _ in range(4)))
    assert {answer.ok()["status"] for answer in answers} == {"valid"}
    assert len(await _decisions(ground, claimed)) == 1


async def test_everything_of_a_review_is_side_by_side(practice: Practice, ground: Ground) -> None:
    facts = [
        {"kind": "allergy", "to": "青霉素", "name": "青霉素", "reaction": "皮疹"},
        {"kind": "result", "code": "2160-0", "name": "肌酐", "value": "88", "unit": "μmol/L", "on": "2026-10-01"},
        {"kind": "medication", "name": "阿司匹林", "dose": "100mg 每日一次"},
    ]
    (await practice.doctor.post(f"/api/patients/{practice.patient.id}/health", {"facts": facts})).ok()
    claimed = await practice.claim(await practice.signed())
    (await practice.counter.post(f"/api/prescriptions/{claimed['id']}/messages", {"text": "请问肾功能？"})).ok()
    sheet = (await practice.counter.get(f"/api/prescriptions/{claimed['id']}/review")).ok()
    assert (sheet["prescription"]["number"], sheet["findings_digest"]) == (
        claimed["number"],
        claimed["check"]["digest"],
    )
    assert [each["name"] for each in sheet["patient"]["allergies"]] == ["青霉素"]
    assert [(each["name"], each["value"]) for each in sheet["patient"]["results"]] == [("肌酐", "88")]
    assert [(each["name"], each["told"]) for each in sheet["patient"]["medication"]] == [("阿司匹林", "100mg 每日一次")]
    assert [step["verb"] for step in sheet["history"]] == ["draw", "sign", "claim"]
    assert [each["text"] for each in sheet["chat"]] == ["请问肾功能？"]
    assert len(sheet["findings"]) == len(claimed["check"]["findings"])
    read = (await practice.at_home.get(f"/api/patients/{practice.patient.id}/reads")).ok()
    assert (practice.pharmacist.name, "prescription") in {(each["name"], each["what"]) for each in read}


async def test_pharmacists_do_not_leaf_through_what_is_not_theirs_to_review(
    practice: Practice, api: Api, ground: Ground
) -> None:
    valid = await practice.approved()
    path = f"/api/prescriptions/{valid['id']}/review"
    assert (await practice.counter.get(path)).status == 200
    colleague = await people.a_pharmacist(ground, practice.clinic.hospital)
    stranger = await people.a_pharmacist(ground, await people.a_hospital(ground))
    for who in (colleague, stranger):
        assert (await api.signed_in(who.token).get(path)).code == "not-found"
    waiting = await practice.signed()
    assert (await api.signed_in(colleague.token).get(f"/api/prescriptions/{waiting['id']}/review")).status == 200


async def test_the_doctor_is_asked_and_answers_and_both_are_told(practice: Practice, api: Api, ground: Ground) -> None:
    claimed = await practice.claim(await practice.signed())
    path = f"/api/prescriptions/{claimed['id']}/messages"
    asked = (await practice.counter.post(path, {"text": "剂量是否有误？"})).ok()
    assert (asked["own"], asked["role"], asked["by"]["name"]) == (True, "pharmacist", practice.pharmacist.name)
    (await practice.doctor.post(path, {"text": "已核对，无误"})).ok()
    said = (await practice.doctor.get(path)).ok()
    assert [(each["text"], each["own"]) for each in said] == [("剂量是否有误？", False), ("已核对，无误", True)]
    assert "prescription-question" in await _told(practice.doctor)
    assert "prescription-answer" in await _told(practice.counter)
    assert (await practice.at_home.get(path)).code == "not-allowed"
    other = api.signed_in((await people.a_doctor(ground, practice.clinic.hospital)).token)
    assert (await other.get(path)).code == "not-found"
    assert (await other.post(path, {"text": "好奇"})).code == "not-found"
    assert (await practice.doctor.post(path, {"text": ""})).status == 422
    assert (await practice.doctor.post(path, {"text": "长" * 1001})).status == 422


async def test_messages_are_sealed_and_never_changed(practice: Practice, ground: Ground) -> None:
    claimed = await practice.claim(await practice.signed())
    (await practice.counter.post(f"/api/prescriptions/{claimed['id']}/messages", {"text": "不可篡改的话"})).ok()
    async with unit_of_work(ground, SYSTEM) as work:
        raw = await work.raw()
        rows = await (await raw.execute("SELECT body FROM review_messages")).fetchall()
        assert rows
        assert all("不可篡改的话".encode() not in body for (body,) in rows)
    for statement in ("UPDATE review_messages SET author_role = 'doctor'", "DELETE FROM review_decisions"):
        with pytest.raises(Exception, match="permission denied"):
            async with unit_of_work(ground, SYSTEM) as work:
                await (await work.raw()).execute(statement)


async def test_a_lapsed_review_loses_no_word(practice: Practice, ground: Ground) -> None:
    claimed = await practice.claim(await practice.signed())
    async with unit_of_work(ground, SYSTEM) as work:
        work.now += timedelta(minutes=11)
        await claiming.lapse_all(work)
    shown = (await practice.doctor.get(f"/api/prescriptions/{claimed['id']}")).ok()
    assert (shown["status"], shown["digest"]) == ("in_review", claimed["digest"])
    again = await practice.claim(shown)
    assert (await practice.decide(again, "approve")).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"version": 0, "digest": "a", "findings_digest": "b"},
        {"version": "one", "digest": "a", "findings_digest": "b"},
        {"version": 1, "digest": "", "findings_digest": "b"},
        {"version": 1, "digest": "a" * 200, "findings_digest": "b"},
        {"version": 1, "digest": "a", "findings_digest": "b", "force": True},
        [],
    ],
)
async def test_what_is_no_decision_is_refused(practice: Practice, body: Any) -> None:
    claimed = await practice.claim(await practice.signed())
    for verb in ("approve", "return", "reject"):
        answer = await practice.counter.call("POST", f"/api/prescriptions/{claimed['id']}/{verb}", body=body)
        assert answer.status in (400, 422)
    assert (await practice.decide(claimed, "approve")).status == 200
