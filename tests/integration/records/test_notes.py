"""The note: two tabs, signature, amendment, proof; the dialogue; the consents."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from server.foundation.errors import Unknown
from server.foundation.ground import Subscriber
from server.foundation.work import Work
from server.migrations.apply import owner_engine
from server.records import service as records
from server.records.errors import AlreadySigned, DiagnosisNeedsOffline, NoteIncomplete
from server.records.events import ConsentWithdrawn
from server.records.model_kept import ChatMessage, Note, NoteVersion
from server.records.rules import Purpose
from server.settings import Settings
from server.signatures.verify import main
from tests.people import a_doctor, a_patient
from tests.unit.records.files import a_png

from .care import NOTE, Care, a_care, work_of


async def test_a_draft_is_saved_over_the_one_that_was_seen(care: Care) -> None:
    first = (await care.save({"chief_complaint": "甲"}, 0)).ok()
    assert first["seq"] == 1
    assert (await care.save({"chief_complaint": "乙"}, 1)).ok()["seq"] == 2
    shown = (await care.of(care.doctor).get(f"/api/encounters/{care.encounter_id}/note/draft")).ok()
    assert (shown["seq"], shown["content"]["chief_complaint"]) == (2, "乙")


async def test_two_tabs_get_a_clear_conflict_and_lose_nothing(care: Care) -> None:
    (await care.save({"plan": "一"}, 0)).ok()
    (await care.save({"plan": "左边的窗口"}, 1)).ok()
    refused = await care.save({"plan": "右边的窗口"}, 1)
    assert (refused.status, refused.code, refused.body["seq"]) == (409, "note-changed-elsewhere", 2)
    standing = (await care.of(care.doctor).get(f"/api/encounters/{care.encounter_id}/note/draft")).ok()
    assert standing["content"]["plan"] == "左边的窗口"
    assert (await care.save({"plan": "左边的窗口；右边的窗口"}, refused.body["seq"])).ok()["seq"] == 3
    assert (await care.save({}, 0)).code == "note-changed-elsewhere"


async def test_only_the_encounters_doctor_writes(care: Care) -> None:
    (await care.save(NOTE, 0)).ok()
    colleague = await a_doctor(care.ground, care.hospital)
    path = f"/api/encounters/{care.encounter_id}/note/draft"
    assert (await care.of(colleague).put(path, {"seq": 1, "content": NOTE})).status == 404
    assert (await care.of(colleague).get(path)).status == 404
    assert (await care.of(care.patient).get(path)).status == 403
    assert (await care.of(care.patient).get(f"/api/encounters/{care.encounter_id}/note")).status == 404


@pytest.mark.parametrize(
    "wrong", [{"vitals": {"systolic_mmhg": 900}}, {"plan": "x" * 4001}, {"unknown": 1}, {"diagnoses": "I10"}]
)
async def test_a_draft_that_cannot_be_is_refused(care: Care, wrong: dict[str, Any]) -> None:
    assert (await care.save(wrong, 0)).status == 422
    (await care.save(NOTE, 0)).ok()


async def test_an_incomplete_note_is_not_signed(care: Care) -> None:
    async with work_of(care.ground, care.doctor) as work:
        with pytest.raises(NoteIncomplete) as none_at_all:
            await records.sign_note(work, care.encounter_id)
    assert len(none_at_all.value.errors) == 5
    (await care.save({**NOTE, "plan": ""}, 0)).ok()
    async with work_of(care.ground, care.doctor) as work:
        with pytest.raises(NoteIncomplete) as one:
            await records.sign_note(work, care.encounter_id)
    assert [each.pointer for each in one.value.errors] == ["/plan"]


async def test_an_acute_diagnosis_with_home_care_is_not_signed(care: Care) -> None:
    acute = {**NOTE, "diagnoses": [{"icd10": "I21"}]}
    (await care.save(acute, 0)).ok()
    async with work_of(care.ground, care.doctor) as work:
        with pytest.raises(DiagnosisNeedsOffline):
            await records.sign_note(work, care.encounter_id)
    (await care.save({**acute, "disposition": "emergency"}, 1)).ok()
    async with work_of(care.ground, care.doctor) as work:
        assert (await records.sign_note(work, care.encounter_id, seq=2)).current.version == 1


async def test_a_signed_note_is_read_with_its_diagnosis_named_and_never_edited(care: Care) -> None:
    await care.sign()
    note = (await care.of(care.patient).get(f"/api/encounters/{care.encounter_id}/note")).ok()
    assert note["versions"][0]["content"]["diagnoses"][0]["name"] == "原发性高血压"
    refused = await care.save(NOTE, 1)
    assert (refused.code, refused.body["rule"]) == ("note-already-signed", "B44")
    async with work_of(care.ground, care.doctor) as work:
        with pytest.raises(AlreadySigned):
            await records.sign_note(work, care.encounter_id)
    assert (await care.of(care.doctor).get(f"/api/encounters/{care.encounter_id}/note/draft")).ok() is None


async def test_an_amendment_keeps_the_original(care: Care) -> None:
    signed = await care.sign()
    path = f"/api/notes/{signed.note_id}/amendments"
    body = {"content": {**NOTE, "plan": "改为氨氯地平 5 mg"}, "reason": "剂量书写错误"}
    note = (await care.of(care.doctor).post(path, body)).ok()
    assert [(each["version"], each["content"]["plan"]) for each in note["versions"]] == [
        (1, NOTE["plan"]),
        (2, "改为氨氯地平 5 mg"),
    ]
    assert [each["reason"] for each in note["versions"]] == [None, "剂量书写错误"]
    assert [each["signature_valid"] for each in note["versions"]] == [True, True]
    colleague = await a_doctor(care.ground, care.hospital)
    assert (await care.of(colleague).post(path, body)).status == 404
    assert (await care.of(care.doctor).post(path, {**body, "reason": ""})).status == 422
    again = (await care.of(care.patient).get(f"/api/encounters/{care.encounter_id}/note")).ok()
    assert again["versions"] == note["versions"]


async def test_the_database_itself_refuses_to_change_a_signed_version(care: Care) -> None:
    signed = await care.sign()
    for act in ("UPDATE note_versions SET version = 9", "DELETE FROM note_versions"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with work_of(care.ground, None) as work:
                await work.session.execute(text(f"{act} WHERE note_id = :id"), {"id": signed.note_id})


async def test_a_note_whose_author_was_changed_behind_our_back_says_so(care: Care, settings: Settings) -> None:
    signed = await care.sign()
    path = f"/api/encounters/{care.encounter_id}/note"
    assert (await care.of(care.patient).get(path)).ok()["versions"][0]["signature_valid"] is True
    colleague = await a_doctor(care.ground, care.hospital)
    engine = owner_engine(settings.owner_dsn)  # somebody with the owner's password
    with engine.begin() as connection:
        change = text("UPDATE note_versions SET author_id = :other WHERE note_id = :note")
        connection.execute(change, {"other": colleague.id, "note": signed.note_id})
    engine.dispose()
    assert (await care.of(care.patient).get(path)).ok()["versions"][0]["signature_valid"] is False


async def test_a_proof_is_checked_without_us_and_fails_when_a_word_differs(
    care: Care, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signed = await care.sign()
    proof = (await care.of(care.patient).get(f"/api/notes/{signed.note_id}/versions/1/proof")).ok()
    root = (await care.api.get("/api/signatures/root")).ok()
    assert root["licensed"] is False
    file, trusted = tmp_path / "proof.json", tmp_path / "root.pem"
    file.write_text(json.dumps(proof))
    trusted.write_text(root["certificate"])
    asked = [str(file), "--act", "note.sign", "--typ", "note+jws", "--root", str(trusted)]
    assert main(asked) == 0
    assert care.doctor.name in capsys.readouterr().out
    proof["document"]["content"]["plan"] += "。"
    file.write_text(json.dumps(proof))
    assert main(asked) == 1
    assert (await care.of(care.patient).get(f"/api/notes/{signed.note_id}/versions/2/proof")).status == 404
    stranger = await a_patient(care.ground)
    assert (await care.of(stranger).get(f"/api/notes/{signed.note_id}/versions/1/proof")).status == 404


async def test_what_a_note_and_a_message_say_lies_sealed(care: Care) -> None:
    await care.sign()
    async with work_of(care.ground, None) as work:
        await records.keep_message(work, care.encounter_id, care.doctor.id, "c-1", "请按时服药", None, work.now)
        of_encounter = select(Note.id).where(Note.encounter_id == care.encounter_id)
        (version,) = await work.session.scalars(select(NoteVersion).where(NoteVersion.note_id.in_(of_encounter)))
        (line,) = await work.session.scalars(select(ChatMessage).where(ChatMessage.encounter_id == care.encounter_id))
    assert "血压".encode() not in version.content
    assert line.body is not None
    assert "服药".encode() not in line.body


async def test_a_message_sent_again_is_the_same_message(care: Care) -> None:
    async with work_of(care.ground, None) as work:
        first = await records.keep_message(work, care.encounter_id, care.patient.id, "c-1", "您好", None, work.now)
        again = await records.keep_message(work, care.encounter_id, care.patient.id, "c-1", "您好", None, work.now)
        later = work.now + timedelta(seconds=1)
        other = await records.keep_message(work, care.encounter_id, care.doctor.id, "c-1", "您好", None, later)
    assert first == again
    assert other != first
    lines = (await care.of(care.patient).get(f"/api/encounters/{care.encounter_id}/messages")).ok()
    assert [(line["id"], line["text"]) for line in lines] == [(str(first), "您好"), (str(other), "您好")]


async def test_a_picture_of_another_patient_cannot_be_shown_in_the_dialogue(care: Care) -> None:
    mine = (await care.upload(a_png(), kind="chat_picture")).ok()["id"]
    other = await a_care(care.ground, care.api)
    theirs = (await other.upload(a_png(), kind="chat_picture")).ok()["id"]
    async with work_of(care.ground, None) as work:
        await records.keep_message(work, care.encounter_id, care.patient.id, "c-1", None, mine, work.now)
        for foreign in (theirs, uuid4()):
            with pytest.raises(Unknown):
                await records.keep_message(work, care.encounter_id, care.patient.id, "c-2", None, foreign, work.now)


async def test_a_consent_says_who_to_what_when_and_how_long_it_was_read(care: Care) -> None:
    first = (await care.consent(Purpose.INTERNET_DIAGNOSIS)).ok()
    again = (await care.consent(Purpose.INTERNET_DIAGNOSIS)).ok()
    assert first == again
    (kept,) = (await care.of(care.patient).get(f"/api/patients/{care.patient.id}/consents")).ok()
    text_shown = (await care.api.get(f"/api/consent-texts/{kept['purpose']}/{kept['version']}")).ok()
    assert (kept["given_by"], kept["read_s"], kept["witnessed_by"]) == (str(care.patient.id), 30, None)
    assert kept["text_sha256"] == text_shown["sha256"]


async def test_an_old_version_and_an_unread_text_are_refused(care: Care) -> None:
    path = f"/api/patients/{care.patient.id}/consents"
    good = {"purpose": "personal_data", "version": "2026-11", "read_s": 20}
    old = await care.of(care.patient).post(path, {**good, "version": "2020-01"})
    assert (old.status, old.code, old.body["current"]) == (409, "consent-outdated", "2026-11")
    assert (await care.of(care.patient).post(path, {**good, "read_s": 1})).code == "consent-unread"
    assert (await care.of(care.patient).post(path, {**good, "purpose": "recording"})).code == "consent-scope"
    assert (await care.of(care.patient).post(path, {**good, "purpose": "act_for_me"})).code == "consent-scope"
    assert (await care.of(care.patient).post(path, good)).status == 201
    assert (await care.of(care.doctor).post(path, good)).status == 403


async def test_yesterdays_recording_consent_does_not_allow_todays(care: Care) -> None:
    today = await a_care(care.ground, care.api, patient=care.patient)
    (await care.consent(Purpose.RECORDING, encounter=True)).ok()

    async def stands(of: Care) -> bool:
        async with work_of(care.ground, None) as work:
            return await records.consent_in_force(work, of.patient.id, Purpose.RECORDING, encounter_id=of.encounter_id)

    assert await stands(care)
    assert not await stands(today)


async def test_a_withdrawn_consent_no_longer_stands_and_is_told_upwards(care: Care) -> None:
    given = (await care.consent(Purpose.RECORDING, encounter=True)).ok()["id"]
    stranger = await a_patient(care.ground)
    assert (await care.of(stranger).post(f"/api/consents/{given}/withdraw")).status == 404
    told: list[object] = []

    async def hear(_: Work, event: ConsentWithdrawn) -> None:
        told.append(event)

    listening = replace(care.ground, subscribers=(Subscriber(ConsentWithdrawn, hear),))
    async with work_of(listening, care.patient) as work:
        assert await records.withdraw_consent(
            work, person_id=care.patient.id, purpose=Purpose.RECORDING, encounter_id=care.encounter_id
        )
        assert not await records.consent_in_force(
            work, care.patient.id, Purpose.RECORDING, encounter_id=care.encounter_id
        )
    assert told == [ConsentWithdrawn(care.patient.id, care.patient.id, "recording", care.encounter_id)]
    (kept,) = (await care.of(care.patient).get(f"/api/patients/{care.patient.id}/consents")).ok()
    assert kept["withdrawn_at"]
    (await care.of(care.patient).post(f"/api/consents/{given}/withdraw")).ok()
