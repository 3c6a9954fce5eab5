"""The pick-up code: whom it is shown to, that it opens once, that its digits cannot be guessed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from prescriptions.dispensing import codes, handing_out, store
from prescriptions.dispensing.errors import TooManyVerifications
from prescriptions.dispensing.model import PickUpCode, Redemption
from prescriptions.dispensing.rules import VERIFICATIONS
from prescriptions.store import change
from server.foundation.actor import NOBODY, SYSTEM
from server.foundation.work import Client, unit_of_work

from .counters import a_code, a_counter, last4
from .practice import Practice

WRONG = "pick-up-code-wrong"


async def test_the_patient_sees_the_code_only_after_approval(practice: Practice) -> None:
    waiting = await practice.signed()
    path = f"/api/prescriptions/{waiting['id']}/code"
    refused = await practice.at_home.get(path)
    assert (refused.status, refused.code, refused.body["rule"]) == (409, "pick-up-code-not-ready", "B20")
    await practice.decide(await practice.claim(waiting), "approve")
    shown = (await practice.at_home.get(path)).ok()
    assert codes.read_token(shown["token_url_fragment"])
    assert codes.read_digits(shown["digits"]) == shown["digits"]
    assert (await practice.at_home.get(path)).ok() == shown, "the same code again, not another one"
    for other in (practice.counter, practice.doctor):
        assert (await other.get(path)).status == 403


async def test_only_digests_and_sealed_text_are_stored(practice: Practice) -> None:
    code = await a_code(practice)
    token = codes.read_token(code["token_url_fragment"]) or ""
    async with unit_of_work(practice.ground, SYSTEM) as work:
        row = (
            await work.session.scalars(select(PickUpCode).where(PickUpCode.prescription_id == UUID(code["id"])))
        ).one()
        stored = b"".join((row.token_digest, row.digits_digest, row.sealed))
    assert token.encode() not in stored
    assert code["digits"].encode() not in stored
    assert row.token_digest == codes.token_digest(token)


async def test_a_code_opens_the_prescription_once(practice: Practice) -> None:
    code, here, there = await a_code(practice), await a_counter(practice), await a_counter(practice)
    held = (await here.redeem(code)).ok()
    assert held["status"] == "locked"
    assert [item["name"] for item in held["prescription"]["items"]] == ["氨氯地平"]
    assert held["left"] == [{"item_id": held["prescription"]["items"][0]["id"], "line": 1, "left": 7}]
    for counter in (here, there):
        refused = await counter.redeem(code)
        assert (refused.status, refused.code, refused.body["rule"]) == (409, "prescription-used", "B35")
        assert refused.body["title"] == "该处方已使用，不能重复调配"
        assert refused.body.get("redemption_id") == (held["id"] if counter is here else None)
    shown = (await practice.at_home.get(f"/api/prescriptions/{code['id']}/code")).ok()
    assert (shown["standing"], shown["digits"], shown["pharmacy"]["name"]) == ("used", None, here.house.name)


async def test_two_pharmacies_at_once_are_one_winner(practice: Practice) -> None:
    code = await a_code(practice)
    counters = [await a_counter(practice) for _ in range(2)]
    answers = await asyncio.gather(*(counter.redeem(code) for counter in counters for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 7
    assert {answer.code for answer in answers if answer.status == 409} == {"prescription-used"}
    async with unit_of_work(practice.ground, SYSTEM) as work:
        rows = (
            await work.session.scalars(select(Redemption).where(Redemption.prescription_id == UUID(code["id"])))
        ).all()
    assert len(rows) == 1


async def test_a_lost_answer_is_given_again_under_its_key(practice: Practice) -> None:
    code, counter, key = await a_code(practice), await a_counter(practice), uuid4().hex
    first, *others = await asyncio.gather(*(counter.redeem(code, key=key) for _ in range(4)))
    again = await counter.redeem(code, key=key)
    assert {answer.ok()["id"] for answer in (first, *others, again)} == {first.body["id"]}
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_digits_work_with_the_patients_last_four(practice: Practice) -> None:
    code, counter, tail = await a_code(practice), await a_counter(practice), await last4(practice)
    spaced = f"{code['digits'][:4]} {code['digits'][4:]}"
    held = await counter.first.post("/api/redemptions", {"digits": spaced, "id_last4": tail.lower()})
    assert held.ok()["prescription"]["id"] == code["id"]


async def test_digits_cannot_be_guessed(practice: Practice) -> None:
    code, counter, tail = await a_code(practice), await a_counter(practice), await last4(practice)
    other_tail = f"{(int(tail[:3]) + 1) % 1000:03d}0"

    async def guess(digits: str, id_last4: str, *, key: str | None = "") -> tuple[int, str]:
        answer = await counter.first.post("/api/redemptions", {"digits": digits, "id_last4": id_last4}, key=key)
        return answer.status, answer.code

    typo = code["digits"][:-1] + str((int(code["digits"][-1]) + 1) % 10)
    for _ in range(12):
        assert await guess(typo, tail) == (422, WRONG), "a slip of the finger is no try"
    key = uuid4().hex
    assert await guess(code["digits"], other_tail, key=key) == (422, WRONG)
    assert await guess(code["digits"], other_tail, key=key) == (422, WRONG), "a refusal leaves its key free"
    guesses = await asyncio.gather(*(guess(codes.fresh_digits(), tail) for _ in range(20)))
    assert sorted(guesses) == [(422, WRONG)] * 8 + [(429, "too-many-codes")] * 12
    assert await guess(code["digits"], tail) == (429, "too-many-codes"), "now not even the right ones"
    assert (await counter.redeem(code)).status == 201, "the QR still works"
    elsewhere = await a_counter(practice)
    answer = await elsewhere.first.post("/api/redemptions", {"digits": code["digits"], "id_last4": tail})
    assert answer.code == "prescription-used", "another pharmacy has tries of its own"


async def test_right_digits_do_not_use_up_tries(practice: Practice) -> None:
    code, counter, tail = await a_code(practice), await a_counter(practice), await last4(practice)
    body = {"digits": code["digits"], "id_last4": tail}
    for _ in range(12):
        held = (await counter.first.post("/api/redemptions", body)).ok()
        (await counter.post(held, "unlock", reason="暂时缺货，请到别处取药")).ok()
    assert (await counter.first.post("/api/redemptions", body)).status == 201


async def test_an_expired_prescription_is_not_locked_but_one_locked_in_time_is_dispensed(practice: Practice) -> None:
    code, counter = await a_code(practice), await a_counter(practice)

    async def is_valid_for(hours: int) -> None:
        async with unit_of_work(practice.ground, SYSTEM) as work:
            until = work.now + timedelta(hours=hours)
            assert await change(work.session, UUID(code["id"]), valid_until=until)

    await is_valid_for(-1)
    refused = await counter.redeem(code)
    assert (refused.status, refused.code, refused.body["rule"]) == (409, "prescription-over", "B24")
    await is_valid_for(1)
    held = (await counter.redeem(code)).ok()
    await is_valid_for(-1)
    assert (await counter.supplied(held))["status"] == "dispensed"


async def test_the_public_page_learns_only_state_hospital_and_time(practice: Practice) -> None:
    code, stranger = await a_code(practice), practice.clinic.api.signed_in(None)
    found = (await stranger.post("/api/prescription-verifications", {"token": code["token_url_fragment"]})).ok()
    assert set(found) == {"genuine", "state", "hospital", "signed_at"}
    assert (found["genuine"], found["state"]) == (True, "in_force")
    assert found["hospital"] == practice.clinic.hospital.name
    (await (await a_counter(practice)).redeem(code)).ok()
    used = (await stranger.post("/api/prescription-verifications", {"token": code["token_url_fragment"]})).ok()
    assert used["state"] == "used"
    for made_up in (codes.fresh_token(), "x", "http://elsewhere.example/rx#" + codes.fresh_token()):
        nothing = (await stranger.post("/api/prescription-verifications", {"token": made_up})).ok()
        assert nothing == {"genuine": False, "state": None, "hospital": None, "signed_at": None}


async def test_the_public_page_is_not_for_collectors(practice: Practice) -> None:
    code = await a_code(practice)

    async def asked_from(address: str) -> bool:
        async with unit_of_work(practice.ground, NOBODY, client=Client(address=address)) as work:
            return (await handing_out.verify(work, code["token_url_fragment"])).genuine

    busy, other = "192.0.2.77", "192.0.2.78"
    assert all([await asked_from(busy) for _ in range(VERIFICATIONS)])
    with pytest.raises(TooManyVerifications) as refused:
        await asked_from(busy)
    assert refused.value.retry_after_s
    assert await asked_from(other)


async def test_finished_prescriptions_give_their_digits_back_and_still_are_refused(practice: Practice) -> None:
    code, counter, tail = await a_code(practice), await a_counter(practice), await last4(practice)
    held = (await counter.redeem(code)).ok()
    await counter.supplied(held)
    async with unit_of_work(practice.ground, SYSTEM) as work:
        await store.retire_codes(work.session, work.now)
    async with unit_of_work(practice.ground, SYSTEM) as work:
        row = await store.code_of(work.session, UUID(code["id"]))
        assert row is not None
        assert not row.live
    again = await counter.first.post("/api/redemptions", {"digits": code["digits"], "id_last4": tail})
    assert again.code == "prescription-used"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"token": ""},
        {"digits": "12345678"},
        {"id_last4": "1234"},
        {"token": "x", "digits": "12345678", "id_last4": "1234"},
        {"token": "x" * 301},
        {"digits": "１２３４", "id_last4": "12345"},
        {"token": 5},
        [],
    ],
)
async def test_what_is_no_code_is_refused(practice: Practice, body: object) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    answer = await counter.first.call("POST", "/api/redemptions", body=body)
    assert answer.status == 422
    assert (await counter.redeem(code)).status == 201
