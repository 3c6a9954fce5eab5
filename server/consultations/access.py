"""In what capacity somebody has to do with a visit, and what each may do with it. Pure; lists use the same answers as gets."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from server.foundation.actor import Actor, Role
from server.foundation.errors import Unknown


class Party(StrEnum):
    """Who somebody is to a visit; also the `kind` that the others in the room see."""

    PATIENT = "patient"
    GUARDIAN = "guardian"
    HELPER = "helper"  # a clinic worker, with the patient's recorded consent
    DOCTOR = "doctor"


PATIENT_SIDE: Final = frozenset({Party.PATIENT, Party.GUARDIAN, Party.HELPER})
_BY_RIGHT: Final = {"self": Party.PATIENT, "guardian": Party.GUARDIAN, "clinic": Party.HELPER}


class Owned(Protocol):
    """What of a visit decides who may see it."""

    doctor_id: UUID
    organisation_id: UUID


def party_of(visit: Owned, actor: Actor, right: str | None) -> Party | None:
    """The actor's part in this visit; `right` is records' answer to whether the actor acts for the patient."""
    if actor.role is Role.DOCTOR:
        own = actor.person_id == visit.doctor_id and actor.organisation_id == visit.organisation_id
        return Party.DOCTOR if own else None
    return _BY_RIGHT.get(right or "")


def still_the_doctors(day: date, *, in_care: bool, today: date) -> bool:
    """Whether a visit's own doctor may still look at it: while care lasts, and on its day also when it was cancelled or
    nobody came, because it stands on the day's list.

    Rule: records-1
    """
    return in_care or day >= today


def require(party: Party | None, allowed: frozenset[Party]) -> Party:
    """The party, when it may do this.

    Raises: Unknown, the answer of an id that does not exist.
    """
    if party is None or party not in allowed:
        raise Unknown
    return party


def may_reassign(actor: Actor, organisation_id: UUID, doctor_id: UUID) -> bool:
    """Whether the actor may hand a session's queue to another doctor or stop it: its doctor, and the institution's schedulers."""
    if actor.organisation_id != organisation_id:
        return False
    return actor.role is Role.SCHEDULER or (actor.role is Role.DOCTOR and actor.person_id == doctor_id)
