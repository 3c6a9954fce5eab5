"""What viewers get over HTTP, who gets it, and what is left in the who-read list."""

from __future__ import annotations

import asyncio
import io
import struct
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pydicom
import pytest

from server.demo.phantom import files
from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.imaging.dicom.verdict import SENTENCES, Reason
from server.imaging.studies import assigning, jobs
from server.imaging.studies import service as studies
from server.imaging.studies.events import StudyQuiet
from server.records import service as records
from tests.api import Api
from tests.unit.imaging import hostile

from .pictures import House, a_chest, a_house

_DATA = Path(pydicom.__file__).parent / "data" / "test_files"


@pytest.fixture
async def house(ground: Ground, api: Api) -> House:
    """An institution, anew for each test."""
    return await a_house(ground, api)


async def _view(house: House, study_id: UUID) -> dict[str, Any]:
    return dict((await house.of(house.doctor).get(f"/api/imaging/studies/{study_id}")).ok())


async def test_a_study_tells_a_viewer_everything_and_is_small_on_the_line(house: House) -> None:
    chest = a_chest(slices=40)
    study_id = await house.study(chest)
    answer = await house.of(house.doctor).get(f"/api/imaging/studies/{study_id}")
    view = answer.ok()
    assert (view["patient"]["name"], view["modality"], view["description"]) == (
        house.patient.name,
        "CT",
        chest.description,
    )
    (series,) = view["series"]
    assert [each["number"] for each in series["instances"]] == list(range(1, 41))
    first = series["instances"][0]
    assert (first["bits"], first["signed"], first["slope"], first["intercept"], first["unit"]) == (
        16,
        False,
        1,
        -1024,
        "HU",
    )
    assert first["windows"] == [[-500, 1500, "LUNG"], [40, 400, "MEDIASTINUM"]]
    assert first["orientation"] == [1, 0, 0, 0, 1, 0]
    assert answer.headers["Content-Encoding"] in ("gzip", "deflate")
    assert int(answer.headers["Content-Length"]) < len(answer.raw) / 6


async def test_the_picture_that_a_study_opens_with_is_had_beside_it(house: House) -> None:
    study_id = await house.study(a_chest(slices=3))
    doctor, path = house.of(house.doctor), f"/api/imaging/studies/{study_id}"
    early, told = await asyncio.gather(doctor.get(f"{path}/first-picture?size=64"), doctor.get(path))
    first = told.ok()["series"][0]["instances"][0]["id"]
    assert (early.status, early.headers["X-Instance"], early.headers["X-Frame"]) == (200, first, "1")
    preview = await doctor.get(f"/api/imaging/instances/{first}/frames/1/preview?size=64")
    assert (early.raw, early.headers["X-Window"]) == (preview.raw, preview.headers["X-Window"])
    reads = (await house.of(house.patient).get(f"/api/patients/{house.patient.id}/reads")).ok()
    assert [each["what"] for each in reads] == ["study"], "both are one opening"
    assert (await house.of(house.stranger).get(f"{path}/first-picture?size=64")).status == 404


async def test_a_study_without_pictures_opens_with_none(house: House) -> None:
    (outcome,) = await house.take([(_DATA / "rtplan.dcm").read_bytes()])
    answer = await house.of(house.worker).get(f"/api/imaging/studies/{outcome.study_id}/first-picture")
    assert answer.code == "not-a-picture"


async def test_a_picture_that_the_browser_has_is_not_sent_again_but_asked_for(house: House) -> None:
    study_id = await house.study()
    instance = (await _view(house, study_id))["series"][0]["instances"][0]["id"]
    path = f"/api/imaging/instances/{instance}/frames/1/pixels"
    first = await house.of(house.doctor).get(path)
    assert first.status == 200
    again = await house.of(house.doctor).get(path, headers={"If-None-Match": first.headers["Etag"]})
    assert (again.status, again.raw) == (304, b"")
    refused = await house.of(house.stranger).get(path, headers={"If-None-Match": first.headers["Etag"]})
    assert refused.status == 404, "what somebody may not see is not confirmed from a cache either"


