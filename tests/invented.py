"""People by age, role and place: `await a_patient(ground, age=67)`. Everybody is invented, signed in unless said otherwise.

They go through the services as the system would, so what they build is what the product would have built.
"""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from server.foundation.actor import SYSTEM, Actor, Kind, Level, LoginId, OrganisationId, PersonId, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.work import Work, unit_of_work
from server.identity import service as identity
from server.identity.id_numbers import IdNumber, check_character, read_id_number
from server.identity.model import Membership, Organisation
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

_serial = itertools.count(1)
_KINDS = {Level.TOWNSHIP: OrganisationKind.TOWNSHIP_HOSPITAL, Level.VILLAGE: OrganisationKind.VILLAGE_CLINIC}


@dataclass(frozen=True, slots=True)
class Someone:
    """A person in a test, with the token of a login when signed in."""

    id: PersonId
    name: str
    role: Role
    token: str = field(default="", repr=False)
    login_id: LoginId | None = None
    organisation_id: OrganisationId | None = None
    department_id: UUID | None = None
    membership_id: UUID | None = None
    id_number: str = ""
    phone: str | None = None
    level: Level | None = None

    @property
    def actor(self) -> Actor:
        """This person as the actor of a unit of work."""
        return Actor(Kind.HUMAN, self.id, self.role, self.login_id, self.organisation_id, self.level)


def an_id_number(born: date, sex: Sex = Sex.MALE) -> IdNumber:
    """A fresh number of a region that no real place has."""
    order = secrets.randbelow(500) * 2 + (1 if sex is Sex.MALE else 0)
    digits = f"99{secrets.randbelow(10_000):04d}{born:%Y%m%d}{order % 1000:03d}"
    return read_id_number(digits + check_character(digits), born)


def a_phone() -> str:
    """A fresh number of a range that is given out to nobody."""
    return f"100{secrets.randbelow(10**8):08d}"


async def an_organisation(
    ground: Ground,
    *,
    level: Level = Level.COUNTY,
    licensed: bool = True,
    parent: OrganisationId | None = None,
    grade: Grade = Grade.SECONDARY_A,
) -> OrganisationId:
    """A hospital or clinic, with a licence for internet diagnosis unless said otherwise."""
    async with unit_of_work(ground, SYSTEM) as work:
        kind = _KINDS.get(level, OrganisationKind.HOSPITAL)
        name = f"试验{level.value}机构{secrets.token_hex(5)}"
        fields = identity.OrganisationFields(name, kind, level, grade, parent, "0000-1234567", "云岭县试验路1号")
        organisation_id = await identity.add_organisation(work, fields)
        if licensed:
            await add_licence(work, organisation_id)
        return organisation_id


async def add_licence(work: Work, organisation_id: OrganisationId, *, valid_days: int = 365) -> UUID:
    """A licence in force with internet diagnosis registered."""
    today = day_of(work.now)
    first, until = today - timedelta(days=400), today + timedelta(days=valid_days)
    licence = identity.LicenceFields(f"PDY{secrets.token_hex(6)}", True, "试验互联网医院", first, until)
    return (await identity.add_licence(work, organisation_id, licence)).id


async def a_department(ground: Ground, organisation_id: OrganisationId, name: str = "心血管内科") -> UUID:
    """A department of an organisation."""
    async with unit_of_work(ground, SYSTEM) as work:
        name = f"{name}{next(_serial)}"
        return (await identity.add_department(work, organisation_id, name, "Cardiology", next(_serial))).id


async def a_patient(
    ground: Ground,
    *,
    age: int = 67,
    name: str = "张试验",
    sex: Sex = Sex.MALE,
    phone: str | None = "",
    at: OrganisationId | None = None,
    verified: bool = True,
    guardian: Someone | None = None,
    guardian_only: bool = False,
    signed_in: bool = True,
) -> Someone:
    """A patient of that age, registered (and known) `at` an organisation; a fresh phone unless given, None for none."""
    async with unit_of_work(ground, SYSTEM) as work:
        today = day_of(work.now)
        number = an_id_number(date(today.year - age, 1, 1), sex)
        own_phone = a_phone() if phone == "" and age >= 14 else phone or None
        relation = NewRelation(guardian.id, Relation.MOTHER, Evidence.STAFF) if guardian else None
        person_id = await identity.add_patient(
            work,
            NewPatient(name, number, own_phone, guardian_only),
            organisation_id=at,
            verified_by=Evidence.STAFF if verified else None,
            relation=relation,
        )
        role = Role.GUARDIAN if guardian_only else Role.PATIENT
        login = await identity.open_login(work, person_id, role) if signed_in and age >= 14 else None
        return Someone(
            id=person_id,
            name=name,
            role=role,
            token=login.access_token if login else "",
            login_id=login.login_id if login else None,
            id_number=number.text,
            phone=own_phone,
        )


