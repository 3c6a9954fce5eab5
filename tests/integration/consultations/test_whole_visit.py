"""One visit from booking to the printed summary, over HTTP on the real database."""

from __future__ import annotations

from sqlalchemy import select

from server.consultations import store_room
from server.foundation.actor import SYSTEM
from server.foundation.ids import read_short_number
from server.foundation.work import unit_of_work
from server.identity.model import Membership, Person
from tests.people import a_patient

from .clinic import (
    Clinic,
    a_booked_patient,
    book,
    check_in,
    consent,
    in_room,
    prepare,
    read_papers,
    status_of,
    the_visit,
    upload_paper,
    write_note,
)


async def test_a_visit_goes_from_booking_to_a_signed_summary(clinic: Clinic) -> None:
    patient, visit_id = await a_booked_patient(clinic)
    mine, desk = clinic.of(patient), clinic.of(clinic.doctor)
    visit = (await mine.get(f"/api/visits/{visit_id}")).ok()
    assert visit["status"] == "booked"
    assert read_short_number(visit["number"]) == visit["number"]
    assert visit["missing"] == ["complaint", "papers", "internet_diagnosis", "personal_data", "recording", "device"]
    assert visit["doctor"]["licence_number"]  # B07

    await prepare(clinic, patient, visit_id)
    ready = (await mine.get(f"/api/visits/{visit_id}")).ok()
    assert (ready["missing"], ready["pre_check"]["complaint"]) == ([], "头晕两周")
    assert (await mine.post(f"/api/visits/{visit_id}/check-in")).ok()["status"] == "queued"

    await clinic.open()
    assert (await desk.post(f"/api/visits/{visit_id}/call")).ok()["status"] == "called"
    too_early = await desk.post(f"/api/visits/{visit_id}/start")
    assert (too_early.status, too_early.code) == (409, "not-in-this-state")
    await read_papers(clinic, visit_id)
    decided = await desk.post(f"/api/visits/{visit_id}/eligibility", {"decision": "same_diagnosis"})
    assert decided.ok()["status"] == "eligibility"
    assert (await desk.post(f"/api/visits/{visit_id}/start")).ok()["room_open"] is True

    tickets = [(await who.post(f"/api/visits/{visit_id}/join", {})).ok() for who in (mine, desk)]
    assert [each["party"] for each in tickets] == ["patient", "doctor"]
    assert tickets[0]["room"] == tickets[1]["room"]
    assert tickets[0]["ticket"] != tickets[1]["ticket"]

    assert (await desk.post(f"/api/visits/{visit_id}/finish-video")).ok()["status"] == "documenting"
    unsigned = await mine.get(f"/api/visits/{visit_id}/summary")
    assert unsigned.code == "visit-note-not-signed"
    incomplete = await desk.post(f"/api/visits/{visit_id}/sign", {})
    assert incomplete.code == "note-incomplete"
    await write_note(clinic, visit_id)
    closed = (await desk.post(f"/api/visits/{visit_id}/sign", {})).ok()
    assert (closed["status"], closed["outcome"], closed["told"]["code"]) == ("closed", "home_care", "done")

    summary = (await mine.get(f"/api/visits/{visit_id}/summary")).ok()
    assert summary["content"]["diagnoses"][0]["name"] == "原发性高血压"
    assert summary["doctor"]["name"] == clinic.doctor.name
    assert summary["signature_id"]
    assert not summary["amended"]
    bookings = (await mine.get("/api/bookings")).ok()
    assert [each["status"] for each in bookings] == ["fulfilled"]


async def test_an_amendment_keeps_the_original_in_the_summary(clinic: Clinic) -> None:
    patient, visit_id = await in_room(clinic)
    await write_note(clinic, visit_id)
    desk = clinic.of(clinic.doctor)
    (await desk.post(f"/api/visits/{visit_id}/sign", {})).ok()
    first = (await desk.get(f"/api/visits/{visit_id}/summary")).ok()
    amended = first["content"] | {"plan": "加用阿托伐他汀 20 mg 睡前"}
    body = {"content": amended, "reason": "补充用药"}
    (await desk.post(f"/api/notes/{first['note_id']}/amendments", body)).ok()
    summary = (await clinic.of(patient).get(f"/api/visits/{visit_id}/summary")).ok()
    assert (summary["amended"], summary["content"]["plan"]) == (True, amended["plan"])
    assert summary["versions"][0]["content"]["plan"] == first["content"]["plan"]


async def test_signing_in_the_call_ends_the_call_and_closes_the_visit(clinic: Clinic) -> None:
    _, visit_id = await in_room(clinic)
    await write_note(clinic, visit_id)
    assert (await clinic.desk(f"/api/visits/{visit_id}/sign", {})).ok()["status"] == "closed"
    again = await clinic.desk(f"/api/visits/{visit_id}/sign", {})
    assert (again.status, again.code) == (409, "not-in-this-state")


async def test_a_visit_may_be_signed_first_and_closed_later(clinic: Clinic) -> None:
    _, visit_id = await in_room(clinic)
    await write_note(clinic, visit_id)
    assert (await clinic.desk(f"/api/visits/{visit_id}/sign", {"close": False})).ok()["status"] == "signed"
    assert (await clinic.desk(f"/api/visits/{visit_id}/close")).ok()["status"] == "closed"


