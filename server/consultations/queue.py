"""A waiting room as its people see it: true places, an honest range, the doctor's state. Rows in the order of `waiting_room`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from server.appointments import service as appointments
from server.appointments.service import Kind
from server.foundation.work import Work
from server.settings import ReminderSettings, VisitSettings

from . import steps, store, waiting_room
from .access import PATIENT_SIDE, Party
from .lifecycle import IN_ROOM, WAITING, Status
from .model import Reception, Visit
from .steps import ANYONE
from .waiting_room import DoctorState, Range, Waiting

_TOUCH_EVERY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Door:
    """The doctor's state as the waiting room tells it."""

    state: DoctorState
    reason: str | None = None
    note: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place: `ahead` people are still to be seen before, `numbers` theirs in order, who is inside first."""

    visit: Visit
    door: Door
    waiting: bool
    ahead: int | None
    numbers: tuple[int, ...]
    inside: int
    may_still_come: int
    expected: Range | None
    late: bool
    kept_until: datetime | None


def door(reception: Reception | None) -> Door:
    """未开诊, 接诊中 or 暂停 with its reason."""
    if reception is None or reception.state == "closed":
        return Door(DoctorState.NOT_OPEN)
    if reception.state == "paused":
        return Door(DoctorState.PAUSED, reception.pause_reason, reception.pause_note, reception.paused_until)
    return Door(DoctorState.RECEIVING)


def waiting(visit: Visit) -> Waiting:
    """What of a visit decides its place."""
    return Waiting(
        visit_id=visit.id,
        status=Status(visit.status),
        slot_starts_at=visit.slot_starts_at,
        place_number=visit.place_number,
        checked_in_at=visit.checked_in_at,
        missed_at=visit.missed_at,
        first_called_at=visit.first_called_at,
    )


async def place(work: Work, visit_id: UUID) -> Place:
    """Where somebody stands in this doctor's session today. Asking also says that the page is there.

    Raises: Unknown.
    Rule: visits-3, visits-4
    """
    visit, party = await steps.own(work, visit_id, ANYONE)
    await touch(work, visit, party)
    everyone = [waiting(each) for each in await of_doctor(work, visit)]
    late_after = timedelta(seconds=work.part(VisitSettings).late_after_s)
    ordered = waiting_room.order(everyone, late_after)
    ahead = waiting_room.ahead_of(visit.id, ordered)
    before = ordered[: ahead or 0]
    known_door = door(await store.reception(work.session, visit.session_id, visit.doctor_id))
    late_comers = waiting_room.may_still_come(waiting(visit), everyone, late_after, work.now)
    return Place(
        visit=visit,
        door=known_door,
        waiting=visit.status in WAITING,
        ahead=ahead,
        numbers=tuple(each.place_number for each in before),
        inside=sum(each.status in IN_ROOM for each in before),
        may_still_come=late_comers,
        expected=await _expected(work, visit, before, late_comers, known_door) if ahead is not None else None,
        late=visit.checked_in_at is not None
        and waiting_room.is_late(visit.checked_in_at, visit.slot_starts_at, late_after),
        kept_until=kept_until(work, visit),
    )


async def of_doctor(work: Work, visit: Visit) -> Sequence[Visit]:
    """The visits of the same session that wait for the same doctor: nobody else's, and no other day's."""
    return [
        each for each in await store.of_session(work.session, visit.session_id) if each.doctor_id == visit.doctor_id
    ]


async def ahead_of(work: Work, visit: Visit) -> int | None:
    """How many are still to be seen before this one; None when it does not wait."""
    late_after = timedelta(seconds=work.part(VisitSettings).late_after_s)
    return waiting_room.ahead_of(visit.id, waiting_room.order(map(waiting, await of_doctor(work, visit)), late_after))


async def nearly(work: Work) -> list[Visit]:
    """Who waits for a doctor that receives, has few before them, and was not told so yet. Rule: appointments-14"""
    queued = await store.in_status(work.session, Status.QUEUED)
    told = await appointments.reminded(work, [each.booking_id for each in queued], Kind.NEARLY_YOUR_TURN)
    found = []
    for visit in queued:
        if visit.booking_id in told:
            continue
        known_door = door(await store.reception(work.session, visit.session_id, visit.doctor_id))
        ahead = await ahead_of(work, visit) if known_door.state is DoctorState.RECEIVING else None
        if ahead and ahead <= work.part(ReminderSettings).people_ahead:
            found.append(visit)
    return found


async def _expected(
    work: Work, visit: Visit, before: Sequence[Waiting], late_comers: int, known_door: Door
) -> Range | None:
    """The range, or none while nobody knows when the doctor goes on."""
    begins_at = work.now
    if known_door.state is DoctorState.PAUSED:
        if known_door.until is None:
            return None
        begins_at = known_door.until
    elif known_door.state is DoctorState.NOT_OPEN:
        begins_at = min([visit.slot_starts_at, *(each.slot_starts_at for each in before)])
    lengths = await store.last_lengths(work.session, visit.doctor_id, waiting_room.VISITS_LOOKED_AT)
    default = timedelta(seconds=work.part(VisitSettings).usual_visit_s)
    length = waiting_room.usual_length(lengths, default)
    return waiting_room.expected(before, late_comers, length, begins_at=begins_at, now=work.now)


async def touch(work: Work, visit: Visit, party: Party) -> None:
    """The patient's page is there: the place stays theirs. Written at most every ten seconds. Rule: visits-4"""
    if party not in PATIENT_SIDE or visit.status not in WAITING | {Status.CALLED}:
        return
    if visit.last_seen_at is None or work.now - visit.last_seen_at >= _TOUCH_EVERY:
        was_offline = is_offline(work, visit)
        await store.change(work.session, visit.id, last_seen_at=work.now)
        if was_offline:
            steps.tell(work, visit)


def is_offline(work: Work, visit: Visit) -> bool:
    """Whether the page of somebody waiting has not been heard of for longer than it takes to ask again."""
    silent_after = timedelta(seconds=work.part(VisitSettings).silent_after_s)
    return visit.status in WAITING and visit.last_seen_at is not None and work.now - visit.last_seen_at > silent_after


def kept_until(work: Work, visit: Visit) -> datetime | None:
    """Until when an absent page's place is kept; None while the page is there. Rule: visits-4"""
    if visit.last_seen_at is None or not is_offline(work, visit):
        return None
    return visit.last_seen_at + timedelta(seconds=work.part(VisitSettings).keep_place_s)
