"""候补, the waiting list of a session: first come, first served, and nobody overtaken.

Whoever frees a place serves the list in the same transaction, under the session's lock; whoever joins holds that lock
too and is refused while there is a place to take. So a free place and somebody waiting for it never meet in silence.
What no transaction frees (a quota opens, a suspension is lifted, a booking elsewhere is given up) a scan offers within
seconds: nobody's place in the list depends on it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy.exc import IntegrityError

from server.foundation.actor import PATIENT_SIDE, OrganisationId, PersonId, Role
from server.foundation.database import violated
from server.foundation.errors import Unknown
from server.foundation.ground import push
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.identity import service as identity
from server.settings import AppointmentSettings

from . import access, ledger, policy, rules, store, store_course, store_waiting
from .allotment import Place, Row, Want
from .board import Board
from .errors import (
    AlreadyBooked,
    AlreadyWaiting,
    BookingSuspended,
    FirstVisit,
    NotOpenYet,
    PlacesLeft,
    WaitingClosed,
)
from .events import PlaceOffered, WaitingEnded
from .model import Booking, Session
from .model_course import Waiting
from .rules import BY_VIDEO, Channel, OpeningTimes, Quota, Right, Status
from .store_waiting import Entry


@dataclass(frozen=True, slots=True)
class _Terms:
    """What holds for a session's list now."""

    limits: AppointmentSettings
    opens: dict[Quota, OpeningTimes]

    def open_now(self, quotas: Sequence[str], session: Session, now: datetime) -> tuple[Quota, ...]:
        """Those of the quotas that have opened."""
        return tuple(Quota(each) for each in quotas if now >= self.opens[Quota(each)].opens(session.day))

    def first_opens(self, quotas: Sequence[Quota], session: Session) -> datetime:
        """When the first of the quotas opens."""
        return min(self.opens[quota].opens(session.day) for quota in quotas)

    def ends_at(self, session: Session) -> datetime:
        """When the list ends: in the evening of the day before the session."""
        return OpeningTimes(1, self.limits.waiting_cleared_at).opens(session.day)


async def join(work: Work, session_id: UUID, patient_id: PersonId, *, diagnosed_in_person: bool = False) -> Waiting:
    """Wait for a place in a session, on a patient's behalf.

    Raises: Unknown, FirstVisit (B11), SessionClosed, WaitingClosed, NotOpenYet, PlacesLeft, AlreadyBooked,
        AlreadyWaiting, BookingSuspended. Rule: appointments-12
    """
    right = await access.may_book_for(work, patient_id)
    standing = await work.part(Board).standing(work.actor)
    session = await store.hold_session(work.session, session_id)
    # A family doctor's own places want a referral summary, which nobody has written while waiting.
    quotas = tuple(
        quota for quota in rules.quotas_of(standing, session.organisation_id) if quota is not Quota.FAMILY_DOCTOR
    )
    if not quotas:
        raise Unknown
    access.require_published(work.actor, session.organisation_id, session.status)
    if session.service == BY_VIDEO and not diagnosed_in_person:
        raise FirstVisit
    terms = await _terms(work, session)
    await _require_reason(work, session, terms, quotas, patient_id, right)
    row = Waiting(
        id=work.new_id(),
        session_id=session_id,
        patient_id=patient_id,
        quotas=[str(quota) for quota in quotas],
        joined_by=work.actor.person,
        right_used=right,
        joined_at=work.now,
        status="waiting",
    )
    work.session.add(row)
    try:
        await work.session.flush()
    except IntegrityError as error:
        if violated(error) == "uq_waitings_session_id_patient_id":
            raise AlreadyWaiting from None
        raise
    work.audit("wait", "waiting", row.id, patient_id=patient_id, right=right)
    _tell(work, row)
    return row


async def _require_reason(
    work: Work, session: Session, terms: _Terms, quotas: tuple[Quota, ...], patient_id: PersonId, right: Right
) -> None:
    if work.now >= terms.ends_at(session):
        raise WaitingClosed
    opened = terms.open_now(quotas, session, work.now)
    if not opened:
        raise NotOpenYet(opens_at=terms.first_opens(quotas, session).isoformat())
    if await store_waiting.has_places(work.session, session.id, opened, work.now):
        raise PlacesLeft
    if there := await store.live_booking_on(work.session, patient_id, session.department_id, session.day):
        raise AlreadyBooked(booking_id=str(there[0]), booking_status=there[1])
    until = await store.suspended_until(work.session, patient_id, session.organisation_id, work.now)
    if until and right is not Right.WINDOW:
        raise BookingSuspended(until=until.isoformat())


async def leave(work: Work, waiting_id: UUID) -> None:
    """Wait no longer. An offer is given up by cancelling its held booking. Raises: Unknown, NotInThisState."""
    row = await work.session.get(Waiting, waiting_id)
    if row is None:
        raise Unknown
    session = await store.session_by_id(work.session, row.session_id)
    assert session is not None, "sessions are never deleted"
    await access.may_end(work, PersonId(row.patient_id), session.organisation_id)
    if row.status == "left":
        return
    if not await store_waiting.move(work.session, waiting_id, {"waiting"}, "left", ended_at=work.now):
        raise NotInThisState(status=row.status)
    work.audit("leave", "waiting", waiting_id, patient_id=PersonId(row.patient_id))
    _tell(work, row)


async def entries(work: Work) -> Sequence[Entry]:
    """The family's own entries; staff see those they had wait and still act for, schedulers all of their institution."""
    actor = work.actor
    if actor.role in PATIENT_SIDE:
        family = [actor.person, *await identity.wards(work)]
        return await store_waiting.entries(work.session, patients=family)
    if actor.role is Role.SCHEDULER:
        return await store_waiting.entries(work.session, organisation_id=actor.organisation)
    made = await store_waiting.entries(work.session, joined_by=actor.person)
    acted_for = await access.acted_for(work, {PersonId(row[0].patient_id) for row in made})
    return [row for row in made if row[0].patient_id in acted_for]


