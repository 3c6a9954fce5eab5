"""代办同意 taken by a family doctor: from patients whom the own institution knows, as the witness, once."""

from __future__ import annotations

from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.identity import service as identity
from server.records import service as records
from server.records.service import Purpose
from tests import people
from tests.api import Api


async def test_a_doctor_writes_down_that_a_patient_of_the_house_agrees(api: Api, ground: Ground) -> None:
    hospital = await people.a_hospital(ground)
    doctor = await people.a_doctor(ground, hospital)
    patient, stranger = await people.a_patient(ground), await people.a_patient(ground)
    async with unit_of_work(ground, SYSTEM) as work:
        await identity.admit(work, patient.id, hospital.id)
    desk = api.signed_in(doctor.token)
    path = f"/api/patients/{patient.id}/acting-consent"
    (text,) = [each for each in records.consent_text_list("zh") if each.purpose is Purpose.ACT_FOR_ME]
    read = {"version": text.version, "read_s": text.min_read_s}

    assert (await desk.get(path)).ok() is None
    assert (await desk.post(path, read | {"read_s": 0})).code == "consent-unread"
    first = (await desk.post(path, read)).ok()
    assert (await desk.post(path, read)).ok() == first
    standing = (await desk.get(path)).ok()
    assert (standing["id"], standing["witnessed_by"]) == (first["id"], str(doctor.id))
    assert (standing["given_by"], standing["organisation_id"]) == (str(patient.id), str(hospital.id))

    elsewhere = f"/api/patients/{stranger.id}/acting-consent"
    assert (await desk.get(elsewhere)).status == 404
    assert (await desk.post(elsewhere, read)).status == 404
