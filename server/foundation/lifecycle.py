"""A life is a table: status, verb, next status, who, by which rule. Nothing else is possible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from .actor import Role
from .errors import Conflict

S = TypeVar("S", bound=StrEnum)


class NotInThisState(Conflict):
    """The thing's present state does not allow this step."""

    code = "not-in-this-state"
    zh = "当前状态不能进行这一步，可能已被处理过，请刷新后再看"
    en = "This step is not possible in the present state; it may have been done already. Refresh and look again"


@dataclass(frozen=True, slots=True)
class Step(Generic[S]):
    """One row of the table; `by` empty means the system on a schedule."""

    verb: str
    before: frozenset[S]
    after: S
    by: frozenset[Role]
    rule: str


def step(verb: str, before: Iterable[S], after: S, by: Iterable[Role] = (), rule: str = "") -> Step[S]:
    """A row: `step("approve", {IN_REVIEW}, APPROVED, {Role.PHARMACIST}, "B20")`."""
    return Step(verb, frozenset(before), after, frozenset(by), rule)


class Lifecycle(Generic[S]):
    """The table, and the one question asked of it."""

    def __init__(self, *steps: Step[S]) -> None:
        self.steps: tuple[Step[S], ...] = steps
        by_verb: dict[str, list[Step[S]]] = {}
        for row in steps:
            by_verb.setdefault(row.verb, []).append(row)
        self._by_verb: Mapping[str, list[Step[S]]] = by_verb

    def next(self, status: S, verb: str, role: Role | None = None) -> S:
        """The status after `verb`.

        Raises: NotInThisState when no row of the table allows it.
        """
        for row in self._by_verb[verb]:
            if status in row.before and (not row.by or role in row.by):
                return row.after
        raise NotInThisState(status=str(status))

    def after(self, verb: str) -> S:
        """Where `verb` leads; for verbs that lead to one place."""
        (status,) = {row.after for row in self._by_verb[verb]}
        return status

    def allows(self, status: S, verb: str, role: Role | None = None) -> bool:
        """Whether `verb` is possible now; for buttons that show before they are pressed."""
        return any(status in row.before and (not row.by or role in row.by) for row in self._by_verb[verb])

    def before(self, verb: str) -> Set[S]:
        """The statuses from which `verb` is possible: the WHERE of its compare-and-set."""
        return {status for row in self._by_verb[verb] for status in row.before}
