"""A practice for tests: a doctor whose patient's room is open, a pharmacist of the hospital, and each step of a prescription."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from server.foundation.ground import Ground
from tests.api import Answer, Api
from tests.integration.consultations.clinic import Clinic, a_clinic, in_room
from tests.people import Somebody, a_pharmacist

AMLODIPINE: dict[str, Any] = {
    "drug_id": "amlodipine",
    "name": "氨氯地平",
    "strength": "5mg",
    "dose": 5,
    "unit": "mg",
    "route": "PO",
    "frequency": "qd",
    "days": 7,
    "quantity": 7,
    "quantity_unit": "片",
}
SHEET: dict[str, Any] = {"diagnoses": [{"code": "I10", "name": "原发性高血压"}], "items": [AMLODIPINE]}
KNOWN: list[dict[str, Any]] = [
    {"kind": "no_known_allergy"},
    {"kind": "weight", "kg": 70},
    {"kind": "height", "cm": 170},
]


@dataclass(frozen=True, slots=True)
class Practice:
    """A visit that goes on."""

    clinic: Clinic
    patient: Somebody
    visit_id: str
    pharmacist: Somebody

    @property
    def ground(self) -> Ground:
        """The process it happens in."""
        return self.clinic.ground

    @property
    def doctor(self) -> Api:
        """The API as the visit's doctor."""
        return self.clinic.of(self.clinic.doctor)

    @property
    def counter(self) -> Api:
        """The API as the hospital's pharmacist."""
        return self.clinic.of(self.pharmacist)

    @property
    def at_home(self) -> Api:
        """The API as the patient."""
        return self.clinic.of(self.patient)

    async def draft(self, **changed: Any) -> Answer:
        """A prescription of one drug for a week, or what is changed of it."""
        return await self.doctor.post(f"/api/visits/{self.visit_id}/prescriptions", {**SHEET, **changed})

    async def sign(self, rx: dict[str, Any], **changed: Any) -> Answer:
        """Sign what is shown, with a reason for whatever wants one."""
        return await self.doctor.post(f"/api/prescriptions/{rx['id']}/sign", {**shown(rx), **changed})

    async def signed(self, **changed: Any) -> dict[str, Any]:
        """A prescription that waits for review."""
        return dict((await self.sign((await self.draft(**changed)).ok())).ok())

    async def claim(self, rx: dict[str, Any]) -> dict[str, Any]:
        """Into the pharmacist's hands: what the pharmacist is shown."""
        (await self.counter.post(f"/api/prescriptions/{rx['id']}/claim")).ok()
        return dict((await self.counter.get(f"/api/prescriptions/{rx['id']}")).ok())

    async def decide(self, rx: dict[str, Any], verb: str, **because: Any) -> Answer:
        """The pharmacist's decision on a claimed prescription as it is shown."""
        seen = {"version": rx["version"], "digest": rx["digest"], "findings_digest": rx["check"]["digest"]}
        return await self.counter.post(f"/api/prescriptions/{rx['id']}/{verb}", {**seen, **because})

    async def approved(self, **changed: Any) -> dict[str, Any]:
        """A prescription that may be supplied."""
        claimed = await self.claim(await self.signed(**changed))
        (await self.decide(claimed, "approve")).ok()
        return dict((await self.doctor.get(f"/api/prescriptions/{claimed['id']}")).ok())

    async def returned(self, **changed: Any) -> dict[str, Any]:
        """A prescription that is back with its doctor."""
        claimed = await self.claim(await self.signed(**changed))
        (await self.decide(claimed, "return", reason_code="dose", text="请核对剂量")).ok()
        return dict((await self.doctor.get(f"/api/prescriptions/{claimed['id']}")).ok())


def shown(rx: dict[str, Any]) -> dict[str, Any]:
    """What a doctor sends who has seen this and answers every finding."""
    asked = [each["id"] for each in rx["check"]["findings"] if each["level"] in ("confirm", "warning")]
    return {
        "version": rx["version"],
        "digest": rx["digest"],
        "overrides": [{"finding_id": each, "reason": "已评估，获益大于风险"} for each in asked],
    }


async def a_practice(ground: Ground, api: Api) -> Practice:
    """A doctor in a room with a patient whose health is known, and a pharmacist who may review."""
    clinic = await a_clinic(ground, api)
    patient, visit_id = await in_room(clinic)
    (await clinic.of(clinic.doctor).post(f"/api/patients/{patient.id}/health", {"facts": KNOWN})).ok()
    return Practice(clinic, patient, visit_id, await a_pharmacist(ground, clinic.hospital))
