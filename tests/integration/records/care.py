"""A patient in a doctor's care, without booking and visit: what the floors above would have opened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from server.foundation.actor import SYSTEM, OrganisationId
from server.foundation.ground import Ground
from server.foundation.work import Work, unit_of_work
from server.records import service as records
from server.records.rules import Purpose
from server.records.service import EncounterId
from tests.api import Answer, Api
from tests.people import Hospital, Somebody, a_doctor, a_hospital, a_patient

NOTE: dict[str, Any] = {
    "chief_complaint": "血压复查",
    "history": "规律服药三个月，家中血压 135/85 mmHg，无头晕。",
    "vitals": {"systolic_mmhg": 135, "diastolic_mmhg": 85},
    "diagnoses": [{"icd10": "I10"}],
    "plan": "继续氨氯地平，低盐饮食，三个月后复查。",
    "disposition": "follow_up",
}


@dataclass(frozen=True, slots=True)
class Care:
    """A patient, the doctor, and the encounter that joins them."""

    ground: Ground
    api: Api
    hospital: Hospital
    patient: Somebody
    doctor: Somebody
    visit_id: UUID
    encounter_id: EncounterId

    def of(self, who: Somebody) -> Api:
        """The API as this person."""
        return self.api.signed_in(who.token)

    async def upload(
        self, data: bytes, *, who: Somebody | None = None, kind: str = "diagnosis_paper", visit: bool = True
    ) -> Answer:
        """An upload, by the patient unless told otherwise."""
        query = f"?kind={kind}" + (f"&visit_id={self.visit_id}" if visit else "")
        path = f"/api/patients/{self.patient.id}/attachments{query}"
        headers = {
            "Content-Type": "application/octet-stream",
            "X-File-Name": "%E5%87%BA%E9%99%A2%E5%B0%8F%E7%BB%93.pdf",
        }
        return await self.of(who or self.patient).call("POST", path, data=data, headers=headers)

    async def save(self, content: dict[str, Any], seq: int) -> Answer:
        """A save of the draft by the doctor."""
        path = f"/api/encounters/{self.encounter_id}/note/draft"
        return await self.of(self.doctor).put(path, {"seq": seq, "content": content})

    async def sign(self, content: dict[str, Any] | None = None) -> records.NoteView:
        """The note, saved and signed by the doctor."""
        (await self.save(content or NOTE, 0)).ok()
        async with work_of(self.ground, self.doctor) as work:
            return await records.sign_note(work, self.encounter_id)

    async def consent(self, purpose: Purpose, *, who: Somebody | None = None, encounter: bool = False) -> Answer:
        """A consent by the patient to the current text."""
        (text,) = [each for each in records.consent_text_list("zh") if each.purpose is purpose]
        body = {"purpose": purpose.value, "version": text.version, "read_s": 30}
        if encounter:
            body["encounter_id"] = str(self.encounter_id)
        return await self.of(who or self.patient).post(f"/api/patients/{self.patient.id}/consents", body)


@asynccontextmanager
async def work_of(ground: Ground, who: Somebody | None, *, later: timedelta = timedelta()) -> AsyncIterator[Work]:
    """A unit of work of a person (None: the system), as if that much later; committed at the end."""
    async with unit_of_work(ground, who.actor if who else SYSTEM) as work:
        work.now += later
        yield work


async def a_care(ground: Ground, api: Api, *, patient: Somebody | None = None, doctor: Somebody | None = None) -> Care:
    """A patient in the care of a doctor."""
    hospital = await a_hospital(ground)
    if doctor is not None:
        assert doctor.organisation_id is not None
        hospital = replace(hospital, id=doctor.organisation_id)
    doctor = doctor or await a_doctor(ground, hospital)
    patient = patient or await a_patient(ground)
    visit_id = uuid4()
    organisation_id = OrganisationId(hospital.id)
    async with work_of(ground, None) as work:
        encounter_id = await records.open_encounter(
            work,
            patient_id=patient.id,
            organisation_id=organisation_id,
            doctor_id=doctor.id,
            kind="follow_up",
            source_id=visit_id,
        )
        await records.open_care(
            work, patient_id=patient.id, carer_id=doctor.id, organisation_id=organisation_id, source_id=visit_id
        )
    return Care(ground, api, hospital, patient, doctor, visit_id, encounter_id)
