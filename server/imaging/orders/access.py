"""In what capacity somebody has to do with an imaging order, and what each may do. Pure; lists use the same answers."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from server.foundation.actor import PATIENT_SIDE as _FAMILY
from server.foundation.actor import Actor, Role
from server.foundation.errors import Unknown

from .lifecycle import BEFORE_READING, LIFE, REPORTED, TO_READ, Status

UNSETTLED: Final = frozenset({"open", "called_back"})


class Party(StrEnum):
    """Who somebody is to an order."""

    PATIENT = "patient"
    GUARDIAN = "guardian"
    HELPER = "helper"  # a clinic worker elsewhere, with the patient's recorded consent
    REQUESTER = "requester"  # of the ordering institution: who ordered, or who may act for or read the patient there
    PERFORMER = "performer"  # where the pictures are taken, until they are
    RADIOLOGIST = "radiologist"  # of the department that it is routed to, or the centre's head
    CARER = "carer"  # a doctor elsewhere who has the patient in care


ANYONE: Final = frozenset(Party)
PATIENT_SIDE: Final = frozenset({Party.PATIENT, Party.GUARDIAN, Party.HELPER})
REQUESTER: Final = frozenset({Party.REQUESTER})
RADIOLOGIST: Final = frozenset({Party.RADIOLOGIST})
TECHNICIAN: Final = frozenset({Party.REQUESTER, Party.PERFORMER})
READERS: Final = ANYONE - {Party.PERFORMER}  # of a report
_BY_RIGHT: Final = {"self": Party.PATIENT, "guardian": Party.GUARDIAN, "clinic": Party.HELPER, "care": Party.CARER}
_PRIMARY: Final = frozenset({Role.DOCTOR, Role.CLINIC_WORKER})

# Which party takes which step; what the lifecycle knows of roles is narrowed here to people.
_WHO: Final[dict[str, frozenset[Party]]] = {
    "cancel": REQUESTER,
    "acquire": TECHNICIAN,
    "acknowledge": REQUESTER,
    **dict.fromkeys(
        (
            "claim",
            "claim_review",
            "renew_claim",
            "release",
            "reject_quality",
            "sign_preliminary",
            "send_back",
            "finalise",
            "amend",
        ),
        RADIOLOGIST,
    ),
}
_OF_THE_CLAIM: Final = frozenset({"renew_claim", "release", "sign_preliminary"})
_NOT_WHILE_CRITICAL: Final = frozenset({"acknowledge", "cancel"})


class Owned(Protocol):
    """What of an order decides who may see it and do what."""

    organisation_id: UUID
    performing_organisation_id: UUID
    reading_organisation_id: UUID
    department_id: UUID
    requester_id: UUID
    head_id: UUID | None
    status: str
    critical: str
    claimed_by: UUID | None
    preliminary_by: UUID | None


def party_of(order: Owned, actor: Actor, right: str | None, departments: Collection[UUID]) -> Party | None:
    """The actor's part in this order, or None.

    `right` is the answer to whether the actor may read the patient's record (`rights.py`), `departments` are those in which
    the actor works at the institution acted for.
    Rule: imaging-23
    """
    if actor.role in _FAMILY:
        return _BY_RIGHT.get(right or "")
    if actor.role not in _PRIMARY:
        return None
    if is_radiologist(order, actor, departments):
        return Party.RADIOLOGIST
    if actor.organisation_id == order.organisation_id and _looks_after(order, actor, right):
        return Party.REQUESTER
    if actor.organisation_id == order.performing_organisation_id and Status(order.status) in BEFORE_READING:
        return Party.PERFORMER
    return _BY_RIGHT.get(right or "")


def _looks_after(order: Owned, actor: Actor, right: str | None) -> bool:
    """Whether somebody of the ordering institution has to do with the patient: by having ordered, by the patient's record,
    or because a critical value waits, which is everybody's there until it is acknowledged. Rule: imaging-23, imaging-33
    """
    return right is not None or order.requester_id == actor.person_id or order.critical in UNSETTLED


def is_radiologist(order: Owned, actor: Actor, departments: Collection[UUID]) -> bool:
    """Whether the actor is a doctor of the department that reads it, or the head of the centre. Rule: imaging-23"""
    if actor.role is not Role.DOCTOR or actor.organisation_id != order.reading_organisation_id:
        return False
    return order.department_id in departments or (order.head_id is not None and order.head_id == actor.person_id)


def require(party: Party | None, allowed: frozenset[Party]) -> Party:
    """The party, when it may do this. Raises: Unknown, the answer of an id that does not exist."""
    if party is None or party not in allowed:
        raise Unknown
    return party


def may(order: Owned, actor: Actor, party: Party) -> list[str]:
    """The verbs that this actor could try now, for buttons. Rule: imaging-23, imaging-29, imaging-33"""
    status = Status(order.status)
    verbs = [
        verb
        for verb, who in _WHO.items()
        if party in who
        and LIFE.allows(status, verb, actor.role)
        and (verb not in _OF_THE_CLAIM or order.claimed_by == actor.person_id)
        and not (verb in _NOT_WHILE_CRITICAL and order.critical in UNSETTLED)
        and not (verb in ("finalise", "send_back") and order.preliminary_by == actor.person_id)
    ]
    return [*verbs, *_critical_verbs(order, status, party)]


def _critical_verbs(order: Owned, status: Status, party: Party) -> list[str]:
    """What may be done about a critical value: its life is its own (`critical`). Rule: imaging-33"""
    unsettled = order.critical in UNSETTLED
    if party is Party.RADIOLOGIST:
        if unsettled:
            return ["critical_call_back"]
        return ["critical_open"] if status in TO_READ | REPORTED else []
    return ["critical_acknowledge"] if party is Party.REQUESTER and unsettled else []
