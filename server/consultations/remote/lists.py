"""Which requests somebody finds in which box. What is in a list may be opened: lists ask what gets ask."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final

from server.foundation.actor import PATIENT_SIDE, Role
from server.foundation.work import Work
from server.identity import service as identity

from . import access, store, store_people
from .lifecycle import OVER, RUNNING, UNSENT, Status
from .model import RemoteRequest

LONGEST: Final = 200


class Box(StrEnum):
    """Whose eyes one looks with."""

    MINE = "mine"  # asked by me, or for me
    INCOMING = "incoming"  # asked of my institution
    ASSIGNED = "assigned"  # where I am an expert
    ALL = "all"  # everything of these that is mine to see


class State(StrEnum):
    """Groups of statuses; a single status may be asked for by its own name too."""

    OPEN = "open"
    OVER = "over"


def statuses_of(state: str) -> frozenset[Status]:
    """The statuses meant by a word of the query; every one, when it is empty or means nothing."""
    if state == State.OPEN:
        return RUNNING
    if state == State.OVER:
        return OVER
    return frozenset({Status(state)}) if state in frozenset(Status) else frozenset(Status)


async def in_box(work: Work, box: Box, statuses: Collection[Status]) -> Sequence[RemoteRequest]:
    """The requests of a box that the actor may see, at most 200."""
    found: dict[object, RemoteRequest] = {}
    for one in Box if box is Box.ALL else [box]:
        if one is not Box.ALL:
            for request in await _of(work, one, statuses):
                found.setdefault(request.id, request)
    experts = await store_people.experts(work.session, [request.id for request in found.values()])
    seen = []
    for request in found.values():
        asked = [each for each in experts if each.request_id == request.id]
        right = (
            "self" if work.actor.role in PATIENT_SIDE else None
        )  # the box of the patient's side asked for its own only
        if access.parties_of(request, asked, work.actor, right):
            seen.append(request)
    return seen[:LONGEST]


async def _of(work: Work, box: Box, statuses: Collection[Status]) -> Sequence[RemoteRequest]:
    actor = work.actor
    if actor.role in PATIENT_SIDE:
        if box is not Box.MINE:
            return []
        family = await identity.with_merged(work, [actor.person, *await identity.wards(work)])
        return await store.of_patients(work.session, family, frozenset(statuses) - UNSENT, LONGEST)
    if box is Box.MINE:
        return await store.of_requester(work.session, actor.person, actor.organisation, statuses, LONGEST)
    if box is Box.ASSIGNED:
        return await store.of_expert(work.session, actor.person, actor.organisation, statuses, LONGEST)
    head = None if actor.role is Role.SCHEDULER else actor.person
    sent = frozenset(statuses) - UNSENT
    return await store.of_centre(work.session, actor.organisation, sent, LONGEST, head_id=head)
