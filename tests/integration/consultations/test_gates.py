"""The gates before video: eligibility, first visits, recording as a condition."""

from __future__ import annotations

import pytest

from server.consultations.socket import Rooms
from signaling.service import Realtime, seat_id

from .clinic import (
    Clinic,
    a_booked_patient,
    both_join,
    check_in,
    consent,
    in_room,
    read_papers,
    status_of,
    write_note,
)


async def test_a_follow_up_is_found_only_after_the_papers_were_opened(clinic: Clinic) -> None:
    patient, visit_id = await a_booked_patient(clinic)
    await check_in(clinic, patient, visit_id)
    await clinic.open()
    (await clinic.desk(f"/api/visits/{visit_id}/call")).ok()
    unread = await clinic.desk(f"/api/visits/{visit_id}/eligibility", {"decision": "same_diagnosis"})
    assert (unread.status, unread.code, unread.body["rule"]) == (409, "record-not-opened", "B12")
    await read_papers(clinic, visit_id)
    (await clinic.desk(f"/api/visits/{visit_id}/eligibility", {"decision": "same_diagnosis"})).ok()


async def test_a_first_visit_is_refused_in_the_words_of_the_law(clinic: Clinic) -> None:
    patient, visit_id = await a_booked_patient(clinic)
    await check_in(clinic, patient, visit_id)
    await clinic.open()
    (await clinic.desk(f"/api/visits/{visit_id}/call")).ok()
    body = {"decision": "first_visit", "reason": "未见线下确诊资料"}
    (await clinic.desk(f"/api/visits/{visit_id}/eligibility", body)).ok()
    seen = (await clinic.of(patient).get(f"/api/visits/{visit_id}")).ok()
    assert (seen["status"], seen["told"]["rule"]) == ("refused_first_visit", "B11")
    assert seen["told"]["sentence"] == "您未在线下就诊并确诊，不能在线首诊，请先到实体医疗机构就诊"
    assert seen["told_reason"] == "未见线下确诊资料"
    assert (await clinic.desk(f"/api/visits/{visit_id}/start")).code == "not-in-this-state"


async def test_unclear_papers_send_the_patient_back_to_upload_others(clinic: Clinic) -> None:
    patient, visit_id = await a_booked_patient(clinic)
    await check_in(clinic, patient, visit_id)
    await clinic.open()
    (await clinic.desk(f"/api/visits/{visit_id}/call")).ok()
    body = {"decision": "papers_unclear", "reason": "照片模糊"}
    (await clinic.desk(f"/api/visits/{visit_id}/eligibility", body)).ok()
    seen = (await clinic.of(patient).get(f"/api/visits/{visit_id}")).ok()
    assert (seen["status"], seen["told"]["rule"]) == ("pre_check", "B12")
    again = (await clinic.of(patient).post(f"/api/visits/{visit_id}/check-in")).ok()
    assert (again["status"], again["told"]) == ("queued", None)


async def test_termination_needs_a_reason_and_sends_the_patient_to_a_hospital(clinic: Clinic) -> None:
    patient, visit_id = await in_room(clinic)
    assert (await clinic.desk(f"/api/visits/{visit_id}/terminate", {})).status == 422
    (await clinic.desk(f"/api/visits/{visit_id}/terminate", {"reason": "血压 200/120，需急诊"})).ok()
    seen = (await clinic.of(patient).get(f"/api/visits/{visit_id}")).ok()
    assert (seen["status"], seen["told"]["rule"]) == ("terminated_to_offline", "B14")
    joined = await clinic.of(patient).post(f"/api/visits/{visit_id}/join", {})
    assert joined.code == "room-not-open"
    day = seen["day"]
    listed = (await clinic.of(clinic.doctor).get(f"/api/worklist?day={day}")).ok()
    assert [each["id"] for each in listed["unsigned"]] == [visit_id]
    await write_note(clinic, visit_id)
    signed = (await clinic.desk(f"/api/visits/{visit_id}/sign", {})).ok()
    assert (signed["status"], signed["signed_at"] is not None) == ("terminated_to_offline", True)
    assert (await clinic.of(patient).get(f"/api/visits/{visit_id}/summary")).status == 200


