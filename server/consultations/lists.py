"""Lists of visits: the patient side's own, the doctor's day in the groups of the worklist, and counts without people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from server.appointments import service as appointments
from server.foundation.actor import Role
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.ids import read_short_number
from server.foundation.work import Work
from server.records import service as records
from server.settings import VisitSettings

from . import access, queue, store, waiting_room
from .lifecycle import IN_ROOM, NOT_ARRIVED, OVER, SEEN, UNSIGNED, WAITING, Status
from .model import Reception, Visit

MOST = 100


@dataclass(frozen=True, slots=True)
class Worklist:
    """今日病人: who is inside, waiting in order, not here yet, without a signed note, done."""

    day: date
    seen: int
    total: int
    inside: list[Visit] = field(default_factory=list)
    waiting: list[Visit] = field(default_factory=list)
    not_arrived: list[Visit] = field(default_factory=list)
    unsigned: list[Visit] = field(default_factory=list)
    done: list[Visit] = field(default_factory=list)
    receptions: Sequence[Reception] = ()


async def mine(work: Work) -> Sequence[Visit]:
    """The visits that the patient's side may see, latest first: own and wards', or of those a clinic acts for."""
    if work.actor.role is Role.CLINIC_WORKER:
        return await store.of_patients(work.session, await records.readable_patients(work), MOST)
    bookings = await appointments.my_bookings(work, MOST)
    return await store.of_bookings(work.session, [each.id for each in bookings], MOST)


async def worklist(work: Work, day: date | None) -> Worklist:
    """The acting doctor's day, and what is left unsigned from earlier days."""
    wanted = day or day_of(work.now)
    found = await _still_own(
        work, await store.of_doctor_on(work.session, work.actor.person, work.actor.organisation, wanted)
    )
    today = [each for each in found if each.day == wanted]
    late_after = timedelta(seconds=work.part(VisitSettings).late_after_s)
    place = {each.visit_id: n for n, each in enumerate(waiting_room.order(map(queue.waiting, today), late_after))}
    return Worklist(
        day=wanted,
        seen=sum(each.status in SEEN or is_unsigned(each) for each in today),
        total=sum(each.status != Status.CANCELLED for each in today),
        inside=[each for each in today if each.status in IN_ROOM],
        waiting=sorted((each for each in today if each.status in WAITING), key=lambda each: place[each.id]),
        not_arrived=[each for each in today if each.status in NOT_ARRIVED],
        unsigned=[each for each in found if is_unsigned(each)],
        done=[each for each in today if each.status in OVER | {Status.SIGNED} and not is_unsigned(each)],
        receptions=await store.receptions_on(work.session, work.actor.person, wanted),
    )


async def _still_own(work: Work, found: Sequence[Visit]) -> list[Visit]:
    """Of earlier days only the visits of patients still in care: the same policy as for one visit."""
    today = day_of(work.now)
    if all(each.day >= today for each in found):
        return list(found)
    cared_for = await records.readable_patients(work)
    return [
        each for each in found if access.still_the_doctors(each.day, in_care=each.patient_id in cared_for, today=today)
    ]


def is_unsigned(visit: Visit) -> bool:
    """Whether the doctor still owes this visit a signed note."""
    if visit.status == Status.TERMINATED_TO_OFFLINE:
        return visit.room_opened_at is not None and visit.signed_at is None
    return visit.status in UNSIGNED


@dataclass(frozen=True, slots=True)
class DayCount:
    """Visits of one day at one institution by how they stand. Nobody can be told from it."""

    day: date
    organisation_id: UUID
    by_status: dict[str, int]
    total: int


async def encounter_of(work: Work, typed: str) -> UUID:
    """The encounter of a visit's number as it stands in a file or complaint; for the regulator's trace. Raises: Unknown."""
    number = read_short_number(typed)
    visit = await store.by_number(work.session, number) if number else None
    if visit is None:
        raise Unknown
    return visit.encounter_id


async def counts(work: Work, first: date, last: date) -> list[DayCount]:
    """Counts for the regulator (everywhere) and the administrator (the own institution)."""
    only = None if work.actor.role is Role.REGULATOR else [work.actor.organisation]
    found: dict[tuple[date, UUID], Counter[str]] = {}
    for day, organisation_id, status, number in await store.counts(work.session, first, last, only):
        found.setdefault((day, organisation_id), Counter())[status] += number
    return [DayCount(day, place, dict(by), by.total()) for (day, place), by in found.items()]
