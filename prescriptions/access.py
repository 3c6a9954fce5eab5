"""In what capacity somebody has to do with a prescription, and which steps each may take. Pure; lists use the same answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from server.foundation.actor import Actor, Role
from server.foundation.errors import Unknown

from .lifecycle import APPROVED, LIFE, OVER, UNSIGNED, Status


class Party(StrEnum):
    """Who somebody is to a prescription."""

    PATIENT = "patient"
    GUARDIAN = "guardian"
    HELPER = "helper"  # a clinic worker, with the patient's recorded consent
    PRESCRIBER = "prescriber"
    CARER = "carer"  # another doctor who has the patient in care
    REVIEWER = "reviewer"  # a pharmacist of the issuing hospital
    PHARMACY = "pharmacy"  # a pharmacist where it is locked


PATIENT_SIDE: Final = frozenset({Party.PATIENT, Party.GUARDIAN, Party.HELPER})
PRESCRIBER: Final = frozenset({Party.PRESCRIBER})
REVIEWER: Final = frozenset({Party.REVIEWER})
PHARMACY: Final = frozenset({Party.PHARMACY})
ANYONE: Final = frozenset(Party)
_BY_RIGHT: Final = {"self": Party.PATIENT, "guardian": Party.GUARDIAN, "clinic": Party.HELPER}

# Which party takes which step; what the lifecycle knows of roles is narrowed here to people.
_WHO: Final[dict[str, frozenset[Party]]] = {
    **dict.fromkeys(("edit", "check", "sign", "withdraw", "resign", "amend", "extend"), PRESCRIBER),
    **dict.fromkeys(("claim", "renew_claim", "release", "approve", "return", "reject"), REVIEWER),
    "void": PRESCRIBER | REVIEWER,
    **dict.fromkeys(("unlock", "dispense", "dispense_part", "give_rest_back", "hand_over", "consign"), PHARMACY),
    "deliver": PHARMACY | PATIENT_SIDE,
    "request_return": PHARMACY | PATIENT_SIDE,
    "take_back": PHARMACY,
}
_OF_THE_CLAIM: Final = frozenset({"renew_claim", "release", "approve", "return", "reject"})


class Owned(Protocol):
    """What of a prescription decides who may see it and do what."""

    organisation_id: UUID
    prescriber_id: UUID
    status: str
    claimed_by: UUID | None
    locked_by_organisation_id: UUID | None


def party_of(prescription: Owned, actor: Actor, right: str | None) -> Party | None:
    """The actor's part in this prescription; `right` is records' answer to whether the actor may read the patient's record.

    An unsigned one is its writer's alone. A pharmacist of the hospital that holds it as a pharmacy is both; the reviewer's
    part comes first, and `may` knows the other.
    """
    status = Status(prescription.status)
    if actor.role is Role.DOCTOR:
        return _doctor(prescription, actor, status, right)
    if status in UNSIGNED or actor.role is None:
        return None
    if actor.role is Role.PHARMACIST:
        if actor.organisation_id == prescription.organisation_id:
            return Party.REVIEWER
        held = prescription.locked_by_organisation_id
        return Party.PHARMACY if held is not None and held == actor.organisation_id else None
    if status is Status.WITHDRAWN:
        return None
    return _BY_RIGHT.get(right or "")


def _doctor(prescription: Owned, actor: Actor, status: Status, right: str | None) -> Party | None:
    own = actor.person_id == prescription.prescriber_id and actor.organisation_id == prescription.organisation_id
    if own and (right is not None or status not in OVER | APPROVED):
        return Party.PRESCRIBER
    return Party.CARER if right is not None and status not in UNSIGNED else None


def require(party: Party | None, allowed: frozenset[Party]) -> Party:
    """The party, when it may do this.

    Raises: Unknown, the answer of an id that does not exist.
    """
    if party is None or party not in allowed:
        raise Unknown
    return party


def may(prescription: Owned, actor: Actor, party: Party) -> list[str]:
    """The verbs that this actor could try now, for buttons. Rule: B30"""
    parties = {party}
    if party is Party.REVIEWER and prescription.locked_by_organisation_id == actor.organisation_id:
        parties.add(Party.PHARMACY)
    status = Status(prescription.status)
    return [
        verb
        for verb, who in _WHO.items()
        if who & parties
        and LIFE.allows(status, verb, actor.role)
        and (verb not in _OF_THE_CLAIM or prescription.claimed_by == actor.person_id)
        and not (party is Party.REVIEWER and prescription.prescriber_id == actor.person_id)
    ]
