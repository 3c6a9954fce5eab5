"""Use cases of the appointment pool: publish, look, book, cancel, hand over, stop. The face to the floors above."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from server.foundation.actor import OrganisationId, PersonId, Role
from server.foundation.database import violated
from server.foundation.errors import Unknown
from server.foundation.ground import push
from server.foundation.ids import short_number
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records
from server.settings import AppointmentSettings

from . import access, rules, store
from .errors import AlreadyBooked, BookingOver, DoctorBusy, FirstVisit, SessionClosed, SlotFull
from .events import BookingCancelled, SessionHandedOver, SessionStopped, SlotBooked
from .facts import BookingFacts as BookingFacts
from .facts import NewSession as NewSession
from .facts import SessionFacts as SessionFacts
from .facts import SlotFacts, booking_facts, session_facts
from .model import Booking, Session, Slot
from .rules import LIFE, OpeningTimes, Quota, Status


async def publish(work: Work, organisation_id: OrganisationId, new: NewSession) -> SessionFacts:
    """Publish a session with its slots, all places ONLINE.

    Raises: SegmentTooLong, BadSession, DoctorBusy, Unknown for a department of another institution, and identity's
        refusals of the doctor or the institution (B01, B02, B06).
    """
    await identity.require_may_practise(work, new.doctor_id, organisation_id)
    if new.department_id not in {each.id for each in await identity.departments(work, organisation_id)}:
        raise Unknown
    organisation = await identity.organisation(work, organisation_id)
    grade_3 = organisation.grade.startswith("tertiary")
    cut = rules.segments(
        new.starts_at, new.ends_at, minutes=new.slot_minutes, capacity=new.slot_capacity, grade_3=grade_3
    )
    if await store.overlapping(work.session, new.doctor_id, new.starts_at, new.ends_at):
        raise DoctorBusy
    session = Session(
        id=work.new_id(),
        organisation_id=organisation_id,
        department_id=new.department_id,
        doctor_id=new.doctor_id,
        service=new.service,
        day=new.starts_at.astimezone(rules.SHANGHAI).date(),
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        status="published",
        published_at=work.now,
        published_by=work.actor.person_id or new.doctor_id,
    )
    work.session.add(session)
    await work.session.flush()
    await store.add_slots(work.session, session.id, [(work.new_id(), segment) for segment in cut], Quota.ONLINE)
    work.audit("publish", "session", session.id)
    return session_facts(session)


async def book(work: Work, slot_id: UUID, patient_id: PersonId, *, diagnosed_in_person: bool = True) -> BookingFacts:
    """Take a place for a patient.

    Raises: Unknown, FirstVisit (B11), SessionClosed, SlotOver, NotOpenYet, AlreadyBooked, SlotFull.
    """
    right = await access.may_book_for(work, patient_id)
    if not diagnosed_in_person:
        raise FirstVisit
    found = await store.slot_with_session(work.session, slot_id)
    if found is None:
        raise Unknown
    slot, session = found
    if session.status != "published":
        raise SessionClosed
    await identity.require_may_practise(work, PersonId(session.doctor_id), OrganisationId(session.organisation_id))
    opens = _opening_times(work)
    quotas = rules.quotas_open_to(right, day=session.day, starts_at=slot.starts_at, opens=opens, now=work.now)
    if await store.live_booking_on(work.session, patient_id, session.department_id, session.day):
        raise AlreadyBooked
    if await store.seems_full(work.session, slot_id):
        raise SlotFull(slot_id=str(slot_id))
    for quota in quotas:
        if await store.take_place(work.session, slot_id, quota):
            booking = await _write(work, slot, session, patient_id, quota, right)
            await identity.admit(work, patient_id, OrganisationId(session.organisation_id))
            work.record(SlotBooked(booking_id=booking.id))
            work.audit("book", "booking", booking.id, patient_id=patient_id, right=right)
            work.after_commit(push(f"sessions:{session.department_id}", session.id))
            return booking_facts(booking, slot, session)
    raise SlotFull(slot_id=str(slot_id))


async def _write(
    work: Work, slot: Slot, session: Session, patient_id: PersonId, quota: Quota, right: rules.Right
) -> Booking:
    number = await store.free_number(work.session, slot)
    count = await store.next_reference(work.session, session.day)
    booking = Booking(
        id=work.new_id(),
        slot_id=slot.id,
        session_id=session.id,
        quota=quota,
        patient_id=patient_id,
        department_id=session.department_id,
        day=session.day,
        number=number,
        reference=short_number(session.day, count),
        status=Status.BOOKED,
        booked_by=work.actor.person,
        right_used=right,
        booked_at=work.now,
        late_cancel=False,
    )
    work.session.add(booking)
    try:
        await work.session.flush()
    except IntegrityError as error:
        if violated(error) == "uq_bookings_patient_id_department_id_day":
            raise AlreadyBooked from None  # two tabs, the same second: the index decided
        raise
    return booking


async def cancel(work: Work, booking_id: UUID, reason: str = "") -> BookingFacts:
    """Give the place back, from the patient's side. After the evening deadline it counts as late.

    Raises: Unknown, BookingOver.
    """
    booking, slot, session = await _row(work, booking_id)
    await access.may_book_for(work, PersonId(booking.patient_id))
    if booking.status == Status.CANCELLED:
        return booking_facts(booking, slot, session)  # a retry finds it done
    settings = work.part(AppointmentSettings)
    late = rules.is_late_cancel(session.day, settings.cancel_until, work.now)
    await _end(work, booking, "cancel", reason or "patient", late=late)
    work.after_commit(push(f"sessions:{session.department_id}", session.id))
    return booking_facts(booking, slot, session)


async def _end(work: Work, booking: Booking, verb: str, reason: str, *, late: bool) -> None:
    moved = await store.move(
        work.session,
        booking.id,
        set(LIFE.before(verb)),
        Status.CANCELLED,
        ended_at=work.now,
        end_reason=reason,
        late_cancel=late,
    )
    if not moved:
        raise BookingOver
    await store.give_back(work.session, booking.slot_id, booking.quota)
    work.record(BookingCancelled(booking.id, reason))
    work.audit("cancel", "booking", booking.id, patient_id=PersonId(booking.patient_id), late=late)


async def mark(work: Work, booking_id: UUID, verb: str) -> None:
    """The visit moves its booking on: `check_in`, `serve`, `fulfil`, `miss`. No effect when it is there already."""
    (after,) = {row.after for row in LIFE.steps if row.verb == verb}
    await store.move(work.session, booking_id, set(LIFE.before(verb)), after)


async def hand_over(work: Work, session_id: UUID, colleague_id: PersonId) -> SessionFacts:
    """Give a session to a colleague who may practise there.

    Raises: Unknown, SessionClosed, DoctorBusy, identity's refusals.
    """
    session = await _open_session(work, session_id)
    await identity.require_may_practise(work, colleague_id, OrganisationId(session.organisation_id))
    if await store.overlapping(work.session, colleague_id, session.starts_at, session.ends_at):
        raise DoctorBusy
    before, session.doctor_id = PersonId(session.doctor_id), colleague_id
    await work.session.flush()
    work.record(SessionHandedOver(session.id, before, colleague_id))
    work.audit("hand_over", "session", session.id)
    work.after_commit(push(f"sessions:{session.department_id}", session.id))
    return session_facts(session)


async def stop(work: Work, session_id: UUID, reason: str) -> int:
    """停诊: close the session and cancel everyone booked; gives how many that were.

    Raises: Unknown, SessionClosed.
    Rule: appointments-5
    """
    session = await _open_session(work, session_id)
    session.status, session.stop_reason = "closed", reason
    await work.session.flush()
    stopped = 0
    for booking, _, _ in await store.bookings_of_session(work.session, session_id):
        if LIFE.allows(Status(booking.status), "stop"):
            await _end(work, booking, "stop", reason, late=False)
            stopped += 1
    work.record(SessionStopped(session.id, reason))
    work.audit("stop", "session", session.id, cancelled=stopped)
    work.after_commit(push(f"sessions:{session.department_id}", session.id))
    return stopped


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
    family = [work.actor.person, *await identity.wards(work)]
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
    """Sessions of these days with what is left of every slot: two statements, however many there are."""
    sessions = await store.sessions_between(
        work.session, first, last, organisation_id=organisation_id, department_id=department_id, doctor_id=doctor_id
    )
    slots: dict[UUID, list[SlotFacts]] = {each.id: [] for each in sessions}
    for slot, free in await store.slots_of(work.session, list(slots)):
        slots[slot.session_id].append(SlotFacts(slot.id, slot.starts_at, slot.ends_at, slot.capacity, int(free)))
    return [(session_facts(each), slots[each.id]) for each in sessions]


def opens_at(work: Work, day: date) -> datetime:
    """When booking for that day opens."""
    return _opening_times(work).opens(day)


def _opening_times(work: Work) -> OpeningTimes:
    settings = work.part(AppointmentSettings)
    return OpeningTimes(settings.opens_days_before, settings.opens_at)


async def _open_session(work: Work, session_id: UUID) -> Session:
    found = await store.session_by_id(work.session, session_id)
    if found is None or (work.actor.role is not None and found.organisation_id != work.actor.organisation_id):
        raise Unknown
    if found.status != "published":
        raise SessionClosed
    return found


async def _row(work: Work, booking_id: UUID) -> tuple[Booking, Slot, Session]:
    row = await store.booking_by_id(work.session, booking_id)
    if row is None:
        raise Unknown
    return row[0], row[1], row[2]
