"""Reports: two people sign, an amendment hides nothing, and each sees what is for them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from server.foundation.actor import SYSTEM
from server.foundation.work import unit_of_work
from server.identity.vocabulary import Title
from server.imaging.reports import store
from server.signatures import service as signatures
from tests.people import Somebody

from .centre import WORDS, Centre, titled


async def test_nobody_finalises_alone(centre: Centre) -> None:
    order = await centre.claimed(centre.senior)
    saved = (await centre.save(centre.senior, order, 0)).ok()
    (await centre.act(centre.senior, order, "report/preliminary", {"version": saved["version"]})).ok()
    refused = await centre.finalise(order, centre.senior)
    assert (refused.status, refused.code) == (403, "imaging-same-person")
    assert (
        await centre.act(centre.senior, order, "report/send-back", {"text": "请补充"})
    ).code == "imaging-same-person"
    assert (await centre.finalise(order, centre.third)).ok()["status"] == "returned"


async def test_only_a_senior_finalises(centre: Centre) -> None:
    order = await centre.preliminary()
    await titled(centre.ground, centre.third, Title.PHYSICIAN)
    assert (await centre.finalise(order, centre.third)).code == "imaging-not-senior"
    await titled(centre.ground, centre.third, Title.ATTENDING_PHYSICIAN)
    assert (await centre.finalise(order, centre.third)).status == 200


async def test_both_signatures_are_on_what_was_shown(centre: Centre) -> None:
    order = await centre.returned()
    async with unit_of_work(centre.ground, SYSTEM) as work:
        rows = await store.versions_of(work.session, UUID(order["id"]))
    assert [(row.kind, row.of_number, row.author_id) for row in rows] == [
        ("preliminary", None, centre.junior.id),
        ("final", 1, centre.senior.id),
    ]
    shown = (await centre.of(centre.worker).get(f"/api/imaging/orders/{order['id']}/report")).ok()["current"]
    assert [(each["kind"], each["id"]) for each in shown["signers"]] == [
        ("preliminary", str(centre.junior.id)),
        ("final", str(centre.senior.id)),
    ]


async def test_what_was_not_shown_is_not_signed(centre: Centre) -> None:
    order = await centre.claimed()
    (await centre.save(centre.junior, order, 0)).ok()
    second = (await centre.save(centre.junior, order, 1, findings="两肺未见异常。")).ok()
    old = await centre.save(centre.junior, order, 1, findings="另一个窗口")
    assert (old.code, old.body["version"]) == ("imaging-report-changed", 2)
    assert (
        await centre.act(centre.junior, order, "report/preliminary", {"version": 1})
    ).code == "imaging-report-changed"
    signed = await centre.act(centre.junior, order, "report/preliminary", {"version": second["version"]})
    assert signed.status == 200


async def test_an_empty_report_is_not_signed(centre: Centre) -> None:
    order = await centre.claimed()
    saved = (await centre.save(centre.junior, order, 0, impression=" ")).ok()
    refused = await centre.act(centre.junior, order, "report/preliminary", {"version": saved["version"]})
    assert (refused.status, refused.code) == (422, "imaging-report-incomplete")


async def test_only_the_holder_of_the_claim_writes(centre: Centre) -> None:
    order = await centre.claimed()
    assert (await centre.save(centre.junior, order, 0)).status == 200
    assert (await centre.save(centre.third, order, 1)).code == "imaging-claimed-by-another"
    waiting = await centre.queued()
    assert (await centre.save(centre.third, waiting, 0)).code == "imaging-claim-over"
    done = await centre.returned()
    assert (await centre.save(centre.senior, done, 1)).code == "not-in-this-state"


async def test_a_reviewer_changes_the_words_and_the_preliminary_version_stays(centre: Centre) -> None:
    order = await centre.preliminary()
    assert (await centre.save(centre.junior, order, 1)).code == "imaging-own-preliminary"
    (await centre.save(centre.senior, order, 1, impression="右肺上叶结节，建议增强CT")).ok()
    (await centre.finalise(order)).ok()
    versions = await _versions(centre, order)
    assert [each["impression"] for each in versions] == [WORDS["impression"], "右肺上叶结节，建议增强CT"]
    # Outside the department only what two people signed is the report.
    seen = (await centre.of(centre.worker).get(f"/api/imaging/orders/{order['id']}/report/versions")).ok()
    assert [each["kind"] for each in seen] == ["final"]


async def _versions(centre: Centre, order: dict[str, Any]) -> list[dict[str, Any]]:
    return list((await centre.of(centre.senior).get(f"/api/imaging/orders/{order['id']}/report/versions")).ok())


async def test_a_report_is_sent_back_and_signed_again(centre: Centre) -> None:
    order = await centre.preliminary()
    assert (await centre.act(centre.third, order, "report/send-back", {"text": "请测量结节大小"})).status == 200
    shown = (await centre.of(centre.junior).get(f"/api/imaging/orders/{order['id']}/report")).ok()
    assert (shown["status"], shown["sent_back"]["text"]) == ("claimed", "请测量结节大小")
    assert "finalise" not in shown["may"]
    assert (await centre.finalise(order)).code == "not-in-this-state"
    saved = (await centre.save(centre.junior, order, 1, findings="右肺上叶结节约8mm。")).ok()
    (await centre.act(centre.junior, order, "report/preliminary", {"version": saved["version"]})).ok()
    (await centre.finalise(order)).ok()
    assert [each["kind"] for each in await _versions(centre, order)] == ["preliminary", "preliminary", "final"]


async def test_an_amendment_never_hides_the_original(centre: Centre) -> None:
    order = await centre.returned()
    amended = (await centre.amend(order)).ok()
    assert (amended["status"], amended["report_version"]) == ("amended", 3)
    for who in (centre.worker, centre.patient, centre.senior):
        path = f"/api/imaging/orders/{order['id']}/report/versions"
        signed = [each for each in (await centre.of(who).get(path)).ok() if each["kind"] != "preliminary"]
        assert [(each["kind"], each["impression"], each["current"]) for each in signed] == [
            ("final", WORDS["impression"], False),
            ("amendment", "右肺上叶炎性结节", True),
        ], who.name
        assert signed[1]["reason"] == "补充既往片对比"
    done = (await centre.act(centre.worker, order, "acknowledge")).ok()
    assert done["status"] == "acknowledged"
    again = (await centre.amend(order, impression="右肺上叶结节，较前缩小", reason="对比复查片")).ok()
    assert (again["status"], again["report_version"]) == ("amended", 4)


async def test_doctor_and_patient_are_told_of_each_amendment_once(centre: Centre) -> None:
    order = await centre.returned()
    (await centre.amend(order)).ok()
    assert await _told(centre, centre.worker, "imaging-amended-for-doctor") == 1
    assert await _told(centre, centre.patient, "imaging-amended") == 1
    (await centre.amend(order, impression="右肺上叶结节，较前缩小", reason="对比复查片")).ok()
    assert await _told(centre, centre.worker, "imaging-amended-for-doctor") == 2
    assert await _told(centre, centre.patient, "imaging-amended") == 2
    assert await _told(centre, centre.senior, "imaging-amended-for-doctor") == 0


async def _told(centre: Centre, who: Somebody, template: str) -> int:
    told = (await centre.of(who).get("/api/inbox")).ok()["messages"]
    return [each["template"] for each in told].count(template)


async def test_who_amends_is_a_senior_with_a_reason_and_has_seen_the_last_version(centre: Centre) -> None:
    order = await centre.preliminary()
    early = {"version": 1, **WORDS, "reason": "补充"}
    assert (await centre.act(centre.senior, order, "report/amend", early)).code == "not-in-this-state"
    (await centre.finalise(order)).ok()
    assert (await centre.amend(order, centre.junior)).code == "imaging-not-senior"
    assert (await centre.amend(order, reason="")).status == 422
    assert (await centre.amend(order, version=1)).code == "imaging-report-changed"
    assert (await centre.amend(order, impression=WORDS["impression"])).code == "imaging-nothing-to-amend"
    assert (await centre.amend(order)).status == 200


async def test_a_report_is_nobodys_outside_until_two_signed(centre: Centre) -> None:
    order = await centre.preliminary()
    for who in (centre.worker, centre.patient):
        shown = (await centre.of(who).get(f"/api/imaging/orders/{order['id']}/report")).ok()
        assert (shown["draft"], shown["preliminary"], shown["current"]) == (None, None, None)
        assert (
            await centre.of(who).get(f"/api/imaging/orders/{order['id']}/report.pdf")
        ).code == "imaging-no-report-yet"
    assert (await centre.seen(order))["report"] is None


async def test_reading_a_report_is_in_the_patients_own_list(centre: Centre) -> None:
    order = await centre.returned()
    (await centre.of(centre.doctor).get(f"/api/imaging/orders/{order['id']}/report")).ok()
    reads = (await centre.of(centre.patient).get(f"/api/patients/{centre.patient.id}/reads")).ok()
    lines = [(each["what"], each["subject_id"]) for each in reads if each["name"] == centre.doctor.name]
    assert ("imaging_report", order["id"]) in lines


async def test_a_locked_key_signs_nothing(centre: Centre) -> None:
    order = await centre.claimed()
    saved = (await centre.save(centre.junior, order, 0)).ok()
    async with unit_of_work(centre.ground, centre.junior.actor) as work:
        await signatures.lock(work)
    refused = await centre.act(centre.junior, order, "report/preliminary", {"version": saved["version"]})
    assert refused.code == "signing-locked"
    assert (await centre.seen(order))["status"] == "claimed"
