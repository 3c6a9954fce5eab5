"""Builders of invented people, institutions and sessions. Each test makes its own, so none disturbs another."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import update

from server.appointments import service as appointments
from server.appointments.facts import NewSession, SessionFacts
from server.appointments.model import Session, Slot
from server.foundation.actor import SYSTEM, Actor, Kind, Level, LoginId, OrganisationId, PersonId, Role
from server.foundation.clock import SHANGHAI, day_of
from server.foundation.ground import Ground
from server.foundation.work import Work, unit_of_work
from server.identity import guests, logins, organisations, patients, staff, store
from server.identity.id_numbers import IdNumber, check_character, read_id_number
from server.identity.organisations import LicenceFields, OrganisationFields
from server.identity.patients import NewPatient, NewRelation
from server.identity.staff import CredentialFields, FilingFields, NewPost, NewStaff
from server.identity.vocabulary import (
    Category,
    CredentialKind,
    Evidence,
    Grade,
    OrganisationKind,
    Relation,
    Sex,
    Title,
)
from server.signatures import pins
from server.signatures.custody import Signing
from server.signatures.unlocked import Opened

PIN = "135790"
# Region codes begin with 99 nowhere, so that no number here can be anybody's.
_NOWHERE = "99"
_count = itertools.count(1)
_random = random.Random()  # noqa: S311  # invented people need no secrecy


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person who is signed in."""

    id: PersonId
    name: str
    role: Role
    token: str
    login_id: LoginId
    organisation_id: OrganisationId | None = None
    department_id: UUID | None = None

    @property
    def actor(self) -> Actor:
        """The person as a use case sees them, signed in just now."""
        return Actor(
            Kind.HUMAN,
            self.id,
            self.role,
            self.login_id,
            self.organisation_id,
            Level.COUNTY if self.organisation_id else None,
        )


@dataclass(frozen=True, slots=True)
class Hospital:
    """An organisation with one department."""

    id: OrganisationId
    department_id: UUID
    name: str


def an_id_number(born: date, sex: Sex = Sex.MALE) -> IdNumber:
    """A number with a true check character, of a region that does not exist."""
    order = _random.randrange(0, 499) * 2 + (1 if sex is Sex.MALE else 0)
    digits = f"{_NOWHERE}{_random.randrange(10_000):04d}{born:%Y%m%d}{order:03d}"
    return read_id_number(digits + check_character(digits), date(2100, 1, 1))


def an_elders_birthday() -> date:
    """Somewhere between 1935 and 1975."""
    return date(1935, 1, 1) + timedelta(days=_random.randrange(40 * 365))


def a_phone() -> str:
    """A number of a range that is not given out."""
    return f"100{_random.randrange(10**8):08d}"


async def a_hospital(
    ground: Ground,
    *,
    level: Level = Level.COUNTY,
    grade: Grade = Grade.SECONDARY_A,
    internet: bool = True,
    valid_until: date | None = None,
) -> Hospital:
    """An institution with a licence and a department."""
    kind = {
        Level.VILLAGE: OrganisationKind.VILLAGE_CLINIC,
        Level.TOWNSHIP: OrganisationKind.TOWNSHIP_HOSPITAL,
    }.get(level, OrganisationKind.HOSPITAL)
    async with unit_of_work(ground, SYSTEM) as work:
        name = f"测试医院{next(_count)}-{uuid4().hex[:6]}"
        organisation_id = await organisations.add_organisation(
            work, OrganisationFields(name, kind, level, grade, None, "400-000-0000", "无此地")
        )
        today = day_of(work.now)
        await organisations.add_licence(
            work,
            organisation_id,
            LicenceFields(
                f"L{uuid4().hex[:12]}",
                internet,
                f"{name}互联网医院" if internet else None,
                today - timedelta(days=400),
                valid_until or today + timedelta(days=400),
            ),
        )
        department = await organisations.add_department(work, organisation_id, "心血管内科", "Cardiology", 1)
        return Hospital(organisation_id, department.id, name)


async def a_patient(
    ground: Ground,
    *,
    born: date | None = None,
    sex: Sex = Sex.MALE,
    name: str = "张测试",
    home: OrganisationId | None = None,
    guardian: Somebody | None = None,
    phone: str | None = "",
) -> Somebody:
    """A registered patient with a login; a child's login is the guardian's."""
    async with unit_of_work(ground, SYSTEM) as work:
        number = an_id_number(born or an_elders_birthday(), sex)
        relation = NewRelation(guardian.id, Relation.MOTHER, Evidence.STAFF) if guardian else None
        own_phone = None if guardian else (a_phone() if phone == "" else phone)
        person_id = await patients.add_patient(
            work,
            NewPatient(name, number, own_phone),
            organisation_id=home,
            verified_by=Evidence.STAFF,
            relation=relation,
        )
        if guardian:
            return Somebody(person_id, name, Role.PATIENT, guardian.token, guardian.login_id)
        signed_in = await logins.open_login(work, person_id, Role.PATIENT)
        return Somebody(person_id, name, Role.PATIENT, signed_in.access_token, signed_in.login_id)


async def a_guest(ground: Ground, *, name: str = "段旁听") -> Somebody:
    """Somebody whom a link once let in, and whose meeting is not named here."""
    async with unit_of_work(ground, SYSTEM) as work:
        signed_in = await guests.welcome(work, name, work.now + timedelta(hours=12))
        person_id = PersonId(signed_in.login.person_id)
        return Somebody(person_id, name, Role.GUEST, signed_in.access_token, signed_in.login_id)


