"""The world of the matrix: one caller for every role, and for each the ids of what is theirs, their house's, a stranger's.

Built once over the real API; nothing here is a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import update

from server.appointments.model import Booking
from server.consultations.model import Visit
from server.foundation.actor import SYSTEM, OrganisationId, PersonId, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.work import Work, unit_of_work
from server.identity import desk as demo_desk
from server.identity import family, patients, store
from server.identity.vocabulary import Evidence, Relation
from server.notifications import service as notifications
from server.notifications.templates import template
from server.records import service as records
from server.records.service import Purpose
from server.signatures import service as signatures
from tests import people
from tests.api import Api
from tests.people import Somebody

from .arrived import arrived
from .course import CHAT_MARK, FILE_MARK, NOTE_MARK, Course, Desk, a_desk, booked, going_on, signed
from .examined import examined
from .houses import House, Known, a_house, a_known_patient
from .imaged import imaged
from .invited import agreed, asker_of, invited
from .plans import a_plan
from .waits import a_wait

Ids = dict[str, str]
PATIENT_NAMES: Final = {"own": "赵本人", "same": "钱同院", "other": "孙外院", "former": "李从前"}


class Stage(StrEnum):
    """How far the visit of a dossier has come."""

    BOOKED = "booked"
    GOING_ON = "going_on"
    SIGNED = "signed"


class Tie(StrEnum):
    """What an id is to the caller."""

    OWN = "own"
    SAME = "same"
    OTHER = "other"
    FORMER = "former"  # was the caller's own until care, guardianship or consent ended
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class World:
    """Callers by role; dossiers by tie and stage; words and numbers that only the entitled may see, by tie."""

    callers: dict[Role, Somebody]
    dossiers: dict[Tie, dict[Stage, Ids]]
    personal: dict[Role, Ids]
    marks: dict[Tie, tuple[str, ...]]
    house: House
    stranger: House

    def ids(self, role: Role, tie: Tie, stage: Stage) -> Ids:
        """The ids for one cell; logins and messages are everybody's own."""
        found = dict(self.dossiers[tie][stage])
        return found | self.personal[role] if tie is Tie.OWN else found


async def a_world(ground: Ground, api: Api) -> World:
    """Everything, from the organisations to the signed notes."""
    house, stranger = await a_house(ground), await a_house(ground)
    neighbour = await a_known_patient(ground, "周邻居", house.clinic.id)
    desk = await a_desk(ground, api, house.staff[Role.DOCTOR], house.staff[Role.PHARMACIST])
    past = await _once_in_care(desk, house)
    own = await _side(desk, Tie.OWN, house)
    same = await _side(await a_desk(ground, api, house.colleague, house.staff[Role.PHARMACIST]), Tie.SAME, house)
    other = await _side(
        await a_desk(ground, api, stranger.staff[Role.DOCTOR], stranger.staff[Role.PHARMACIST]), Tie.OTHER, stranger
    )
    constants = await _constants(ground, house, neighbour, own.patient)
    await _give_clinic(ground, house, [own.patient, own.ward])
    callers = {
        Role.PATIENT: own.patient.who,
        Role.GUARDIAN: own.guardian.who,
        **house.staff,
        Role.GUEST: await people.a_guest(ground),
    }
    personal = {role: await _personal(ground, who) for role, who in callers.items()}
    former = await _former(ground, past, own, house)
    sides = {Tie.OWN: own.dossiers, Tie.SAME: same.dossiers, Tie.OTHER: other.dossiers, Tie.FORMER: former}
    dossiers = {tie: {stage: ids | constants for stage, ids in side.items()} for tie, side in sides.items()}
    nobodys = constants | {"demo_id": str(uuid4())}
    dossiers[Tie.UNKNOWN] = {stage: _unknown(ids) | nobodys for stage, ids in own.dossiers.items()}
    marks = {Tie.OWN: own.marks, Tie.SAME: same.marks, Tie.OTHER: other.marks, Tie.FORMER: _marks(past[0])}
    return World(callers, dossiers, personal, marks, house, stranger)


@dataclass(frozen=True, slots=True)
class _Side:
    patient: Known
    ward: Known
    guardian: Known
    dossiers: dict[Stage, Ids]
    marks: tuple[str, ...]


