"""Running the matrix: every cell is one request, its answer reduced to what the caller could tell it by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from server.foundation.actor import Role
from server.foundation.routes import PUBLIC, SIGNED_IN, Route
from tests.api import Answer, Api

from .course import a_picture
from .rows import Reach, Row
from .world import Stage, Tie, World

_NOT_ALLOWED: Final = "not-allowed"
_PASSED: Final = frozenset({409, 410, 422, 429})  # an answer from behind the gate


@dataclass(frozen=True, slots=True)
class Cell:
    """One request of the matrix, and what came of it."""

    route: str
    role: Role
    tie: Tie
    stage: Stage
    status: int
    code: str
    raw: bytes

    @property
    def told(self) -> tuple[int, bytes]:
        """All that a caller could tell two refusals by."""
        return self.status, self.raw

    def __str__(self) -> str:
        return f"{self.role:14} {self.tie:8} {self.stage:9} {self.status} {self.code or '-':28} {self.route}"


def permitted(route: Route, role: Role, permissions: dict[str, frozenset[Role]]) -> bool:
    """Whether the role holds the route's permission."""
    return route.may in (PUBLIC, SIGNED_IN) or role in permissions[route.may]


async def ask(api: Api, world: World, route: Route, row: Row, role: Role, tie: Tie, stage: Stage) -> Cell:
    """One cell's request."""
    ids = world.ids(role, tie, stage)
    path = row.path(route.path, ids)
    if row.upload:
        answer = await api.call(route.method, path, data=a_picture(), headers={"Content-Type": "image/png"})
    else:
        has_body = route.body is not None
        answer = await api.call(route.method, path, body=row.body(ids) if row.body and has_body else None)
    return cell_of(f"{route.method} {route.path}", role, tie, stage, answer)


def cell_of(route: str, role: Role, tie: Tie, stage: Stage, answer: Answer) -> Cell:
    """An answer as a cell."""
    return Cell(route, role, tie, stage, answer.status, answer.code, answer.raw)


def passed_the_gate(cell: Cell, row: Row) -> bool:
    """Whether the caller was let in: a success, or a refusal that only somebody let in can get."""
    if cell.status == 403:
        return cell.code != _NOT_ALLOWED
    return 200 <= cell.status < 300 or cell.status in _PASSED | row.refuses


def judged(cell: Cell, row: Row, nobodys: Cell) -> str | None:
    """What is wrong with a permitted role's cell; `nobodys` is the same question about an id that nobody has."""
    if row.reach is Reach.NOTHING or row.reach_of(cell.role).covers(cell.tie):
        return None if passed_the_gate(cell, row) else "kept out"
    if 200 <= cell.status < 300 and not row.hides:
        return "let a stranger in"
    if cell.told != nobodys.told:
        return f"tells a stranger more than an unknown id ({nobodys.status} {nobodys.code})"
    if not row.hides and cell.status not in row.unknown:
        return "refuses an unknown id oddly"
    return None