async def a_member_of_staff(ground: Ground, role: Role, at: Hospital, *, name: str = "李测试") -> Somebody:
    """Somebody with a post, signed in with a fresh second factor; papers are `with_papers`'s."""
    async with unit_of_work(ground, SYSTEM) as work:
        department_id = at.department_id if role is Role.DOCTOR else None
        person_id = await staff.add_person(
            work, NewStaff(name, Sex.FEMALE, f"u{uuid4().hex[:10]}"), NewPost(at.id, role, department_id)
        )
        return await _signed_in(work, person_id, name, role, at)


async def a_doctor(
    ground: Ground, at: Hospital, *, name: str = "李测试", licensed: date | None = None, filed: bool = True
) -> Somebody:
    """A doctor with a licence since 2010 and a filing at the hospital."""
    doctor = await a_member_of_staff(ground, Role.DOCTOR, at, name=name)
    async with unit_of_work(ground, SYSTEM) as work:
        today = day_of(work.now)
        credential = await staff.add_credential(
            work,
            doctor.id,
            CredentialFields(
                CredentialKind.DOCTOR,
                f"D{uuid4().hex[:14]}",
                Category.CLINICAL,
                "内科专业",
                Title.ASSOCIATE_CHIEF_PHYSICIAN,
                licensed or date(2010, 7, 1),
                today + timedelta(days=900),
            ),
        )
        if filed:
            await staff.put_filing(
                work,
                credential,
                FilingFields(at.id, f"F{uuid4().hex[:10]}", True, True, date(2020, 1, 1), today + timedelta(days=900)),
            )
    return doctor


async def a_pharmacist(ground: Ground, at: Hospital, *, name: str = "孙测试", trained: bool = True) -> Somebody:
    """A pharmacist who has dispensed since 2012; one who is not trained in reviewing may not review (B08)."""
    pharmacist = await a_member_of_staff(ground, Role.PHARMACIST, at, name=name)
    async with unit_of_work(ground, SYSTEM) as work:
        await staff.add_credential(
            work,
            pharmacist.id,
            CredentialFields(
                CredentialKind.PHARMACIST,
                f"P{uuid4().hex[:14]}",
                Category.PHARMACY,
                "药学",
                Title.PHARMACIST_IN_CHARGE,
                date(2010, 7, 1),
                day_of(work.now) + timedelta(days=900),
                date(2012, 1, 1),
                date(2022, 1, 1) if trained else None,
            ),
        )
    return pharmacist


async def a_session(
    ground: Ground,
    doctor: Somebody,
    *,
    starts_at: datetime | None = None,
    minutes: int = 60,
    slots: int = 2,
    capacity: int = 3,
    service: str = "follow_up",
) -> SessionFacts:
    """A published session, tomorrow at nine unless told otherwise."""
    assert doctor.organisation_id is not None
    assert doctor.department_id is not None
    if starts_at is None:
        tomorrow = day_of(ground.clock.now()) + timedelta(days=1)
        starts_at = datetime.combine(tomorrow, datetime.min.time().replace(hour=9), tzinfo=SHANGHAI)
    over = starts_at <= ground.clock.now()  # nobody can plan in the past: a session that is over was planned before
    shift = timedelta(days=28 if over else 0)
    async with unit_of_work(ground, SYSTEM) as work:
        new = NewSession(
            department_id=doctor.department_id,
            doctor_id=doctor.id,
            service=service,
            starts_at=starts_at + shift,
            ends_at=starts_at + shift + timedelta(minutes=minutes * slots),
            slot_minutes=minutes,
            slot_capacity=capacity,
        )
        published = await appointments.publish(work, doctor.organisation_id, new)
    if over:
        await _moved_back(ground, published.id, shift)
    async with unit_of_work(ground, SYSTEM) as work:
        return await appointments.session(work, published.id)


async def _moved_back(ground: Ground, session_id: UUID, shift: timedelta) -> None:
    async with unit_of_work(ground, SYSTEM) as work:
        await work.session.execute(
            update(Session)
            .where(Session.id == session_id)
            .values(starts_at=Session.starts_at - shift, ends_at=Session.ends_at - shift, day=Session.day - shift.days)
        )
        await work.session.execute(
            update(Slot)
            .where(Slot.session_id == session_id)
            .values(starts_at=Slot.starts_at - shift, ends_at=Slot.ends_at - shift)
        )


async def slots_of(ground: Ground, session: SessionFacts) -> list[UUID]:
    """The ids of a session's slots in order."""
    async with unit_of_work(ground, SYSTEM) as work:
        found = await appointments.sessions_between(work, session.day, session.day, doctor_id=session.doctor_id)
        return [slot.id for facts, slots in found if facts.id == session.id for slot in slots]


async def _signed_in(work: Work, person_id: PersonId, name: str, role: Role, at: Hospital) -> Somebody:
    (membership, organisation, _), *_ = await store.posts_of(work.session, person_id)
    opened = await logins.open_login(work, person_id, role, (membership, organisation))
    if role in (Role.DOCTOR, Role.PHARMACIST):
        await _with_open_key(work, person_id, opened.login_id)
    return Somebody(person_id, name, role, opened.access_token, opened.login_id, at.id, at.department_id)


async def _with_open_key(work: Work, person_id: PersonId, login_id: LoginId) -> None:
    """Who signs has the PIN `PIN`, and has entered it at this login."""
    row, signer = await pins.make_key(work, person_id, PIN)
    until = work.now + timedelta(hours=12)  # as long as a login of staff: a test of the half hour unlocks anew
    work.part(Signing).unlocked.hold(login_id, Opened(row.id, signer, until), work.now)
