"""A clinic for tests: a doctor's session that begins soon, patients who book it over HTTP, and each step of a visit."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from PIL import Image

from server.consultations import store
from server.consultations.model import Visit
from server.consultations.socket import Rooms
from server.foundation.actor import SYSTEM, PersonId
from server.foundation.clock import Clock, day_of, start_of_day
from server.foundation.ground import Ground
from server.foundation.jobs import Task
from server.foundation.work import Work, unit_of_work
from signaling.service import Change
from tests.api import Answer, Api
from tests.invented import Someone
from tests.people import Hospital, Somebody, a_doctor, a_hospital, a_patient, a_session, slots_of

SLOT_MINUTES, SLOTS = 10, 2
NOTE = {
    "chief_complaint": "血压控制不好 2 周",
    "history": "2 周来家庭自测血压 150–168 / 88–96 mmHg，晨起头晕",
    "vitals": {"systolic_mmhg": 164, "diastolic_mmhg": 93},
    "diagnoses": [{"icd10": "I10"}],
    "plan": "氨氯地平 5 mg 晨服继续，早晚各测 1 次血压",
    "disposition": "home_care",
}


@dataclass(frozen=True, slots=True)
class Clinic:
    """A session of a doctor, with everything around it."""

    ground: Ground
    api: Api
    hospital: Hospital
    doctor: Somebody
    session_id: UUID
    slots: tuple[UUID, ...]
    starts_at: datetime

    def of(self, who: Somebody | Someone) -> Api:
        """The API as this person."""
        return self.api.signed_in(who.token)

    async def desk(self, path: str, body: Any = None) -> Answer:
        """A step of the doctor."""
        return await self.of(self.doctor).post(path, body)

    async def open(self) -> None:
        """The doctor opens the door."""
        (await self.desk("/api/receptions/open", {"session_id": str(self.session_id)})).ok()


def _soon(now: datetime) -> datetime:
    """A start for which booking is still open and check-in already is, on one day in China."""
    starts_at = (now + timedelta(minutes=2)).replace(second=0, microsecond=0)
    ends_at = starts_at + timedelta(minutes=SLOT_MINUTES * SLOTS)
    if day_of(starts_at) == day_of(ends_at) == day_of(now):
        return starts_at
    return start_of_day(day_of(now) + timedelta(days=1)) + timedelta(minutes=5)


async def a_clinic(ground: Ground, api: Api, hospital: Hospital | None = None) -> Clinic:
    """A doctor with a session of two slots of five places that begins in a minute or two."""
    hospital = hospital or await a_hospital(ground)
    doctor = await a_doctor(ground, hospital)
    session = await a_session(
        ground, doctor, starts_at=_soon(ground.clock.now()), minutes=SLOT_MINUTES, slots=SLOTS, capacity=5
    )
    slots = tuple(await slots_of(ground, session))
    return Clinic(ground, api, hospital, doctor, session.id, slots, session.starts_at)


async def book(clinic: Clinic, patient: Somebody, *, slot: int = 0, by: Somebody | Someone | None = None) -> str:
    """A place booked over HTTP; gives the visit's id."""
    body = {"patient_id": str(patient.id), "diagnosed_in_person": True}
    booked = await clinic.of(by or patient).post(f"/api/slots/{clinic.slots[slot]}/bookings", body)
    booking_id = UUID(booked.ok()["id"])
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        visit = await store.by_booking(work.session, booking_id)
        assert visit is not None
        return str(visit.id)


async def a_booked_patient(clinic: Clinic, *, slot: int = 0) -> tuple[Somebody, str]:
    """A fresh patient with a visit."""
    patient = await a_patient(clinic.ground)
    return patient, await book(clinic, patient, slot=slot)


def a_picture(colour: str = "white") -> bytes:
    """A PNG that reads as a photographed paper."""
    out = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(out, "PNG")
    return out.getvalue()


async def upload_paper(clinic: Clinic, who: Somebody, patient_id: PersonId, visit_id: str) -> str:
    """A diagnosis paper in the record; gives its id."""
    uploaded = await clinic.of(who).call(
        "POST",
        f"/api/patients/{patient_id}/attachments?kind=diagnosis_paper&visit_id={visit_id}",
        data=a_picture(),
        headers={"Content-Type": "image/png"},
    )
    return str(uploaded.ok()["id"])