async def _side(desk: Desk, tie: Tie, house: House) -> _Side:
    """A patient with a visit of today, signed, and one of tomorrow; a ward whose visit goes on; a guardian of both."""
    ground, name = desk.ground, PATIENT_NAMES[tie]
    patient = await a_known_patient(ground, name, house.clinic.id)
    ward = await a_known_patient(ground, f"{name}父", house.clinic.id, born=date(1938, 2, 3))
    guardian = await a_known_patient(ground, f"{name}女", house.clinic.id, role=Role.GUARDIAN, born=date(1985, 4, 5))
    relation_id = await _related(ground, guardian, patient)
    for acts in (patient, guardian):
        await _related(ground, acts, ward)
    courses = {
        Stage.SIGNED: await signed(desk, patient),
        Stage.GOING_ON: await going_on(desk, ward),
        Stage.BOOKED: await booked(desk, patient.who, desk.tomorrow),
    }
    common = await _of_house(ground, house, desk.doctor) | {"relation_id": str(relation_id)}
    common |= courses[Stage.SIGNED].more | {"free_slot_id": str(desk.slots[desk.day_after])}
    common |= await a_wait(ground, patient.who, UUID(courses[Stage.BOOKED].session_id), house.hospital.id)
    whose = {Stage.SIGNED: patient, Stage.GOING_ON: ward, Stage.BOOKED: patient}
    pictures = {known: await imaged(ground, house.hospital.id, known) for known in (patient, ward)}
    common |= await agreed(ground, house)
    common |= await arrived(ground, house, desk.doctor)
    asker = await asker_of(ground, house, own=tie is not Tie.SAME)
    requests = {known: await invited(ground, house, known, asker, desk.doctor, common) for known in (patient, ward)}
    exams = {known: await examined(ground, house, known, desk.doctor, own=tie is Tie.OWN) for known in (patient, ward)}
    seen = {known: pictures[known] | exams[known] | requests[known] for known in (patient, ward)}
    dossiers = {stage: common | _facts(whose[stage], course) | seen[whose[stage]] for stage, course in courses.items()}
    marks = (*_marks(patient), ward.phone, ward.id_number, guardian.phone)
    return _Side(patient, ward, guardian, dossiers, marks)


def _facts(known: Known, course: Course) -> Ids:
    mine = {"patient_id": str(known.who.id), "id_number": known.id_number, "phone": known.phone}
    return {name: str(getattr(course, name)) for name in _COURSE} | course.more | mine


def _marks(known: Known) -> tuple[str, ...]:
    """The name first; phone and ID number; then words that were written."""
    name = known.who.name
    words = (f"{NOTE_MARK}{name}", f"{CHAT_MARK}{name}", f"{FILE_MARK}-{known.who.id}")
    return (name, known.phone, known.id_number, *words)


async def _once_in_care(desk: Desk, house: House) -> tuple[Known, Course]:
    """A patient whom the clinic booked in and the doctor saw; then care ended and the consent was taken back."""
    ground, worker = desk.ground, house.staff[Role.CLINIC_WORKER]
    known = await a_known_patient(ground, PATIENT_NAMES[Tie.FORMER], house.clinic.id)
    await _give_clinic(ground, house, [known])
    course = await signed(desk, known, by=worker)
    assert (await desk.of(worker).get(f"/api/visits/{course.visit_id}/summary")).status == 200
    assert (await desk.of(desk.doctor).get(f"/api/visits/{course.visit_id}/summary")).status == 200
    async with unit_of_work(ground, SYSTEM) as work:
        await records.end_care(work, UUID(course.visit_id), days=0)
        await records.withdraw_consent(work, person_id=known.who.id, purpose=Purpose.ACT_FOR_ME)
        past = {"day": day_of(work.now) - timedelta(days=40)}
        await work.session.execute(update(Visit).where(Visit.id == UUID(course.visit_id)).values(**past))
        await work.session.execute(update(Booking).where(Booking.id == UUID(course.booking_id)).values(**past))
    return known, course


async def _former(ground: Ground, past: tuple[Known, Course], own: _Side, house: House) -> dict[Stage, Ids]:
    """The ids of that patient, whom patient and guardian acted for until now."""
    known, course = past
    for acts in (own.patient, own.guardian):
        relation_id = await _related(ground, acts, known)
        async with unit_of_work(ground, acts.who.actor) as work:
            await family.end(work, relation_id)
    ids = own.dossiers[Stage.SIGNED] | _facts(known, course) | {"relation_id": str(relation_id)}
    ids |= await imaged(ground, OrganisationId(UUID(ids["organisation_id"])), known)
    ids |= await examined(ground, house, known, house.colleague)
    return dict.fromkeys(Stage, ids)