async def test_check_in_names_the_rule_of_each_thing_that_is_missing(clinic: Clinic) -> None:
    patient, visit_id = await a_booked_patient(clinic)
    mine = clinic.of(patient)

    async def refusal() -> tuple[str, str]:
        refused = await mine.post(f"/api/visits/{visit_id}/check-in")
        return refused.code, refused.body["rule"]

    assert await refusal() == ("pre-check-missing", "B16")
    (await mine.post(f"/api/visits/{visit_id}/pre-check", {"complaint": "头晕"})).ok()
    assert await refusal() == ("papers-missing", "B13")
    await upload_paper(clinic, patient, patient.id, visit_id)
    assert await refusal() == ("consent-missing-internet-diagnosis", "B53")
    await consent(clinic, patient, visit_id, "internet_diagnosis")
    assert await refusal() == ("consent-missing-personal-data", "B56")
    await consent(clinic, patient, visit_id, "personal_data")
    assert await refusal() == ("recording-declined", "B40")
    await consent(clinic, patient, visit_id, "recording")
    assert await refusal() == ("device-not-checked", "visits-1")
    (await mine.post(f"/api/visits/{visit_id}/device-check", {"skipped": True})).ok()
    assert (await mine.post(f"/api/visits/{visit_id}/check-in")).ok()["status"] == "queued"


async def test_an_unverified_patient_is_told_to_verify_first(clinic: Clinic) -> None:
    patient = await a_patient(clinic.ground)
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        (await work.session.get_one(Person, patient.id)).real_name_at = None
    visit_id = await book(clinic, patient)
    await prepare(clinic, patient, visit_id)
    refused = await clinic.of(patient).post(f"/api/visits/{visit_id}/check-in")
    assert (refused.code, refused.body["rule"]) == ("real-name-needed", "B05")


async def test_a_red_flag_ends_the_visit_with_120_and_frees_the_place(clinic: Clinic) -> None:
    patient, visit_id = await a_booked_patient(clinic)
    body = {"complaint": "胸口压着痛", "answers": [{"symptom_id": "chest_pain", "red_flags": [0, 2]}]}
    stopped = (await clinic.of(patient).post(f"/api/visits/{visit_id}/pre-check", body)).ok()
    assert stopped["status"] == "terminated_to_offline"
    assert stopped["told"] == {"code": "call_120", "rule": "B16", "sentence": "出现危急症状，请立即拨打120"}
    assert (await clinic.of(patient).get("/api/bookings")).ok()[0]["status"] == "cancelled"
    after = await clinic.of(patient).post(f"/api/visits/{visit_id}/pre-check", {"complaint": "好了"})
    assert after.code == "not-in-this-state"


async def test_booking_stops_at_a_red_flag_before_anything_is_kept(clinic: Clinic) -> None:
    mine = clinic.of(await a_patient(clinic.ground))
    fine = await mine.post("/api/triage", {"answers": [{"symptom_id": "chronic_htn_refill"}]})
    assert fine.ok()["departments"] == ["全科医学科/心血管内科复诊"]
    refused = await mine.post("/api/triage", {"answers": [{"symptom_id": "chest_pain", "red_flags": [0]}]})
    assert (refused.status, refused.code, refused.body["rule"]) == (409, "red-flag", "B16")
    assert len((await mine.get("/api/triage")).ok()) == 85


async def test_what_the_patient_wrote_is_sealed_in_the_table(clinic: Clinic) -> None:
    patient, visit_id = await a_booked_patient(clinic)
    await check_in(clinic, patient, visit_id)
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        row = await the_visit(work, visit_id)
        assert row.precheck is not None
        assert "头晕两周".encode() not in row.precheck
        assert b"chronic_htn_refill" not in row.precheck


async def test_the_doctors_care_ends_thirty_days_after_the_close_and_begins_with_the_booking(clinic: Clinic) -> None:
    _, visit_id = await a_booked_patient(clinic)
    desk = clinic.of(clinic.doctor)
    encounter = (await desk.get(f"/api/visits/{visit_id}")).ok()["encounter_id"]
    assert (await desk.get(f"/api/encounters/{encounter}")).status == 200


async def test_everybody_invited_is_kept_as_a_participant(clinic: Clinic) -> None:
    patient, visit_id = await in_room(clinic)
    for who in (patient, clinic.doctor):
        (await clinic.of(who).post(f"/api/visits/{visit_id}/join", {})).ok()
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        row = await the_visit(work, visit_id)
        people = {each.person_id: each for each in await store_room.participants(work.session, row.id)}
    assert {people[patient.id].party, people[clinic.doctor.id].party} == {"patient", "doctor"}
    assert all(each.recording_agreed_at is not None for each in people.values())
    assert await status_of(clinic, visit_id) == "in_video"


async def test_a_summary_outlives_its_doctors_post(clinic: Clinic) -> None:
    patient, visit_id = await in_room(clinic)
    await write_note(clinic, visit_id)
    (await clinic.desk(f"/api/visits/{visit_id}/sign", {})).ok()
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        held = (await work.session.scalars(select(Membership).where(Membership.person_id == clinic.doctor.id))).one()
        held.ended_at = work.now
    mine = clinic.of(patient)
    for path in ("/api/visits", f"/api/visits/{visit_id}", f"/api/visits/{visit_id}/summary"):
        assert clinic.doctor.name in str((await mine.get(path)).ok())


async def test_the_doctors_reading_of_the_complaint_is_in_the_patients_list(clinic: Clinic) -> None:
    patient, visit_id = await a_booked_patient(clinic)
    await prepare(clinic, patient, visit_id)
    (await clinic.of(clinic.doctor).get(f"/api/visits/{visit_id}")).ok()
    reads = (await clinic.of(patient).get(f"/api/patients/{patient.id}/reads")).ok()
    assert clinic.doctor.name in [each["name"] for each in reads]
