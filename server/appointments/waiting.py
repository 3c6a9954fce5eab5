"""候补, the waiting list of a session: first come, first served, and nobody overtaken.

Whoever frees a place serves the list in the same transaction, under the session's lock; whoever joins holds that lock
too and is refused while there is a place to take. So a free place and somebody waiting for it never meet in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.database import violated
from server.foundation.errors import Unknown
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.settings import AppointmentSettings

from . import access, ledger, policy, rules, store, store_waiting
from .allotment import Place, Want
from .board import Board
from .errors import AlreadyBooked, AlreadyWaiting, BookingSuspended, PlacesLeft, SessionClosed, WaitingClosed
from .events import PlaceOffered, WaitingEnded
from .model import Booking, Session
from .model_course import Waiting
from .rules import Channel, OpeningTimes, Quota, Status


@dataclass(frozen=True, slots=True)
class _Terms:
    """What holds for a session's list now."""

    limits: AppointmentSettings
    opens: dict[Quota, OpeningTimes]

    def open_now(self, quotas: list[str] | tuple[Quota, ...], session: Session, now: datetime) -> tuple[Quota, ...]:
        """Those of the quotas that have opened."""
        return tuple(Quota(each) for each in quotas if now >= self.opens[Quota(each)].opens(session.day))

    def ends_at(self, session: Session) -> datetime:
        """When the list ends: in the evening of the day before the session."""
        return OpeningTimes(1, self.limits.waiting_cleared_at).opens(session.day)


async def join(work: Work, session_id: UUID, patient_id: PersonId) -> Waiting:
    """Wait for a place in a session, on a patient's behalf.

    Raises: Unknown, SessionClosed, WaitingClosed, PlacesLeft, AlreadyBooked, AlreadyWaiting, BookingSuspended.
    Rule: appointments-12
    """
    right = await access.may_book_for(work, patient_id)
    standing = await work.part(Board).standing(work.actor)
    session = await store.hold_session(work.session, session_id)
    quotas = rules.quotas_of(standing, session.organisation_id)
    if not quotas:
        raise Unknown
    terms = await _terms(work, session)
    await _require_reason(work, session, terms, quotas, patient_id)
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
    return row


async def _require_reason(
    work: Work, session: Session, terms: _Terms, quotas: tuple[Quota, ...], patient_id: PersonId
) -> None:
    if session.status != "published":
        raise SessionClosed
    if work.now >= terms.ends_at(session):
        raise WaitingClosed
    if await store_waiting.has_places(work.session, session.id, terms.open_now(quotas, session, work.now), work.now):
        raise PlacesLeft
    if there := await store.live_booking_on(work.session, patient_id, session.department_id, session.day):
        raise AlreadyBooked(booking_id=str(there[0]), booking_status=there[1])
    if until := await store.suspended_until(work.session, patient_id, session.organisation_id, work.now):
        raise BookingSuspended(until=until.isoformat())


async def leave(work: Work, waiting_id: UUID) -> None:
    """Wait no longer. An offer is given up by cancelling its held booking. Raises: Unknown, NotInThisState."""
    row = await work.session.get(Waiting, waiting_id)
    if row is None:
        raise Unknown
    await access.may_book_for(work, PersonId(row.patient_id))
    if row.status == "left":
        return
    if not await store_waiting.move(work.session, waiting_id, {"waiting"}, "left", ended_at=work.now):
        raise NotInThisState(status=row.status)
    work.audit("leave", "waiting", waiting_id, patient_id=PersonId(row.patient_id))


async def serve(work: Work, session: Session) -> int:
    """Offer what is free to those who wait, in their order; how many offers were made. The caller holds the session.

    Rule: appointments-12
    """
    waiters = await store_waiting.waiting(work.session, session.id)
    if not waiters or session.status != "published":
        return 0
    terms = await _terms(work, session)
    if work.now >= terms.ends_at(session):
        return 0
    slots = await store_waiting.slots_with_places(work.session, session.id, work.now)
    offered = 0
    for waiter in waiters:
        for slot_id, starts_at in slots:
            if await _offer(work, session, terms, waiter, (slot_id, starts_at)):
                offered += 1
                break
    return offered


async def _offer(work: Work, session: Session, terms: _Terms, waiter: Waiting, slot: tuple[UUID, datetime]) -> bool:
    slot_id, starts_at = slot
    until = min(work.now + timedelta(minutes=terms.limits.offer_minutes), starts_at)
    want = Want(
        booking_id=work.new_id(),
        slot_id=slot_id,
        session_id=session.id,
        organisation_id=session.organisation_id,
        department_id=session.department_id,
        day=session.day,
        starts_at=starts_at,
        quotas=terms.open_now(waiter.quotas, session, work.now),
        patient_id=waiter.patient_id,
        booked_by=waiter.joined_by,
        right_used=waiter.right_used,
        channel=Channel.WAITING_LIST,
        status=Status.HELD,
        expires_at=until,
    )
    (answer,) = await ledger.claim(await work.raw(), [want], work.now)
    if not isinstance(answer, Place):
        return False
    offer = {"booking_id": want.booking_id, "offered_at": work.now}
    await store_waiting.move(work.session, waiter.id, {"waiting"}, "offered", **offer)
    patient_id = PersonId(waiter.patient_id)
    work.record(PlaceOffered(waiter.id, want.booking_id, patient_id, session.id, until))
    work.audit("offer", "waiting", waiter.id, patient_id=patient_id)
    return True


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
    return len(cleared)


async def clear_over(work: Work) -> int:
    """End the lists whose evening has come. For the job."""
    done = 0
    for session in await store_waiting.sessions_waited_for(work.session):
        terms = await _terms(work, session)
        if work.now >= terms.ends_at(session):
            done += await clear(work, session.id)
    return done


async def _terms(work: Work, session: Session) -> _Terms:
    limits = await policy.of(work, OrganisationId(session.organisation_id))
    return _Terms(limits, (await policy.terms_of(work, session.agreement_id)).opening_times(limits))
