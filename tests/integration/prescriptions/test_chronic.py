"""Long-term medicines over HTTP: the patient's confirmation, renewal, continuation, calendar, advice, a refused drug."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import update

from prescriptions.chronic import renewing
from prescriptions.model import Prescription, StepRow
from server.foundation.actor import SYSTEM, Level, Role
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.migrations.apply import owner_engine
from server.settings import Settings
from tests.api import Api
from tests.integration.consultations import clinic as steps
from tests.people import a_hospital, a_member_of_staff, a_patient, a_pharmacist

from .counters import HANDED, a_counter
from .practice import AMLODIPINE, KNOWN, SHEET, Practice

_MET: Final = dict.fromkeys(
    ("diagnosis_clear", "regimen_stable", "adherence_good", "disease_controlled", "taught"), True
)
LONG: Final[dict[str, Any]] = {
    "long_term": True,
    "eligibility": _MET,
    "assessment": "血压平稳，依从性好，已做用药教育",
    "items": [{**AMLODIPINE, "days": 28, "quantity": 28}],
}


async def _supplied(practice: Practice, **changed: Any) -> dict[str, Any]:
    """An approved long-term prescription that a pharmacy has handed to the patient."""
    valid = await practice.approved(**{**LONG, **changed})
    counter = await a_counter(practice)
    code = (await practice.at_home.get(f"/api/prescriptions/{valid['id']}/code")).ok()
    held = (await counter.redeem(code)).ok()
    await counter.supplied(held)
    (await counter.post(held, "hand-over", **HANDED)).ok()
    return valid


async def _days_ago(ground: Ground, rx: dict[str, Any], days: int) -> None:
    """As if all of it had happened so many days before."""
    async with unit_of_work(ground, SYSTEM) as work:
        of_it = Prescription.id == UUID(rx["id"])
        back = timedelta(days=days)
        await work.session.execute(update(Prescription).where(of_it).values(signed_at=Prescription.signed_at - back))
    engine = owner_engine(ground.part(Settings).owner_dsn)  # history is append-only for the application
    with engine.begin() as connection:
        connection.execute(
            update(StepRow)
            .where(StepRow.prescription_id == UUID(rx["id"]))
            .values(at=StepRow.at - timedelta(days=days))
        )
    engine.dispose()


async def test_b26_a_plan_of_more_than_four_weeks_is_signed_once_the_patient_has_confirmed_it(
    practice: Practice,
) -> None:
    short = (await practice.draft(**LONG)).ok()
    assert short["status"] == "checked", "four weeks need no confirmation"
    twelve = {**LONG, "items": [{**AMLODIPINE, "days": 84, "quantity": 84}]}
    drawn = (await practice.draft(**twelve)).ok()
    assert drawn["status"] == "draft"
    assert (await practice.sign(drawn)).code == "prescription-stopped"
    (plan,) = (await practice.at_home.get("/api/plans")).ok()
    assert (plan["prescription_id"], plan["days"], plan["needed"]) == (drawn["id"], 84, True)
    path = f"/api/prescriptions/{drawn['id']}/plan/confirm"
    other = await practice.at_home.post(path, {"digest": "0" * 64})
    assert (other.status, other.code) == (409, "long-term-plan-changed")
    assert (await practice.at_home.post(path, {"digest": plan["digest"]})).ok()["confirmed_at"]
    assert (await practice.at_home.get("/api/plans")).ok() == []
    ready = (await practice.doctor.get(f"/api/prescriptions/{drawn['id']}")).ok()
    assert (ready["status"], ready["version"]) == ("checked", drawn["version"])
    changed = {**twelve, "items": [{**AMLODIPINE, "dose": 10, "days": 84, "quantity": 168}]}
    saved = (
        await practice.doctor.put(
            f"/api/prescriptions/{drawn['id']}", {**SHEET, **changed, "version": ready["version"]}
        )
    ).ok()
    assert saved["status"] == "draft", "another plan wants to be confirmed again"
    back = {**SHEET, **twelve, "version": saved["version"]}
    confirmed = (await practice.doctor.put(f"/api/prescriptions/{drawn['id']}", back)).ok()
    assert (await practice.sign(confirmed)).ok()["status"] == "in_review"


async def test_a_supply_is_in_the_calendar_and_is_renewed_in_a_visit(practice: Practice) -> None:
    valid = await _supplied(practice)
    (mine,) = (await practice.at_home.get("/api/medications")).ok()
    assert [len(day["doses"]) for day in mine["days"]] == [1] * 14
    assert mine["days"][0]["doses"][0] | {"when": "morning", "dose": "1 片（5 毫克）"} == mine["days"][0]["doses"][0]
    (supply,) = mine["supplies"]
    assert (supply["remaining_days"], supply["may_renew"]) == (28, False)
    early = await practice.at_home.post("/api/renewals", {"prescription_id": valid["id"]})
    assert (early.status, early.code, early.body["rule"]) == (409, "renewal-too-early", "prescriptions-4")

    await _days_ago(practice.ground, valid, 20)
    (mine,) = (await practice.at_home.get("/api/medications")).ok()
    assert (mine["supplies"][0]["remaining_days"], mine["supplies"][0]["may_renew"]) == (8, True)
    body = {"prescription_id": valid["id"], "words": "还剩一周的药"}
    asked = (await practice.at_home.post("/api/renewals", body)).ok()
    assert asked["status"] == "asked"
    assert (await practice.at_home.post("/api/renewals", body)).code == "renewal-asked"
    (waiting,) = (await practice.doctor.get("/api/renewals")).ok()
    assert (waiting["id"], waiting["words"]) == (asked["id"], "还剩一周的药")
    accepted = (await practice.doctor.post(f"/api/renewals/{asked['id']}/accept", {"words": "请预约复诊"})).ok()
    assert accepted["status"] == "accepted"
    drawn = (await practice.doctor.post(f"/api/renewals/{asked['id']}/draft", {"visit_id": practice.visit_id})).ok()
    assert drawn["continues"] == {"id": valid["id"], "number": valid["number"], "how": "renewal"}
    assert [item["name"] for item in drawn["items"]] == ["氨氯地平"]
    assert drawn["eligibility"] is None, "what the doctor has to find in this visit is not copied"
    (told,) = (await practice.at_home.get("/api/renewals")).ok()
    assert (told["status"], told["drawn_id"], told["answer"]) == ("drawn", drawn["id"], "请预约复诊")
    late = await practice.doctor.post(f"/api/renewals/{asked['id']}/decline", {"words": "不合适"})
    assert (late.status, late.code) == (409, "not-in-this-state")


async def test_a_renewal_that_nobody_came_back_to_lapses(practice: Practice) -> None:
    valid = await _supplied(practice)
    await _days_ago(practice.ground, valid, 20)
    asked = (await practice.at_home.post("/api/renewals", {"prescription_id": valid["id"]})).ok()
    async with unit_of_work(practice.ground, SYSTEM) as work:
        work.now += timedelta(days=31)
        assert UUID(asked["id"]) in await renewing.old(work)
        await renewing.lapse(work, UUID(asked["id"]))
    statuses = {each["id"]: each["status"] for each in (await practice.at_home.get("/api/renewals")).ok()}
    assert statuses[asked["id"]] == "lapsed"


async def test_only_a_long_term_prescription_is_renewed(practice: Practice) -> None:
    short = await practice.approved()
    refused = await practice.at_home.post("/api/renewals", {"prescription_id": short["id"]})
    assert (refused.status, refused.code) == (409, "not-renewable")


@pytest.fixture
async def township(ground: Ground, api: Api, practice: Practice) -> Practice:
    """A township doctor's visit with the same patient, who has a county hospital's prescription."""
    hospital = await a_hospital(ground, level=Level.TOWNSHIP)
    clinic = await steps.a_clinic(ground, api, hospital)
    visit_id = await steps.book(clinic, practice.patient)
    await steps.check_in(clinic, practice.patient, visit_id)
    await clinic.open()
    await steps.start(clinic, visit_id)
    (await clinic.of(clinic.doctor).post(f"/api/patients/{practice.patient.id}/health", {"facts": KNOWN})).ok()
    return Practice(clinic, practice.patient, visit_id, await a_pharmacist(ground, hospital))


async def test_a_township_doctor_continues_an_upper_hospitals_prescription(
    practice: Practice, township: Practice
) -> None:
    valid = await _supplied(practice)
    await _days_ago(practice.ground, valid, 25)
    path = f"/api/visits/{township.visit_id}/continuations"
    drawn = (await township.doctor.post(path, {"prescription_id": valid["id"]})).ok()
    assert drawn["continues"] == {"id": valid["id"], "number": valid["number"], "how": "continuation"}
    rx = f"/api/prescriptions/{drawn['id']}"
    body = {**SHEET, **LONG, "version": drawn["version"]}
    saved = (await township.doctor.put(rx, body)).ok()
    more = {**body, "items": [{**AMLODIPINE, "dose": 10, "days": 28, "quantity": 56}], "version": saved["version"]}
    refused = await township.doctor.put(rx, more)
    assert (refused.status, refused.code, refused.body["lines"]) == (422, "continuation-differs", [1])
    other = {
        **body,
        "version": saved["version"],
        "items": [*LONG["items"], {**AMLODIPINE, "drug_id": "valsartan", "name": "缬沙坦"}],
    }
    assert (await township.doctor.put(rx, other)).body["lines"] == [2]
    (await township.sign(saved)).ok()
    claimed = await township.claim(saved)
    assert claimed["continues"]["how"] == "continuation", "reviewed anew, with the link in sight"


async def test_what_stands_too_long_or_is_no_upper_hospitals_is_not_continued(
    practice: Practice, township: Practice
) -> None:
    valid = await _supplied(practice)
    path = f"/api/visits/{township.visit_id}/continuations"
    same_level = await practice.doctor.post(
        f"/api/visits/{practice.visit_id}/continuations", {"prescription_id": valid["id"]}
    )
    assert (same_level.status, same_level.code) == (409, "not-an-upper-prescription")
    await _days_ago(practice.ground, valid, 85)
    old = await township.doctor.post(path, {"prescription_id": valid["id"]})
    assert (old.status, old.code, old.body["rule"]) == (409, "regimen-too-old", "prescriptions-5")
    stranger = await a_patient(practice.ground)
    nobodys = replace(practice, patient=stranger)
    assert (await nobodys.at_home.get(f"/api/prescriptions/{valid['id']}")).status == 404


async def test_the_label_says_it_in_plain_words(practice: Practice) -> None:
    signed = await practice.signed(items=[{**AMLODIPINE, "dose": 2.5, "note": "早饭后服"}])
    label = (await practice.at_home.get(f"/api/prescriptions/{signed['id']}/label")).ok()["labels"][0]
    assert label["text"] == "每天 1 次，每次 半片（2.5 毫克），口服，共 7 天"
    assert label["mind"][-1] == "早饭后服"
    english = (
        await practice.at_home.get(f"/api/prescriptions/{signed['id']}/label", headers={"Accept-Language": "en"})
    ).ok()["labels"][0]
    assert english["text"] == "once a day, 0.5 each time (2.5 mg), by mouth, for 7 days"


async def test_patients_and_pharmacists_talk_about_a_prescription(practice: Practice) -> None:
    valid = await practice.approved()
    path = f"/api/prescriptions/{valid['id']}"
    noted = (await practice.counter.post(f"{path}/counselling", {"text": "晨起服，踝部水肿及时告知"})).ok()
    assert (await practice.at_home.get(f"{path}/counselling")).ok() == noted
    (await practice.at_home.post(f"{path}/questions", {"text": "漏服一次怎么办？"})).ok()
    (open_one,) = (await practice.counter.get("/api/medication-questions")).ok()
    answer = {"text": "当天想起时补服，不要加倍"}
    (await practice.counter.post(f"/api/medication-questions/{open_one['id']}/answer", answer)).ok()
    (seen,) = (await practice.at_home.get(f"{path}/questions")).ok()
    assert (seen["text"], seen["answer"], seen["answered_by"]) == (
        "漏服一次怎么办？",
        answer["text"],
        practice.pharmacist.name,
    )
    second = await practice.counter.post(f"/api/medication-questions/{open_one['id']}/answer", answer)
    assert (second.status, second.code) == (409, "not-in-this-state")
    assert (await practice.counter.get("/api/medication-questions")).ok() == []
    unapproved = await practice.signed()
    early = await practice.counter.post(f"/api/prescriptions/{unapproved['id']}/counselling", {"text": "还早"})
    assert early.code == "not-in-this-state"


async def test_a_refused_drug_leaves_the_calendar_and_the_doctor_is_told(practice: Practice) -> None:
    valid = await _supplied(practice)
    item_id = valid["items"][0]["id"]
    path = f"/api/prescriptions/{valid['id']}/refusals"
    body = {"item_id": item_id, "reason": "吃了脚肿"}
    wrong = await practice.at_home.post(path, {**body, "item_id": valid["id"]})
    assert (wrong.status, wrong.code) == (422, "not-that-drug")
    assert [(await practice.at_home.post(path, body)).ok()[0]["line"] for _ in range(2)] == [1, 1]
    (mine,) = (await practice.at_home.get("/api/medications")).ok()
    assert mine["supplies"] == []
    assert (await practice.doctor.get(path)).ok()[0]["reason"] == "吃了脚肿"
    inbox = (await practice.doctor.get("/api/inbox")).ok()["messages"]
    assert [each["template"] for each in inbox].count("drug-refused") == 1


async def test_templates_are_ones_own(practice: Practice) -> None:
    body = {"name": "降压一号", "kind": "western", "items": [AMLODIPINE]}
    kept = (await practice.doctor.post("/api/prescription-templates", body)).ok()
    assert (await practice.doctor.post("/api/prescription-templates", body)).code == "template-name-taken"
    assert [each["id"] for each in (await practice.doctor.get("/api/prescription-templates")).ok()] == [kept["id"]]
    colleague = await a_member_of_staff(practice.ground, Role.DOCTOR, practice.clinic.hospital)
    assert (await practice.clinic.of(colleague).get("/api/prescription-templates")).ok() == []
    path = f"/api/prescription-templates/{kept['id']}"
    assert (await practice.clinic.of(colleague).delete(path)).status == 404
    assert (await practice.doctor.delete(path)).status == 204
    assert (await practice.doctor.get("/api/prescription-templates")).ok() == []
