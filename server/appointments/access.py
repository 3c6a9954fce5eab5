"""Who may book for whom, and see or cancel which booking."""

from __future__ import annotations

from uuid import UUID

from server.foundation.actor import PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.records import service as records

from .rules import Right


async def may_book_for(work: Work, patient_id: PersonId) -> Right:
    """By what right the actor books for this patient: as the patient, as guardian, or as their clinic with consent.

    Raises: Unknown, when there is no such patient or no right.
    """
    right = await records.may_act_for(work, patient_id)
    if right is None:
        raise Unknown
    return Right(str(right))


async def may_see(work: Work, patient_id: PersonId, organisation_id: UUID, doctor_id: UUID) -> None:
    """The patient's side, the doctor of the session, and the schedulers of the organisation may see a booking.

    Raises: Unknown.
    """
    actor = work.actor
    if actor.role is Role.SCHEDULER and actor.organisation_id == organisation_id:
        return
    if actor.role is Role.DOCTOR and actor.person_id == doctor_id:
        return
    await may_book_for(work, patient_id)