async def a_member(
    ground: Ground,
    role: Role,
    *,
    at: OrganisationId | None = None,
    department: UUID | None = None,
    name: str = "王试验",
    level: Level = Level.COUNTY,
    signed_in: bool = True,
) -> Someone:
    """A member of staff in one post; without `at`, of a fresh organisation."""
    organisation_id = at or await (
        _an_authority(ground) if role is Role.REGULATOR else an_organisation(ground, level=level)
    )
    async with unit_of_work(ground, SYSTEM) as work:
        new = NewStaff(name, Sex.FEMALE, f"u{secrets.token_hex(6)}")
        person_id = await identity.add_person(work, new, NewPost(organisation_id, role, department))
        return await _in_post(work, person_id, name, signed_in=signed_in)


async def _an_authority(ground: Ground) -> OrganisationId:
    async with unit_of_work(ground, SYSTEM) as work:
        name = f"试验卫生健康局{secrets.token_hex(5)}"
        authority = OrganisationKind.AUTHORITY
        fields = identity.OrganisationFields(name, authority, Level.COUNTY, Grade.UNGRADED, None, "", "")
        return await identity.add_organisation(work, fields)


async def _in_post(work: Work, person_id: PersonId, name: str, *, signed_in: bool) -> Someone:
    post = (await work.session.scalars(select(Membership).where(Membership.person_id == person_id))).one()
    organisation = await work.session.get_one(Organisation, post.organisation_id)
    role = Role(post.role)
    login = await identity.open_login(work, person_id, role, (post, organisation)) if signed_in else None
    return Someone(
        id=person_id,
        name=name,
        role=role,
        token=login.access_token if login else "",
        login_id=login.login_id if login else None,
        organisation_id=OrganisationId(post.organisation_id),
        department_id=post.department_id,
        membership_id=post.id,
        level=Level(organisation.level),
    )


async def a_doctor(
    ground: Ground,
    *,
    at: OrganisationId | None = None,
    department: UUID | None = None,
    name: str = "李试验",
    years: int = 12,
    valid_days: int = 365,
    filed: bool = True,
    signed_in: bool = True,
) -> Someone:
    """A doctor with a licence of so many years, registered at the organisation, in a department."""
    organisation_id = at or await an_organisation(ground)
    department_id = department or await a_department(ground, organisation_id)
    doctor = await a_member(
        ground, Role.DOCTOR, at=organisation_id, department=department_id, name=name, signed_in=signed_in
    )
    async with unit_of_work(ground, SYSTEM) as work:
        await add_papers(work, doctor, years=years, valid_days=valid_days, filed=filed)
    return doctor


async def add_papers(work: Work, doctor: Someone, *, years: int, valid_days: int, filed: bool) -> UUID:
    """The licence and registration of a doctor; the licence's id."""
    today = day_of(work.now)
    first, until = today - timedelta(days=years * 366), today + timedelta(days=valid_days)
    credential = CredentialFields(
        kind=CredentialKind.DOCTOR,
        licence_number=f"1105{secrets.token_hex(6)}",
        category=Category.CLINICAL,
        scope="内科专业",
        title=Title.ASSOCIATE_CHIEF_PHYSICIAN,
        first_licensed_on=min(first, until),
        valid_until=until,
    )
    credential_id = await identity.add_credential(work, doctor.id, credential)
    if filed:
        assert doctor.organisation_id is not None
        filing = FilingFields(
            doctor.organisation_id, "注册", True, True, min(first, until), today + timedelta(days=365)
        )
        await identity.put_filing(work, credential_id, filing)
    return credential_id
