"""The life of a prescription over HTTP: written, checked, signed, returned, signed again, amended, extended, ended."""

from __future__ import annotations

from .practice import AMLODIPINE, SHEET, Practice, shown


async def test_a_prescription_is_written_signed_and_approved(practice: Practice) -> None:
    drawn = (await practice.draft()).ok()
    assert drawn["status"] == "checked"
    assert drawn["check"]["decision"] in ("passed", "warning")
    assert drawn["may"] == ["edit", "sign", "withdraw"]
    signed = (await practice.sign(drawn)).ok()
    assert signed["status"] == "in_review"
    assert signed["valid_until"].endswith("16:00:00Z")
    claimed = await practice.claim(signed)
    assert claimed["digest"] == signed["digest"] == drawn["digest"], (
        "nothing was overridden, so what was shown is signed"
    )
    (await practice.decide(claimed, "approve")).ok()
    seen = (await practice.at_home.get(f"/api/prescriptions/{drawn['id']}")).ok()
    assert seen["status"] == "valid"
    assert [item["name"] for item in seen["items"]] == ["氨氯地平"]
    assert seen["check"] is None
    steps = (await practice.doctor.get(f"/api/prescriptions/{drawn['id']}/steps")).ok()
    assert [step["verb"] for step in steps] == ["draw", "sign", "claim", "approve"]


async def test_what_is_saved_is_checked_anew_and_an_older_version_is_refused(practice: Practice) -> None:
    drawn = (await practice.draft()).ok()
    path = f"/api/prescriptions/{drawn['id']}"
    higher = {**SHEET, "items": [{**AMLODIPINE, "dose": 10}]}
    saved = (await practice.doctor.put(path, {**higher, "version": 1})).ok()
    assert (saved["version"], saved["items"][0]["dose"]) == (2, 10)
    assert saved["digest"] != drawn["digest"]
    refused = await practice.doctor.put(path, {**SHEET, "version": 1})
    assert (refused.status, refused.code, refused.body["version"]) == (409, "prescription-changed-elsewhere", 2)
    old = await practice.sign(drawn)
    assert (old.status, old.code) == (409, "prescription-changed-elsewhere")


async def test_only_what_was_shown_is_signed(practice: Practice) -> None:
    drawn = (await practice.draft()).ok()
    other = await practice.sign(drawn, digest="0" * 64)
    assert (other.status, other.code) == (409, "digest-differs")
    assert (await practice.sign(drawn)).status == 200


async def test_a_returned_prescription_is_signed_again_as_it_stands(practice: Practice) -> None:
    returned = await practice.returned()
    assert returned["return"] == {"code": "dose", "text": "请核对剂量"}
    assert set(returned["may"]) == {"withdraw", "resign", "amend", "extend"}
    body = {"version": returned["version"], "digest": returned["digest"], "reason": "已复核，剂量无误"}
    again = (await practice.doctor.post(f"/api/prescriptions/{returned['id']}/resign", body)).ok()
    assert (again["status"], again["double_signed"]) == ("in_review", True)
    claimed = await practice.claim(again)
    assert (await practice.decide(claimed, "approve")).status == 200


async def test_a_returned_prescription_is_amended_and_what_was_signed_stays(practice: Practice) -> None:
    returned = await practice.returned()
    path = f"/api/prescriptions/{returned['id']}"
    draft = (await practice.doctor.post(f"{path}/amend", {"version": returned["version"]})).ok()
    assert (draft["status"], draft["version"]) == ("checked", returned["version"] + 1)
    lower = {**SHEET, "items": [{**AMLODIPINE, "dose": 2.5, "strength": "2.5mg"}]}
    saved = (await practice.doctor.put(path, {**lower, "version": draft["version"]})).ok()
    signed = (await practice.sign(saved)).ok()
    assert signed["status"] == "in_review"
    assert signed["items"][0]["dose"] == 2.5
    (await practice.decide(await practice.claim(signed), "approve")).ok()
    proof = (await practice.doctor.get(f"{path}/proof")).ok()
    assert proof["document"]["content"]["items"][0]["dose"] == 2.5


async def test_who_is_not_answered_is_not_signed(practice: Practice) -> None:
    simvastatin = {**AMLODIPINE, "drug_id": "simvastatin", "name": "辛伐他汀", "dose": 40, "strength": "40mg"}
    drawn = (await practice.draft(items=[AMLODIPINE, simvastatin], diagnoses=[{"code": "I10"}, {"code": "E78.5"}])).ok()
    asked = shown(drawn)["overrides"]
    assert asked
    refused = await practice.sign(drawn, overrides=asked[1:])
    assert (refused.status, refused.code) == (422, "overrides-missing")
    assert refused.body["findings"] == [asked[0]["finding_id"]]
    signed = (await practice.sign(drawn)).ok()
    assert {each["finding_id"] for each in signed["overrides"]} == {each["finding_id"] for each in asked}


async def test_an_approved_one_is_voided_with_a_reason_and_stays_so(practice: Practice) -> None:
    valid = await practice.approved()
    path = f"/api/prescriptions/{valid['id']}/void"
    assert (await practice.doctor.post(path, {"version": valid["version"]})).status == 422
    voided = (await practice.doctor.post(path, {"version": valid["version"], "reason": "患者要求更换"})).ok()
    assert (voided["status"], voided["may"]) == ("voided", [])
    again = await practice.doctor.post(path, {"version": valid["version"], "reason": "再作废一次"})
    assert (again.status, again.code) == (409, "not-in-this-state")


async def test_a_withdrawn_one_is_gone_from_the_pharmacists_hands(practice: Practice) -> None:
    claimed = await practice.claim(await practice.signed())
    gone = await practice.doctor.post(f"/api/prescriptions/{claimed['id']}/withdraw", {"version": claimed["version"]})
    assert gone.ok()["status"] == "withdrawn"
    late = await practice.decide(claimed, "approve")
    assert late.status == 409


async def test_one_press_twice_makes_one_prescription(practice: Practice) -> None:
    path = f"/api/visits/{practice.visit_id}/prescriptions"
    first = (await practice.doctor.post(path, SHEET, key="press-1")).ok()
    second = (await practice.doctor.post(path, SHEET, key="press-1")).ok()
    assert first["id"] == second["id"]
    assert len((await practice.doctor.get(path)).ok()) == 1
    body = shown(first)
    signed = [
        (await practice.doctor.post(f"/api/prescriptions/{first['id']}/sign", body, key="press-2")).ok()
        for _ in range(2)
    ]
    assert signed[0]["signature_id"] == signed[1]["signature_id"]


async def test_the_patients_side_sees_no_sheet_before_it_is_signed(practice: Practice) -> None:
    drawn = (await practice.draft()).ok()
    path = f"/api/prescriptions/{drawn['id']}"
    assert (await practice.at_home.get(path)).status == 404
    assert (await practice.at_home.get("/api/prescriptions")).ok() == []
    (await practice.sign(drawn)).ok()
    assert (await practice.at_home.get(path)).ok()["status"] == "in_review"
    assert len((await practice.at_home.get("/api/prescriptions")).ok()) == 1
