"""One patient's visits over HTTP, as far as the matrix needs them: booked for tomorrow, going on now, signed."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from PIL import Image
from sqlalchemy import update

from server.consultations import store
from server.foundation.actor import SYSTEM, PersonId
from server.foundation.clock import day_of, start_of_day
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.records import service as records
from server.records.model_kept import RecordingLeg
from tests import people
from tests.api import Api
from tests.people import Somebody

from .houses import Known
from .prescribed import Pen, prescribed

NOTE_MARK = "矩阵病历独有的现病史"
LEG_MARK = b"a recorded leg of the matrix"
CHAT_MARK = "矩阵对话独有的一句"
FILE_MARK = "matrix-paper-of"
# Short, so that at any hour either today's session or the first of tomorrow lets people check in.
SLOT_MINUTES, SLOTS = 10, 2


def soon(now: datetime) -> datetime:
    """A start for which booking is still open and checking in already is."""
    starts_at = (now + timedelta(minutes=2)).replace(second=0, microsecond=0)
    if day_of(starts_at) == day_of(starts_at + timedelta(minutes=SLOT_MINUTES * SLOTS)) == day_of(now):
        return starts_at
    return start_of_day(day_of(now) + timedelta(days=1)) + timedelta(minutes=5)


def note_of(patient: str) -> dict[str, Any]:
    """A note that can be signed, with words that are this patient's only."""
    return {
        "chief_complaint": "复诊",
        "history": f"{NOTE_MARK}{patient}",
        "vitals": {"systolic_mmhg": 164, "diastolic_mmhg": 93},
        "diagnoses": [{"icd10": "I10"}],
        "plan": "继续服药",
        "disposition": "home_care",
    }


def a_picture() -> bytes:
    """A PNG that reads as a photographed paper; no two are the same."""
    out = io.BytesIO()
    image = Image.new("RGB", (48, 48), "white")
    image.putdata([tuple(uuid4().bytes[:3]) for _ in range(48 * 48)])
    image.save(out, "PNG")
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Desk:
    """A doctor with a session of today, of tomorrow and of the day after."""

    ground: Ground
    api: Api
    doctor: Somebody
    pharmacist: Somebody
    today: UUID
    tomorrow: UUID
    day_after: UUID
    slots: dict[UUID, UUID]

    def of(self, who: Somebody) -> Api:
        """The API as this person."""
        return self.api.signed_in(who.token)

    async def ask(self, path: str, body: Any = None) -> Any:
        """A step of the doctor."""
        return (await self.of(self.doctor).post(path, body)).ok()


async def a_desk(ground: Ground, api: Api, doctor: Somebody, pharmacist: Somebody) -> Desk:
    """Three published sessions, the door of today's open."""
    starts_at = soon(ground.clock.now())
    days = [
        await people.a_session(
            ground, doctor, starts_at=starts_at + timedelta(days=n), minutes=SLOT_MINUTES, slots=SLOTS, capacity=9
        )
        for n in range(3)
    ]
    slots = {each.id: (await people.slots_of(ground, each))[0] for each in days}
    desk = Desk(ground, api, doctor, pharmacist, days[0].id, days[1].id, days[2].id, slots)
    await desk.ask("/api/receptions/open", {"session_id": str(desk.today)})
    return desk


@dataclass(frozen=True, slots=True)
class Course:
    """The ids of one visit."""

    visit_id: str
    encounter_id: str
    booking_id: str
    session_id: str
    slot_id: str
    more: dict[str, str]


async def booked(desk: Desk, patient: Somebody, session_id: UUID, by: Somebody | None = None) -> Course:
    """A place in that session, taken over HTTP."""
    slot_id = desk.slots[session_id]
    body = {"patient_id": str(patient.id), "diagnosed_in_person": True}
    booking = (await desk.of(by or patient).post(f"/api/slots/{slot_id}/bookings", body)).ok()
    async with unit_of_work(desk.ground, SYSTEM) as work:
        visit = await store.by_booking(work.session, UUID(booking["id"]))
        assert visit is not None
        return Course(str(visit.id), str(visit.encounter_id), booking["id"], str(session_id), str(slot_id), {})


