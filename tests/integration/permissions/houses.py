"""Two health systems for the matrix: a hospital with a township clinic below it and an authority, and all roles at each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from server.foundation.actor import SYSTEM, Level, OrganisationId, PersonId, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.work import Work, unit_of_work
from server.identity import alliances, logins, organisations, patients, store
from server.identity.id_numbers import IdNumber
from server.identity.organisations import LicenceFields, OrganisationFields
from server.identity.patients import NewPatient
from server.identity.vocabulary import Evidence, Grade, OrganisationKind
from tests import people
from tests.people import Hospital, Somebody


@dataclass(frozen=True, slots=True)
class House:
    """One health system: everybody works at the hospital, except the clinic's worker and the regulator."""

    hospital: Hospital
    clinic: Hospital
    authority: Hospital
    licence_id: UUID
    alliance_id: UUID
    staff: dict[Role, Somebody]
    colleague: Somebody  # a second doctor of the same department
    spare: Somebody  # a third one, who has no sessions


async def a_house(ground: Ground) -> House:
    """A hospital with its clinic, authority, alliance, licence, and one member of staff for every role."""
    hospital = await people.a_hospital(ground)
    async with unit_of_work(ground, SYSTEM) as work:
        clinic = await _below(work, hospital.id, OrganisationKind.TOWNSHIP_HOSPITAL, Level.TOWNSHIP)
        authority = await _below(work, None, OrganisationKind.AUTHORITY, Level.COUNTY)
        today = day_of(work.now)
        number = f"L{uuid4().hex[:12]}"
        licence = await organisations.add_licence(
            work, hospital.id, LicenceFields(number, True, None, today, today + timedelta(days=900))
        )
    staff = {
        Role.DOCTOR: await people.a_doctor(ground, hospital, name="钱主治"),
        Role.CLINIC_WORKER: await people.a_member_of_staff(ground, Role.CLINIC_WORKER, clinic),
        Role.REGULATOR: await people.a_member_of_staff(ground, Role.REGULATOR, authority),
        Role.PHARMACIST: await people.a_pharmacist(ground, hospital),
    }
    for role in (Role.SCHEDULER, Role.ADMINISTRATOR):
        staff[role] = await people.a_member_of_staff(ground, role, hospital)
    async with unit_of_work(ground, staff[Role.ADMINISTRATOR].actor) as work:
        alliance = await alliances.add_alliance(work, f"医共体{uuid4().hex[:6]}", hospital.id, [clinic.id])
    colleague = await people.a_doctor(ground, hospital, name="孙主治")
    spare = await people.a_doctor(ground, hospital, name="周主治")
    return House(hospital, clinic, authority, licence.id, alliance, staff, colleague, spare)


async def _below(work: Work, parent: OrganisationId | None, kind: OrganisationKind, level: Level) -> Hospital:
    name = f"{kind}-{uuid4().hex[:8]}"
    made = await organisations.add_organisation(
        work, OrganisationFields(name, kind, level, Grade.UNGRADED, parent, "400-000-0000", "")
    )
    department = await organisations.add_department(work, made, "全科", "General", 1)
    return Hospital(made, department.id, name)


@dataclass(frozen=True, slots=True)
class Known:
    """A patient whose words and numbers nobody but the entitled may see."""

    who: Somebody
    id_number: str
    phone: str


async def a_known_patient(
    ground: Ground, name: str, home: OrganisationId, *, role: Role = Role.PATIENT, born: date = date(1961, 5, 9)
) -> Known:
    """A registered patient with a login, whose number and phone the test knows."""
    number: IdNumber = people.an_id_number(born)
    phone = people.a_phone()
    async with unit_of_work(ground, SYSTEM) as work:
        new = NewPatient(name, number, phone, guardian_only=role is Role.GUARDIAN)
        person_id = await patients.add_patient(work, new, organisation_id=home, verified_by=Evidence.STAFF)
        opened = await logins.open_login(work, person_id, role)
    who = Somebody(person_id, name, role, opened.access_token, opened.login_id)
    return Known(who, number.text, phone)


async def signed_in_again(ground: Ground, who: Somebody) -> str:
    """The access token of a further login of the same person in the same capacity."""
    async with unit_of_work(ground, SYSTEM) as work:
        post = None
        if who.organisation_id is not None:
            (membership, organisation, _), *_ = await store.posts_of(work.session, PersonId(who.id))
            post = (membership, organisation)
        return (await logins.open_login(work, who.id, who.role, post)).access_token
