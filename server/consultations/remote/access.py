"""In what capacity somebody has to do with a request, and which steps each may take. Pure; lists use the same answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from server.foundation.actor import Actor, Role
from server.foundation.errors import Unknown

from .content import Mode
from .lifecycle import BEFORE_SIGNED, LIFE, OVER, REPORTED, UNSENT, WITH_EXPERTS, Status


class Party(StrEnum):
    """Who somebody is to a request."""

    REQUESTER = "requester"
    DISPATCHER = "dispatcher"
    HEAD = "head"  # of the centre, as the agreement names
    LEAD = "lead"  # the expert who signs the summary
    EXPERT = "expert"
    PATIENT = "patient"
    GUARDIAN = "guardian"


REQUESTER: Final = frozenset({Party.REQUESTER})
CENTRE: Final = frozenset({Party.DISPATCHER, Party.HEAD})
EXPERTS: Final = frozenset({Party.LEAD, Party.EXPERT})
PATIENT_SIDE: Final = frozenset({Party.PATIENT, Party.GUARDIAN})
ANYONE: Final = frozenset(Party)
_BY_RIGHT: Final = {"self": Party.PATIENT, "guardian": Party.GUARDIAN}

# Which party takes which step; what the lifecycle knows of roles is narrowed here to people.
_WHO: Final[dict[str, frozenset[Party]]] = {
    **dict.fromkeys(("edit", "consent", "submit", "resubmit", "rush", "deliver", "close", "cancel"), REQUESTER),
    **dict.fromkeys(("return", "schedule", "reschedule", "assign"), CENTRE),
    "decline": CENTRE,
    "accept": CENTRE | EXPERTS,  # an expert whom the escalation asked
    "begin": EXPERTS,
    "conclude": frozenset({Party.LEAD}),
    "sign": frozenset({Party.LEAD}),
}


class Owned(Protocol):
    """What of a request decides who may see it and do what."""

    status: str
    requester_id: UUID
    from_organisation_id: UUID
    to_organisation_id: UUID | None
    head_id: UUID | None
    mode: str


class Invited(Protocol):
    """What of an expert does."""

    person_id: UUID
    organisation_id: UUID
    lead: bool
    state: str


LEFT: Final = frozenset({"declined", "released"})
# The lead keeps what was signed; the others' part is over with the report, and with a request that came to nothing.
_EXPERTS_SEE: Final = frozenset(Status) - UNSENT - {Status.RETURNED, Status.DECLINED, Status.CANCELLED}


def parties_of(request: Owned, experts: Collection[Invited], actor: Actor, right: str | None) -> tuple[Party, ...]:
    """The actor's parts in this request, the nearest first (a centre's head may be an expert too); `right` is records' answer
    to whether a patient-side account acts for the patient.

    A draft is its writer's alone; the serving side sees a request from the moment it was sent; an expert while it is theirs.
    """
    status = Status(request.status)
    if actor.person_id == request.requester_id and actor.organisation_id == request.from_organisation_id:
        return (Party.REQUESTER,)
    if status in UNSENT:
        return ()
    found = [_BY_RIGHT.get(right or ""), _expert(status, experts, actor) if actor.role is Role.DOCTOR else None]
    if actor.organisation_id is not None and actor.organisation_id == request.to_organisation_id:
        found.append(Party.HEAD if actor.person_id == request.head_id else None)
        found.append(Party.DISPATCHER if actor.role is Role.SCHEDULER else None)
    return tuple(each for each in found if each is not None)


def _expert(status: Status, experts: Collection[Invited], actor: Actor) -> Party | None:
    for each in experts:
        if (each.person_id, each.organisation_id) == (
            actor.person_id,
            actor.organisation_id,
        ) and each.state not in LEFT:
            if status not in _EXPERTS_SEE:
                return None
            if each.lead:
                return Party.LEAD
            return None if status in REPORTED else Party.EXPERT
    return None


def reads_record(request: Owned, party: Party) -> bool:
    """Whether an expert may still read what is attached: the lead until the report is signed, the others until the talk ends.

    Rule: remote-8
    """
    status = Status(request.status)
    if party is Party.LEAD:
        return status in WITH_EXPERTS
    return party is Party.EXPERT and status in (Status.SCHEDULED, Status.IN_SESSION)


def require(parties: Iterable[Party], allowed: frozenset[Party]) -> Party:
    """The nearest of somebody's parts that may do this.

    Raises: Unknown, the answer of an id that does not exist.
    """
    for party in parties:
        if party in allowed:
            return party
    raise Unknown


_SPELT: Final = {"assign": "experts", "rush": "emergency"}  # as the routes are called


def may(request: Owned, actor: Actor, parties: Collection[Party]) -> list[str]:
    """The verbs that this actor could try now, for buttons. A meeting begins by joining it, and has verbs of its own."""
    status, held = Status(request.status), frozenset(parties)
    if status in OVER:
        return []
    found = [
        _SPELT.get(verb, verb)
        for verb, who in _WHO.items()
        if held & who and LIFE.allows(status, verb, actor.role) and (verb != "begin" or request.mode == Mode.OFFLINE)
    ]
    if Party.REQUESTER in held and status in BEFORE_SIGNED:
        found.append("materials")
    if held & EXPERTS and status in WITH_EXPERTS:
        found.append("answer")
    return found
