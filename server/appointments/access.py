"""Who may book for whom and by what right, and see or end which booking."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import date
from uuid import UUID

from server.foundation.actor import PATIENT_SIDE, Actor, PersonId, Role
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records
from server.records.service import Purpose

from .errors import NotPublished, SessionClosed
from .rules import Right


async def may_book_for(work: Work, patient_id: PersonId) -> Right:
    """By what right the actor books for this patient: as the patient, as guardian, as their clinic or family doctor with
    their recorded consent, or at the window of an institution that knows them.

    Raises: Unknown, when there is no such patient or no right.
    """
    role = work.actor.role
    if role is Role.SCHEDULER:
        await identity.patient_here(work, patient_id)
        return Right.WINDOW
    if role is Role.DOCTOR:
        if not await records.consent_in_force(
            work, patient_id, Purpose.ACT_FOR_ME, organisation_id=work.actor.organisation
        ):
            raise Unknown
        return Right.FAMILY_DOCTOR
    right = await records.may_act_for(work, patient_id)
    if right is None:
        raise Unknown
    return Right(str(right))


async def may_end(work: Work, patient_id: PersonId, organisation_id: UUID) -> Right:
    """By what right the actor confirms or cancels a booking; the window only at its own institution. Raises: Unknown."""
    if work.actor.role is Role.SCHEDULER:
        if work.actor.organisation_id != organisation_id:
            raise Unknown
        return Right.WINDOW
    return await may_book_for(work, patient_id)


async def acted_for(work: Work, patients: Collection[PersonId]) -> set[PersonId]:
    """Those of these patients for whom the actor may book now; for lists of what was done for them before."""
    found = set()
    for patient_id in patients:
        with suppress(Unknown):
            await may_book_for(work, patient_id)
            found.add(patient_id)
    return found


async def may_see(work: Work, patient_id: PersonId, organisation_id: UUID, doctor_id: UUID, day: date) -> None:
    """The patient's side and the organisation's schedulers may see a booking; the session's doctor until its day is
    over, and after it while care lasts; a family doctor with the patient's consent.

    Raises: Unknown.
    """
    actor = work.actor
    if actor.role is Role.SCHEDULER:
        if actor.organisation_id != organisation_id:
            raise Unknown
        return
    if actor.role is Role.DOCTOR and actor.person_id == doctor_id:
        if day < day_of(work.now):
            await records.require_may_read(work, patient_id)
        return
    await may_book_for(work, await identity.replaced_by(work, patient_id) or patient_id)


def is_own(work_actor_person: UUID | None, role: Role | None, patient_id: UUID) -> bool:
    """Whether somebody of the patient's side asks for themselves."""
    return role in PATIENT_SIDE and work_actor_person == patient_id


def is_own_house(actor: Actor, organisation_id: UUID) -> bool:
    """Whether a scheduler asks about the own institution: they see its drafts and how its places are divided."""
    return actor.role is Role.SCHEDULER and actor.organisation_id == organisation_id


def require_published(actor: Actor, organisation_id: UUID, status: str) -> None:
    """Nothing, for a session that is published and not stopped.

    Raises: SessionClosed; for a draft NotPublished to the institution's schedulers, Unknown to everybody else.
    """
    if status == "draft":
        raise NotPublished if is_own_house(actor, organisation_id) or actor.role is None else Unknown
    if status != "published":
        raise SessionClosed
