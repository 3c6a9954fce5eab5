"""The states of a study and the one way in which they change: the table, the row, its history, the audit."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from server.foundation.work import Work

from .model import Study, StudyStep


class State(StrEnum):
    """How far a study is: still arriving, whole, whole but nobody's, turned away."""

    ARRIVING = "arriving"
    COMPLETE = "complete"
    UNMATCHED = "unmatched"
    REJECTED = "rejected"


_ALL: Final = frozenset(State)
# verb: from which states, to which (None: it stays). Rule: imaging-3
LIFE: Final[Mapping[str, tuple[frozenset[State], State | None]]] = {
    "arrive": (frozenset({State.ARRIVING}), State.ARRIVING),
    "add": (_ALL - {State.REJECTED}, State.ARRIVING),
    "complete": (frozenset({State.ARRIVING}), State.COMPLETE),
    "wait": (frozenset({State.ARRIVING}), State.UNMATCHED),
    "match": (frozenset({State.UNMATCHED}), State.COMPLETE),
    "assign": (frozenset({State.ARRIVING, State.COMPLETE, State.REJECTED}), None),
    "reject": (frozenset({State.ARRIVING, State.UNMATCHED}), State.REJECTED),
}


class NoSuchStep(Exception):
    """The table does not have this step from this state."""


async def step(work: Work, study: Study, verb: str) -> None:
    """Take a step with a study whose row is locked. Raises: NoSuchStep."""
    allowed, target = LIFE[verb]
    before = State(study.state)
    if before is State.REJECTED and verb == "add":
        return  # more of what was turned away is kept, and stays turned away
    if before not in allowed:
        raise NoSuchStep(f"{verb} from {before}")
    after = target or before
    study.state = after
    study.completed_at = study.completed_at or work.now if after in (State.COMPLETE, State.UNMATCHED) else None
    if verb == "add" and before is State.ARRIVING:
        return  # each further batch of what is arriving anyway is no news
    row = StudyStep(
        id=work.new_id(), study_id=study.id, verb=verb, state=after, at=work.now, by_id=work.actor.person_id
    )
    work.session.add(row)
    await work.session.flush()