_COURSE: Final = ("visit_id", "encounter_id", "booking_id", "session_id", "slot_id")


async def _related(ground: Ground, acts: Known, for_whom: Known) -> UUID:
    async with unit_of_work(ground, SYSTEM) as work:
        row = await patients.patient_row(work, for_whom.who.id)
        return await patients.relate(work, acts.who.id, row, Relation.OTHER_RELATIVE, Evidence.STAFF)


async def _of_house(ground: Ground, house: House, doctor: Somebody) -> Ids:
    """The ids of a doctor, of the organisation, and of what it planned and agreed."""
    plan = await a_plan(ground, house.hospital, house.alliance_id, house.staff[Role.SCHEDULER], doctor)
    async with unit_of_work(ground, doctor.actor) as work:
        (membership, _, _), *_ = await store.posts_of(work.session, doctor.id)
        (credential, *_) = await store.credentials_of(work.session, doctor.id)
        (certificate, *_) = await signatures.own_certificates(work)
        return {
            "serial": certificate.serial,
            "person_id": str(doctor.id),
            "doctor_id": str(doctor.id),
            "membership_id": str(membership.id),
            "credential_id": str(credential.id),
            "organisation_id": str(house.hospital.id),
            "department_id": str(house.hospital.department_id),
            "licence_id": str(house.licence_id),
            "alliance_id": str(house.alliance_id),
            "member_id": str(house.clinic.id),
            **await _personal(ground, doctor),
            **plan,
        }


async def _personal(ground: Ground, who: Somebody) -> Ids:
    """A message in this person's inbox, their login, and the certificate of who signs."""
    async with unit_of_work(ground, who.actor) as work:
        kind = template("recording-ready")
        await notifications.send(work, PersonId(who.id), "recording-ready", dict.fromkeys(kind.fields, "x"))
        await work.session.flush()
        newest = next(each for each in await notifications.inbox(work) if each.template == "recording-ready")
        found = {"login_id": str(who.login_id), "message_id": str(newest.id)}
        if who.role is Role.PHARMACIST:
            await signatures.sign(work, who.id, signatures.APPROVE, signatures.REVIEW, {"of": "the matrix"})
            found["serial"] = (await signatures.own_certificates(work))[0].serial
    return found


async def _constants(ground: Ground, house: House, neighbour: Known, demo: Known) -> Ids:
    """What is the same in every cell, so that only the id in question decides."""
    async with unit_of_work(ground, SYSTEM) as work:
        await demo_desk.add_demo_person(work, demo.who.id, place=990, story_zh="试验", story_en="test")
        versions = {each.purpose: each.version for each in records.consent_text_list("zh")}
    return {
        "guardian_id": str(neighbour.who.id),
        "colleague_id": str(house.spare.id),
        "demo_id": str(demo.who.id),
        "my_organisation_id": str(house.hospital.id),
        "my_department_id": str(house.hospital.department_id),
        "version": "1",
        "frame": "1",
        "purpose": "recording",
        "consent_version": versions[Purpose.RECORDING],
        "desk_version": versions[Purpose.ACT_FOR_ME],
    }


async def _give_clinic(ground: Ground, house: House, who: list[Known]) -> None:
    """The clinic's worker acts for these patients with their recorded consent."""
    async with unit_of_work(ground, SYSTEM) as work:
        for known in who:
            await _consent_to(work, known, house.clinic.id)


async def _consent_to(work: Work, known: Known, clinic_id: OrganisationId) -> None:
    (text,) = [each for each in records.consent_text_list("zh") if each.purpose is Purpose.ACT_FOR_ME]
    await records.give_consent(
        work,
        patient_id=known.who.id,
        purpose=Purpose.ACT_FOR_ME,
        version=text.version,
        given_by=known.who.id,
        organisation_id=clinic_id,
    )


def _unknown(like: Ids) -> Ids:
    """Ids of the same kinds that nobody has."""
    made = {name: str(uuid4()) for name in like}
    nobody = people.an_id_number(date(1950, 1, 1)).text
    return made | {"serial": uuid4().hex + "00000000", "id_number": nobody, "phone": people.a_phone()}
