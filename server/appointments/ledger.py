"""The ledger: every statement that writes `quotas`. `claim` is the one function that takes places.

Statements go to the raw connection of the caller's transaction. Each locks the rows of its slots first, in the order
(slot, quota), so that none of them waits for another in a circle; what it reads then is what it changes. The caller
locks bookings only after the ledger, for the same reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, AsyncCursor, errors

from server.foundation.bulk import insert_many, packed
from server.foundation.errors import Problem

from . import numbering
from .agreement import ReleaseStep, landing
from .allotment import Place, Row, Rows, Want, allot
from .errors import AlreadyBooked, CapacityBelowBooked
from .model import LIVE, Booking, QuotaRow
from .rules import Quota, Status

Raw = AsyncConnection[Any]

_LOCK = (
    "SELECT slot_id, quota, capacity, taken, is_open FROM quotas WHERE slot_id = ANY(%(slots)s)"
    " ORDER BY slot_id, quota FOR UPDATE"
)
_BOOKED = (
    "SELECT b.patient_id, b.department_id, b.day, b.id, b.status FROM bookings b"  # noqa: S608  # our own words, no input
    " JOIN unnest(%(patients)s::uuid[], %(departments)s::uuid[], %(days)s::date[]) AS w (patient_id, department_id, day)"
    f" USING (patient_id, department_id, day) WHERE b.{LIVE}"
)
_SUSPENDED = (
    "SELECT patient_id, organisation_id, max(ends_at) FROM booking_suspensions"
    " WHERE patient_id = ANY(%(patients)s) AND lifted_at IS NULL AND ends_at > %(now)s"
    " GROUP BY patient_id, organisation_id"
)
_REFERENCES = "SELECT nextval('booking_numbers') FROM generate_series(1, %(count)s)"
_TAKE = (
    "UPDATE quotas q SET taken = q.taken + w.places"
    " FROM unnest(%(slots)s::uuid[], %(quotas)s::text[], %(places)s::int[]) AS w (slot_id, quota, places)"
    " WHERE q.slot_id = w.slot_id AND q.quota = w.quota AND q.is_open AND q.taken + w.places <= q.capacity"
)
_GIVE_BACK = (
    "UPDATE quotas SET taken = taken - (quota = %(own)s)::int,"
    " capacity = capacity + (quota = %(now_of)s)::int - (quota = %(own)s)::int"
    " WHERE slot_id = %(slot)s AND quota IN (%(own)s, %(now_of)s)"
)
_RELEASE = (
    "WITH rows AS MATERIALIZED (SELECT slot_id, quota, capacity - taken AS untaken, is_open FROM quotas"
    " WHERE slot_id = ANY(%(slots)s) ORDER BY slot_id, quota FOR UPDATE),"
    " once AS (INSERT INTO quota_releases (slot_id, step, from_quota, to_quota, moved, released_at)"
    " SELECT slot_id, %(step)s, %(source)s, %(target)s, untaken, %(now)s FROM rows"
    " WHERE quota = %(source)s AND is_open ON CONFLICT (slot_id, step) DO NOTHING RETURNING slot_id, moved)"
    " UPDATE quotas q SET capacity = q.capacity + CASE q.quota WHEN %(target)s THEN once.moved ELSE -once.moved END"
    " FROM once WHERE q.slot_id = once.slot_id AND q.quota IN (%(source)s, %(target)s) AND once.moved > 0"
    " RETURNING q.slot_id, q.quota"
)


async def open_rows(raw: Raw, slots: Mapping[UUID, Mapping[Quota, int]]) -> None:
    """The rows of new slots: for each slot, the places of every quota."""
    rows = [
        {"slot_id": slot_id, "quota": str(quota), "capacity": capacity, "taken": 0, "is_open": True}
        for slot_id, quotas in slots.items()
        for quota, capacity in quotas.items()
    ]
    await insert_many(raw, QuotaRow, rows)


async def lock(raw: Raw, slots: Collection[UUID]) -> dict[Row, tuple[int, int]]:
    """Hold the rows of these slots until the transaction ends: capacity and taken of each."""
    found = await raw.execute(_LOCK, {"slots": sorted(slots)})
    return {(slot_id, Quota(quota)): (capacity, taken) for slot_id, quota, capacity, taken, _ in await found.fetchall()}


async def free(raw: Raw, slots: Collection[UUID]) -> dict[Row, int]:
    """Hold the rows of these slots until the transaction ends: the places left in each that has any and is open."""
    found = await raw.execute(_LOCK, {"slots": sorted(slots)})
    return {
        (slot_id, Quota(quota)): capacity - taken
        for slot_id, quota, capacity, taken, is_open in await found.fetchall()
        if is_open and taken < capacity
    }


async def claim(raw: Raw, wants: Sequence[Want], now: datetime) -> list[Place | Problem]:
    """Take a place for each of these, first come first served, and write the bookings: the only way to a place.

    Gives one place or refusal for each want, in their order. No two wants may be of one person, department and day.
    Raises: psycopg's UniqueViolation when somebody else is just now booking for one of several; a single want is then
    refused as AlreadyBooked.
    """
    answers = allot(wants, await _read(raw, wants, now))
    places = [each for each in answers if isinstance(each, Place)]
    if places:
        try:
            await _write(raw, places, now)
        except errors.UniqueViolation as lost:
            if len(wants) == 1 and lost.diag.constraint_name == "uq_bookings_patient_id_department_id_day":
                raise AlreadyBooked from None
            raise
    return answers


async def _read(raw: Raw, wants: Sequence[Want], now: datetime) -> Rows:
    slots = Counter(want.slot_id for want in wants)
    asked = {
        "slots": packed("UUID", sorted(slots)),
        "patients": packed("UUID", [want.patient_id for want in wants]),
        "departments": packed("UUID", [want.department_id for want in wants]),
        "days": packed("DATE", [want.day for want in wants]),
        "count": len(wants),
        "now": now,
    }
    async with raw.pipeline():
        locked = await raw.execute(_LOCK, asked)
        booked = await raw.execute(_BOOKED, asked)
        suspended = await raw.execute(_SUSPENDED, asked)
        references = await raw.execute(_REFERENCES, asked)
        counted = await raw.execute(numbering.HIGHEST, asked)
    return Rows(
        free={
            (slot_id, Quota(quota)): capacity - taken if is_open else 0
            for slot_id, quota, capacity, taken, is_open in await locked.fetchall()
        },
        numbers=await numbering.unused(raw, await counted.fetchall(), slots),
        booked={(row[0], row[1], row[2]): (row[3], Status(row[4])) for row in await booked.fetchall()},
        suspended={(row[0], row[1]): row[2] for row in await suspended.fetchall()},
        counts=[row[0] for row in await references.fetchall()],
    )


async def _write(raw: Raw, places: Sequence[Place], now: datetime) -> None:
    taken = Counter((each.want.slot_id, each.quota) for each in places)
    async with raw.pipeline():
        done = await _take(raw, taken)
        await insert_many(raw, Booking, [_booking(each, now) for each in _in_order(places)])
    assert done.rowcount == len(taken), "the rows were locked and read in this transaction"


async def _take(raw: Raw, taken: Mapping[Row, int]) -> AsyncCursor[Any]:
    asked = {
        "slots": packed("UUID", [slot_id for slot_id, _ in taken]),
        "quotas": packed("TEXT", [quota for _, quota in taken]),
        "places": packed("INTEGER", list(taken.values())),
    }
    return await raw.execute(_TAKE, asked)


async def reserve(raw: Raw, slot_id: UUID, quotas: Sequence[Quota]) -> Quota | None:
    """Take one place of a slot for no patient (a consultation needs the doctor's time): from which quota, or None.

    The first of the quotas that has a place left gives it. Rule: appointments-16
    """
    left = await free(raw, [slot_id])
    quota = next((each for each in quotas if left.get((slot_id, each), 0) > 0), None)
    if quota is not None:
        await _take(raw, {(slot_id, quota): 1})
    return quota


def _in_order(places: Sequence[Place]) -> list[Place]:
    """The order of the unique index on people: two processes that write the same people then never wait in a circle."""
    return sorted(places, key=lambda each: (each.want.patient_id, each.want.department_id, each.want.day))


def _booking(place: Place, now: datetime) -> dict[str, Any]:
    want = place.want
    return {
        "id": want.booking_id,
        "slot_id": want.slot_id,
        "session_id": want.session_id,
        "quota": str(place.quota),
        "patient_id": want.patient_id,
        "organisation_id": want.organisation_id,
        "department_id": want.department_id,
        "day": want.day,
        "starts_at": want.starts_at,
        "number": place.number,
        "reference": place.reference,
        "status": str(want.status),
        "booked_by": want.booked_by,
        "right_used": want.right_used,
        "channel": want.channel,
        "booked_at": now,
        "expires_at": want.expires_at,
        "late_cancel": False,
        "referral_summary": want.referral_summary,
    }


async def give_back(raw: Raw, slot_id: UUID, quota: Quota) -> Quota:
    """Give a taken place back to its row, or to where that row was released since; gives where it is now.

    Rule: appointments-8
    """
    await lock(raw, [slot_id])
    target = landing(quota, (await _released(raw, [slot_id])).get(slot_id, {}))
    await raw.execute(_GIVE_BACK, {"slot": slot_id, "own": str(quota), "now_of": str(target)})
    return target


async def release(raw: Raw, slots: Collection[UUID], step: ReleaseStep, now: datetime) -> set[UUID]:
    """Move what is untaken one step along the chain, once for ever; gives the slots in which places moved.

    A step that comes late goes to where the later steps have already led, so their order does not matter.
    Rule: appointments-8
    """
    rows = await lock(raw, slots)
    there = {slot_id for slot_id, quota in rows if quota is step.from_quota}
    onward = await _released(raw, there)
    landings: dict[Quota, list[UUID]] = {}
    for slot_id in sorted(there):
        landings.setdefault(landing(step.to_quota, onward.get(slot_id, {})), []).append(slot_id)
    moved: set[UUID] = set()
    for target, group in landings.items():
        await open_rows(raw, {slot_id: {target: 0} for slot_id in group if (slot_id, target) not in rows})
        moved |= await _move(raw, group, step, target, now)
    return moved


async def _released(raw: Raw, slots: Collection[UUID]) -> dict[UUID, dict[Quota, Quota]]:
    """For each slot, where its quotas were released to."""
    found = await raw.execute(
        "SELECT slot_id, from_quota, to_quota FROM quota_releases WHERE slot_id = ANY(%s)", [sorted(slots)]
    )
    onward: dict[UUID, dict[Quota, Quota]] = {}
    for slot_id, source, target in await found.fetchall():
        onward.setdefault(slot_id, {})[Quota(source)] = Quota(target)
    return onward


async def _move(raw: Raw, slots: Sequence[UUID], step: ReleaseStep, target: Quota, now: datetime) -> set[UUID]:
    asked = {"slots": slots, "step": step.step, "source": str(step.from_quota), "target": str(target), "now": now}
    moved = await raw.execute(_RELEASE, asked)
    return {slot_id for slot_id, _ in await moved.fetchall()}


async def resize(raw: Raw, slot_id: UUID, quotas: Mapping[Quota, int]) -> None:
    """Give a slot's quotas other capacities; a quota not named keeps none.

    Raises: CapacityBelowBooked, and nothing is changed.
    """
    there = await lock(raw, [slot_id])
    wanted = {quota: quotas.get(quota, 0) for _, quota in there} | dict(quotas)
    for quota, capacity in wanted.items():
        taken = there.get((slot_id, quota), (0, 0))[1]
        if capacity < taken:
            raise CapacityBelowBooked(quota=str(quota), booked=taken, capacity=capacity)
    for quota, capacity in wanted.items():
        await raw.execute(
            "INSERT INTO quotas (slot_id, quota, capacity, taken, is_open) VALUES (%(slot)s, %(quota)s, %(capacity)s, 0, true)"
            " ON CONFLICT (slot_id, quota) DO UPDATE SET capacity = excluded.capacity",
            {"slot": slot_id, "quota": str(quota), "capacity": capacity},
        )


async def close(raw: Raw, slots: Collection[UUID]) -> None:
    """No place of these slots can be taken any more; what is taken stays written."""
    await lock(raw, slots)
    await raw.execute("UPDATE quotas SET is_open = false WHERE slot_id = ANY(%s)", [sorted(slots)])


async def drop(raw: Raw, slots: Collection[UUID]) -> None:
    """The rows of slots that were never published are gone."""
    await lock(raw, slots)
    await raw.execute("DELETE FROM quota_releases WHERE slot_id = ANY(%s)", [sorted(slots)])
    await raw.execute("DELETE FROM quotas WHERE slot_id = ANY(%s)", [sorted(slots)])
