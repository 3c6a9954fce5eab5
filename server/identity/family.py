"""Family: for whom one acts and who acts for oneself, adding a child or an adult who agrees, ending it.

Who cannot prove consent online (no phone, a child registered by someone else) does it at a clinic's desk: `clinic.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.work import Work

from . import codes, patients, registration, sealing, store
from .codes import CodePurpose
from .errors import FamilyAlready, FamilyConsentNeeded, GuardianNeeded, RealNameNotConfirmed
from .id_numbers import IdNumber
from .model import Guardianship, Person
from .patients import NewPatient, NewRelation
from .rules import ADULT_AGE, is_minor, needs_guardian, whole_years
from .sealing import EVERYWHERE
from .vocabulary import Evidence, Relation, RelationKind, Sex


@dataclass(frozen=True, slots=True)
class FamilyMember:
    """A relation in force, seen from one side: `acts` is True when I act for this person."""

    relation_id: UUID
    person_id: PersonId
    name: str = field(repr=False)
    sex: Sex | None
    birth_date: date | None
    age: int | None
    acts: bool
    kind: RelationKind
    relation: Relation
    since: datetime


@dataclass(frozen=True, slots=True)
class NewMember:
    """Whom to add: as on the card; an adult's own phone with the code that was sent there."""

    name: str = field(repr=False)
    id_number: IdNumber = field(repr=False)
    relation: Relation
    phone: str | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)


async def members(work: Work) -> list[FamilyMember]:
    """The acting person's relations in force, those acted for first."""
    me = work.actor.person
    relations = await store.relations_of(work.session, me)
    others = [each.ward_id if each.guardian_id == me else each.guardian_id for each in relations]
    rows = {row.id: row for row in await store.people(work.session, others)}
    names = await sealing.names(work, rows.values())
    found = [
        _member(each, rows[other], names[other], acts=each.guardian_id == me, today=day_of(work.now))
        for each, other in zip(relations, others, strict=True)
    ]
    return sorted(found, key=lambda member: not member.acts)


def _member(each: Guardianship, row: Person, name: str, *, acts: bool, today: date) -> FamilyMember:
    return FamilyMember(
        relation_id=each.id,
        person_id=PersonId(row.id),
        name=name,
        sex=Sex(row.sex) if row.sex else None,
        birth_date=row.birth_date,
        age=whole_years(row.birth_date, today) if row.birth_date else None,
        acts=acts,
        kind=RelationKind(each.kind),
        relation=Relation(each.relation),
        since=each.started_at,
    )


async def send_code(work: Work, phone: str) -> None:
    """A code to an adult's phone, by which that person agrees. Raises: CodesTooOften."""
    await codes.issue(work, phone, CodePurpose.FAMILY)


async def add(work: Work, new: NewMember) -> PersonId:
    """Someone the acting person acts for from now on: a minor as guardian, an adult with consent by code.

    Raises: FamilyConsentNeeded, CodeWrong, FamilyAlready, RealNameNotConfirmed, GuardianNeeded. Rule: B10
    """
    existing = await patients.find_by_id_number(work, new.id_number, EVERYWHERE)
    if existing is not None and await _is_related(work, existing):
        raise FamilyAlready
    if is_minor(new.id_number.birth_date, day_of(work.now)):
        return await _add_minor(work, new, existing)
    return await _add_adult(work, new, existing)


async def _is_related(work: Work, existing: Person) -> bool:
    me = work.actor.person
    return existing.id == me or await store.guardianship(work.session, me, existing.id) is not None


async def _add_minor(work: Work, new: NewMember, existing: Person | None) -> PersonId:
    if existing is not None:
        raise RealNameNotConfirmed  # whoever registered this child decides, or a clinic that sees the papers
    young = needs_guardian(new.id_number.birth_date, day_of(work.now))
    return await _register(work, new, None if young else new.phone, Evidence.DECLARED)


async def _add_adult(work: Work, new: NewMember, existing: Person | None) -> PersonId:
    if not new.phone or not new.code or await _is_my_phone(work, new.phone):
        raise FamilyConsentNeeded  # a code to a phone that I hold myself proves nobody's consent
    fitting = await codes.verify(work, new.phone, CodePurpose.FAMILY, new.code)
    codes.use(work, fitting)
    if existing is None:
        return await _register(work, new, new.phone, Evidence.CODE)
    theirs = await patients.find_by_phone(work, new.phone, EVERYWHERE)
    if not await patients.has_name(work, existing, new.name) or existing.id not in {row.id for row in theirs}:
        raise RealNameNotConfirmed
    await patients.relate(work, work.actor.person, existing, new.relation, Evidence.CODE)
    return PersonId(existing.id)


async def _is_my_phone(work: Work, phone: str) -> bool:
    return work.actor.person in {row.id for row in await patients.find_by_phone(work, phone, EVERYWHERE)}


async def _register(work: Work, new: NewMember, phone: str | None, evidence: Evidence) -> PersonId:
    return await patients.add_patient(
        work,
        NewPatient(new.name, new.id_number, phone),
        organisation_id=None,
        verified_by=registration.verified_by(work),
        relation=NewRelation(work.actor.person, new.relation, evidence),
    )


async def end(work: Work, relation_id: UUID) -> None:
    """End a relation that the acting person is part of.

    Raises: Unknown; GuardianNeeded when a child would be left without any guardian (B10).
    """
    relations = await store.relations_of(work.session, work.actor.person)
    mine = next((each for each in relations if each.id == relation_id), None)
    if mine is None:
        raise Unknown
    ward = await patients.patient_row(work, mine.ward_id)
    is_child = ward.birth_date is not None and needs_guardian(ward.birth_date, day_of(work.now))
    if is_child and len(await store.guardians_of(work.session, ward.id)) < 2:
        raise GuardianNeeded
    if not await store.end_relation(work.session, relation_id, work.actor.person, work.now):
        raise Unknown
    work.audit("family.end", "guardianship", relation_id, patient_id=PersonId(ward.id))


async def end_outgrown(work: Work) -> int:
    """End guardianships over those who came of age; how many. They give no right from that birthday on anyway."""
    today = day_of(work.now)
    candidates = await store.outgrown(work.session, today - timedelta(days=ADULT_AGE * 365))
    rows = {row.id: row for row in await store.people(work.session, [each.ward_id for each in candidates])}
    ended = 0
    for each in candidates:
        born = rows[each.ward_id].birth_date
        if born is not None and not is_minor(born, today):
            each.ended_at = work.now
            work.audit("family.outgrown", "guardianship", each.id, patient_id=PersonId(each.ward_id))
            ended += 1
    return ended
