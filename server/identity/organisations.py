"""Organisations of the four levels, their licences and departments: cards for everybody, changes for
administrators within their reach (own organisation and below).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from server.foundation.actor import Kind, Level, OrganisationId, Role
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.pinyin import sounds
from server.foundation.translation import ENGLISH
from server.foundation.work import Work

from . import access
from . import organisation_store as store
from .cards import DepartmentCard, OrganisationCard
from .errors import NameTaken, ServicesClosed, WouldMakeCircle
from .model import Department, Licence, Organisation
from .rules import LicenceFacts, in_force, services_open
from .vocabulary import GRADE_ZH, Grade, OrganisationKind


@dataclass(frozen=True, slots=True)
class OrganisationFields:
    """What an administrator says of an organisation."""

    name: str
    kind: OrganisationKind
    level: Level
    grade: Grade
    parent_id: OrganisationId | None
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class LicenceFields:
    """What stands on a licence."""

    number: str
    internet_diagnosis: bool
    second_name: str | None
    valid_from: date
    valid_until: date
    revoked: bool = False


async def organisation(work: Work, organisation_id: OrganisationId) -> OrganisationCard:
    """One organisation. Raises: Unknown."""
    row = await open_organisation(work, organisation_id)
    return (await _cards(work, [row]))[0]


async def organisations(work: Work, ids: Iterable[OrganisationId] | None = None) -> list[OrganisationCard]:
    """Every open organisation, or these, from the top of the tree."""
    return await _cards(work, await store.organisations(work.session, ids))


async def organisation_names(work: Work, ids: Iterable[OrganisationId]) -> dict[UUID, str]:
    """What these organisations are called, closed ones too: what they did keeps their name."""
    return await store.organisation_names(work.session, ids)


async def department_names(work: Work, organisation_ids: Iterable[OrganisationId]) -> dict[UUID, str]:
    """What the departments of these organisations are called in the asker's language, closed ones too."""
    found = await store.department_names(work.session, organisation_ids)
    return {each: (work.language == ENGLISH and name_en) or name for each, name, name_en in found}


async def organisations_with(work: Work, role: Role) -> list[OrganisationCard]:
    """Every open organisation at which somebody of this role works now."""
    ids = await store.with_holders(work.session, role)
    return await organisations(work, [OrganisationId(each) for each in ids])


async def departments(work: Work, organisation_id: OrganisationId) -> list[DepartmentCard]:
    """The open departments of an organisation in their order. Raises: Unknown."""
    await open_organisation(work, organisation_id)
    return [
        DepartmentCard(row.id, organisation_id, row.name, row.name_en, doctors)
        for row, doctors in await store.departments(work.session, organisation_id)
    ]


async def licence_facts(work: Work, organisation_id: OrganisationId) -> list[LicenceFacts]:
    """The licences of one organisation as the rules see them."""
    return [facts_of(row) for row in await store.licences_of(work.session, [organisation_id])]


async def require_services_open(work: Work, organisation_id: OrganisationId) -> None:
    """Nothing, when the organisation may offer internet diagnosis today.

    Raises: ServicesClosed. Rule: B01
    """
    if not services_open(await licence_facts(work, organisation_id), day_of(work.now)):
        raise ServicesClosed


async def reach(work: Work) -> set[UUID]:
    """The organisations an administrator looks after: the own one and all below."""
    return await store.at_or_below(work.session, work.actor.organisation)


async def organisations_below(work: Work, organisation_id: OrganisationId) -> set[OrganisationId]:
    """The organisation and all that stand below it."""
    return {OrganisationId(each) for each in await store.at_or_below(work.session, organisation_id)}


async def require_reach(work: Work, organisation_id: UUID) -> None:
    """Nothing, when the actor administers that organisation. Raises: Unknown, as for an id that does not exist."""
    below = set() if work.actor.kind is Kind.SYSTEM else await reach(work)
    if not access.may_administer(work.actor, organisation_id, below):
        raise Unknown


async def add_organisation(work: Work, fields: OrganisationFields) -> OrganisationId:
    """A new organisation below one within reach; only the system makes one without a parent.

    Raises: Unknown parent, NameTaken.
    """
    if fields.parent_id is not None:
        await open_organisation(work, fields.parent_id)
        await require_reach(work, fields.parent_id)
    elif work.actor.kind is not Kind.SYSTEM:
        raise Unknown
    if await store.organisation_named(work.session, fields.name):
        raise NameTaken
    row = Organisation(id=work.new_id(), created_at=work.now)
    _fill(row, fields)
    work.session.add(row)
    await unique(work)
    work.audit("organisation.add", "organisation", row.id, level=fields.level)
    return OrganisationId(row.id)


async def change_organisation(work: Work, organisation_id: OrganisationId, fields: OrganisationFields) -> None:
    """An organisation with these fields. Raises: Unknown, NameTaken, WouldMakeCircle."""
    row = await open_organisation(work, organisation_id)
    await require_reach(work, organisation_id)
    if fields.parent_id != row.parent_id:
        if fields.parent_id is None or organisation_id == work.actor.organisation:
            raise Unknown  # nobody moves the own organisation, or out of the own reach
        await require_reach(work, fields.parent_id)
        if fields.parent_id in await store.at_or_below(work.session, organisation_id):
            raise WouldMakeCircle
    _fill(row, fields)
    await unique(work)
    work.audit("organisation.change", "organisation", organisation_id)