async def test_another_institution_gets_the_answer_of_an_unknown_id_everywhere(house: House) -> None:
    study_id = await house.study()
    view = await _view(house, study_id)
    series, instance = view["series"][0]["id"], view["series"][0]["instances"][0]["id"]
    paths = [
        f"/api/imaging/studies/{study_id}",
        f"/api/imaging/series/{series}/previews",
        *(f"/api/imaging/instances/{instance}/{what}" for what in ("document", "file")),
        *(f"/api/imaging/instances/{instance}/frames/1/{what}" for what in ("preview", "pixels", "rendered")),
    ]
    for path in paths:
        assert (await house.of(house.doctor).get(path)).status == 200, path
        refused = await house.of(house.stranger).get(path)
        assert (refused.status, refused.code) == (404, "not-found"), path
        assert house.patient.name.encode() not in refused.raw
    copy = f"/api/imaging/studies/{study_id}/teaching-copy"
    assert (await house.of(house.doctor).post(copy)).status == 200
    assert (await house.of(house.stranger).post(copy)).status == 404


async def test_the_patient_sees_the_pictures_but_takes_no_file_and_no_copy(house: House) -> None:
    study_id = await house.study()
    patient = house.of(house.patient)
    view = (await patient.get(f"/api/imaging/studies/{study_id}")).ok()
    instance = view["series"][0]["instances"][0]["id"]
    assert (await patient.get(f"/api/imaging/instances/{instance}/frames/1/preview")).status == 200
    assert (await patient.get(f"/api/imaging/instances/{instance}/file")).status == 403
    assert (await patient.post(f"/api/imaging/studies/{study_id}/teaching-copy")).status == 403


async def test_care_that_has_ended_shows_nothing_any_more(house: House) -> None:
    study_id = await house.study()
    assert (await house.of(house.doctor).get(f"/api/imaging/studies/{study_id}")).status == 200
    async with unit_of_work(house.ground, SYSTEM) as work:
        await records.end_care(work, house.care_id, days=0)
    instance = await _first(house, study_id)
    for path in (f"/api/imaging/studies/{study_id}", f"/api/imaging/instances/{instance}/frames/1/pixels"):
        assert (await house.of(house.doctor).get(path)).status == 404


async def test_opening_is_one_line_of_the_who_read_list_however_many_slices(house: House) -> None:
    study_id = await house.study()
    view = await _view(house, study_id)
    for instance in view["series"][0]["instances"]:
        await house.of(house.doctor).get(f"/api/imaging/instances/{instance['id']}/frames/1/preview")
    reads = (await house.of(house.patient).get(f"/api/patients/{house.patient.id}/reads")).ok()
    assert [(each["what"], each["subject_id"]) for each in reads] == [("study", str(study_id))]


async def test_frames_without_opening_the_study_are_in_the_list_too(house: House) -> None:
    study_id = await house.study()
    instance = await _first(house, study_id)
    assert (await house.of(house.doctor).get(f"/api/imaging/instances/{instance}/frames/1/pixels")).status == 200
    reads = (await house.of(house.patient).get(f"/api/patients/{house.patient.id}/reads")).ok()
    assert [each["what"] for each in reads] == ["study"]


async def test_previews_of_a_series_come_in_one_stream(house: House) -> None:
    study_id = await house.study(a_chest(slices=6, size=128))
    series = (await _view(house, study_id))["series"][0]["id"]
    answer = await house.of(house.doctor).get(f"/api/imaging/series/{series}/previews?first=2&count=3&size=64")
    assert answer.status == 200
    places, at = [], 0
    while at < len(answer.raw):
        place, length, centre, width = struct.unpack_from(">IIff", answer.raw, at)
        assert answer.raw[at + 16 : at + 20] == b"RIFF", "a WebP"
        assert (centre, width) == (-500.0, 1500.0)
        places.append(place)
        at += 16 + length
    assert places == [2, 3, 4]


async def test_a_frame_that_is_not_there_is_unknown(house: House) -> None:
    study_id = await house.study()
    instance = await _first(house, study_id)
    doctor = house.of(house.doctor)
    assert (await doctor.get(f"/api/imaging/instances/{instance}/frames/2/pixels")).status == 404
    assert (await doctor.get(f"/api/imaging/instances/{instance}/frames/0/pixels")).status == 404
    wrong = await doctor.get(f"/api/imaging/instances/{instance}/frames/1/preview?window=40,0")
    assert wrong.status == 422


async def test_a_study_that_is_nobodys_is_seen_where_it_came_to(house: House) -> None:
    outcomes = await house.take(files(a_chest()))
    path = f"/api/imaging/studies/{outcomes[0].study_id}"
    assert (await house.of(house.worker).get(path)).ok()["patient"] is None
    assert (await house.of(house.stranger).get(path)).status == 404
    assert (await house.of(house.patient).get(path)).status == 404


