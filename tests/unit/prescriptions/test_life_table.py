"""The table of a prescription's life, walked through whole: what must never happen cannot, and a table changed in any
place that matters is caught.

A walk knows, beside the status, what is true of the paper: signed as it stands, approved, in a pharmacy's hands, all dispensed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import pytest

from prescriptions.lifecycle import LIFE, UNSIGNED, Status
from server.foundation.actor import Role
from server.foundation.lifecycle import Lifecycle, Step

Rows = tuple[Step[Status], ...]

DEAD: Final = {Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED, Status.VOIDED, Status.RETURNED_QUALITY}
EARLY: Final = {
    Status.DRAFT,
    Status.CHECKED,
    Status.IN_REVIEW,
    Status.CLAIMED,
    Status.RETURNED,
    Status.REJECTED,
    Status.WITHDRAWN,
}
AT_THE_PHARMACY: Final = {Status.LOCKED, Status.PARTIAL}
DISPENSED: Final = {Status.DISPENSED, Status.HANDED_OVER, Status.IN_DELIVERY, Status.DELIVERED, Status.RETURN_REQUESTED}
DECISIONS: Final = {"approve", "return", "reject"}
CLAIMED: Final = {*DECISIONS, "renew_claim", "release", "lapse"}
TAKING: Final = {"lock", "dispense", "dispense_part"}
HOLDING: Final = {"dispense", "dispense_part", "unlock", "give_rest_back"}
LEAVING: Final = {"hand_over", "consign", "deliver", "request_return", "take_back"}
WRITING: Final = {"edit", "check", "uncheck"}
ANSWERING: Final = {"resign", "amend"}
ENDING: Final = {"void", "expire", "extend", "withdraw", "lock"}
BY_THE_SYSTEM: Final = {"check", "uncheck", "lapse", "expire"}


@dataclass(frozen=True, slots=True)
class Paper:
    """A prescription as far as the law looks at it."""

    status: Status = Status.DRAFT
    signed: bool = False
    approved: bool = False
    held: bool = False
    done: bool = False


def after(paper: Paper, row: Step[Status]) -> Paper:
    """The paper after a step."""
    changed = replace(paper, status=row.after)
    match row.verb:
        case "sign" | "resign":
            return replace(changed, signed=True, approved=False)
        case "edit" | "amend":
            return replace(changed, signed=False)
        case "approve":
            return replace(changed, approved=True)
        case "lock":
            return replace(changed, held=True)
        case "unlock" | "give_rest_back":
            return replace(changed, held=False)
        case "dispense":
            return replace(changed, done=True)
        case "send_back":
            return replace(changed, approved=False, held=False)
        case _:
            return changed


Wrong = Callable[[Paper, Step[Status]], bool]

# What a step would break, and when it would.
WRONGS: Final[tuple[tuple[str, Wrong], ...]] = (
    ("after the end", lambda paper, row: paper.status in DEAD),
    ("of what no pharmacist approved", lambda paper, row: row.verb in TAKING and not (paper.signed and paper.approved)),
    ("of what nobody holds", lambda paper, row: row.verb in HOLDING and not paper.held),
    ("a second time", lambda paper, row: row.verb in HOLDING and paper.done),
    ("before all was dispensed", lambda paper, row: row.verb in LEAVING and not paper.done),
    (
        "of what has left",
        lambda paper, row: row.verb in ("hand_over", "consign") and paper.status is not Status.DISPENSED,
    ),
    ("of what nobody claimed", lambda paper, row: row.verb in CLAIMED and paper.status is not Status.CLAIMED),
    ("of what does not wait", lambda paper, row: row.verb == "claim" and paper.status is not Status.IN_REVIEW),
    ("unsigned", lambda paper, row: row.verb in ("claim", "expire") and not paper.signed),
    ("unchecked", lambda paper, row: row.verb == "sign" and paper.status is not Status.CHECKED),
    ("of what was signed", lambda paper, row: row.verb in WRITING and paper.status not in UNSIGNED),
    ("takes an approval back", lambda paper, row: row.verb != "send_back" and paper.approved and row.after in EARLY),
    ("of what a pharmacy has", lambda paper, row: row.verb in ENDING and paper.status in AT_THE_PHARMACY | DISPENSED),
    ("of what was not returned", lambda paper, row: row.verb in ANSWERING and paper.status is not Status.RETURNED),
    ("before approval", lambda paper, row: row.verb == "void" and not paper.approved),
    ("of what is whole", lambda paper, row: row.verb == "give_rest_back" and paper.status is not Status.PARTIAL),
    ("of what is checked", lambda paper, row: row.verb == "check" and paper.status is Status.CHECKED),
    ("after a part", lambda paper, row: row.verb == "unlock" and paper.status is not Status.LOCKED),
)


def wrongs(paper: Paper, row: Step[Status]) -> Iterator[str]:
    """What a step from here would break."""
    return (f"{row.verb} {why}" for why, is_wrong in WRONGS if is_wrong(paper, row))


def of_hands(rows: Rows) -> Iterator[str]:
    """Which steps are in the wrong hands."""
    for row in rows:
        if not row.by and row.verb not in BY_THE_SYSTEM:
            yield f"{row.verb} by the system"
        if row.verb in ("edit", "sign", "resign", "amend", "extend", "withdraw") and row.by != {Role.DOCTOR}:
            yield f"{row.verb} not by a doctor"
        if row.verb in (*DECISIONS, "claim", "lock", "dispense", "dispense_part") and row.by != {Role.PHARMACIST}:
            yield f"{row.verb} not by a pharmacist"


def faults(rows: Iterable[Step[Status]]) -> set[str]:
    """Everything that is wrong with a table: all papers it can lead to, and each step from each of them."""
    table = tuple(rows)
    found, seen, ahead = set(of_hands(table)), {Paper()}, [Paper()]
    while ahead:
        paper = ahead.pop()
        for row in table:
            if paper.status not in row.before:
                continue
            found |= set(wrongs(paper, row))
            reached = after(paper, row)
            if reached not in seen:
                seen.add(reached)
                ahead.append(reached)
    missing = set(Status) - {paper.status for paper in seen}
    return found | {f"{status} is never reached" for status in missing}


def test_what_must_never_happen_to_a_prescription_cannot() -> None:
    assert faults(LIFE.steps) == set()


# What adds a beginning to one of these is caught, wherever it adds it; the rest changes nothing that the law looks at.
WATCHED: Final = (
    "edit", "check", "sign", "claim", "approve", "return", "reject", "resign", "amend", "void", "expire", "lock", "unlock",
    "dispense", "dispense_part", "give_rest_back", "hand_over", "consign", "lapse", "release",
)  # fmt: skip


def mutants(verb: str) -> Iterator[tuple[str, Rows]]:
    """The table with one more beginning of this verb, one after the other."""
    begins = LIFE.before(verb)
    for place, row in enumerate(LIFE.steps):
        if row.verb != verb:
            continue
        for status in set(Status) - begins:
            changed = replace(row, before=row.before | {status})
            yield f"{verb} from {status}", (*LIFE.steps[:place], changed, *LIFE.steps[place + 1 :])


@pytest.mark.parametrize("verb", WATCHED)
def test_a_table_with_one_more_beginning_is_caught(verb: str) -> None:
    made = list(mutants(verb))
    assert made
    assert [name for name, rows in made if not faults(rows)] == []


@pytest.mark.parametrize("row", [row for row in LIFE.steps if row.by], ids=lambda row: row.verb)
def test_a_step_in_the_systems_hands_is_caught(row: Step[Status]) -> None:
    rows = tuple(replace(each, by=frozenset()) if each is row else each for each in LIFE.steps)
    assert faults(rows)


def test_the_one_question_is_answered_by_the_table() -> None:
    assert isinstance(LIFE, Lifecycle)
    assert LIFE.next(Status.CHECKED, "sign", Role.DOCTOR) is Status.IN_REVIEW
    assert not LIFE.allows(Status.CHECKED, "sign", Role.PHARMACIST)
