"""Who may book for whom, and see or cancel which booking."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from server.foundation.actor import PersonId, Role
from server.foundation.clock import day_of
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


async def may_see(work: Work, patient_id: PersonId, organisation_id: UUID, doctor_id: UUID, day: date) -> None:
    """The patient's side and the organisation's schedulers may see a booking; the session's doctor until its day is
    over, and after it while care lasts.

    Raises: Unknown.
    """
    actor = work.actor
    if actor.role is Role.SCHEDULER and actor.organisation_id == organisation_id:
        return
    if actor.role is Role.DOCTOR and actor.person_id == doctor_id:
        if day < day_of(work.now):
            await records.require_may_read(work, patient_id)
        return
    await may_book_for(work, patient_id)
