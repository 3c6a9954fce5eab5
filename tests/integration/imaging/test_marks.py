"""Marks on pictures: kept with author and time, sealed, seen by whoever may see the study, taken away by their author."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from server.demo.phantom import files
from server.foundation.actor import SYSTEM, OrganisationId, Role
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.imaging.marks.model import MarkRow
from server.records import service as records
from tests.api import Api
from tests.people import Somebody, a_doctor, a_member_of_staff

from .pictures import House, a_chest, a_house

LENGTH = {
    "kind": "length",
    "points": [[10.5, 20], [30, 40.25]],
    "text": "左肺上叶结节",
    "figures": {"unit": "mm", "length": 18.6},
}


@pytest.fixture
async def house(ground: Ground, api: Api) -> House:
    """An institution with a patient in care."""
    return await a_house(ground, api)


async def _place(house: House, study_id: UUID) -> dict[str, Any]:
    """The first picture of a study, as a mark names it."""
    study = (await house.of(house.doctor).get(f"/api/imaging/studies/{study_id}")).ok()
    return {"instance_id": study["series"][0]["instances"][0]["id"], "frame": 1}


async def _colleague(house: House) -> Somebody:
    """Another doctor who cares for the patient."""
    doctor = await a_doctor(house.ground, house.hospital)
    async with unit_of_work(house.ground, SYSTEM) as work:
        await records.open_care(
            work,
            patient_id=house.patient.id,
            carer_id=doctor.id,
            organisation_id=OrganisationId(house.hospital.id),
            source_id=uuid4(),
        )
    return doctor


async def test_a_mark_is_kept_with_who_made_it_and_when(house: House) -> None:
    study_id = await house.study()
    marks = f"/api/imaging/studies/{study_id}/marks"
    sent = {**LENGTH, **await _place(house, study_id)}
    kept = (await house.of(house.doctor).post(marks, sent)).ok()
    assert (kept["mine"], kept["points"], kept["text"]) == (True, [[10.5, 20.0], [30.0, 40.25]], "左肺上叶结节")
    (seen,) = (await house.of(await _colleague(house)).get(marks)).ok()
    assert (seen["id"], seen["mine"], seen["by"]) == (kept["id"], False, house.doctor.name)
    assert seen["at"] == kept["at"]
    assert seen["figures"]["length"] == 18.6


async def test_the_same_mark_sent_twice_is_kept_once(house: House) -> None:
    study_id = await house.study()
    marks = f"/api/imaging/studies/{study_id}/marks"
    sent, key = {**LENGTH, **await _place(house, study_id)}, uuid4().hex
    answers = [(await house.of(house.doctor).post(marks, sent, key=key)).ok()["id"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert len((await house.of(house.doctor).get(marks)).ok()) == 1


async def test_the_database_says_nothing_of_what_a_mark_says(house: House) -> None:
    study_id = await house.study()
    sent = {**LENGTH, **await _place(house, study_id)}
    kept = (await house.of(house.doctor).post(f"/api/imaging/studies/{study_id}/marks", sent)).ok()
    async with house.ground.database.session() as session:
        row = (await session.scalars(select(MarkRow).where(MarkRow.id == UUID(kept["id"])))).one()
        spelled = str(
            (await session.execute(text("SELECT m::text FROM imaging_marks m WHERE id = :id"), {"id": row.id})).one()
        )
    assert "结节".encode() not in row.content
    assert "结节" not in spelled
    assert "18.6" not in spelled


async def test_only_its_author_takes_a_mark_away_and_the_row_stays(house: House, ground: Ground) -> None:
    study_id = await house.study()
    marks = f"/api/imaging/studies/{study_id}/marks"
    kept = (await house.of(house.doctor).post(marks, {**LENGTH, **await _place(house, study_id)})).ok()
    colleague = house.of(await _colleague(house))
    assert len((await colleague.get(marks)).ok()) == 1
    assert (await colleague.delete(f"/api/imaging/marks/{kept['id']}")).status == 404
    (await house.of(house.doctor).delete(f"/api/imaging/marks/{kept['id']}")).ok()
    assert (await colleague.get(marks)).ok() == []
    assert (await house.of(house.doctor).delete(f"/api/imaging/marks/{kept['id']}")).status == 404
    async with ground.database.session() as session:
        row = (await session.scalars(select(MarkRow).where(MarkRow.id == UUID(kept["id"])))).one()
    assert (row.removed_by, row.removed_at is not None) == (house.doctor.id, True)


async def test_marks_of_a_study_are_nothing_to_whoever_may_not_see_it(house: House) -> None:
    study_id = await house.study()
    marks = f"/api/imaging/studies/{study_id}/marks"
    sent = {**LENGTH, **await _place(house, study_id)}
    kept = (await house.of(house.doctor).post(marks, sent)).ok()
    stranger = house.of(house.stranger)
    for answer in (
        await stranger.get(marks),
        await stranger.post(marks, sent),
        await stranger.delete(f"/api/imaging/marks/{kept['id']}"),
    ):
        assert (answer.status, answer.code) == (404, "not-found")


async def test_the_patient_sees_marks_and_makes_none(house: House) -> None:
    study_id = await house.study()
    marks = f"/api/imaging/studies/{study_id}/marks"
    sent = {**LENGTH, **await _place(house, study_id)}
    (await house.of(house.doctor).post(marks, sent)).ok()
    assert len((await house.of(house.patient).get(marks)).ok()) == 1
    assert (await house.of(house.patient).post(marks, sent)).status == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"points": [[10, 20], [900, 40]]},
        {"points": [[10, 20]]},
        {"kind": "angle"},
        {"frame": 2},
    ],
)
async def test_a_mark_beside_the_picture_is_refused(house: House, wrong: dict[str, Any]) -> None:
    study_id = await house.study()
    marks = f"/api/imaging/studies/{study_id}/marks"
    sent = {**LENGTH, **await _place(house, study_id)}
    (await house.of(house.doctor).post(marks, sent)).ok()
    assert (await house.of(house.doctor).post(marks, {**sent, **wrong})).code == "mark-off-picture"


async def test_a_mark_on_a_picture_of_another_study_is_refused(house: House) -> None:
    here, there = await house.study(), await house.study()
    sent = {**LENGTH, **await _place(house, there)}
    (await house.of(house.doctor).post(f"/api/imaging/studies/{there}/marks", sent)).ok()
    assert (await house.of(house.doctor).post(f"/api/imaging/studies/{here}/marks", sent)).status == 404


async def test_nobodys_study_takes_no_marks_until_its_patient_is_known(house: House, ground: Ground) -> None:
    (outcome,) = await house.take(files(a_chest(slices=1)))
    marks = f"/api/imaging/studies/{outcome.study_id}/marks"
    sent = {**LENGTH, "instance_id": str(outcome.instance_id)}
    worker = house.of(await a_member_of_staff(ground, Role.CLINIC_WORKER, house.hospital))
    assert (await worker.post(marks, sent)).code == "marks-need-patient"
