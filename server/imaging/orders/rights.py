"""By what right somebody reads a patient's record, as orders ask it: records' own answer, and for a doctor also the consent
that lets the institution act for the patient, where the doctor works. Rule: imaging-20, imaging-23
"""

from __future__ import annotations

from server.foundation.actor import PersonId, Role
from server.foundation.work import Work
from server.records import service as records
from server.records.service import Purpose, Right


async def right_of(work: Work, patient_id: PersonId) -> Right | None:
    """By what right the actor has to do with this patient, or None."""
    right = await records.may_read(work, patient_id)
    if right is None and work.actor.role is Role.DOCTOR and work.actor.organisation_id is not None:
        here = work.actor.organisation
        if await records.consent_in_force(work, patient_id, Purpose.ACT_FOR_ME, organisation_id=here):
            return Right.CLINIC
    return right


async def patients(work: Work) -> set[PersonId]:
    """The patients of whom that is so, for lists of doctors and clinic workers; the same policy."""
    if work.actor.role is Role.DOCTOR:
        return await records.readable_patients(work) | await records.patients_acted_for(work)
    return await records.readable_patients(work)
