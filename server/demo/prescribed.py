"""The demo's prescriptions: what is known of two villagers' health, one prescription that waits for a pharmacist, one approved.

They come about as any other: booked, prepared, seen, written, checked, signed with the demo's PIN. A prescription is good
for a day, so every start of the demo makes what is missing today.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson
import structlog
from PIL import Image, ImageDraw

from prescriptions import drafting, lists, reading, signing
from prescriptions.content import Content
from prescriptions.lifecycle import Status
from prescriptions.model import Prescription
from prescriptions.review import claiming, deciding
from server.appointments import booking
from server.appointments import service as appointments
from server.consultations import service as consultations
from server.consultations import store as visits
from server.consultations.rules import Decision
from server.consultations.triage import Answer
from server.foundation.actor import SYSTEM, Actor, Kind, Level, OrganisationId, PersonId, Role
from server.foundation.clock import day_of
from server.foundation.errand import Errand
from server.foundation.errors import Problem
from server.foundation.ground import Ground
from server.foundation.work import Work, unit_of_work
from server.identity import logins, store
from server.records import service as records
from server.records.health_content import FACT
from server.records.service import Purpose
from server.settings import VisitSettings
from server.signatures import service as signatures

from .county import County
from .stories import STORIES, TOLD, Fact, Story, dated

log = structlog.get_logger(__name__)

_READ_S: Final = 120
_SOON_DAYS: Final = 1


async def prescribe(ground: Ground, county: County) -> None:
    """What is missing of the demo's health summaries and of today's prescriptions."""
    for name, facts in TOLD.items():
        if name in county.people:
            await _tell_health(ground, county.people[name], facts)
    for story in STORIES:
        if {story.patient, story.doctor, story.pharmacist} <= county.people.keys():
            try:
                await _live(ground, county, story)
            except Problem as refusal:  # somebody played with the demo: then it has a story of its own
                log.warning("demo prescription not made", code=refusal.code)


async def _tell_health(ground: Ground, patient_id: PersonId, facts: tuple[Fact, ...]) -> None:
    async with as_person(ground, patient_id, Role.PATIENT) as actor, unit_of_work(ground, actor) as work:
        await _say(work, patient_id, facts)


async def _say(work: Work, patient_id: PersonId, facts: tuple[Fact, ...]) -> None:
    if (await records.health_of(work, patient_id)).allergies is None:
        today = day_of(work.now)
        await records.say(work, patient_id, [FACT.validate_python(dated(each, today)) for each in facts])


async def _live(ground: Ground, county: County, story: Story) -> None:
    patient_id, doctor_id = county.people[story.patient], county.people[story.doctor]
    wanted = Status.VALID if story.approved else Status.IN_REVIEW
    async with as_person(ground, patient_id, Role.PATIENT) as patient:
        async with unit_of_work(ground, patient) as work:
            if any(each.status == wanted for each, _ in await lists.of_patient(work, patient_id)):
                return
        visit_id, session_id = await _book(ground, patient, patient_id, doctor_id)
        await _prepare(ground, patient, patient_id, visit_id, story)
    async with as_person(ground, doctor_id, Role.DOCTOR) as doctor:
        async with unit_of_work(ground, doctor) as work:
            await _receive(work, visit_id, session_id)
            await _say(work, patient_id, story.facts)
        async with unit_of_work(ground, doctor) as work:
            prescription = await _write(work, visit_id, story)
    if not story.approved:
        return
    pharmacist_id = county.people[story.pharmacist]
    async with as_person(ground, pharmacist_id, Role.PHARMACIST) as reviewer, unit_of_work(ground, reviewer) as work:
        await _approve(work, prescription.id)


async def _book(ground: Ground, patient: Actor, patient_id: PersonId, doctor_id: PersonId) -> tuple[UUID, UUID]:
    """The next slot of the doctor: check-in is open, and the doctor may call."""
    async with unit_of_work(ground, SYSTEM) as work:
        today = day_of(work.now)
        found = await appointments.sessions_between(
            work, today, today + timedelta(days=_SOON_DAYS), doctor_id=doctor_id
        )
        ahead = [(slot, facts) for facts, slots in found for slot in slots if slot.starts_at > work.now]
        slot, facts = min(ahead, key=lambda pair: pair[0].starts_at)
    asked = booking.Asked(patient_id, diagnosed_in_person=True)
    told = await booking.book(Errand(ground, patient, dump=_plain), slot.id, asked)
    async with unit_of_work(ground, SYSTEM) as work:
        visit = await visits.by_booking(work.session, UUID(orjson.loads(told.body)["id"]))
        assert visit is not None, "a booking makes its visit"
        return visit.id, facts.id


def _plain(view: Any) -> bytes:
    return orjson.dumps(view.model_dump(mode="json"))


async def _prepare(ground: Ground, patient: Actor, patient_id: PersonId, visit_id: UUID, story: Story) -> None:
    limit = ground.part(VisitSettings).upload_limit_bytes
    paper = await records.check_file(ground.vault, _once(_paper()), records.PAPERS, limit)
    async with unit_of_work(ground, patient) as work:
        visit = await consultations.pre_check(work, visit_id, story.complaint, [Answer("chronic_htn_refill", ())])
        await records.add_attachment(
            work,
            patient_id=patient_id,
            encounter_id=visit.encounter_id,
            kind=records.AttachmentKind.DIAGNOSIS_PAPER,
            file=paper,
            name="门诊病历.png",
        )
        for text in records.consent_text_list(work.language):
            if text.purpose in (Purpose.INTERNET_DIAGNOSIS, Purpose.PERSONAL_DATA, Purpose.RECORDING):
                await consultations.give_consent(work, visit_id, text.purpose, text.version, _READ_S)
        await consultations.device_check(work, visit_id, {"camera": True, "microphone": True})
        await consultations.check_in(work, visit_id)


async def _receive(work: Work, visit_id: UUID, session_id: UUID) -> None:
    await consultations.open_door(work, session_id)
    visit = await consultations.call(work, visit_id)
    for paper in await records.attachments_of_encounter(work, visit.encounter_id):
        await records.open_attachment(work, paper.id)
    await consultations.decide(work, visit_id, Decision.SAME_DIAGNOSIS, "")
    await consultations.start(work, visit_id)


async def _write(work: Work, visit_id: UUID, story: Story) -> Prescription:
    await signatures.unlock(work, signatures.DEMO_PIN)
    drawn = await drafting.draft(work, visit_id, Content.model_validate(story.sheet))
    opened, outcome = await reading.opened(work, drawn), await reading.outcome_of(work, drawn)
    assert outcome is not None, "every draft is checked"
    assert opened.version.digest is not None, "every version has its digest"
    reasons = {each.id: story.reasons for each in outcome[1].findings}
    shown = signing.Shown(drawn.version, opened.version.digest, reasons, double_confirm=True)
    signed = await signing.sign(work, drawn.id, shown)
    visit = await consultations.finish_video(work, visit_id)
    note = records.NoteContent.model_validate(story.note)
    saved = await records.save_note(work, visit.encounter_id, note, 0)
    await consultations.sign(work, visit_id, saved.seq, close=True)
    return signed


async def _approve(work: Work, prescription_id: UUID) -> None:
    await signatures.unlock(work, signatures.DEMO_PIN)
    claimed = await claiming.claim(work, prescription_id)
    outcome = await reading.outcome_of(work, claimed)
    assert outcome is not None, "what is in review was checked"
    assert claimed.digest is not None, "what is in review was signed"
    seen = deciding.Seen(claimed.version, claimed.digest, outcome[0].digest)
    await deciding.decide(work, prescription_id, deciding.Decision.APPROVE, seen)


@asynccontextmanager
async def as_person(ground: Ground, person_id: PersonId, role: Role) -> AsyncIterator[Actor]:
    """The person, signed in for as long as this takes."""
    async with unit_of_work(ground, SYSTEM) as work:
        posts = await store.posts_of(work.session, person_id)
        post = (posts[0][0], posts[0][1]) if posts else None
        signed_in = await logins.open_login(work, person_id, role, post)
        place = OrganisationId(post[1].id) if post else None
        level = Level(post[1].level) if post else None
        actor = Actor(Kind.HUMAN, person_id, role, signed_in.login_id, place, level, work.now)
    yield actor
    async with unit_of_work(ground, SYSTEM) as work:
        await logins.end_current(work, signed_in.refresh_token)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _paper() -> bytes:
    """A photographed page, as far as a machine can tell: lines where words would be."""
    image = Image.new("RGB", (900, 1200), "white")
    pen = ImageDraw.Draw(image)
    for row in range(24):
        pen.line((90, 140 + row * 40, 810 - (row % 4) * 90, 140 + row * 40), fill=(70, 80, 95), width=4)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
