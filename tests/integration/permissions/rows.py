"""What a row of the matrix says: what a route is about, how far each role reaches, and a request that would be right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from server.foundation.actor import Role

from .world import Ids, Stage, Tie

_PARAMETER: Final = re.compile(r"{(\w+)}")
_OF_A_VISIT: Final = frozenset({"patient_id", "visit_id", "encounter_id", "booking_id", "session_id", "slot_id"})
_OF_A_PATIENT: Final = frozenset(
    {"patient_id", "visit_id", "encounter_id", "booking_id", "attachment_id", "consent_id", "leg_id", "note_id"}
    | {"prescription_id", "redemption_id", "study_id", "series_id", "instance_id", "order_id"}
)


class Reach(StrEnum):
    """Whose things a permitted role reaches by this route."""

    NOTHING = "nothing"  # the route is about no particular thing
    OWN = "own"
    HOUSE = "house"  # of the own organisation and below, in care or not
    ALL = "all"  # whatever exists: public, or by office
    NONE = "none"  # permitted in general, but has nothing of this kind

    def covers(self, tie: Tie) -> bool:
        """Whether something that is this to the caller is within reach."""
        return tie in _COVERED[self]


_COVERED: Final[Mapping[Reach, frozenset[Tie]]] = {
    Reach.NOTHING: frozenset(Tie),
    Reach.OWN: frozenset({Tie.OWN}),
    Reach.HOUSE: frozenset({Tie.OWN, Tie.SAME, Tie.FORMER}),
    Reach.ALL: frozenset({Tie.OWN, Tie.SAME, Tie.OTHER, Tie.FORMER}),
    Reach.NONE: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One route's decisions. `body` is one that the route accepts, so that only access can refuse it."""

    reach: Reach = Reach.NOTHING
    body: Callable[[Ids], Any] | None = None
    roles: Mapping[Role, Reach] = field(default_factory=dict)  # where a role's reach differs
    query: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)  # path parameter -> the id it is given, when named otherwise
    stages: tuple[Stage, ...] = ()
    upload: bool = False
    refuses: frozenset[int] = frozenset()  # statuses beyond 2xx, 409 and 422 that prove the gate was passed
    hides: bool = False  # a stranger's thing is answered like nobody's: with a success that is empty
    unknown: frozenset[int] = frozenset({404})  # how a thing that does not exist is refused

    def reach_of(self, role: Role) -> Reach:
        """How far this role reaches."""
        return self.roles.get(role, self.reach)

    def stages_for(self, path: str) -> tuple[Stage, ...]:
        """At which stages of a visit the route is tried."""
        if self.reach is Reach.NOTHING:
            return (Stage.SIGNED,)
        about_a_visit = _OF_A_VISIT & set(_PARAMETER.findall(path)) or "_id}" in self.query
        return self.stages or (tuple(Stage) if about_a_visit else (Stage.SIGNED,))

    def about_a_patient(self, path: str) -> bool:
        """Whether the thing is a patient's, so that it can have been the caller's in the past."""
        return bool(_OF_A_PATIENT & set(_PARAMETER.findall(path)))

    def path(self, pattern: str, ids: Ids) -> str:
        """The path with query for these ids. An unknown kind of id is a KeyError: the world must learn it."""
        filled = _PARAMETER.sub(lambda found: ids[self.ids.get(found[1], found[1])], pattern)
        return filled + self.query.format_map(ids)


Table = Mapping[str, Row]


def const(**body: Any) -> Callable[[Ids], Any]:
    """The same body in every cell."""
    return lambda _: body
