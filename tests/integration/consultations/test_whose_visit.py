"""Whose visit it is: helpers, guardians, strangers, colleagues, counts, topics, rooms."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.consultations import ending
from server.consultations.capability import CAPABILITY
from server.consultations.socket import Rooms
from server.foundation.actor import SYSTEM, Level, Role
from server.foundation.errors import Unknown
from server.foundation.watching import guard
from server.foundation.work import unit_of_work
from signaling.service import Change
from tests.invented import Someone, a_member
from tests.people import Somebody, a_doctor, a_member_of_staff, a_patient

from .clinic import (
    Clinic,
    a_booked_patient,
    a_picture,
    book,
    consent,
    in_room,
    later,
    start,
    status_of,
    the_visit,
)


async def a_helper(clinic: Clinic, patient: Somebody) -> Someone:
    """A clinic worker whom the patient allows to act."""
    worker = await a_member(clinic.ground, Role.CLINIC_WORKER, level=Level.VILLAGE)
    texts = {each["purpose"]: each for each in (await clinic.api.get("/api/consent-texts")).ok()}
    body = {
        "purpose": "act_for_me",
        "version": texts["act_for_me"]["version"],
        "read_s": 120,
        "organisation_id": str(worker.organisation_id),
    }
    (await clinic.of(patient).post(f"/api/patients/{patient.id}/consents", body)).ok()
    return worker


async def test_a_village_worker_prepares_checks_in_and_joins_as_a_helper(clinic: Clinic) -> None:
    patient = await a_patient(clinic.ground)
    worker = await a_helper(clinic, patient)
    visit_id = await book(clinic, patient, by=worker)
    await check_in_for(clinic, worker, patient, visit_id)
    seen = (await clinic.of(worker).get(f"/api/visits/{visit_id}")).ok()
    assert (seen["party"], seen["booked_right"], seen["status"]) == ("helper", "clinic", "queued")
    assert [each["id"] for each in (await clinic.of(worker).get("/api/visits")).ok()] == [visit_id]
    await clinic.open()
    await start(clinic, visit_id)
    unasked = await clinic.of(worker).post(f"/api/visits/{visit_id}/join", {})
    assert (unasked.status, unasked.code, unasked.body["rule"]) == (409, "helper-consent-needed", "B40")
    joined = await clinic.of(worker).post(f"/api/visits/{visit_id}/join", {"agrees_to_recording": True})
    assert joined.ok()["party"] == "helper"
    assert (await clinic.of(worker).post(f"/api/visits/{visit_id}/join", {})).status == 200  # it is asked once
    assert (await clinic.of(patient).post(f"/api/visits/{visit_id}/join", {})).ok()["party"] == "patient"


async def check_in_for(clinic: Clinic, worker: Someone, patient: Somebody, visit_id: str) -> None:
    """Everything before the waiting room, done by a helper."""
    hands = clinic.of(worker)
    (await hands.post(f"/api/visits/{visit_id}/pre-check", {"complaint": "头晕两周"})).ok()
    uploaded = await hands.call(
        "POST",
        f"/api/patients/{patient.id}/attachments?kind=diagnosis_paper&visit_id={visit_id}",
        data=a_picture(),
        headers={"Content-Type": "image/png"},
    )
    uploaded.ok()
    await consent(clinic, worker, visit_id)
    (await hands.post(f"/api/visits/{visit_id}/device-check", {"skipped": True})).ok()
    (await hands.post(f"/api/visits/{visit_id}/check-in")).ok()


async def test_a_worker_without_the_patients_consent_sees_nothing(clinic: Clinic) -> None:
    _, visit_id = await a_booked_patient(clinic)
    worker = await a_member(clinic.ground, Role.CLINIC_WORKER, level=Level.VILLAGE)
    assert (await clinic.of(worker).get(f"/api/visits/{visit_id}")).status == 404
    assert (await clinic.of(worker).get("/api/visits")).ok() == []


async def test_a_guardian_acts_for_a_child(clinic: Clinic) -> None:
    mother = await a_patient(clinic.ground)
    born = clinic.ground.clock.now().date() - timedelta(days=8 * 366)
    child = await a_patient(clinic.ground, born=born, guardian=mother)
    visit_id = await book(clinic, child, by=mother)
    seen = (await clinic.of(mother).get(f"/api/visits/{visit_id}")).ok()
    assert (seen["party"], seen["patient"]["age"]) == ("guardian", 8)
    assert visit_id in [each["id"] for each in (await clinic.of(mother).get("/api/visits")).ok()]


async def test_anothers_visit_is_answered_like_an_unknown_id(clinic: Clinic) -> None:
    patient, visit_id = await in_room(clinic)
    stranger = await a_patient(clinic.ground)
    unknown = "01a20280-0000-7000-8000-000000000000"
    reads = ("", "/queue", "/summary")
    writes = ("/pre-check", "/device-check", "/consents", "/check-in", "/join", "/consents/recording/withdraw")
    bodies = {
        "/pre-check": {"complaint": "头晕"},
        "/consents": {"purpose": "recording", "version": "2026-11", "read_s": 60},
    }
    for path in reads:
        own, other = await clinic.of(patient).get(f"/api/visits/{visit_id}{path}"), clinic.of(stranger)
        assert own.status in (200, 409)
        refused, nothing = (
            await other.get(f"/api/visits/{visit_id}{path}"),
            await other.get(f"/api/visits/{unknown}{path}"),
        )
        assert (refused.status, refused.body) == (404, nothing.body)
    for path in writes:
        refused = await clinic.of(stranger).post(f"/api/visits/{visit_id}{path}", bodies.get(path))
        nothing = await clinic.of(stranger).post(f"/api/visits/{unknown}{path}", bodies.get(path))
        assert (refused.status, refused.body) == (404, nothing.body), path


async def test_a_colleague_of_the_same_department_cannot_touch_the_visit(clinic: Clinic) -> None:
    _, visit_id = await in_room(clinic)
    colleague = clinic.of(await a_doctor(clinic.ground, clinic.hospital))
    assert (await colleague.get(f"/api/visits/{visit_id}")).status == 404
    bodies: dict[str, object] = {
        "eligibility": {"decision": "same_diagnosis"},
        "terminate": {"reason": "不该能做"},
        "refuse-first-visit": {"reason": "不该能做"},
    }
    for verb in ("call", "not-present", "eligibility", "start", "finish-video", "sign", "close", "terminate", "phone"):
        refused = await colleague.post(f"/api/visits/{visit_id}/{verb}", bodies.get(verb))
        assert (refused.status, refused.code) == (404, "not-found"), verb
    assert await status_of(clinic, visit_id) == "in_video"


async def test_regulators_and_administrators_get_counts_and_no_visit(clinic: Clinic) -> None:
    _, visit_id = await in_room(clinic)
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        day = (await the_visit(work, visit_id)).day
    regulator = await a_member(clinic.ground, Role.REGULATOR)
    assert (await clinic.of(regulator).get(f"/api/visits/{visit_id}")).status == 403
    counted = (await clinic.of(regulator).get(f"/api/visit-counts?first={day}&last={day}")).ok()
    (ours,) = [each for each in counted if each["organisation_id"] == str(clinic.hospital.id)]
    assert (ours["by_status"], ours["total"]) == ({"in_video": 1}, 1)
    visit = (await clinic.of(clinic.doctor).get(f"/api/visits/{visit_id}")).ok()
    spoken = visit["number"].replace("-", " ")
    found = (await clinic.of(regulator).post("/api/visit-numbers", {"number": spoken})).ok()
    assert found == {"encounter_id": visit["encounter_id"]}
    path = f"/api/encounters/{found['encounter_id']}/trace"
    assert (await clinic.of(regulator).post(path, {"reason": "核查患者投诉"})).ok()["steps"]
    assert (await clinic.of(regulator).post("/api/visit-numbers", {"number": "261122-0001-0"})).status == 404
    administrator = await a_member_of_staff(clinic.ground, Role.ADMINISTRATOR, clinic.hospital)
    own = (await clinic.of(administrator).get(f"/api/visit-counts?first={day}&last={day}")).ok()
    assert {each["organisation_id"] for each in own} == {str(clinic.hospital.id)}
    backwards = await clinic.of(regulator).get("/api/visit-counts?first=2026-11-02&last=2026-11-01")
    assert backwards.status == 422


async def test_only_those_concerned_may_watch_a_visit_a_queue_or_a_worklist(clinic: Clinic) -> None:
    patient, visit_id = await a_booked_patient(clinic)
    stranger = await a_patient(clinic.ground)
    may_watch = guard(clinic.ground, CAPABILITY.topics)
    topics = (f"visit:{visit_id}", f"queue:{clinic.session_id}", f"worklist:{clinic.doctor.id}")
    assert [await may_watch(patient.actor, topic) for topic in topics] == [True, True, False]
    assert [await may_watch(clinic.doctor.actor, topic) for topic in topics] == [True, True, True]
    assert [await may_watch(stranger.actor, topic) for topic in topics] == [False, False, False]
    for nonsense in ("visit:x", "queue:01a20280-0000-7000-8000-000000000000", "worklist:", "queue:%"):
        assert not await may_watch(clinic.doctor.actor, nonsense)


async def test_a_room_that_is_no_visits_takes_no_chat_and_no_recording(clinic: Clinic) -> None:
    rooms = Rooms(clinic.ground)
    assert (await rooms.standing("no-such-room-anywhere")).open is False
    assert await rooms.recording("no-such-room-anywhere", clinic.doctor.id, "seat", "leg") is None
    with pytest.raises(Unknown):
        await rooms.keep_chat("no-such-room-anywhere", clinic.doctor.id, "c", "hi", None, clinic.ground.clock.now())
    await rooms.on_presence("no-such-room-anywhere", clinic.doctor.id, Change.JOINED)


async def test_a_patient_who_cancels_the_booking_ends_the_visit(clinic: Clinic) -> None:
    patient, visit_id = await a_booked_patient(clinic)
    booking = (await clinic.of(patient).get(f"/api/visits/{visit_id}")).ok()["booking_id"]
    (await clinic.of(patient).post(f"/api/bookings/{booking}/cancel", {})).ok()
    seen = (await clinic.of(patient).get(f"/api/visits/{visit_id}")).ok()
    assert (seen["status"], seen["told"]["code"]) == ("cancelled", "cancelled")
    assert (await clinic.of(clinic.doctor).get(f"/api/encounters/{seen['encounter_id']}")).status == 404


async def test_no_show_is_not_decided_twice(clinic: Clinic) -> None:
    _, visit_id = await a_booked_patient(clinic)
    async with later(clinic, hours=2) as work:
        assert await ending.no_show(work, await the_visit(work, visit_id), "no_show") is not None
    async with later(clinic, hours=2) as work:
        assert await ending.no_show(work, await the_visit(work, visit_id), "no_show") is None