async def going_on(desk: Desk, known: Known, *, by: Somebody | None = None) -> Course:
    """Booked (`by` somebody who acts for the patient), prepared, waited, called, found eligible, in the room.

    With a paper, a line of chat, and a leg being recorded.
    """
    patient = known.who
    course = await booked(desk, patient, desk.today, by)
    paper_id, consent_id = await _prepared(desk, patient, course)
    visit = f"/api/visits/{course.visit_id}"
    (await desk.of(patient).post(f"{visit}/check-in")).ok()
    await desk.ask(f"{visit}/call")
    assert (await desk.of(desk.doctor).get(f"/api/attachments/{paper_id}")).status == 200
    await desk.ask(f"{visit}/eligibility", {"decision": "same_diagnosis"})
    await desk.ask(f"{visit}/start")
    course.more.update(attachment_id=paper_id, consent_id=consent_id, leg_id=await _talk(desk, patient, course))
    return course


async def signed(desk: Desk, known: Known, *, by: Somebody | None = None) -> Course:
    """The same, with prescriptions, its note signed and the visit closed."""
    course = await going_on(desk, known, by=by)
    pen = Pen(desk.of(desk.doctor), desk.of(desk.pharmacist), desk.of(known.who), course.visit_id)
    course.more.update(await prescribed(pen, known))
    encounter = f"/api/encounters/{course.encounter_id}"
    draft = {"seq": 0, "content": note_of(known.who.name)}
    (await desk.of(desk.doctor).put(f"{encounter}/note/draft", draft)).ok()
    await desk.ask(f"/api/visits/{course.visit_id}/sign", {})
    course.more["note_id"] = (await desk.of(desk.doctor).get(f"{encounter}/note")).ok()["note_id"]
    return course


async def _prepared(desk: Desk, patient: Somebody, course: Course) -> tuple[str, str]:
    mine, visit = desk.of(patient), f"/api/visits/{course.visit_id}"
    (await mine.post(f"{visit}/pre-check", {"complaint": "头晕两周"})).ok()
    upload = f"/api/patients/{patient.id}/attachments?kind=diagnosis_paper&visit_id={course.visit_id}"
    headers = {"Content-Type": "image/png", "X-File-Name": f"{FILE_MARK}-{patient.id}.png"}
    paper = (await mine.call("POST", upload, data=a_picture(), headers=headers)).ok()
    texts = {each["purpose"]: each for each in (await mine.get("/api/consent-texts")).ok()}
    for purpose in ("internet_diagnosis", "personal_data", "recording"):
        body = {"purpose": purpose, "version": texts[purpose]["version"], "read_s": 120}
        (await mine.post(f"{visit}/consents", body)).ok()
    given = (await mine.get(f"/api/encounters/{course.encounter_id}/consents")).ok()
    (await mine.post(f"{visit}/device-check", {"camera": True})).ok()
    return str(paper["id"]), str(given[0]["id"])


async def _talk(desk: Desk, patient: Somebody, course: Course) -> str:
    encounter_id = UUID(course.encounter_id)
    leg = uuid4().hex
    async with unit_of_work(desk.ground, SYSTEM) as work:
        text = f"{CHAT_MARK}{patient.name}"
        await records.keep_message(work, encounter_id, PersonId(patient.id), uuid4().hex, text, None, work.now)
        recording = await records.open_recording(work, encounter_id)
        await records.open_leg(work, recording.recording_id, leg, seat="s1", person_id=PersonId(patient.id))
    await _kept(desk.ground, leg)
    seen = (await desk.of(patient).get(f"/api/encounters/{encounter_id}/recording")).ok()
    return str(seen["legs"][0]["id"])


async def _kept(ground: Ground, leg: str) -> None:
    """What the media node would have delivered: a file in the vault."""

    async def sent() -> AsyncIterator[bytes]:
        yield LEG_MARK

    stored = await ground.vault.put(sent(), 2**20)
    async with unit_of_work(ground, SYSTEM) as work:
        found = {"state": "kept", "vault_name": stored.id, "size": stored.size, "sha256": stored.sha256}
        times = {"started_at": work.now, "duration_s": 1.0, "kept_at": work.now}
        statement = update(RecordingLeg).where(RecordingLeg.leg == leg).values(**found, **times)
        await work.session.execute(statement)