async def test_who_declines_recording_is_told_why_and_offered_to_come_in_person(clinic: Clinic) -> None:
    patient, visit_id = await a_booked_patient(clinic)
    mine = clinic.of(patient)
    declined = (await mine.post(f"/api/visits/{visit_id}/consents", {"purpose": "recording", "agreed": False})).ok()
    assert declined["recording_declined"]["rule"] == "B40"
    assert "当面就诊" in declined["recording_declined"]["sentence"]
    assert declined["organisation_phone"]
    assert "recording" in declined["missing"]
    await consent(clinic, patient, visit_id, "recording")
    agreed = (await mine.get(f"/api/visits/{visit_id}")).ok()
    assert (agreed["recording_declined"], "recording" in agreed["missing"]) == (None, False)


async def test_without_consent_to_recording_the_doctor_cannot_open_the_room(clinic: Clinic) -> None:
    patient, visit_id = await a_booked_patient(clinic)
    await check_in(clinic, patient, visit_id)
    await clinic.open()
    (await clinic.desk(f"/api/visits/{visit_id}/call")).ok()
    await read_papers(clinic, visit_id)
    (await clinic.desk(f"/api/visits/{visit_id}/eligibility", {"decision": "same_diagnosis"})).ok()
    (await clinic.of(patient).post(f"/api/visits/{visit_id}/consents/recording/withdraw")).ok()
    refused = await clinic.desk(f"/api/visits/{visit_id}/start")
    assert (refused.status, refused.code, refused.body["rule"]) == (409, "recording-declined", "B40")
    assert await status_of(clinic, visit_id) == "eligibility"


async def test_withdrawal_in_the_waiting_room_asks_again_before_checking_in(clinic: Clinic) -> None:
    patient, visit_id = await a_booked_patient(clinic)
    await check_in(clinic, patient, visit_id)
    mine = clinic.of(patient)
    (await mine.post(f"/api/visits/{visit_id}/consents/recording/withdraw")).ok()
    assert await status_of(clinic, visit_id) == "pre_check"
    assert (await mine.post(f"/api/visits/{visit_id}/check-in")).code == "recording-declined"
    await consent(clinic, patient, visit_id, "recording")
    assert (await mine.post(f"/api/visits/{visit_id}/check-in")).ok()["status"] == "queued"


async def test_withdrawal_in_the_call_stops_video_at_once_and_the_visit_goes_on_by_chat(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient, visit_id = await in_room(clinic)
    name = await both_join(clinic, patient, visit_id)
    rooms = Rooms(clinic.ground)
    seat = seat_id(name, patient.id)
    assert await rooms.recording(name, patient.id, seat, "leg-before") is not None
    stopped: list[tuple[str, str]] = []
    realtime = clinic.ground.part(Realtime)
    monkeypatch.setattr(realtime, "stop_media", lambda room, reason="": stopped.append((room, reason)))
    seen = (await clinic.of(patient).post(f"/api/visits/{visit_id}/consents/recording/withdraw")).ok()
    assert (seen["status"], seen["video_stopped_at"] is not None) == ("in_video", True)
    assert stopped[0] == (name, "consent-withdrawn")
    assert await rooms.recording(name, patient.id, seat, "leg-after") is None
    assert (await rooms.standing(name)).media_stopped == "consent-withdrawn"
    back = (await clinic.of(patient).post(f"/api/visits/{visit_id}/join", {})).ok()
    assert back["video"] is False
    kept = await rooms.keep_chat(name, patient.id, "line-1", "我们用文字说吧", None, clinic.ground.clock.now())
    assert [(line.id, line.text) for line in await rooms.chat_history(name)] == [(kept, "我们用文字说吧")]
    await write_note(clinic, visit_id)
    assert (await clinic.desk(f"/api/visits/{visit_id}/sign", {})).ok()["status"] == "closed"


async def test_a_withdrawal_by_the_records_page_stops_the_video_as_well(clinic: Clinic) -> None:
    patient, visit_id = await in_room(clinic)
    mine = clinic.of(patient)
    encounter = (await mine.get(f"/api/visits/{visit_id}")).ok()["encounter_id"]
    given = (await mine.get(f"/api/encounters/{encounter}/consents")).ok()
    (one,) = [each["id"] for each in given if each["purpose"] == "recording"]
    (await mine.post(f"/api/consents/{one}/withdraw")).ok()
    assert (await mine.get(f"/api/visits/{visit_id}")).ok()["video_stopped_at"] is not None
