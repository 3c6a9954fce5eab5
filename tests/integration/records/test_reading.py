"""Who may read whose record, for how long, and that the patient sees it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from server.foundation.actor import SYSTEM, Level, Role
from server.foundation.errors import Unknown
from server.foundation.work import unit_of_work
from server.identity import organisations
from server.identity.organisations import OrganisationFields
from server.identity.vocabulary import Grade, OrganisationKind
from server.records import service as records
from server.records.rules import Purpose, Right
from tests.people import Hospital, Somebody, a_doctor, a_hospital, a_member_of_staff, a_patient

from .care import Care, a_care, work_of


def paths(care: Care) -> list[str]:
    """Every read of this patient's record."""
    return [
        f"/api/patients/{care.patient.id}/encounters",
        f"/api/patients/{care.patient.id}/attachments",
        f"/api/patients/{care.patient.id}/consents",
        f"/api/encounters/{care.encounter_id}",
        f"/api/encounters/{care.encounter_id}/attachments",
        f"/api/encounters/{care.encounter_id}/messages",
        f"/api/encounters/{care.encounter_id}/consents",
    ]


async def test_patient_and_doctor_in_care_read(care: Care) -> None:
    for who in (care.patient, care.doctor):
        for path in paths(care):
            (await care.of(who).get(path)).ok()


async def test_others_get_the_answer_of_an_unknown_id(care: Care) -> None:
    colleague = await a_doctor(care.ground, care.hospital)
    stranger = await a_patient(care.ground)
    clinic = await a_hospital(care.ground, level=Level.VILLAGE)
    worker = await a_member_of_staff(care.ground, Role.CLINIC_WORKER, clinic)
    unknown = (await care.of(care.doctor).get(f"/api/patients/{uuid4()}/encounters")).body
    for who in (colleague, stranger, worker):
        for path in paths(care):
            answer = await care.of(who).get(path)
            assert (answer.status, answer.body) == (404, unknown), (who.role, path)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SCHEDULER, Role.PHARMACIST])
async def test_other_roles_have_no_clinical_content_at_all(care: Care, role: Role) -> None:
    member = await a_member_of_staff(care.ground, role, care.hospital)
    for path in paths(care):
        assert (await care.of(member).get(path)).status == 403


async def test_care_lasts_from_booking_until_thirty_days_after_closing(care: Care) -> None:
    async def right(later: timedelta) -> Right | None:
        async with work_of(care.ground, care.doctor, later=later) as work:
            return await records.may_read(work, care.patient.id)

    assert await right(timedelta()) is Right.CARE
    assert await right(timedelta(days=900)) is Right.CARE
    async with work_of(care.ground, None, later=timedelta(days=1)) as work:
        await records.close_encounter(work, care.encounter_id)
        await records.end_care(work, care.visit_id)
    assert await right(timedelta(days=30, hours=23)) is Right.CARE
    assert await right(timedelta(days=31, minutes=1)) is None


async def test_care_of_a_cancelled_booking_ends_at_once(care: Care) -> None:
    (await care.of(care.doctor).get(paths(care)[0])).ok()
    async with work_of(care.ground, None) as work:
        await records.end_care(work, care.visit_id, 0)
    assert (await care.of(care.doctor).get(paths(care)[0])).status == 404
    (await care.of(care.patient).get(paths(care)[0])).ok()


async def test_a_handed_over_patient_is_the_colleagues(care: Care) -> None:
    colleague = await a_doctor(care.ground, care.hospital)
    assert (await care.of(colleague).get(paths(care)[0])).status == 404
    (await care.save({"chief_complaint": "血压"}, 0)).ok()
    async with work_of(care.ground, None) as work:
        await records.move_care(work, care.visit_id, colleague.id)
    (await care.of(colleague).get(paths(care)[0])).ok()
    assert (await care.of(care.doctor).get(paths(care)[0])).status == 404
    draft = await care.of(colleague).get(f"/api/encounters/{care.encounter_id}/note/draft")
    assert draft.ok()["content"]["chief_complaint"] == "血压"
    assert (await care.save({}, 1)).status == 404


async def test_a_doctor_in_care_reads_only_for_the_organisation_of_the_care(care: Care) -> None:
    other = await a_care(care.ground, care.api)
    (await care.of(other.doctor).get(paths(other)[0])).ok()
    assert (await care.of(other.doctor).get(paths(care)[0])).status == 404


async def test_a_guardian_reads_a_childs_record_and_the_list_says_so(care: Care) -> None:
    mother = await a_patient(care.ground, name="母试验", born=date(1990, 1, 1))
    child = await a_patient(care.ground, born=date(2020, 5, 1), guardian=mother)
    of_child = await a_care(care.ground, care.api, patient=child)
    (await of_child.of(mother).get(paths(of_child)[0])).ok()
    assert (await care.of(mother).get(paths(care)[0])).status == 404


async def a_worker(care: Care) -> tuple[Somebody, Somebody]:
    """A clinic worker, and a patient whom the clinic knows."""
    clinic = await a_hospital(care.ground, level=Level.VILLAGE)
    worker = await a_member_of_staff(care.ground, Role.CLINIC_WORKER, clinic, name="村医试验")
    return worker, await a_patient(care.ground, home=clinic.id)


