"""Reading prescriptions: of a visit, of a patient, one's own; with the same right as a get, and each view written down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from server.consultations import service as consultations
from server.foundation.actor import PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records
from server.records.service import Seen

from . import access, steps, store
from .access import ANYONE, Party
from .lifecycle import IN_REVIEW, UNSIGNED, Status
from .model import Prescription

_LONGEST_LIST: Final = 200
_WAITING_FOR_ME: Final = UNSIGNED | IN_REVIEW | {Status.RETURNED, Status.VALID}

Seen_ = tuple[Prescription, Party]


async def one(work: Work, prescription_id: UUID) -> Seen_:
    """A prescription for whoever has a part in it; a view in the who-read list. Raises: Unknown."""
    prescription, party = await steps.own(work, prescription_id, ANYONE)
    if prescription.status not in UNSIGNED:
        patient_id = PersonId(prescription.patient_id)
        await records.note_read(work, patient_id, Seen.PRESCRIPTION, prescription.id, own=party is Party.PATIENT)
    return prescription, party


async def of_visit(work: Work, visit_id: UUID) -> list[Seen_]:
    """What was prescribed in a visit, the newest first: for its doctor all, for the patient's side what was signed.

    Raises: Unknown.
    """
    found = await store.of_visit(work.session, visit_id)
    if work.actor.role is Role.DOCTOR and not found:
        await consultations.own_visit(work, visit_id)
    patients = {each.patient_id for each in found} or await _patient_of(work, visit_id)
    for patient_id in patients:
        await records.require_may_read(work, PersonId(patient_id))
    return await _with_parties(work, found, visit_id)


async def of_patient(work: Work, patient_id: PersonId) -> list[Seen_]:
    """The signed prescriptions of a patient, the newest first. Raises: Unknown."""
    await records.require_may_read(work, patient_id)
    every = await identity.with_merged(work, [patient_id])
    found = await store.of_patients(work.session, every, _LONGEST_LIST)
    return await _with_parties(work, found, patient_id)


async def mine(work: Work) -> list[Seen_]:
    """A doctor's prescriptions that wait for something, or the acting patient's own and their wards'."""
    if work.actor.role is Role.DOCTOR:
        own = work.actor.person, work.actor.organisation
        found = await store.of_prescriber(work.session, *own, _LONGEST_LIST, _WAITING_FOR_ME)
        return [(each, Party.PRESCRIBER) for each in found if await steps.party_of(work, each) is Party.PRESCRIBER]
    people = await acting_for(work)
    found = await store.of_patients(work.session, await identity.with_merged(work, people), _LONGEST_LIST)
    return await _with_parties(work, found, work.actor.person)


async def acting_for(work: Work) -> list[PersonId]:
    """The patients whose side the actor is: oneself and one's wards, or those who agreed that the clinic acts for them."""
    if work.actor.role is Role.CLINIC_WORKER:
        return sorted(await records.readable_patients(work))
    return [work.actor.person, *await identity.wards(work)]


async def _patient_of(work: Work, visit_id: UUID) -> set[UUID]:
    encounter = await records.encounter_of(work, visit_id)
    if encounter is None:
        raise Unknown
    return {encounter.patient_id}


async def _with_parties(work: Work, found: Sequence[Prescription], subject: UUID) -> list[Seen_]:
    """Those the asker may see, with the part in each; one line in the who-read list for each patient among them."""
    pairs: list[Seen_] = []
    rights: dict[UUID, str | None] = {}
    for each in found:
        if each.patient_id not in rights:
            rights[each.patient_id] = await records.may_read(work, PersonId(each.patient_id))
        party = access.party_of(each, work.actor, rights[each.patient_id])
        if party is not None:
            pairs.append((each, party))
    for patient_id in {each.patient_id for each, _ in pairs if each.status not in UNSIGNED}:
        own = rights[patient_id] == records.Right.SELF
        await records.note_read(work, PersonId(patient_id), Seen.PRESCRIPTION, subject, own=own)
    return pairs
