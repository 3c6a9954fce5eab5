"""Use cases of the appointment pool: publish, look, book, cancel, hand over, stop. The face to the floors above."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.ground import Ground
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records

from . import access, ending, no_shows, policy, publishing, rules, store
from .agreeing import agree as agree
from .agreeing import agreements as agreements
from .board import Board as Board
from .desk import Desk
from .events import SessionHandedOver
from .facts import BookingFacts as BookingFacts
from .facts import NewSession as NewSession
from .facts import QuotaFacts, SlotFacts, booking_facts, session_facts
from .facts import SessionFacts as SessionFacts
from .model import Booking, Session, Slot
from .no_shows import LEAST_WAIT as LEAST_WAIT
from .no_shows import wait_of as wait_of
from .planning import generate as generate
from .publishing import publish as publish
from .reminding import Kind as Kind
from .reminding import remind_once as remind_once
from .reminding import reminded as reminded
from .reserving import give_time_back as give_time_back
from .reserving import next_free as next_free
from .reserving import on_duty as on_duty
from .reserving import reserve_time as reserve_time
from .reserving import times_of_session as times_of_session
from .rules import LIFE, Quota, Status
from .stopping import Stopped as Stopped
from .stopping import offered as offered
from .stopping import stop as stop
from .teams import add_team as add_team
from .teams import teams as teams
from .templates import add_templates as add_templates
from .templates import templates as templates


def attach(ground: Ground) -> None:
    """Give a process its board and its desk."""
    ground.provide(Board(ground), Desk(ground))


async def cancel(work: Work, booking_id: UUID, reason: str = "") -> BookingFacts:
    """Give the place back, from the patient's side. After the evening deadline it counts as late.

    Raises: Unknown, BookingOver.
    """
    booking, slot, session = await _row(work, booking_id)
    await access.may_end(work, PersonId(booking.patient_id), booking.organisation_id)
    if booking.status == Status.CANCELLED:
        return booking_facts(booking, slot, session)  # a retry finds it done
    limits = await policy.of(work, OrganisationId(booking.organisation_id))
    late = booking.status != Status.HELD and rules.is_late_cancel(
        session.day, limits.cancel_until, work.now, limits.cancel_days_before
    )
    await ending.end(work, booking, "cancel", reason or "patient", late=late)
    return booking_facts(booking, slot, session)


async def mark(work: Work, booking_id: UUID, verb: str) -> None:
    """The visit moves its booking on: `check_in`, `serve`, `fulfil`, `miss`. No effect when it is there already."""
    if verb == "miss":
        await no_shows.miss(work, await booking(work, booking_id))
        return
    arrived = {"checked_in_at": work.now} if verb == "check_in" else {}
    await store.move(work.session, booking_id, set(LIFE.before(verb)), LIFE.after(verb), **arrived)


async def hand_over(work: Work, session_id: UUID, colleague_id: PersonId) -> SessionFacts:
    """Give a session to a colleague who may practise there.

    Raises: Unknown, SessionClosed, DoctorBusy, identity's refusals.
    """
    session = await _open_session(work, session_id)
    await identity.require_may_practise(work, colleague_id, OrganisationId(session.organisation_id))
    before, session.doctor_id = PersonId(session.doctor_id), colleague_id
    await publishing.not_twice(work)
    work.record(SessionHandedOver(session.id, before, colleague_id))
    work.audit("hand_over", "session", session.id)
    ending.tell(work, session)
    return session_facts(session)


async def booking(work: Work, booking_id: UUID) -> BookingFacts:
    """One booking. Access is the caller's. Raises: Unknown."""
    return booking_facts(*await _row(work, booking_id))


async def booking_seen(work: Work, booking_id: UUID) -> BookingFacts:
    """One booking, for someone who may see it. Raises: Unknown."""
    found = await booking(work, booking_id)
    await access.may_see(work, found.patient_id, found.organisation_id, found.doctor_id, found.day)
    return found


async def roll(work: Work, session_id: UUID) -> list[BookingFacts]:
    """Everyone booked in a session of the actor's institution. Raises: Unknown."""
    if (await session(work, session_id)).organisation_id != work.actor.organisation_id:
        raise Unknown
    return await bookings_of_session(work, session_id)


async def bookings_of_session(work: Work, session_id: UUID) -> list[BookingFacts]:
    """Everyone booked in a session, by slot and number. Access is the caller's."""
    rows = await store.bookings_of_session(work.session, session_id)
    return sorted((booking_facts(*row) for row in rows), key=lambda each: (each.slot_starts_at, each.number))


async def my_bookings(work: Work, limit: int = 100) -> list[BookingFacts]:
    """The patient side's own and wards' bookings; for clinic workers what they booked for whom they still act for."""
    if work.actor.role is Role.CLINIC_WORKER:
        acted_for = await records.readable_patients(work)
        made = await store.bookings_made_by(work.session, work.actor.person, limit)
        return [booking_facts(*row) for row in made if row[0].patient_id in acted_for]
    family = await identity.with_merged(work, [work.actor.person, *await identity.wards(work)])
    rows = await store.bookings_of_patients(work.session, family, limit)
    return [booking_facts(*row) for row in rows]


async def session(work: Work, session_id: UUID) -> SessionFacts:
    """One session. Raises: Unknown."""
    found = await store.session_by_id(work.session, session_id)
    if found is None:
        raise Unknown
    return session_facts(found)


async def sessions_between(
    work: Work,
    first: date,
    last: date,
    *,
    organisation_id: UUID | None = None,
    department_id: UUID | None = None,
    doctor_id: UUID | None = None,
) -> list[tuple[SessionFacts, list[SlotFacts]]]:
    """Sessions of these days with what is left of every slot: two statements, however many there are.

    Drafts are seen by the institution's own schedulers only.
    """
    sessions = await store.sessions_between(
        work.session,
        first,
        last,
        organisation_id=organisation_id,
        department_id=department_id,
        doctor_id=doctor_id,
        drafts_of=work.actor.organisation_id if work.actor.role is Role.SCHEDULER else None,
    )
    slots: dict[UUID, dict[UUID, tuple[Slot, dict[Quota, QuotaFacts]]]] = {each.id: {} for each in sessions}
    for slot, quota, capacity, taken in await store.quotas_of(work.session, list(slots)):
        slots[slot.session_id].setdefault(slot.id, (slot, {}))[1][Quota(quota)] = QuotaFacts(capacity, taken)
    return [(session_facts(each), [_slot(*pair) for pair in slots[each.id].values()]) for each in sessions]


def _slot(slot: Slot, quotas: dict[Quota, QuotaFacts]) -> SlotFacts:
    return SlotFacts(slot.id, slot.starts_at, slot.ends_at, slot.capacity, quotas)


async def _open_session(work: Work, session_id: UUID) -> Session:
    found = await store.session_by_id(work.session, session_id)
    if found is None or (work.actor.role is not None and found.organisation_id != work.actor.organisation_id):
        raise Unknown
    access.require_published(work.actor, found.organisation_id, found.status)
    return found


async def _row(work: Work, booking_id: UUID) -> tuple[Booking, Slot, Session]:
    row = await store.booking_by_id(work.session, booking_id)
    if row is None:
        raise Unknown
    return row[0], row[1], row[2]
