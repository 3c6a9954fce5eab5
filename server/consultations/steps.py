"""What every use case of a visit begins and ends with: whose it is, one step of its life, and telling the open pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from server.foundation import data_keys
from server.foundation.actor import PersonId, Role
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.ground import push
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.records import service as records

from . import access, store
from .access import Party
from .model import Visit

DOCTOR_ONLY = frozenset({Party.DOCTOR})
ANYONE = frozenset(Party)


async def own(work: Work, visit_id: UUID, allowed: frozenset[Party]) -> tuple[Visit, Party]:
    """A visit, and in what capacity the actor has to do with it.

    Raises: Unknown, when there is none or the actor has no part in it that may do this.
    """
    visit = await store.by_id(work.session, visit_id)
    if visit is None:
        raise Unknown
    return visit, access.require(await party_of(work, visit), allowed)


async def party_of(work: Work, visit: Visit) -> Party | None:
    """The actor's part in a visit, if any."""
    patient_id, right = PersonId(visit.patient_id), None
    if work.actor.role is not Role.DOCTOR:
        right = await records.may_act_for(work, patient_id)
    party, today = access.party_of(visit, work.actor, right), day_of(work.now)
    if party is Party.DOCTOR and visit.day < today:
        in_care = await records.may_read(work, patient_id) is not None
        return party if access.still_the_doctors(visit.day, in_care=in_care, today=today) else None
    return party


async def take(work: Work, visit: Visit, verb: str, *only_if: Any, **values: Any) -> Visit:
    """Take a step of the visit's life, write it down and tell the pages.

    Raises: NotInThisState, when somebody else was first or the step is not possible now.
    """
    moved = await attempt(work, visit, verb, *only_if, **values)
    if moved is None:
        now_there = await store.by_id(work.session, visit.id)
        raise NotInThisState(status=now_there.status if now_there else visit.status)
    return moved


async def attempt(work: Work, visit: Visit, verb: str, *only_if: Any, **values: Any) -> Visit | None:
    """The same, with None instead of a refusal; for scans and for what may have happened already."""
    moved = await store.move(work.session, visit.id, verb, work.actor.role, *only_if, **values)
    if moved is not None:
        work.audit(f"visit.{verb}", "visit", visit.id, patient_id=PersonId(visit.patient_id), status=moved.status)
        tell(work, moved)
    return moved


def tell(work: Work, visit: Visit) -> None:
    """Have the open pages of the patient, the waiting room and the doctor fetch again, once this is committed."""
    work.after_commit(push(f"visit:{visit.id}", visit.id))
    work.after_commit(push(f"queue:{visit.session_id}", visit.session_id))
    work.after_commit(push(f"worklist:{visit.doctor_id}", visit.id))


async def seal(work: Work, visit: Visit, column: str, text: str) -> bytes:
    """The text for a column of this visit, sealed with the patient's key."""
    key = await data_keys.fetch(work.session, work.ground.fields, visit.patient_id)
    return work.ground.fields.seal(text, "visits", column, visit.id, key)


async def unseal(work: Work, visit: Visit, column: str, sealed: bytes | None) -> str | None:
    """The text of a sealed column; None when nothing was written."""
    if sealed is None:
        return None
    key = await data_keys.fetch(work.session, work.ground.fields, visit.patient_id)
    return work.ground.fields.open(sealed, "visits", column, visit.id, key)
