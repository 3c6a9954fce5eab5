"""A doctor's place taken for no patient: a consultation between institutions needs the time. Given back when it is not held.

It is taken from the ledger like any other, so that nobody else is booked into it; it makes no booking, no visit, no reminder.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from server.foundation.actor import Level, OrganisationId, PersonId
from server.foundation.clock import start_of_day
from server.foundation.work import Work

from . import ending, ledger, store, store_reserved, waiting
from .errors import SlotFull
from .model_course import ReservedPlace
from .rules import LEVEL_QUOTAS, Quota

LOOK_AHEAD: Final = timedelta(days=7)
_SHOWN: Final = 3


async def reserve_time(
    work: Work,
    *,
    doctor_id: PersonId,
    organisation_id: OrganisationId,
    at: datetime,
    source_id: UUID,
    level: Level | None,
) -> bool:
    """Take one place of the slot in which an instant falls, of the asking level's places first. False when the doctor has
    no session then: the time is the doctor's own.

    Raises: SlotFull. Rule: appointments-16
    """
    slot_id = await store_reserved.slot_at(work.session, doctor_id, organisation_id, at)
    if slot_id is None:
        return False
    of_level = [LEVEL_QUOTAS[level]] if level in LEVEL_QUOTAS else []
    quota = await ledger.reserve(await work.raw(), slot_id, (*of_level, Quota.ONLINE, Quota.WINDOW))
    if quota is None:
        raise SlotFull(slot_id=str(slot_id))
    work.session.add(
        ReservedPlace(id=work.new_id(), slot_id=slot_id, quota=quota, source_id=source_id, taken_at=work.now)
    )
    await work.session.flush()
    work.audit("reserve", "slot", slot_id, quota=quota)
    return True


async def give_time_back(work: Work, source_id: UUID) -> None:
    """The place goes on to whoever waits; nothing, when none is held. Rule: appointments-16"""
    held = await store_reserved.live(work.session, source_id)
    if held is None:
        return
    place, session_id = held
    session = await store.hold_session(work.session, session_id)
    raw = await work.raw()
    await ledger.lock(raw, {place.slot_id, *await waiting.reached(work, session)})
    if not await store_reserved.give_back(work.session, place.id, work.now):
        return
    await ledger.give_back(raw, place.slot_id, Quota(place.quota))
    work.audit("give_back", "slot", place.slot_id, quota=place.quota)
    await waiting.serve(work, session)
    ending.tell(work, session)


async def times_of_session(work: Work, session_id: UUID) -> Sequence[UUID]:
    """What holds places of a session: the sources, for who is told when it is stopped."""
    return await store_reserved.sources_of_session(work.session, session_id)


async def next_free(
    work: Work, organisation_id: OrganisationId, doctor_ids: Collection[PersonId], day: date | None = None
) -> dict[PersonId, list[datetime]]:
    """When each of these doctors next has a place left: the first few times of that day, or within a week."""
    after, until = work.now, work.now + LOOK_AHEAD
    if day is not None:
        after, until = max(after, start_of_day(day)), start_of_day(day + timedelta(days=1))
    found = await store_reserved.free_slots(work.session, organisation_id, list(doctor_ids), after, until)
    times: dict[PersonId, list[datetime]] = {doctor_id: [] for doctor_id in doctor_ids}
    for doctor_id, starts_at in found:
        times[PersonId(doctor_id)].append(starts_at)
    return {doctor_id: each[:_SHOWN] for doctor_id, each in times.items()}


async def on_duty(work: Work, organisation_id: OrganisationId, doctor_ids: Collection[PersonId]) -> set[PersonId]:
    """Those of these doctors who have a session here at this instant."""
    found = set()
    for doctor_id in doctor_ids:
        if await store_reserved.slot_at(work.session, doctor_id, organisation_id, work.now) is not None:
            found.add(doctor_id)
    return found
