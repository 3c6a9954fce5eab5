"""What must be true of prescriptions whatever was done: read from the rows alone, without asking the lifecycle table.

`wrongs` replays the history of each prescription and compares what was counted. It knows nothing of the code that wrote it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

REVIEWING = {"claim", "renew_claim", "release", "approve", "return", "reject"}
AT_A_PHARMACY = {"lock", "unlock", "send_back", "dispense", "dispense_part", "give_rest_back"}
LEAVING = {"hand_over", "consign", "deliver", "request_return", "take_back"}
ENDING = {"withdraw", "reject", "expire", "void", "take_back"}

_PRESCRIPTIONS = (
    "SELECT id, status, version, prescriber_id, reviewer_id, valid_until FROM prescriptions WHERE id = ANY(:ids)"
)
_STEPS = (
    "SELECT prescription_id, verb, status, version, at, by_id FROM prescription_steps WHERE prescription_id = ANY(:ids)"
    " ORDER BY at, id"
)
_ITEMS = (
    "SELECT id, prescription_id, version, quantity, dispensed FROM prescription_items WHERE prescription_id = ANY(:ids)"
)
_PORTIONS = (
    "SELECT p.item_id, p.quantity, d.prescription_id, d.dispenser_id, d.checker_id, d.single_duty, d.signature_id,"
    " d.check_signature_id FROM dispensed_items p JOIN dispensings d ON d.id = p.dispensing_id"
    " WHERE d.prescription_id = ANY(:ids) AND d.checked_at IS NOT NULL AND d.withdrawn_at IS NULL"
)
_HELD = "SELECT prescription_id, count(*) FROM redemptions WHERE prescription_id = ANY(:ids) AND ended_at IS NULL GROUP BY 1"


@dataclass(frozen=True, slots=True)
class Books:
    """The rows about some prescriptions."""

    prescriptions: dict[UUID, Any]
    steps: dict[UUID, list[Any]]
    items: Sequence[Any]
    portions: Sequence[Any]
    held: dict[UUID, int]


async def read(session: AsyncSession, ids: list[UUID]) -> Books:
    """The books of these prescriptions."""

    async def rows(statement: str) -> Sequence[Any]:
        return (await session.execute(text(statement), {"ids": ids})).all()

    steps: defaultdict[UUID, list[Any]] = defaultdict(list)
    for step in await rows(_STEPS):
        steps[step.prescription_id].append(step)
    prescriptions = {row.id: row for row in await rows(_PRESCRIPTIONS)}
    held = {row[0]: row[1] for row in await rows(_HELD)}
    return Books(prescriptions, steps, await rows(_ITEMS), await rows(_PORTIONS), held)


def wrongs(books: Books) -> list[str]:
    """What the books say that must never be; empty when all is well."""
    found = [wrong for rx in books.prescriptions.values() for wrong in _of_life(rx, books.steps[rx.id])]
    found += [f"{rx_id}: two pharmacies hold it" for rx_id, count in books.held.items() if count > 1]
    return [*found, *_of_counts(books), *_of_knowing(books), *_of_people(books)]


@dataclass(slots=True)
class _Told:
    """What the history has told so far."""

    signed: bool = False
    approved: bool = False
    supplied_version: int | None = None
    whole: bool = False
    ended: str = ""


def _of_life(rx: Any, steps: Sequence[Any]) -> Iterator[str]:
    told = _Told()
    for step in steps:
        for wrong in (*_in_order(told, step), *_own_work(rx, step), *_in_time(rx, step)):
            yield f"{rx.id}: {wrong}"
        _tell(told, step)
    if told.ended and rx.status != steps[-1].status:
        yield f"{rx.id}: {told.ended}, and yet it is {rx.status}"
    if told.supplied_version not in (None, rx.version):
        yield f"{rx.id}: changed after it was dispensed"


def _in_order(told: _Told, step: Any) -> Iterator[str]:
    if told.ended:
        yield f"{step.verb} after {told.ended}"
    if told.whole and step.verb not in LEAVING:
        yield f"{step.verb} after all of it was dispensed"
    if step.verb in REVIEWING and not told.signed:
        yield f"{step.verb} of what no doctor has signed as it stands"
    if step.verb in AT_A_PHARMACY and not told.approved:
        yield f"{step.verb} unreviewed"
    if step.verb in LEAVING and not told.whole:
        yield f"{step.verb} of what was not dispensed"
    if step.verb in ("amend", "resign", "sign") and told.supplied_version is not None:
        yield f"{step.verb} after it was dispensed"


def _own_work(rx: Any, step: Any) -> Iterator[str]:
    if step.verb in REVIEWING and step.by_id == rx.prescriber_id:
        yield f"{step.verb} by its own prescriber"
    if step.verb in ("sign", "resign") and step.by_id != rx.prescriber_id:
        yield f"{step.verb} by somebody else"


def _in_time(rx: Any, step: Any) -> Iterator[str]:
    if step.verb in ("approve", "lock") and step.at >= rx.valid_until:
        yield f"{step.verb} after its time"
    if step.verb == "expire" and step.at < rx.valid_until:
        yield "expired before its time"


def _tell(told: _Told, step: Any) -> None:
    if step.verb in ("sign", "resign"):
        told.signed, told.approved = True, False
    elif step.verb in ("return", "amend", "send_back"):
        told.signed = told.approved = False
    elif step.verb == "approve":
        told.approved = True
    elif step.verb in ("dispense", "dispense_part"):
        told.supplied_version, told.whole = step.version, step.verb == "dispense"
    if step.verb in ENDING:
        told.ended = f"{step.verb} ended it"


def _of_counts(books: Books) -> Iterator[str]:
    counted: Counter[UUID] = Counter()
    for portion in books.portions:
        counted[portion.item_id] += portion.quantity
    for item in books.items:
        if not 0 <= item.dispensed <= item.quantity:
            yield f"{item.prescription_id}: more dispensed than prescribed"
        if counted[item.id] != item.dispensed:
            yield f"{item.prescription_id}: {item.dispensed} counted as dispensed, {counted[item.id]} signed for"
    for rx_id, steps in books.steps.items():
        if sum(step.verb == "dispense" for step in steps) > 1:
            yield f"{rx_id}: dispensed twice"


def _of_knowing(books: Books) -> Iterator[str]:
    for rx_id in {item.prescription_id for item in books.items if item.dispensed}:
        if not any(step.verb in ("dispense", "dispense_part") for step in books.steps[rx_id]):
            yield f"{rx_id}: dispensed, and its history does not know"


def _of_people(books: Books) -> Iterator[str]:
    for portion in books.portions:
        if portion.signature_id is None or portion.check_signature_id is None or portion.checker_id is None:
            yield f"{portion.prescription_id}: dispensed without two signatures"
        elif portion.dispenser_id == portion.checker_id and not portion.single_duty:
            yield f"{portion.prescription_id}: checked by who dispensed it"
    for rx in books.prescriptions.values():
        if rx.reviewer_id == rx.prescriber_id:
            yield f"{rx.id}: reviewed by its prescriber"
