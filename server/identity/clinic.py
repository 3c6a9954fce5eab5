"""The desk of a clinic or of a hospital's window: staff find and register patients of their own organisation, card in hand.

A patient without a phone lives here only; whoever is not known to the own organisation does not exist for this desk.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from server.foundation.actor import PersonId
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.work import Work

from . import logins, patients, sealing, store
from .cards import PatientFacts
from .errors import FamilyAlready, GuardianNeeded, RealNameNotConfirmed
from .id_numbers import IdNumber
from .model import Person
from .patients import NewPatient, NewRelation
from .rules import needs_guardian
from .sealing import EVERYWHERE
from .vocabulary import Evidence, Relation


@dataclass(frozen=True, slots=True)
class AtTheDesk:
    """What a worker copied from the card of the person at the desk."""

    name: str = field(repr=False)
    id_number: IdNumber = field(repr=False)
    phone: str | None = field(default=None, repr=False)


async def find_by_id_number(work: Work, number: IdNumber) -> list[PatientFacts]:
    """The patient with that whole number, if the own organisation knows one."""
    row = await patients.find_by_id_number(work, number, work.actor.organisation)
    return await _found(work, [row] if row else [], "id-number")


async def find_by_phone(work: Work, phone: str) -> list[PatientFacts]:
    """The patients with that whole phone whom the own organisation knows."""
    rows = await patients.find_by_phone(work, phone, work.actor.organisation)
    return await _found(work, rows, "phone")


async def _found(work: Work, rows: list[Person], by: str) -> list[PatientFacts]:
    work.audit("patient.search", "organisation", work.actor.organisation, by=by, found=len(rows))
    for row in rows:
        work.audit("patient.read", "patient", row.id, patient_id=PersonId(row.id), by=by)
    return [await patients.facts_of(work, row) for row in rows]


async def patient_here(work: Work, patient_id: PersonId) -> PatientFacts:
    """A patient whom the own organisation knows. Raises: Unknown."""
    row = await _known_row(work, patient_id)
    work.audit("patient.read", "patient", patient_id, patient_id=patient_id)
    return await patients.facts_of(work, row)


async def _known_row(work: Work, patient_id: PersonId) -> Person:
    row = await patients.patient_row(work, patient_id)
    if row.replaced_by is not None or not await store.is_known_to(work.session, patient_id, work.actor.organisation):
        raise Unknown
    return row


async def register(
    work: Work, seen: AtTheDesk, guardian_id: PersonId | None, relation: Relation | None
) -> PatientFacts:
    """The person at the desk as a patient of the own organisation: registered now, or earlier elsewhere and known here
    from now on. The worker has seen the card, so the real name is verified (B05).

    Raises: GuardianNeeded (B10), RealNameNotConfirmed, Unknown guardian.
    """
    row = await patients.find_by_id_number(work, seen.id_number, EVERYWHERE)
    if row is None:
        patient_id = await _add(work, seen, guardian_id, relation)
        return await patients.patient(work, patient_id)
    if not await patients.has_name(work, row, seen.name):
        raise RealNameNotConfirmed
    if row.real_name_at is None:
        row.real_name_at, row.real_name_by = work.now, Evidence.STAFF
    await patients.admit(work, PersonId(row.id), work.actor.organisation)
    work.audit("patient.admit", "patient", row.id, patient_id=PersonId(row.id))
    return await patients.facts_of(work, row)


async def _add(work: Work, seen: AtTheDesk, guardian_id: PersonId | None, relation: Relation | None) -> PersonId:
    acts = None
    if guardian_id is not None and relation is not None:
        await _known_row(work, guardian_id)
        acts = NewRelation(guardian_id, relation, Evidence.STAFF)
    is_child = needs_guardian(seen.id_number.birth_date, day_of(work.now))
    return await patients.add_patient(
        work,
        NewPatient(seen.name, seen.id_number, None if is_child else seen.phone),
        organisation_id=work.actor.organisation,
        verified_by=Evidence.STAFF,
        relation=acts,
    )


async def add_guardian(work: Work, patient_id: PersonId, guardian_id: PersonId, relation: Relation) -> None:
    """Someone acts for a patient from now on; the worker has seen both and the patient's consent.

    Raises: Unknown, FamilyAlready, GuardianNeeded.
    """
    ward = await _known_row(work, patient_id)
    await _known_row(work, guardian_id)
    if patient_id == guardian_id:
        raise GuardianNeeded
    if await store.guardianship(work.session, guardian_id, patient_id):
        raise FamilyAlready
    await patients.relate(work, guardian_id, ward, relation, Evidence.STAFF)


async def change_phone(work: Work, patient_id: PersonId, seen: IdNumber, phone: str | None) -> PatientFacts:
    """A patient's new phone (None: has none any more), after the worker compared the card. Ends the patient's logins.

    Raises: Unknown, RealNameNotConfirmed, GuardianNeeded for a child.
    """
    row = await _known_row(work, patient_id)
    key = await sealing.key_of(work, row)
    if sealing.opened(work, row, "id_number", row.id_number_sealed, key) != seen.text:
        raise RealNameNotConfirmed
    if phone and needs_guardian(seen.birth_date, day_of(work.now)):
        raise GuardianNeeded
    await patients.put_phone(work, row, phone, key)
    work.audit("patient.change-phone", "patient", patient_id, patient_id=patient_id, by="staff")
    await logins.end_all_of(work, patient_id, "phone-changed")
    return await patients.facts_of(work, row)
