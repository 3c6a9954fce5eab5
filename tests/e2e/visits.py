"""A visit brought to a state through the public API, so that a test can begin in the middle."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from infra.tour import visitor
from infra.tour.caller import Caller
from infra.tour.steps import Steps

from .stack import Stack


class Quietly(Steps):
    """Steps of the tour that nobody reads."""

    def say(self, text: str) -> None:
        """Kept, not printed."""
        self.lines.append(text)


@dataclass
class Pair:
    """A registered patient and a demo doctor, signed in at the API, with a visit."""

    patient: Caller
    doctor: Caller
    visit_id: str

    async def visit(self) -> dict[str, Any]:
        """The visit as the doctor sees it."""
        found: dict[str, Any] = await self.doctor.get(f"/api/visits/{self.visit_id}")
        return found

    async def prepare(self) -> None:
        """Papers, consents, device; then into the waiting room."""
        path = f"/api/visits/{self.visit_id}"
        await self.patient.post(f"{path}/pre-check", {"complaint": "头晕两周", "answers": []})
        upload = f"/api/patients/{self.patient.person_id}/attachments?kind=diagnosis_paper&visit_id={self.visit_id}"
        await self.patient.upload(upload, visitor.paper(), "image/png")
        for text in await self.patient.get("/api/consent-texts"):
            if text["purpose"] in {"internet_diagnosis", "personal_data", "recording"}:
                body = {"purpose": text["purpose"], "version": text["version"], "read_s": 60}
                await self.patient.post(f"{path}/consents", body)
        await self.patient.post(f"{path}/device-check", {"skipped": True})
        await self.patient.post(f"{path}/check-in")

    async def start(self) -> None:
        """Reception, call, papers, decision, room."""
        visit = await self.visit()
        await self.doctor.post("/api/receptions/open", {"session_id": visit["session_id"]})
        await self.doctor.post(f"/api/visits/{self.visit_id}/call")
        for paper in await self.doctor.get(f"/api/encounters/{visit['encounter_id']}/attachments"):
            await self.doctor.fetch(f"/api/attachments/{paper['id']}")
        await self.doctor.post(f"/api/visits/{self.visit_id}/eligibility", {"decision": "same_diagnosis"})
        await self.doctor.post(f"/api/visits/{self.visit_id}/start")

    async def end(self) -> None:
        """Close whatever is open, so that the doctor is free for the next test."""
        visit = await self.visit()
        if visit["status"] not in {"closed", "cancelled", "terminated_to_offline", "ended_technical", "no_show"}:
            await self.doctor.post(f"/api/visits/{self.visit_id}/terminate", {"reason": "测试结束"})


@asynccontextmanager
async def a_booked_visit(
    stack: Stack, doctor_name: str = "李文清", patient_name: str | None = None
) -> AsyncIterator[Pair]:
    """A new patient, or one of the demo's, with the doctor's next place."""
    async with Caller(stack.address) as patient, Caller(stack.address) as doctor:
        if patient_name is None:
            await visitor.register(patient, Quietly())
        else:
            known = {each["name"]: each for each in await patient.get("/api/demo/people")}
            await patient.sign_in(known[patient_name])
        people = {each["name"]: each for each in await patient.get("/api/demo/people")}
        await doctor.sign_in(people[doctor_name])
        slot = await visitor.next_slot(patient, doctor.person_id)
        body = {"patient_id": patient.person_id, "diagnosed_in_person": True}
        await patient.post(f"/api/slots/{slot}/bookings", body)
        visit = next(each for each in await patient.get("/api/visits") if each["status"] == "booked")
        pair = Pair(patient, doctor, visit["id"])
        try:
            yield pair
        finally:
            await pair.end()


@asynccontextmanager
async def a_visit_in_video(
    stack: Stack, doctor_name: str = "李文清", patient_name: str | None = None
) -> AsyncIterator[Pair]:
    """A visit whose room is open."""
    async with a_booked_visit(stack, doctor_name, patient_name) as pair:
        await pair.prepare()
        await pair.start()
        yield pair
