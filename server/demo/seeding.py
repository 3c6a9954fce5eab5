"""Seeding: the demo county through the services, once. Every capability's part is a function that is given the county."""

from __future__ import annotations

from datetime import date, timedelta

from server.foundation.actor import SYSTEM, OrganisationId, PersonId, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.work import Work, unit_of_work
from server.identity import service as identity
from server.identity.service import CredentialKind, Evidence, IdNumber
from server.signatures import service as signatures

from .agreed import agree
from .county import ALLIANCE, AREA, COUNTY_HOSPITAL, PLACES, STAFF, VILLAGERS, County, Member, Place, Villager
from .examined import examine
from .pictures import picture
from .prescribed import prescribe
from .remote import cooperate
from .sessions import keep_week_ahead

_YEAR = timedelta(days=365)


async def seed(ground: Ground) -> County:
    """The demo county, made now or earlier, with a week of sessions ahead; outside demo mode an error of ours."""
    county = await _people(ground)
    await _give_pins(ground, county)
    await agree(ground, county)
    await keep_week_ahead(ground, county)
    await prescribe(ground, county)
    await picture(ground, county)
    await cooperate(ground, county)
    await examine(ground, county)
    return county


async def _people(ground: Ground) -> County:
    async with unit_of_work(ground, SYSTEM) as work:
        county = await county_of(work)
        if COUNTY_HOSPITAL in county.organisations:
            return county
        county = County()
        for place in PLACES:
            await _add_place(work, county, place)
        await _add_alliance(work, county)
        for villager in VILLAGERS:
            await _add_villager(work, county, villager)
        for member in STAFF:
            await _add_member(work, county, member)
        everybody: list[Villager | Member] = [*VILLAGERS, *STAFF]
        for number, person in enumerate(everybody):
            person_id = county.people[person.name]
            await identity.add_demo_person(
                work, person_id, place=number, story_zh=person.story_zh, story_en=person.story_en
            )
        return county


async def _give_pins(ground: Ground, county: County) -> None:
    """Everybody who signs has a signing key; who made one of their own keeps it."""
    signers = [each.name for each in STAFF if each.role in (Role.DOCTOR, Role.PHARMACIST)]
    pins = {county.people[name]: signatures.DEMO_PIN for name in signers if name in county.people}
    async with unit_of_work(ground, SYSTEM) as work:
        await signatures.give_pins(work, pins)


async def county_of(work: Work) -> County:
    """The county as it was seeded before."""
    county = County(people={card.name: card.id for card in await identity.demo_people(work)})
    for organisation in await identity.organisations(work):
        county.organisations[organisation.name] = organisation.id
        for department in await identity.departments(work, organisation.id):
            county.departments[organisation.name, department.name] = department.id
    return county


async def _add_place(work: Work, county: County, place: Place) -> None:
    parent_id = county.organisations[place.parent] if place.parent else None
    fields = identity.OrganisationFields(
        place.name, place.kind, place.level, place.grade, parent_id, place.phone, place.address
    )
    organisation_id = county.organisations[place.name] = await identity.add_organisation(work, fields)
    if place.kind in identity.CARE_PROVIDERS:
        await identity.add_licence(work, organisation_id, _licence(place, day_of(work.now)))
    for order, (name, name_en) in enumerate(place.departments, start=1):
        made = await identity.add_department(work, organisation_id, name, name_en, order)
        county.departments[place.name, name] = made.id


def _licence(place: Place, today: date) -> identity.LicenceFields:
    number = f"PDY{AREA}{PLACES.index(place) + 1:04d}D"
    registered = place.second_name is not None
    return identity.LicenceFields(number, registered, place.second_name, today - 2 * _YEAR, today + 3 * _YEAR)


async def _add_alliance(work: Work, county: County) -> None:
    lead_id = county.organisations[COUNTY_HOSPITAL]
    below = await identity.organisations_below(work, lead_id)
    await identity.add_alliance(work, ALLIANCE, lead_id, below - {lead_id})


async def _add_villager(work: Work, county: County, villager: Villager) -> None:
    relation = None
    if villager.guardian is not None and villager.relation is not None:
        relation = identity.NewRelation(county.people[villager.guardian], villager.relation, Evidence.STAFF)
    new = identity.NewPatient(villager.name, _id_number(villager), villager.phone, villager.guardian_only)
    home = county.organisations[villager.known_to[-1]] if villager.known_to else None
    person_id = await identity.add_patient(
        work, new, organisation_id=home, verified_by=Evidence.STAFF, relation=relation
    )
    for place in villager.known_to:
        await identity.admit(work, person_id, county.organisations[place])
    county.people[villager.name] = person_id


def _id_number(villager: Villager) -> IdNumber:
    digits = f"{AREA}{villager.born:%Y%m%d}{villager.order:03d}"
    number = identity.read_id_number(digits + identity.check_character(digits), date.max)
    assert number.sex is villager.sex, "the seventeenth digit of an ID number tells the sex"
    return number


async def _add_member(work: Work, county: County, member: Member) -> None:
    organisation_id = county.organisations[member.place]
    department_id = county.departments[member.place, member.department] if member.department else None
    person_id = await identity.add_person(
        work,
        identity.NewStaff(member.name, member.sex, member.username),
        identity.NewPost(organisation_id, member.role, department_id),
    )
    if member.title is not None:
        await _add_papers(work, member, person_id, organisation_id)
    county.people[member.name] = person_id


async def _add_papers(work: Work, member: Member, person_id: PersonId, organisation_id: OrganisationId) -> None:
    assert member.title is not None, "who has a licence has a title"
    today = day_of(work.now)
    since, until = today - member.years * _YEAR - timedelta(days=60), today + 2 * _YEAR
    is_pharmacist = member.role is Role.PHARMACIST
    credential_id = await identity.add_credential(
        work,
        person_id,
        identity.CredentialFields(
            kind=CredentialKind.PHARMACIST if is_pharmacist else CredentialKind.DOCTOR,
            licence_number=f"1{AREA}{member.username.removeprefix('yl-').replace('-', '').upper():0>8}",
            category=member.category,
            scope=member.scope,
            title=member.title,
            first_licensed_on=since,
            valid_until=until,
            dispensing_since=since if is_pharmacist else None,
            review_trained_on=since + _YEAR if is_pharmacist else None,
        ),
    )
    filing = identity.FilingFields(organisation_id, "主要执业机构注册", True, True, since, until)
    await identity.put_filing(work, credential_id, filing)
