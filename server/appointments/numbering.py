"""Numbers of a slot: the lowest that no live booking has. Read under the ledger's locks, so nobody else gives them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from .model import LIVE

HIGHEST = (
    "SELECT s.id, s.first_number, s.numbered, s.extra_numbers,"  # noqa: S608  # our own words, no input
    f" (SELECT max(b.number) FROM bookings b WHERE b.slot_id = s.id AND b.{LIVE})"
    " FROM slots s WHERE s.id = ANY(%(slots)s)"
)
_USED = f"SELECT slot_id, number FROM bookings WHERE slot_id = ANY(%s) AND {LIVE}"  # noqa: S608  # our own words, no input

Counted = tuple[UUID, int, int, list[int], int | None]


async def unused(
    raw: AsyncConnection[Any], counted: Sequence[Counted], wanted: Mapping[UUID, int]
) -> dict[UUID, list[int]]:
    """As many unused numbers of every slot as are wanted at most. Only a slot that has been counted through once is
    searched for gaps; before that the next numbers are those after the highest.
    """
    numbers, through = {}, {}
    for slot_id, first, numbered, extra, highest in counted:
        begin = first if highest is None else highest + 1
        if begin + wanted[slot_id] <= first + numbered:
            numbers[slot_id] = list(range(begin, begin + wanted[slot_id]))
        else:
            through[slot_id] = [*range(first, first + numbered), *extra]
    if through:
        found = await raw.execute(_USED, [list(through)])
        used = set(await found.fetchall())
        for slot_id, every in through.items():
            free = [number for number in every if (slot_id, number) not in used]
            numbers[slot_id] = free[: wanted[slot_id]]
    return numbers
