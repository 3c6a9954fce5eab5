"""待匹配: a study joins an order by itself only when number and patient agree; everything else waits for a person."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pydicom
import pytest
from pydicom.uid import UID
from sqlalchemy import select

from server.demo.phantom import Subject
from server.foundation.audit import AuditRow
from server.foundation.ground import Ground
from server.imaging.matching.model import Matching
from server.imaging.studies.model import Study
from tests import people
from tests.api import Answer, Api
from tests.people import Somebody

from .centre import Centre, acted_for
from .gateway import BORN, Gate, a_gate, a_scan

HERSELF = Subject("wang^ceshi", "L-1", "M", BORN)  # as a scanner writes 王测试


@dataclass(slots=True)
class Desk:
    """The township's desk for what waits, with an ordered examination of one patient."""

    centre: Centre
    gate: Gate
    patient: Somebody

    @property
    def api(self) -> Api:
        """The clinic worker's."""
        return self.centre.of(self.centre.worker)

    async def order(self) -> dict[str, Any]:
        """A new order for the patient."""
        return await self.centre.ordered(patient_id=str(self.patient.id))

    async def arrived(self, subject: Subject, accession: str = "") -> Study:
        """A scan of that subject, sent by the township's scanner."""
        scan = a_scan(subject, slices=1, accession=accession)
        assert (await self.gate.store(scan)).status == 200
        uid = pydicom.dcmread(io.BytesIO(scan[0]), stop_before_pixels=True).StudyInstanceUID
        return await self.study(str(uid))

    async def study(self, uid: str) -> Study:
        """As it stands."""
        async with self.gate.ground.database.session() as session:
            return (await session.scalars(select(Study).where(Study.study_uid == uid))).one()

    async def waiting(self) -> dict[str, dict[str, Any]]:
        """What the worker sees waiting, by study."""
        return {each["study_id"]: each for each in (await self.api.get("/api/imaging/unmatched")).ok()}

    async def match(self, study: Study, **body: Any) -> Answer:
        """The worker attaches it."""
        return await self.api.post(f"/api/imaging/unmatched/{study.id}/match", body)


@pytest.fixture
async def desk(ground: Ground, api: Api, centre: Centre) -> Desk:
    gate = await a_gate(ground, api, centre.township)
    patient = await people.a_patient(ground, born=BORN, name="王测试", home=centre.township.id)
    await acted_for(ground, centre.worker, patient)
    return Desk(centre, gate, patient)


async def test_the_orders_number_and_an_agreeing_patient_join_by_themselves(desk: Desk) -> None:
    order = await desk.order()
    study = await desk.arrived(HERSELF, order["accession_number"])
    assert (study.patient_id, str(study.order_id)) == (desk.patient.id, order["id"])
    assert (await desk.centre.seen(order))["status"] == "acquired"
    assert str(study.id) not in await desk.waiting()


@pytest.mark.parametrize(
    ("subject", "reason", "confirm"),
    [
        (Subject("li^si", "L-1", "M", BORN), "differs", ["name"]),
        (Subject("王测试", "L-1", "F", BORN), "differs", ["sex"]),
        (Subject("王测试", "L-1", "M", BORN.replace(year=1969)), "differs", ["birth_date", "only_name"]),
        (Subject("", "", "M", BORN), "nothing_to_compare", []),
    ],
)
async def test_the_orders_number_alone_attaches_nothing(
    desk: Desk, subject: Subject, reason: str, confirm: list[str]
) -> None:
    order = await desk.order()
    study = await desk.arrived(subject, order["accession_number"])
    assert (study.patient_id, study.order_id) == (None, None)
    waits = (await desk.waiting())[str(study.id)]
    assert (waits["reason"], waits["order"]["id"], waits["source"]) == (reason, order["id"], "测试设备")
    path = f"/api/imaging/unmatched/{study.id}/comparison?order_id={order['id']}"
    compared = (await desk.api.get(path)).ok()
    assert sorted(compared["confirm"]) == sorted(confirm)
    if confirm:
        refused = await desk.match(study, order_id=order["id"], confirm_differences=confirm[1:])
        assert (refused.code, refused.body["differences"]) == ("differences-not-confirmed", confirm[:1])
    assert (await desk.match(study, order_id=order["id"], confirm_differences=confirm)).status == 204
    joined = await desk.study(study.study_uid)
    assert (joined.patient_id, str(joined.order_id)) == (desk.patient.id, order["id"])
    assert (await desk.centre.seen(order))["status"] == "acquired"
    async with desk.gate.ground.database.session() as session:
        row = await session.get_one(Matching, study.id)
        assert (row.state, row.differences, row.decided_by) == ("attached", sorted(confirm), desk.centre.worker.id)
        acts = await session.scalars(select(AuditRow.action).where(AuditRow.subject == str(study.id)))
        assert {"imaging-study.wait", "imaging-study.attach"} <= set(acts)