async def entry(work: Work, row: Waiting) -> Sequence[Entry]:
    """One entry with what belongs to it. Access is the caller's."""
    return await store_waiting.entries(work.session, ids=[row.id])


async def reached(work: Work, session: Session) -> Collection[UUID]:
    """The slots of which `serve` may give places: none while nobody waits. Whoever frees a place locks them with its own,
    in one order, so that nobody waits for another in a circle.
    """
    if not await store_waiting.anybody(work.session, session.id):
        return ()
    return await store_waiting.coming_slots(work.session, session.id, work.now)


async def serve(work: Work, session: Session) -> int:
    """Offer what is free to those who wait, in their order; how many offers were made. The caller holds the session.

    Passed over, and kept in the list, are only those who cannot take any of it now: their quotas have nothing or are not
    open, they are suspended, or have a booking in that department on that day.
    Rule: appointments-12
    """
    waiters = await store_waiting.waiting(work.session, session.id)
    if not waiters or session.status != "published":
        return 0
    terms = await _terms(work, session)
    if work.now >= terms.ends_at(session):
        return 0
    slots = await store_waiting.coming_slots(work.session, session.id, work.now)
    free = await ledger.free(await work.raw(), slots)
    offered = 0
    for waiter in waiters:
        if not free:
            break
        quotas = terms.open_now(waiter.quotas, session, work.now)
        fitting = next((slot_id for slot_id in slots if any((slot_id, quota) in free for quota in quotas)), None)
        if fitting is None:
            continue
        want = _want(work, session, terms, waiter, fitting, slots[fitting], quotas)
        place = await _offer(work, waiter, want)
        if place is not None:
            _use_up(free, (fitting, place.quota))
            offered += 1
    return offered


def _use_up(free: dict[Row, int], row: Row) -> None:
    free[row] -= 1
    if not free[row]:
        del free[row]


def _want(
    work: Work,
    session: Session,
    terms: _Terms,
    waiter: Waiting,
    slot_id: UUID,
    starts_at: datetime,
    quotas: tuple[Quota, ...],
) -> Want:
    return Want(
        booking_id=work.new_id(),
        slot_id=slot_id,
        session_id=session.id,
        organisation_id=session.organisation_id,
        department_id=session.department_id,
        day=session.day,
        starts_at=starts_at,
        quotas=quotas,
        patient_id=waiter.patient_id,
        booked_by=waiter.joined_by,
        right_used=waiter.right_used,
        channel=Channel.WAITING_LIST,
        status=Status.HELD,
        expires_at=min(work.now + timedelta(minutes=terms.limits.offer_minutes), starts_at),
    )


async def _offer(work: Work, waiter: Waiting, want: Want) -> Place | None:
    try:
        async with work.session.begin_nested():  # who just now books elsewhere must not spoil what freed the place
            (answer,) = await ledger.claim(await work.raw(), [want], work.now)
    except (AlreadyBooked, DeadlockDetected, LockNotAvailable):
        return None
    if not isinstance(answer, Place):
        return None
    offer = {"booking_id": want.booking_id, "offered_at": work.now}
    await store_waiting.move(work.session, waiter.id, {"waiting"}, "offered", **offer)
    assert want.expires_at is not None, "an offer stands for a while"
    patient_id = PersonId(waiter.patient_id)
    work.record(PlaceOffered(waiter.id, want.booking_id, patient_id, want.session_id, want.expires_at))
    work.audit("offer", "waiting", waiter.id, patient_id=patient_id)
    _tell(work, waiter)
    return answer


async def offer_accepted(work: Work, booking: Booking) -> None:
    """The held place that was offered is booked now."""
    await store_waiting.of_booking_becomes(work.session, booking.id, "accepted", work.now)


async def offer_lapsed(work: Work, booking: Booking) -> None:
    """A held place that was offered is given up or ran out."""
    await store_waiting.of_booking_becomes(work.session, booking.id, "lapsed", work.now)


async def clear(work: Work, session_id: UUID) -> int:
    """End a session's list: everybody who still waits is told; how many those were."""
    cleared = await store_waiting.clear(work.session, session_id, work.now)
    for waiting_id, patient_id in cleared:
        work.record(WaitingEnded(waiting_id, PersonId(patient_id), session_id))
        work.after_commit(push(f"bookings:{patient_id}", waiting_id))
    return len(cleared)


async def over(work: Work) -> list[UUID]:
    """The sessions whose list is to end: its evening has come."""
    waited_for = await store_waiting.sessions_waited_for(work.session)
    return [each.id for each in waited_for if work.now >= (await _terms(work, each)).ends_at(each)]


async def servable(work: Work) -> list[UUID]:
    """The sessions in which there is a place now for somebody who waits and may take it."""
    found = []
    for session, quotas in await store_course.free_places_waited_for(work.session, work.now):
        terms = await _terms(work, session)
        if work.now < terms.ends_at(session) and terms.open_now(quotas, session, work.now):
            found.append(session.id)
    return found


def _tell(work: Work, row: Waiting) -> None:
    """The patient's pages, and those of who joined for them, look again."""
    for person_id in {row.patient_id, row.joined_by}:
        work.after_commit(push(f"bookings:{person_id}", row.id))


async def _terms(work: Work, session: Session) -> _Terms:
    limits = await policy.of(work, OrganisationId(session.organisation_id))
    return _Terms(limits, (await policy.terms_of(work, session.agreement_id)).opening_times(limits))
