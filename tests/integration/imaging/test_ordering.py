"""Ordering: who may, where it is read, what becomes of it without an agreement, and its pictures."""

from __future__ import annotations

from uuid import UUID, uuid4

from server.foundation.actor import SYSTEM, Level, Role
from server.foundation.ids import check_digit
from server.foundation.work import unit_of_work
from server.imaging.orders.finding import by_accession
from server.records import service as records
from server.records.service import Purpose
from tests import people

from .centre import Centre, a_centre, acted_for


async def test_a_clinic_worker_orders_with_the_patients_consent_only(centre: Centre) -> None:
    assert (await centre.order()).status == 201
    stranger = await people.a_patient(centre.ground, home=centre.township.id)
    assert (await centre.order(patient_id=str(stranger.id))).status == 404


async def test_a_doctor_orders_in_care_or_where_the_patient_lets_the_institution_act(centre: Centre) -> None:
    ordered = (await centre.order(centre.doctor)).ok()
    assert ordered["requester"]["id"] == str(centre.doctor.id)
    known = await people.a_patient(centre.ground, home=centre.township.id)
    assert (await centre.order(centre.doctor, patient_id=str(known.id))).status == 404
    async with unit_of_work(centre.ground, SYSTEM) as work:
        await records.open_care(
            work,
            patient_id=known.id,
            carer_id=centre.doctor.id,
            organisation_id=centre.township.id,
            source_id=work.new_id(),
        )
    assert (await centre.order(centre.doctor, patient_id=str(known.id))).status == 201


async def test_after_the_consent_is_taken_back_only_who_ordered_has_the_order(centre: Centre) -> None:
    order = await centre.returned()
    colleague = await people.a_member_of_staff(centre.ground, Role.CLINIC_WORKER, centre.township)
    for who in (centre.worker, colleague, centre.doctor):
        assert (await centre.act(who, order, "acknowledge")).code in ("", "not-in-this-state")
    async with unit_of_work(centre.ground, SYSTEM) as work:
        await records.withdraw_consent(work, person_id=centre.patient.id, purpose=Purpose.ACT_FOR_ME)
    path = f"/api/imaging/orders/{order['id']}"
    assert (await centre.of(centre.worker).get(path)).status == 200
    for who in (colleague, centre.doctor):
        assert (await centre.of(who).get(path)).status == 404
        assert (await centre.of(who).get("/api/imaging/orders?box=institution")).ok()["items"] == []


async def test_nothing_is_read_without_an_agreement(centre: Centre) -> None:
    assert (await centre.order()).status == 201
    alone = await people.a_hospital(centre.ground, level=Level.TOWNSHIP)
    worker = await people.a_member_of_staff(centre.ground, Role.CLINIC_WORKER, alone)
    patient = await people.a_patient(centre.ground, home=alone.id)
    await acted_for(centre.ground, worker, patient)
    refused = await centre.order(worker, patient_id=str(patient.id))
    assert (refused.status, refused.code) == (409, "no-agreement")
    named = await centre.order(worker, patient_id=str(patient.id), reading_organisation_id=str(centre.county.id))
    assert named.code == "no-agreement"


async def test_an_agreement_that_names_no_department_for_it_is_said_so(centre: Centre) -> None:
    assert (await centre.order(procedure_code="dx-chest")).status == 201
    assert (await centre.order(procedure_code="us-abdomen")).code == "no-reading-department"
    assert (await centre.order(procedure_code="nothing-like-it")).code == "no-such-imaging-procedure"


async def test_pictures_are_taken_here_or_above(centre: Centre) -> None:
    assert (await centre.order(performing_organisation_id=str(centre.township.id))).status == 201
    elsewhere = await people.a_hospital(centre.ground)
    refused = await centre.order(performing_organisation_id=str(elsewhere.id))
    assert refused.code == "imaging-not-performed-there"


async def test_accession_numbers_are_the_institutions_own_and_find_their_order(centre: Centre) -> None:
    first, second = await centre.ordered(), await centre.ordered()
    assert first["accession_number"] != second["accession_number"]
    assert all(check_digit(each["accession_number"]) == 0 for each in (first, second))
    number = first["accession_number"]
    async with unit_of_work(centre.ground, SYSTEM) as work:
        found = await by_accession(work, centre.township.id, f"{number[:6]}-{number[6:-1]}-{number[-1]}")
        assert found is not None
        assert found.id == UUID(first["id"])
        assert await by_accession(work, centre.county.id, number) is None
        wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
        assert await by_accession(work, centre.township.id, wrong) is None


async def test_the_clock_begins_when_the_last_study_is_whole(centre: Centre) -> None:
    order = await centre.ordered()
    study = await centre.pictures(order, complete=False)
    assert (await centre.seen(order))["status"] == "acquired"
    await centre.grown(study)
    shown = await centre.seen(order)
    assert shown["status"] == "queued"
    assert shown["due_at"] > shown["queued_at"]
    assert shown["study_ids"] == [str(study)]


async def test_a_technician_says_that_no_more_will_come(centre: Centre) -> None:
    order = await centre.ordered()
    await centre.pictures(order, complete=False)
    assert (await centre.act(centre.junior, order, "acquired")).status == 404
    assert (await centre.act(centre.worker, order, "acquired")).ok()["status"] == "queued"
    assert (await centre.act(centre.worker, order, "acquired")).code == "not-in-this-state"


async def test_nobody_says_acquired_without_pictures(centre: Centre) -> None:
    order = await centre.ordered()
    assert (await centre.act(centre.worker, order, "acquired")).code == "imaging-no-pictures-yet"


