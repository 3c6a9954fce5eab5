"""The next equal place after a lost one: of the same doctor and service, else of the same department. An offer in words:
nothing is held, whoever takes it up books it like anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.work import Work

from . import policy, rules, store_offers
from .board import Board
from .facts import BookingFacts, NextPlace, SessionFacts, session_facts
from .model import Session, Slot
from .rules import OpeningTimes, Quota, Status


@dataclass(slots=True)
class Candidate:
    """A coming slot of the department; `free` are its open rows' untaken places, used up as they are offered."""

    slot_id: UUID
    session_id: UUID
    doctor_id: PersonId
    day: date
    starts_at: datetime
    ends_at: datetime
    free: dict[Quota, int]
    opens: dict[Quota, OpeningTimes]

    def serving(self, quotas: Iterable[Quota], now: datetime) -> Quota | None:
        """The first of these quotas that is open and has a place."""
        for quota in quotas:
            if self.free.get(quota, 0) > 0 and now >= self.opens[quota].opens(self.day):
                return quota
        return None


def equal_place(
    candidates: Sequence[Candidate],
    *,
    doctor_id: PersonId,
    after: datetime,
    quotas: Sequence[Quota],
    busy: Collection[date],
    now: datetime,
) -> tuple[Candidate, Quota] | None:
    """The earliest place from `after` on of the same doctor, else of a colleague; not on days that are taken already.

    `candidates` are of one department and service, in order of time. Rule: appointments-5
    """
    coming = [each for each in candidates if each.starts_at >= after and each.starts_at > now and each.day not in busy]
    for same in (True, False):
        for each in coming:
            if (each.doctor_id == doctor_id) is same and (quota := each.serving(quotas, now)):
                return each, quota
    return None


async def next_place(work: Work, booking: BookingFacts, session: SessionFacts) -> NextPlace | None:
    """What somebody whose session was stopped could book instead, as the actor could; None when there is nothing."""
    if session.status != "closed" or booking.status is not Status.CANCELLED:
        return None
    if booking.end_reason != session.stop_reason:
        return None  # given back before the session was stopped
    quotas = rules.quotas_of(await work.part(Board).standing(work.actor), session.organisation_id)
    candidates = await _candidates(work, session, booking.slot_starts_at)
    busy = await store_offers.busy_days(work.session, [booking.patient_id], session.department_id, session.day)
    days = {day for _, day in busy}
    return _offer(candidates, booking, quotas, days, work.now)


async def next_places(work: Work, session: SessionFacts, stopped: Sequence[BookingFacts]) -> dict[UUID, NextPlace]:
    """A next place for each of these bookings of a stopped session, by booking: no place is offered twice."""
    if not stopped:
        return {}
    candidates = await _candidates(work, session, session.starts_at)
    patients = [each.patient_id for each in stopped]
    busy = await store_offers.busy_days(work.session, patients, session.department_id, session.day)
    offers = {}
    for each in stopped:
        quotas = tuple(dict.fromkeys((each.quota, Quota.ONLINE)))
        days = {day for patient_id, day in busy if patient_id == each.patient_id}
        if offer := _offer(candidates, each, quotas, days, work.now):
            offers[each.id] = offer
    return offers


def _offer(
    candidates: Sequence[Candidate],
    lost: BookingFacts,
    quotas: Sequence[Quota],
    busy: Collection[date],
    now: datetime,
) -> NextPlace | None:
    found = equal_place(
        candidates, doctor_id=lost.doctor_id, after=lost.slot_starts_at, quotas=quotas, busy=busy, now=now
    )
    if found is None:
        return None
    place, quota = found
    place.free[quota] -= 1
    return NextPlace(
        slot_id=place.slot_id,
        session_id=place.session_id,
        doctor_id=place.doctor_id,
        department_id=lost.department_id,
        service=lost.service,
        day=place.day,
        starts_at=place.starts_at,
        ends_at=place.ends_at,
        same_doctor=place.doctor_id == lost.doctor_id,
    )


async def _candidates(work: Work, session: SessionFacts, after: datetime) -> list[Candidate]:
    limits = await policy.of(work, session.organisation_id)
    found: dict[UUID, Candidate] = {}
    rows = await store_offers.open_places(work.session, session.department_id, session.service, max(after, work.now))
    for slot, of, quota, free in rows:
        if slot.id not in found:
            opens = (await policy.terms_of(work, of.agreement_id)).opening_times(limits)
            found[slot.id] = _candidate(slot, of, opens)
        found[slot.id].free[Quota(quota)] = free
    return list(found.values())


def _candidate(slot: Slot, session: Session, opens: dict[Quota, OpeningTimes]) -> Candidate:
    facts = session_facts(session)
    return Candidate(slot.id, facts.id, facts.doctor_id, facts.day, slot.starts_at, slot.ends_at, {}, opens)