async def test_a_clinic_worker_acts_with_recorded_consent_and_as_long_as_it_stands(care: Care) -> None:
    worker, patient = await a_worker(care)
    of_patient = await a_care(care.ground, care.api, patient=patient)
    path = f"/api/patients/{patient.id}/encounters"
    assert (await care.of(worker).get(path)).status == 404
    given = (await of_patient.consent(Purpose.ACT_FOR_ME, who=worker)).ok()
    (await care.of(worker).get(path)).ok()
    async with work_of(care.ground, worker) as work:
        assert await records.may_act_for(work, patient.id) is Right.CLINIC
        assert await records.readable_patients(work) == {patient.id}
    listed = (await care.of(patient).get(f"/api/patients/{patient.id}/consents")).ok()
    assert [(each["given_by"], each["witnessed_by"]) for each in listed] == [(str(patient.id), str(worker.id))]
    (await care.of(patient).post(f"/api/consents/{given['id']}/withdraw")).ok()
    assert (await care.of(worker).get(path)).status == 404


async def test_a_worker_cannot_take_consent_from_somebody_the_clinic_does_not_know(care: Care) -> None:
    worker, known = await a_worker(care)
    known_care = await a_care(care.ground, care.api, patient=known)
    (await known_care.consent(Purpose.ACT_FOR_ME, who=worker)).ok()
    assert (await care.consent(Purpose.ACT_FOR_ME, who=worker)).status == 404
    assert (await care.consent(Purpose.INTERNET_DIAGNOSIS, who=worker)).status == 404
    assert (await known_care.consent(Purpose.INTERNET_DIAGNOSIS, who=worker)).status == 201


async def test_a_doctor_may_read_but_not_act(care: Care) -> None:
    async with work_of(care.ground, care.doctor) as work:
        assert await records.may_read(work, care.patient.id) is Right.CARE
        assert await records.may_act_for(work, care.patient.id) is None
        with pytest.raises(Unknown):
            await records.who_read(work, care.patient.id)


async def test_every_view_is_in_the_patients_own_list_once_a_sitting(care: Care) -> None:
    await care.sign()
    desk = care.of(care.doctor)
    for _ in range(3):
        (await desk.get(f"/api/encounters/{care.encounter_id}/note")).ok()
        (await desk.get(f"/api/encounters/{care.encounter_id}/messages")).ok()
    (await care.of(care.patient).get(f"/api/encounters/{care.encounter_id}/note")).ok()
    lines = (await care.of(care.patient).get(f"/api/patients/{care.patient.id}/reads")).ok()
    assert sorted(line["what"] for line in lines) == ["chat", "note"]
    assert {line["name"] for line in lines} == {care.doctor.name}
    assert {line["organisation"] for line in lines} == {care.hospital.name}
    assert not any(line["own"] for line in lines)
    stranger = await a_patient(care.ground)
    assert (await care.of(stranger).get(f"/api/patients/{care.patient.id}/reads")).status == 404


async def test_the_authority_sees_counts_and_a_course_with_a_reason_that_the_patient_sees(care: Care) -> None:
    authority = await a_regulator(care)
    note = await care.sign()
    desk = care.of(authority)
    body = {"reason": "投诉处理：核查接诊过程"}
    trace = (await desk.post(f"/api/encounters/{care.encounter_id}/trace", body)).ok()
    assert [step["what"] for step in trace["steps"]] == ["encounter.opened", "note.signed"]
    text = str(trace)
    assert note.current.content.chief_complaint not in text
    assert care.patient.name not in text
    assert (await desk.post(f"/api/encounters/{care.encounter_id}/trace", {"reason": ""})).status == 422
    assert (await desk.post(f"/api/encounters/{uuid4()}/trace", body)).status == 404
    lines = (await care.of(care.patient).get(f"/api/patients/{care.patient.id}/reads")).ok()
    assert [(line["what"], line["role"]) for line in lines] == [("trace", "regulator")]
    day = trace["encounter"]["opened_at"][:10]
    query = f"since={day}T00:00:00Z&until={day}T23:59:59Z"
    counts = (await desk.get(f"/api/supervision/encounters?{query}")).ok()
    (mine,) = [each for each in counts if each["organisation"] == care.hospital.name]
    assert (mine["opened"], mine["closed"], mine["signed"]) == (1, 0, 1)
    for path in paths(care):
        assert (await desk.get(path)).status == 403


async def a_regulator(care: Care) -> Somebody:
    """Somebody of the health authority."""
    async with unit_of_work(care.ground, SYSTEM) as work:
        fields = OrganisationFields(
            f"试验卫健局{uuid4().hex[:6]}",
            OrganisationKind.AUTHORITY,
            Level.COUNTY,
            Grade.UNGRADED,
            None,
            "0",
            "无此地",
        )
        organisation_id = await organisations.add_organisation(work, fields)
    return await a_member_of_staff(care.ground, Role.REGULATOR, Hospital(organisation_id, uuid4(), fields.name))