async def consent(clinic: Clinic, who: Somebody | Someone, visit_id: str, *purposes: str) -> None:
    """Agree to the current texts, read for long enough."""
    texts = {each["purpose"]: each for each in (await clinic.api.get("/api/consent-texts")).ok()}
    for purpose in purposes or ("internet_diagnosis", "personal_data", "recording"):
        body = {"purpose": purpose, "version": texts[purpose]["version"], "read_s": 120}
        (await clinic.of(who).post(f"/api/visits/{visit_id}/consents", body)).ok()


async def prepare(clinic: Clinic, who: Somebody, visit_id: str, patient: Somebody | None = None) -> None:
    """Everything before checking in."""
    mine = clinic.of(who)
    complaint = {"complaint": "头晕两周", "answers": [{"symptom_id": "chronic_htn_refill"}]}
    (await mine.post(f"/api/visits/{visit_id}/pre-check", complaint)).ok()
    await upload_paper(clinic, who, (patient or who).id, visit_id)
    await consent(clinic, who, visit_id)
    (await mine.post(f"/api/visits/{visit_id}/device-check", {"camera": True, "microphone": True})).ok()


async def check_in(clinic: Clinic, who: Somebody, visit_id: str) -> dict[str, Any]:
    """Prepare, and enter the waiting room."""
    await prepare(clinic, who, visit_id)
    return dict((await clinic.of(who).post(f"/api/visits/{visit_id}/check-in")).ok())


async def read_papers(clinic: Clinic, visit_id: str) -> None:
    """The doctor opens every paper of the visit."""
    desk = clinic.of(clinic.doctor)
    encounter = (await desk.get(f"/api/visits/{visit_id}")).ok()["encounter_id"]
    for paper in (await desk.get(f"/api/encounters/{encounter}/attachments")).ok():
        assert (await desk.get(f"/api/attachments/{paper['id']}")).status == 200


async def start(clinic: Clinic, visit_id: str) -> None:
    """Call, read, decide, and open the room of somebody who waits."""
    (await clinic.desk(f"/api/visits/{visit_id}/call")).ok()
    await read_papers(clinic, visit_id)
    (await clinic.desk(f"/api/visits/{visit_id}/eligibility", {"decision": "same_diagnosis"})).ok()
    (await clinic.desk(f"/api/visits/{visit_id}/start")).ok()


async def in_room(clinic: Clinic) -> tuple[Somebody, str]:
    """A patient whose room is open."""
    patient, visit_id = await a_booked_patient(clinic)
    await check_in(clinic, patient, visit_id)
    await clinic.open()
    await start(clinic, visit_id)
    return patient, visit_id


async def write_note(clinic: Clinic, visit_id: str) -> None:
    """A draft that can be signed."""
    desk = clinic.of(clinic.doctor)
    encounter = (await desk.get(f"/api/visits/{visit_id}")).ok()["encounter_id"]
    (await desk.put(f"/api/encounters/{encounter}/note/draft", {"seq": 0, "content": NOTE})).ok()


async def status_of(clinic: Clinic, visit_id: str) -> str:
    """How the visit stands in the database."""
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        return (await the_visit(work, visit_id)).status


async def the_visit(work: Work, visit_id: str) -> Visit:
    """The row."""
    found = await store.by_id(work.session, UUID(visit_id))
    assert found is not None
    return found


@asynccontextmanager
async def later(clinic: Clinic, who: Somebody | None = None, **passed: float) -> AsyncIterator[Work]:
    """A unit of work of this person (the system, when nobody is named) after some time has passed."""
    async with unit_of_work(clinic.ground, who.actor if who else SYSTEM) as work:
        work.now += timedelta(**passed)
        yield work


async def room_of(clinic: Clinic, visit_id: str) -> str:
    """The name of the open room."""
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        name = (await the_visit(work, visit_id)).room
    assert name is not None
    return name


async def both_join(clinic: Clinic, patient: Somebody, visit_id: str) -> str:
    """Doctor and patient with a ticket each and in the room, as realtime tells it."""
    name = await room_of(clinic, visit_id)
    for who in (patient, clinic.doctor):
        (await clinic.of(who).post(f"/api/visits/{visit_id}/join", {})).ok()
        await Rooms(clinic.ground).on_presence(name, who.id, Change.JOINED)
    return name


class _Ahead(Clock):
    """The clock of a later hour."""

    def __init__(self, clock: Clock, passed: timedelta) -> None:
        self._real, self._passed = clock, passed

    def now(self) -> datetime:
        """What it will be then."""
        return self._real.now() + self._passed


async def scan_later(clinic: Clinic, scan: Task, **passed: float) -> None:
    """Run a periodic scan as it will run after some time has passed."""
    await scan.run(replace(clinic.ground, clock=_Ahead(clinic.ground.clock, timedelta(**passed))))