async def licences(work: Work, organisation_id: OrganisationId) -> Sequence[Licence]:
    """An organisation's licences for its administrator, the newest first. Raises: Unknown."""
    await require_reach(work, organisation_id)
    return await store.licences_of(work.session, [organisation_id])


async def add_licence(work: Work, organisation_id: OrganisationId, fields: LicenceFields) -> Licence:
    """A new licence. Raises: Unknown, NameTaken."""
    await open_organisation(work, organisation_id)
    await require_reach(work, organisation_id)
    row = Licence(id=work.new_id(), organisation_id=organisation_id)
    _fill_licence(work, row, fields)
    work.session.add(row)
    await unique(work)
    work.audit("licence.add", "licence", row.id, internet=fields.internet_diagnosis)
    return row


async def change_licence(work: Work, licence_id: UUID, fields: LicenceFields) -> Licence:
    """A licence with these fields; revoking and renewing too. Raises: Unknown, NameTaken."""
    row = await store.licence(work.session, licence_id)
    if row is None:
        raise Unknown
    await require_reach(work, row.organisation_id)
    _fill_licence(work, row, fields)
    await unique(work)
    work.audit("licence.change", "licence", row.id, internet=fields.internet_diagnosis, revoked=fields.revoked)
    return row


async def add_department(
    work: Work, organisation_id: OrganisationId, name: str, name_en: str, place: int
) -> DepartmentCard:
    """A new department. Raises: Unknown, NameTaken."""
    await open_organisation(work, organisation_id)
    await require_reach(work, organisation_id)
    row = Department(id=work.new_id(), organisation_id=organisation_id)
    _name_department(row, name, name_en, place)
    work.session.add(row)
    await unique(work)
    work.audit("department.add", "department", row.id)
    return DepartmentCard(row.id, organisation_id, row.name, row.name_en, 0)


async def change_department(
    work: Work, department_id: UUID, name: str, name_en: str, place: int, *, closed: bool
) -> None:
    """A department with these fields; closing it keeps its past. Raises: Unknown, NameTaken."""
    row = await store.department(work.session, department_id)
    if row is None:
        raise Unknown
    await require_reach(work, row.organisation_id)
    _name_department(row, name, name_en, place)
    row.closed_at = (row.closed_at or work.now) if closed else None
    await unique(work)
    work.audit("department.change", "department", department_id, closed=closed)


async def open_organisation(work: Work, organisation_id: UUID) -> Organisation:
    """A stored organisation that is not closed. Raises: Unknown."""
    row = await store.organisation(work.session, organisation_id)
    if row is None or row.closed_at is not None:
        raise Unknown
    return row


async def unique(work: Work) -> None:
    """Write what was changed. Raises: NameTaken."""
    try:
        await work.session.flush()
    except IntegrityError:
        raise NameTaken from None


async def _cards(work: Work, rows: Sequence[Organisation]) -> list[OrganisationCard]:
    held = await store.licences_of(work.session, [row.id for row in rows])
    return [_card(row, [each for each in held if each.organisation_id == row.id], day_of(work.now)) for row in rows]


def _card(row: Organisation, held: Sequence[Licence], day: date) -> OrganisationCard:
    current = [each for each in held if each.revoked_at is None and in_force(each, day)]
    return OrganisationCard(
        id=OrganisationId(row.id),
        name=row.name,
        kind=OrganisationKind(row.kind),
        level=Level(row.level),
        grade=Grade(row.grade),
        grade_zh=GRADE_ZH[Grade(row.grade)],
        parent_id=OrganisationId(row.parent_id) if row.parent_id else None,
        phone=row.phone,
        address=row.address,
        internet_licence_valid=services_open([facts_of(each) for each in held], day),
        second_name=next((each.second_name for each in current if each.second_name), None),
    )


def facts_of(row: Licence) -> LicenceFacts:
    """A stored licence as the rules see it."""
    return LicenceFacts(row.internet_diagnosis, row.valid_from, row.valid_until, row.revoked_at is not None)


def _fill(row: Organisation, fields: OrganisationFields) -> None:
    row.name, row.kind, row.level, row.grade = fields.name, fields.kind, fields.level, fields.grade
    row.parent_id, row.phone, row.address = fields.parent_id, fields.phone, fields.address
    row.pinyin, row.initials = sounds(fields.name)


def _fill_licence(work: Work, row: Licence, fields: LicenceFields) -> None:
    row.number, row.internet_diagnosis, row.second_name = fields.number, fields.internet_diagnosis, fields.second_name
    row.valid_from, row.valid_until = fields.valid_from, fields.valid_until
    row.revoked_at = (row.revoked_at or work.now) if fields.revoked else None


def _name_department(row: Department, name: str, name_en: str, place: int) -> None:
    row.name, row.name_en, row.place = name, name_en, place
    row.pinyin, row.initials = sounds(name)