async def test_matching_seals_the_words_anew_with_the_patients_key(house: House) -> None:
    outcomes = await house.take(files(a_chest()))
    study_id = outcomes[0].study_id
    assert study_id is not None
    async with unit_of_work(house.ground, SYSTEM) as work:
        before = (await studies.study_facts(work, study_id)).named
        await studies.match(work, study_id, house.patient.id)
    async with unit_of_work(house.ground, SYSTEM) as work:
        facts = await studies.study_facts(work, study_id)
        (series,) = await studies.series_facts(work, study_id)
    assert (facts.named, facts.patient_id) == (before, house.patient.id)
    assert series.description == "肺窗 5.0"


async def test_a_quiet_study_is_whole_and_told_of_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = await house.take(files(a_chest()))
    study_id = outcomes[0].study_id
    async with unit_of_work(house.ground, SYSTEM) as work:
        await jobs.settle_quiet.run(work)
        assert study_id is not None
        assert (await studies.study_facts(work, study_id)).state == "arriving", "a moment ago something came"
    told: list[object] = []
    async with unit_of_work(house.ground, SYSTEM) as work:
        work.now += assigning.QUIET_AFTER * 2
        monkeypatch.setattr(type(work), "record", lambda _, event: told.append(event))
        await jobs.settle_quiet.run(work)
    monkeypatch.undo()
    assert StudyQuiet(study_id, None) in told
    async with unit_of_work(house.ground, SYSTEM) as work:
        assert (await studies.study_facts(work, study_id)).state == "unmatched"
        await studies.match(work, study_id, house.patient.id)
        assert (await studies.study_facts(work, study_id)).state == "complete"


async def test_what_was_set_aside_is_listed_with_its_sentence_for_its_own_institution(house: House) -> None:
    sent = [hostile.good()[:-500], hostile.changed(StudyInstanceUID="../../x"), b"MZ" + hostile.good()[2:]]
    outcomes = await house.take(sent)
    assert [outcome.reason for outcome in outcomes] == ["truncated", "bad-uid", "polyglot"]
    rows = (await house.of(house.worker).get("/api/imaging/quarantine")).ok()
    assert {(row["reason"], row["name"]) for row in rows} == {
        ("truncated", "IM0001"),
        ("bad-uid", "IM0002"),
        ("polyglot", "IM0003"),
    }
    assert all(row["sentence"] == SENTENCES[Reason(row["reason"])][0] for row in rows)
    assert (await house.of(house.stranger).get("/api/imaging/quarantine")).ok() == []


async def test_what_was_set_aside_is_forgotten_after_its_time_and_not_before(house: House) -> None:
    await house.take([hostile.good()[:-500]])
    for later, left in ((timedelta(days=89), 1), (timedelta(days=91), 0)):
        async with unit_of_work(house.ground, SYSTEM) as work:
            work.now += later
            await jobs.forget_quarantine.run(work)
        assert len((await house.of(house.worker).get("/api/imaging/quarantine")).ok()) == left


async def test_a_prior_is_offered_and_another_patients_study_is_not(house: House, ground: Ground, api: Api) -> None:
    now, before = await house.study(), await house.study()
    other = await a_house(ground, api)
    await other.study()
    priors = (await _view(house, now))["priors"]
    assert [prior["id"] for prior in priors] == [str(before)]
    listed = (await house.of(house.doctor).get(f"/api/imaging/studies?patient_id={house.patient.id}")).ok()
    assert {study["id"] for study in listed} == {str(now), str(before)}


async def test_a_teaching_copy_names_nobody_and_opens(house: House) -> None:
    study_id = await house.study()
    answer = await house.of(house.doctor).post(f"/api/imaging/studies/{study_id}/teaching-copy")
    assert answer.status == 200
    with zipfile.ZipFile(io.BytesIO(answer.raw)) as copied:
        contents = [copied.read(name) for name in copied.namelist()]
    assert len(contents) == 3
    for content in contents:
        assert b"CESHI" not in content
        assert pydicom.dcmread(io.BytesIO(content)).PatientName == "TEACHING"


async def _first(house: House, study_id: UUID) -> UUID:
    async with unit_of_work(house.ground, SYSTEM) as work:
        return (await studies.instance_facts(work, study_id))[0].id
