"""Uploads by page: files and zips, the same again, what is in them, several people in one folder, and what nobody finishes."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pydicom
import pytest
from pydicom.uid import UID
from sqlalchemy import select, update

from server.demo.phantom import Subject
from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.imaging.arrivals import receiving
from server.imaging.arrivals.model import Arrival, NamedPerson
from server.imaging.studies.model import Study
from server.settings import ImagingSettings
from tests.api import Answer, Api
from tests.people import Somebody

from .gateway import BORN, Gate, a_gate, a_scan

HIMSELF = Subject("王测试", "L-9", "M", BORN)
OTHER = Subject("李^某人", "L-8", "F", BORN)


@dataclass(slots=True)
class Upload:
    """A clinic worker's upload for a patient."""

    gate: Gate
    patient: Somebody
    id: str

    @property
    def api(self) -> Api:
        return self.gate.of(self.gate.worker)

    async def send(self, content: bytes, name: str = "IM1") -> list[dict[str, Any]]:
        """One file or zip; its outcomes."""
        answer = await self.put(content, name)
        found: list[dict[str, Any]] = answer.ok()["outcomes"]
        return found

    async def put(self, content: bytes, name: str = "IM1") -> Answer:
        headers = {"Content-Type": "application/octet-stream", "X-File-Name": name}
        return await self.api.call("POST", f"/api/imaging/arrivals/{self.id}/files", data=content, headers=headers)

    async def check(self) -> list[dict[str, Any]]:
        """What is in it."""
        found: list[dict[str, Any]] = (await self.api.post(f"/api/imaging/arrivals/{self.id}/check")).ok()
        return found

    async def finish(self, *uids: str, reason: str | None = None) -> Answer:
        """These studies are the patient's."""
        studies = [{"study_uid": uid, "patient_id": str(self.patient.id)} for uid in uids]
        return await self.api.post(f"/api/imaging/arrivals/{self.id}/finish", {"studies": studies, "reason": reason})

    async def studies(self) -> dict[str, Study]:
        """What the institution has, by UID."""
        async with self.gate.ground.database.session() as session:
            rows = await session.scalars(select(Study).where(Study.organisation_id == self.gate.hospital.id))
            return {row.study_uid: row for row in rows}


@pytest.fixture
async def upload(ground: Ground, api: Api) -> Upload:
    gate = await a_gate(ground, api)
    patient = await gate.patient("王测试")
    started = await gate.of(gate.worker).post("/api/imaging/arrivals", {"patient_id": str(patient.id)})
    return Upload(gate, patient, started.ok()["id"])


@pytest.fixture
async def small(ground: Ground) -> AsyncIterator[None]:
    """A process that unpacks little."""
    before = ground.part(ImagingSettings)
    ground.provide(before.model_copy(update={"store_limit_bytes": 300_000, "instance_limit_bytes": 100_000}))
    yield
    ground.provide(before)


def uid_of(content: bytes) -> str:
    return str(pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True).StudyInstanceUID)


