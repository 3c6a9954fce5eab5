"""In what capacity somebody has to do with a meeting, and what each capacity may do in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from server.consultations.remote.facts import RequestFacts
from server.consultations.remote.lifecycle import REPORTED, WITH_EXPERTS
from server.foundation.actor import PATIENT_SIDE, Actor, Role
from signaling.service import Grant

from .lifecycle import WELCOME, Stand, State


class Kind(StrEnum):
    """Who somebody is in a meeting; also what the others in the room see."""

    REQUESTER = "requester"
    PATIENT = "patient"
    EXPERT = "expert"
    LEAD = "lead"
    OBSERVER = "observer"
    INTERPRETER = "interpreter"
    HELPER = "helper"


EXPERTS: Final = frozenset({Kind.EXPERT, Kind.LEAD})
FREE: Final = EXPERTS | {Kind.REQUESTER}  # enter without being let in, and may chair
INVITED: Final = frozenset({Kind.PATIENT, Kind.OBSERVER, Kind.INTERPRETER, Kind.HELPER})


def kind_of(facts: RequestFacts, actor: Actor, *, acts_for_patient: bool, invited_as: str | None) -> Kind | None:
    """The actor's part, if any. An expert has one from being scheduled until the report; the lead keeps it.

    Rule: meetings-1
    """
    if actor.role is Role.GUEST:
        return Kind(invited_as) if invited_as else None
    if (actor.person_id, actor.organisation_id) == (facts.requester_id, facts.from_organisation_id):
        return Kind.REQUESTER
    if actor.role is Role.DOCTOR:
        return _expert(facts, actor)
    return Kind.PATIENT if actor.role in PATIENT_SIDE and acts_for_patient else None


def _expert(facts: RequestFacts, actor: Actor) -> Kind | None:
    expert = facts.expert(actor.person_id)
    if expert is None or expert.organisation_id != actor.organisation_id:
        return None
    if facts.status in WITH_EXPERTS:
        return Kind.LEAD if expert.lead else Kind.EXPERT
    return Kind.LEAD if expert.lead and facts.status in REPORTED else None


def is_free(kind: Kind, stand: Stand | None) -> bool:
    """Whether somebody enters without being let in: not any more once they were put out, however often they knock.

    Rule: meetings-2, meetings-3
    """
    return kind in FREE and stand not in (Stand.REMOVED, Stand.KNOCKING)


def grants_of(kind: Kind, *, chairs: bool, video: bool) -> frozenset[Grant]:
    """What the ticket of this kind allows in the room: who only observes is seen by name and heard by nobody.

    Rule: meetings-4
    """
    held = {Grant.SUBSCRIBE, Grant.RECORD} if video else {Grant.SUBSCRIBE}
    if kind is not Kind.OBSERVER:
        held |= {Grant.PUBLISH, Grant.SHARE} if video else {Grant.SHARE}
    return frozenset(held | {Grant.MODERATE} if chairs else held)


def may(kind: Kind, state: State, stand: Stand | None, *, chairs: bool, opens: bool) -> list[str]:
    """The verbs that this person could try now, for buttons."""
    if state is State.ENDED:
        return []
    free = is_free(kind, stand)
    welcome = free or stand in WELCOME
    found = []
    if welcome and (state is State.OPEN or opens):
        found.append("join")
    elif not welcome:
        found.append("knock")
    if free:
        found.append("invite")
    if chairs:
        found += ["admit", "remove", "hand-over"]
    if state is State.OPEN and (chairs or kind is Kind.LEAD):
        found.append("end")
    return found


def sees_everybody(kind: Kind, stand: Stand | None, state: State) -> bool:
    """Whether somebody is told who else is there: not before being let in, and of the experts only the lead after the end.

    Rule: meetings-2, remote-8
    """
    if state is State.ENDED and kind is Kind.EXPERT:
        return False
    return is_free(kind, stand) or stand in WELCOME


class Present(Protocol):
    """What of an attendee decides who chairs."""

    person_id: UUID
    kind: str
    state: str


def heir(chair_id: UUID, people: Iterable[Present]) -> UUID | None:
    """Who chairs instead of somebody who has left or was put out: the lead, another expert, who asked; None while the chair
    is there or may come back any moment, and when nobody is left who may.

    Rule: meetings-4
    """
    everybody = list(people)
    if any(each.person_id == chair_id and each.state not in (Stand.LEFT, Stand.REMOVED) for each in everybody):
        return None
    present = [each for each in everybody if each.state == Stand.IN and Kind(each.kind) in FREE]
    order = (Kind.LEAD, Kind.EXPERT, Kind.REQUESTER)
    return min(present, key=lambda each: order.index(Kind(each.kind))).person_id if present else None


def may_chair(kind: str, stand: str) -> bool:
    """Whether the chair may be handed to this person: an expert or the requester who is there. Rule: meetings-4"""
    return Kind(kind) in FREE and Stand(stand) in (Stand.IN, Stand.AWAY)
