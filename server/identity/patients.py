"""Patients: registering them, finding them in one's own organisation, and what the neighbours may know of them.

Who may read a patient's records is for `records`; registration by oneself, with a code, is in `registration.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from server.foundation import data_keys
from server.foundation.actor import OrganisationId, PersonId
from server.foundation.clock import day_of
from server.foundation.database import violated
from server.foundation.errors import Unknown
from server.foundation.fields import DataKey, normalised
from server.foundation.work import Work

from . import access, sealing, store
from .cards import PatientFacts, PersonCard, Standing
from .errors import GuardianNeeded, RealNameNeeded, RealNameNotConfirmed
from .events import PatientRegistered
from .id_numbers import IdNumber
from .model import Guardianship, Person
from .rules import is_minor, needs_guardian, relation_holds, whole_years
from .sealing import EVERYWHERE, ID_NUMBER, PHONE
from .vocabulary import Evidence, PersonKind, Relation, RelationKind, Sex

CONSENT_VERSION = "guardian-2026-11"


@dataclass(frozen=True, slots=True)
class NewPatient:
    """Who is to be registered. A child under 14 has no phone of its own."""

    name: str = field(repr=False)
    id_number: IdNumber = field(repr=False)
    phone: str | None = field(default=None, repr=False)
    guardian_only: bool = False


@dataclass(frozen=True, slots=True)
class NewRelation:
    """Who will act for the new patient, and how that was checked."""

    guardian_id: PersonId
    relation: Relation
    evidence: Evidence


async def person(work: Work, person_id: PersonId) -> PersonCard:
    """Anyone by id. Raises: Unknown."""
    found = await people(work, [person_id])
    if person_id not in found:
        raise Unknown
    return found[person_id]


async def people(work: Work, ids: Iterable[PersonId]) -> dict[PersonId, PersonCard]:
    """Several people by id; unknown ids are left out."""
    rows = await store.people(work.session, ids)
    names = await sealing.names(work, rows)
    return {
        PersonId(row.id): PersonCard(
            id=PersonId(row.id),
            kind=PersonKind(row.kind),
            name=names[row.id],
            sex=Sex(row.sex) if row.sex else None,
            birth_date=row.birth_date,
        )
        for row in rows
    }


async def patient(work: Work, patient_id: PersonId) -> PatientFacts:
    """A patient; the caller has checked that the actor may know. Raises: Unknown."""
    row = await patient_row(work, patient_id)
    return await facts_of(work, row)


async def patient_row(work: Work, patient_id: UUID) -> Person:
    """The stored patient. Raises: Unknown."""
    row = await store.person(work.session, patient_id)
    if row is None or row.kind != PersonKind.PATIENT or row.name_sealed is None:
        raise Unknown
    return row


async def facts_of(work: Work, row: Person) -> PatientFacts:
    """The opened facts of a stored patient."""
    key = await sealing.key_of(work, row)
    phone = sealing.opened(work, row, "phone", row.phone_sealed, key) or await _guardians_phone(work, row)
    assert row.birth_date is not None, "every patient has a birth date: the ID number carries it"
    assert row.sex is not None, "and a sex"
    today = day_of(work.now)
    number = sealing.opened(work, row, "id_number", row.id_number_sealed, key) or ""
    return PatientFacts(
        id=PersonId(row.id),
        name=sealing.opened(work, row, "name", row.name_sealed, key) or "",
        sex=Sex(row.sex),
        birth_date=row.birth_date,
        age=whole_years(row.birth_date, today),
        id_number_tail=number[-4:],
        phone=phone,
        home_organisation_id=OrganisationId(row.home_organisation_id) if row.home_organisation_id else None,
        real_name_verified=row.real_name_at is not None,
        needs_guardian=needs_guardian(row.birth_date, today),
    )


async def _guardians_phone(work: Work, row: Person) -> str | None:
    for guardian in await store.guardians_of(work.session, row.id):
        if guardian.phone_sealed is not None:
            key = await sealing.key_of(work, guardian)
            return sealing.opened(work, guardian, "phone", guardian.phone_sealed, key)
    return None


async def standing(work: Work, patient_id: PersonId) -> Standing | None:
    """By what right the acting patient-side account acts for a patient; None without one, or for an unknown id.

    Rule: B10
    """
    row = await store.person(work.session, patient_id)
    if row is None or row.birth_date is None or row.replaced_by is not None or work.actor.person_id is None:
        return None
    today, relation = day_of(work.now), await store.guardianship(work.session, work.actor.person_id, patient_id)
    related = relation is not None and relation_holds(RelationKind(relation.kind), row.birth_date, today)
    return access.standing(work.actor, patient_id, row.birth_date, related, today)


async def children_among(work: Work, ids: Iterable[PersonId]) -> set[PersonId]:
    """Those of the patients who are too young to act for themselves; who does not exist counts as such. Rule: B10"""
    today, asked = day_of(work.now), set(ids)
    born = await store.birth_dates(await work.raw(), asked)
    return {each for each in asked if (birth := born.get(each)) is None or needs_guardian(birth, today)}


async def wards(work: Work) -> list[PersonId]:
    """For whom the acting account may act besides its own person."""
    acting = [
        each for each in await store.relations_of(work.session, work.actor.person) if each.ward_id != work.actor.person
    ]
    born = {row.id: row.birth_date for row in await store.people(work.session, [each.ward_id for each in acting])}
    today = day_of(work.now)
    return [
        PersonId(each.ward_id)
        for each in acting
        if (birth := born[each.ward_id]) and relation_holds(RelationKind(each.kind), birth, today)
    ]


async def require_real_name(work: Work, patient_id: PersonId) -> None:
    """Nothing, when the patient's identity was verified.

    Raises: RealNameNeeded, Unknown. Rule: B05
    """
    row = await patient_row(work, patient_id)
    if row.real_name_at is None:
        raise RealNameNeeded


async def add_patient(
    work: Work,
    new: NewPatient,
    *,
    organisation_id: OrganisationId | None,
    verified_by: Evidence | None,
    relation: NewRelation | None = None,
) -> PersonId:
    """A new patient, sealed and indexed.

    Raises: GuardianNeeded for a child without one (B10), RealNameNotConfirmed when the number is registered already.
    """
    if needs_guardian(new.id_number.birth_date, day_of(work.now)) and (relation is None or new.phone is not None):
        raise GuardianNeeded
    person_id = PersonId(work.new_id())
    key = await data_keys.make(work.session, work.ground.fields, person_id, work.now)
    row = Person(
        id=person_id,
        kind=PersonKind.PATIENT,
        sex=new.id_number.sex,
        birth_date=new.id_number.birth_date,
        home_organisation_id=organisation_id,
        guardian_only=new.guardian_only,
        real_name_by=verified_by,
        real_name_at=work.now if verified_by else None,
        created_at=work.now,
        created_by=work.actor.person_id,
    )
    row.name_sealed = sealing.seal(work, row, "name", new.name, key)
    row.id_number_sealed = sealing.seal(work, row, "id_number", new.id_number.text, key)
    work.session.add(row)
    await _indexed(work, row, ID_NUMBER, new.id_number.text, [EVERYWHERE])
    await put_phone(work, row, new.phone, key)
    if organisation_id is not None:
        await admit(work, person_id, organisation_id)
    if relation is not None:
        await relate(work, relation.guardian_id, row, relation.relation, relation.evidence)
    work.audit("patient.register", "patient", person_id, patient_id=person_id, verified_by=verified_by or "none")
    work.record(PatientRegistered(person_id))
    return person_id


async def _indexed(work: Work, row: Person, purpose: str, value: str, scopes: Iterable[UUID | str]) -> None:
    try:
        await work.session.flush()
        for scope in scopes:
            await store.put_lookup(work.session, sealing.lookup(work, row.id, purpose, value, scope))
    except IntegrityError as refused:
        if violated(refused) == "uq_patient_lookups_id_number":
            raise RealNameNotConfirmed from None
        raise


async def put_phone(work: Work, row: Person, phone: str | None, key: DataKey) -> None:
    """Store a patient's phone and make it findable wherever the patient is known."""
    await store.drop_lookups(work.session, row.id, PHONE)
    row.phone_sealed = sealing.seal(work, row, "phone", phone, key) if phone else None
    if phone:
        scopes: list[UUID | str] = [EVERYWHERE, *await store.organisations_knowing(work.session, row.id)]
        await _indexed(work, row, PHONE, phone, scopes)