def packed(files: dict[str, bytes]) -> bytes:
    """A zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


async def test_a_folder_file_by_file_becomes_the_patients_study(upload: Upload) -> None:
    scan = a_scan(HIMSELF, slices=3)
    for content in scan:
        ((outcome,)) = await upload.send(content)
        assert (outcome["state"], outcome["sha256"]) == ("kept", hashlib.sha256(content).hexdigest())
    (found,) = await upload.check()
    assert (found["fits"], found["reasons"], found["instances"]) == ("yes", [], 3)
    assert (found["patient_name_in_file"], found["id"], found["birth_date"]) == ("王测试", "L-9", "19680302")
    assert (await upload.finish(uid_of(scan[0]))).status == 204
    study = (await upload.studies())[uid_of(scan[0])]
    assert (study.patient_id, study.state, study.came_by) == (upload.patient.id, "complete", "page")
    assert (await upload.put(scan[0])).code == "arrival-over"


async def test_what_broke_off_goes_on_by_sending_everything_again(upload: Upload) -> None:
    scan = a_scan(HIMSELF, slices=4)
    for content in scan[:2]:
        await upload.send(content)
    mine = (await upload.api.get("/api/imaging/arrivals")).ok()
    assert [each["id"] for each in mine] == [upload.id]
    shown = (await upload.api.get(f"/api/imaging/arrivals/{upload.id}")).ok()
    assert {each["sha256"] for each in shown["files"]} == {hashlib.sha256(each).hexdigest() for each in scan[:2]}
    states = [(await upload.send(content))[0]["state"] for content in scan]
    assert states == ["same", "same", "kept", "kept"]
    assert (await upload.check())[0]["instances"] == 4


async def test_a_zip_is_unpacked_and_its_paths_mean_nothing(upload: Upload) -> None:
    first, second = a_scan(HIMSELF, slices=2)
    outcomes = await upload.send(
        packed(
            {
                "../../../etc/IM1": first,
                "C:\\pictures\\IM2": second,
                "__MACOSX/._IM1": b"x",
                "viewer/autorun.inf": b"x",
                "readme.txt": b"Open the viewer",
                "inner.zip": packed({"IM3": first}),
            }
        )
    )
    told = {each["name"]: (each["state"], each["reason"]) for each in outcomes}
    assert told == {
        "IM1": ("kept", None),
        "IM2": ("kept", None),
        "readme.txt": ("refused", "not-dicom"),
        "inner.zip": ("refused", "not-dicom"),
    }
    assert all(each["title"] for each in outcomes if each["state"] == "refused")


async def test_a_directory_of_a_disc_is_left_out_and_its_pictures_are_not(upload: Upload) -> None:
    (content,) = a_scan(HIMSELF, slices=1)
    listing = pydicom.dcmread(io.BytesIO(content))
    listing.file_meta.MediaStorageSOPClassUID = listing.SOPClassUID = UID("1.2.840.10008.1.3.10")
    out = io.BytesIO()
    listing.save_as(out)
    outcomes = await upload.send(packed({"DICOMDIR": out.getvalue(), "IM1": content}))
    assert [(each["name"], each["reason"]) for each in outcomes] == [("DICOMDIR", "media-directory"), ("IM1", None)]


@pytest.mark.usefixtures("small")
async def test_a_zip_that_unpacks_too_far_is_stopped(upload: Upload) -> None:
    scan = a_scan(HIMSELF, slices=2)
    assert len(await upload.send(packed({"IM1": scan[0]}))) == 1
    bomb = packed({f"IM{number}": bytes(90_000) for number in range(20)})
    assert len(bomb) < 10_000
    answer = await upload.put(bomb)
    assert (answer.status, answer.code) == (413, "zip-expands-too-far")
    (single,) = await upload.send(packed({"huge": bytes(200_000)}))
    assert single["state"] == "refused"
    assert (await upload.put(bytes(200_000))).code == "file-too-large"
    assert (await upload.put(packed({"IM1": scan[1]})[:-30])).code == "zip-unreadable"


async def test_several_people_in_one_folder_stop_and_ask(upload: Upload) -> None:
    own, strangers = a_scan(HIMSELF, slices=2), a_scan(OTHER, slices=1)
    await upload.send(packed({f"IM{number}": content for number, content in enumerate([*own, *strangers])}))
    found = {each["study_uid"]: each for each in await upload.check()}
    assert found[uid_of(own[0])]["fits"] == "yes"
    assert (found[uid_of(strangers[0])]["fits"], sorted(found[uid_of(strangers[0])]["reasons"])) == (
        "no",
        ["name", "sex"],
    )
    refused = await upload.finish(uid_of(own[0]), uid_of(strangers[0]))
    assert refused.code == "not-this-patient"
    assert [each["study_uid"] for each in refused.body["studies"]] == [uid_of(strangers[0])]
    assert {row.patient_id for row in (await upload.studies()).values()} == {None}, "nothing was attached half-way"
    assert (await upload.finish(uid_of(own[0]))).status == 204
    after = await upload.studies()
    assert (after[uid_of(own[0])].patient_id, after[uid_of(strangers[0])].patient_id) == (upload.patient.id, None)
    waits = (await upload.api.get("/api/imaging/unmatched")).ok()
    assert [each["study_id"] for each in waits] == [str(after[uid_of(strangers[0])].id)]


async def test_files_of_one_study_that_name_two_people_become_nobodys(upload: Upload) -> None:
    first, second = a_scan(HIMSELF, slices=2)
    changed = pydicom.dcmread(io.BytesIO(second))
    changed.PatientName = "李^某人"
    out = io.BytesIO()
    changed.save_as(out)
    outcomes = [*await upload.send(first), *await upload.send(out.getvalue())]
    assert [each["state"] for each in outcomes] == ["kept", "kept"]
    (found,) = await upload.check()
    assert (found["fits"], found["reasons"], len(found["people"])) == ("no", ["mixed"], 2)
    answer = await upload.finish(uid_of(first), reason="确系本人")
    assert answer.code == "mixed-patients"
    assert (await upload.studies())[uid_of(first)].patient_id is None


async def test_a_reason_is_kept_when_the_files_say_somebody_else(upload: Upload) -> None:
    (content,) = a_scan(Subject("王^测式", "L-9", "M", BORN), slices=1)
    await upload.send(content)
    assert (await upload.finish(uid_of(content))).code == "not-this-patient"
    assert (await upload.finish(uid_of(content), reason="设备上姓名录错一字")).status == 204
    async with upload.gate.ground.database.session() as session:
        row = await session.get_one(Arrival, UUID(upload.id))
        assert row.words is not None
        assert "录错".encode() not in row.words
        people = await session.scalars(select(NamedPerson).where(NamedPerson.arrival_id == row.id))
        assert people.all() == [], "whom the files named is forgotten when the upload is over"


async def test_a_withdrawn_upload_leaves_nothing_waiting(upload: Upload) -> None:
    (content,) = a_scan(OTHER, slices=1)
    await upload.send(content)
    assert (await upload.api.delete(f"/api/imaging/arrivals/{upload.id}")).status == 204
    assert (await upload.studies())[uid_of(content)].state == "rejected"
    assert (await upload.api.get("/api/imaging/unmatched")).ok() == []
    assert (await upload.api.post(f"/api/imaging/arrivals/{upload.id}/check")).code == "arrival-over"


async def test_what_nobody_finishes_in_a_week_is_over_and_its_pictures_wait(upload: Upload) -> None:
    (content,) = a_scan(HIMSELF, slices=1)
    await upload.send(content)
    async with unit_of_work(upload.gate.ground, SYSTEM) as work:
        long_ago = work.now - receiving.GIVEN_UP_AFTER - timedelta(minutes=1)
        await work.session.execute(update(Arrival).where(Arrival.id == UUID(upload.id)).values(touched_at=long_ago))
    async with unit_of_work(upload.gate.ground, SYSTEM) as work:
        await receiving.sweep(work)
    assert (await upload.finish(uid_of(content))).code == "arrival-over"
    (waits,) = (await upload.api.get("/api/imaging/unmatched")).ok()
    assert (waits["reason"], waits["in_file"]["name"]) == ("by_hand", "王测试")


async def test_somebody_elses_upload_does_not_exist(upload: Upload, ground: Ground, api: Api) -> None:
    stranger = await a_gate(ground, api)
    assert (await upload.api.get(f"/api/imaging/arrivals/{upload.id}")).status == 200
    other = Upload(stranger, upload.patient, upload.id)
    (content,) = a_scan(HIMSELF, slices=1)
    assert (await other.put(content)).status == 404
    assert (await other.api.get(f"/api/imaging/arrivals/{upload.id}")).status == 404
    begun = await other.api.post("/api/imaging/arrivals", {"patient_id": str(upload.patient.id)})
    assert (begun.status, begun.code) == (404, "not-found"), "a patient whom the institution does not know"


async def test_a_zip_that_came_piece_by_piece_is_taken(upload: Upload) -> None:
    scan = a_scan(HIMSELF, slices=8, size=512)
    content = packed({f"IM{number}": each for number, each in enumerate(scan)})
    asked = {
        "purpose": "imaging_zip",
        "patient_id": str(upload.patient.id),
        "name": "ct.zip",
        "size": len(content),
        "content_type": "application/zip",
    }
    begun = await upload.api.post("/api/uploads", asked)
    if begun.status == 404:  # a clinic worker needs the patient's consent for that
        begun = await upload.api.post("/api/uploads", {**asked, "patient_id": None})
    told = begun.ok()
    digests = b""
    size = told["part_bytes"]
    assert len(content) > size, "several parts"
    for number in range(-(-len(content) // size)):
        piece = content[number * size : (number + 1) * size]
        digest = hashlib.sha256(piece)
        digests += digest.digest()
        headers = {"Content-Type": "application/octet-stream"}
        path = f"/api/uploads/{told['id']}/parts/{number}?sha256={digest.hexdigest()}"
        assert (await upload.api.call("PUT", path, data=piece, headers=headers)).status < 300
    too_early = await upload.api.post(f"/api/imaging/arrivals/{upload.id}/from-upload", {"upload_id": told["id"]})
    assert too_early.status == 409
    whole = hashlib.sha256(digests).hexdigest()
    (await upload.api.post(f"/api/uploads/{told['id']}/finish", {"sha256": whole})).ok()
    taken = await upload.api.post(f"/api/imaging/arrivals/{upload.id}/from-upload", {"upload_id": told["id"]})
    assert [each["state"] for each in taken.ok()["outcomes"]] == ["kept"] * 8