async def test_a_study_moved_to_another_order_leaves_the_first(centre: Centre) -> None:
    first, second = await centre.ordered(), await centre.ordered()
    study = await centre.pictures(first)
    await centre.pictures(second, study_id=study)
    assert (await centre.seen(first))["study_ids"] == []
    assert (await centre.seen(second))["study_ids"] == [str(study)]


async def test_what_is_of_no_quality_is_taken_again(centre: Centre) -> None:
    order = await centre.claimed()
    assert (await centre.act(centre.third, order, "reject-quality", {"code": "motion"})).code == (
        "imaging-claimed-by-another"
    )
    assert (await centre.act(centre.junior, order, "reject-quality", {"code": "ugly"})).code == "no-such-imaging-reason"
    rejected = (await centre.act(centre.junior, order, "reject-quality", {"code": "motion", "text": "呼吸伪影"})).ok()
    assert (rejected["status"], rejected["claimed_by"], rejected["due_at"]) == ("quality_rejected", None, None)
    at_clinic = await centre.seen(order)
    assert (at_clinic["rejected"]["code"], at_clinic["rejected"]["text"]) == ("motion", "呼吸伪影")
    # The old pictures are no new ones.
    assert (await centre.act(centre.worker, order, "acquired")).code == "imaging-no-pictures-yet"
    await centre.pictures(order)
    again = await centre.seen(order)
    assert (again["status"], again["rejections"]) == ("queued", 1)


async def test_an_order_is_cancelled_while_claimed_and_the_draft_stays(centre: Centre) -> None:
    order = await centre.claimed()
    saved = (await centre.save(centre.junior, order, 0)).ok()
    assert (await centre.act(centre.worker, order, "cancel", {"code": "no-reason"})).code == "no-such-imaging-reason"
    cancelled = (await centre.act(centre.worker, order, "cancel", {"code": "wrong-order", "text": "开错了"})).ok()
    assert cancelled["status"] == "cancelled"
    # Whoever was reading is told so, and what was written is kept.
    late = await centre.act(centre.junior, order, "report/preliminary", {"version": saved["version"]})
    assert (late.status, late.code) == (409, "imaging-order-cancelled")
    assert (await centre.save(centre.junior, order, saved["version"])).code == "imaging-order-cancelled"
    assert (await centre.act(centre.junior, order, "renew-claim")).code == "imaging-order-cancelled"
    kept = (await centre.of(centre.junior).get(f"/api/imaging/orders/{order['id']}/report")).ok()
    assert (kept["draft"]["version"], kept["may"]) == (saved["version"], [])
    row = await centre.row(order)
    assert (row.claimed_by, row.claimed_until) == (None, None)
    inbox = (await centre.of(centre.junior).get("/api/inbox")).ok()
    assert order["number"] in str(inbox)


async def test_a_signed_report_is_not_cancelled_away(centre: Centre) -> None:
    order = await centre.preliminary()
    assert (await centre.act(centre.worker, order, "cancel", {"code": "not-needed"})).code == "not-in-this-state"


async def test_another_county_learns_nothing_of_an_order(centre: Centre) -> None:
    order = await centre.returned()
    other = await a_centre(centre.ground, centre.api)
    path = f"/api/imaging/orders/{order['id']}"
    reads = (path, f"{path}/steps", f"{path}/report", f"{path}/report/versions", f"{path}/report.pdf")
    for read in reads:
        assert (await centre.of(centre.worker).get(read)).status == 200, read
    for stranger in (other.worker, other.doctor, other.senior, other.patient):
        for read in reads:
            answer = await centre.of(stranger).get(read)
            assert answer.status == 404, (stranger.name, read)
        for verb, body in (("cancel", {"code": "other"}), ("claim", None), ("acknowledge", None)):
            assert (await centre.act(stranger, order, verb, body)).status in (403, 404)
    mine = (await centre.of(other.senior).get("/api/imaging/worklist?state=reported")).ok()
    assert order["id"] not in {each["id"] for each in mine["items"]}


async def test_lists_show_what_concerns_whom(centre: Centre) -> None:
    order = await centre.returned()
    boxes = {
        centre.worker: ("box=mine", "box=institution", "box=performing", f"patient_id={centre.patient.id}"),
        centre.doctor: ("box=institution", f"patient_id={centre.patient.id}"),
        centre.patient: ("", f"patient_id={centre.patient.id}"),
        centre.junior: (f"patient_id={centre.patient.id}",),
    }
    for who, queries in boxes.items():
        for query in queries:
            listed = (await centre.of(who).get(f"/api/imaging/orders?{query}")).ok()
            assert [each["id"] for each in listed["items"]] == [order["id"]], (who.name, query)
    assert (await centre.of(centre.doctor).get("/api/imaging/orders?box=mine")).ok()["items"] == []
    stranger = await people.a_patient(centre.ground)
    assert (await centre.of(stranger).get(f"/api/imaging/orders?patient_id={centre.patient.id}")).status == 404


async def test_lists_go_on_where_the_last_page_ended(centre: Centre) -> None:
    made = [(await centre.ordered())["id"] for _ in range(51)]
    first = (await centre.of(centre.worker).get("/api/imaging/orders?box=mine")).ok()
    rest = (await centre.of(centre.worker).get(f"/api/imaging/orders?box=mine&after={first['next']}")).ok()
    assert [each["id"] for each in (*first["items"], *rest["items"])] == list(reversed(made))
    assert rest["next"] is None
    assert (await centre.of(centre.worker).get(f"/api/imaging/orders?after={uuid4().hex}")).status == 422


async def test_the_catalogue_is_in_both_languages(centre: Centre) -> None:
    known = (await centre.of(centre.worker).get("/api/imaging/catalogue")).ok()
    assert {"ct-chest", "dx-chest", "us-abdomen"} <= {each["code"] for each in known["procedures"]}
    for words in known.values():
        assert all(each["zh"] and each["en"] for each in words)