async def admit(work: Work, patient_id: PersonId, organisation_id: OrganisationId) -> None:
    """Make a patient known to an organisation, so that its own staff can find the patient; on booking there, say."""
    row = await patient_row(work, patient_id)
    if not await store.know(work.session, patient_id, organisation_id, work.now):
        return
    key = await sealing.key_of(work, row)
    for purpose, column, sealed in ((ID_NUMBER, "id_number", row.id_number_sealed), (PHONE, "phone", row.phone_sealed)):
        value = sealing.opened(work, row, column, sealed, key)
        if value:
            await _indexed(work, row, purpose, value, [organisation_id])


async def relate(work: Work, guardian_id: PersonId, ward: Person, relation: Relation, evidence: Evidence) -> UUID:
    """A relation in force from now on: guardianship of a minor, else family with consent; its id.

    Raises: Unknown guardian. The caller has checked consent and that the two are not related yet.
    """
    guardian = await patient_row(work, guardian_id)
    today = day_of(work.now)
    assert guardian.birth_date is not None, "every patient has a birth date"
    assert ward.birth_date is not None, "every patient has a birth date"
    if is_minor(guardian.birth_date, today):
        raise GuardianNeeded  # a minor cannot be anybody's guardian
    row = Guardianship(
        id=work.new_id(),
        guardian_id=guardian_id,
        ward_id=ward.id,
        kind=RelationKind.GUARDIAN if is_minor(ward.birth_date, today) else RelationKind.FAMILY,
        relation=relation,
        evidence=evidence,
        consent_version=CONSENT_VERSION,
        started_at=work.now,
    )
    work.session.add(row)
    work.audit("family.add", "guardianship", row.id, patient_id=PersonId(ward.id), evidence=evidence)
    await work.session.flush()
    return row.id


async def find_by_id_number(work: Work, number: IdNumber, scope: UUID | str) -> Person | None:
    """The patient of an ID number within one scope."""
    digests = sealing.digests(work, ID_NUMBER, number.text, scope)
    found = await store.patients_found(work.session, digests, ID_NUMBER, str(scope))
    return found[0] if found else None


async def find_by_phone(work: Work, phone: str, scope: UUID | str) -> list[Person]:
    """The patients of a phone within one scope; a family may share one."""
    digests = sealing.digests(work, PHONE, phone, scope)
    return list(await store.patients_found(work.session, digests, PHONE, str(scope)))


async def has_name(work: Work, row: Person, name: str) -> bool:
    """Whether that is the patient's name, however it is spaced."""
    return normalised((await sealing.names(work, [row]))[row.id]) == normalised(name)


def today_of(work: Work) -> date:
    """The day in China on which this work happens."""
    return day_of(work.now)