async def test_a_name_alone_is_confirmed_to_be_all_there_is(desk: Desk) -> None:
    file = pydicom.dcmread(io.BytesIO(a_scan(HERSELF, slices=1)[0]))
    file.PatientBirthDate, file.PatientSex = "", ""
    out = io.BytesIO()
    file.save_as(out)
    assert (await desk.gate.store([out.getvalue()])).status == 200
    study = await desk.study(str(file.StudyInstanceUID))
    assert (await desk.waiting())[str(study.id)]["reason"] == "no_accession"
    refused = await desk.match(study, patient_id=str(desk.patient.id))
    assert (refused.status, refused.body["differences"]) == (409, ["only_name"])
    assert (await desk.match(study, patient_id=str(desk.patient.id), confirm_differences=["only_name"])).status == 204
    assert (await desk.study(study.study_uid)).patient_id == desk.patient.id
    twice = await desk.match(study, patient_id=str(desk.patient.id), confirm_differences=["only_name"])
    assert twice.code == "study-decided-already"


async def test_another_institutions_number_is_nobodys(desk: Desk, ground: Ground, api: Api) -> None:
    order = await desk.order()
    elsewhere = await a_gate(ground, api)
    scan = a_scan(HERSELF, slices=1, accession=order["accession_number"])
    assert (await elsewhere.store(scan)).status == 200
    (waits,) = (await elsewhere.of(elsewhere.worker).get("/api/imaging/unmatched")).ok()
    assert (waits["reason"], waits["order"]) == ("accession_unknown", None)
    assert (await desk.centre.seen(order))["status"] == "ordered"
    assert waits["study_id"] not in await desk.waiting()
    body = {"patient_id": str(desk.patient.id)}
    for who, path in (
        (elsewhere.of(elsewhere.worker), waits["study_id"]),  # their study, a patient whom they do not know
        (desk.api, waits["study_id"]),  # a known patient, a study that is not theirs
    ):
        answer = await who.post(f"/api/imaging/unmatched/{path}/match", body)
        assert (answer.status, answer.code) == (404, "not-found")


async def test_a_cancelled_order_takes_no_pictures(desk: Desk) -> None:
    order = await desk.order()
    (await desk.centre.act(desk.centre.worker, order, "cancel", {"code": "wrong-order", "text": "开错了"})).ok()
    study = await desk.arrived(HERSELF, order["accession_number"])
    assert (await desk.waiting())[str(study.id)]["reason"] == "order_over"
    refused = await desk.match(study, order_id=order["id"])
    assert refused.code == "order-takes-no-pictures"
    assert (await desk.match(study, patient_id=str(desk.patient.id))).status == 204


async def test_a_study_is_rejected_with_a_reason_and_then_found_no_more(desk: Desk) -> None:
    study = await desk.arrived(Subject("无^此人", "X", "F", BORN))
    path = f"/api/imaging/unmatched/{study.id}/reject"
    assert (await desk.api.post(path, {"reason": "x"})).status == 422
    assert (await desk.api.post(path, {"reason": "不是本院的检查"})).status == 204
    assert str(study.id) not in await desk.waiting()
    assert (await desk.study(study.study_uid)).state == "rejected"
    found = await desk.gate.api.get(
        f"/dicomweb/studies?StudyInstanceUID={study.study_uid}",
        headers={"Authorization": f"Bearer {desk.gate.reading['token']}"},
    )
    assert found.ok() == []
    assert (await desk.match(study, patient_id=str(desk.patient.id))).code == "study-decided-already"


async def test_a_picture_of_somebody_else_does_not_slip_into_an_attached_study(desk: Desk) -> None:
    order = await desk.order()
    study = await desk.arrived(HERSELF, order["accession_number"])
    assert study.patient_id == desk.patient.id
    more = pydicom.dcmread(io.BytesIO(a_scan(HERSELF, slices=1)[0]))
    more.StudyInstanceUID = study.study_uid
    sent = []
    for number, (name, file_id) in enumerate([("Wang^Ceshi", "L-1"), ("li^si", "L-2")]):
        more.PatientName, more.PatientID = name, file_id
        more.SOPInstanceUID = more.file_meta.MediaStorageSOPInstanceUID = UID(f"{more.SOPInstanceUID[:50]}.{number}")
        out = io.BytesIO()
        more.save_as(out)
        sent.append(await desk.gate.store([out.getvalue()]))
    assert [answer.status for answer in sent] == [200, 409]
    assert (await desk.study(study.study_uid)).instance_count == 2
    aside = (await desk.api.get("/api/imaging/quarantine")).ok()
    assert [each["reason"] for each in aside] == ["same-study-other-patient"]
