"""What bookings and sessions mean for visits: born with a booking, moved with a handed-over session, ended with a cancellation,
and told of when it is near.

Subscribers: they run in the transaction that booked, cancelled or handed over.
"""

from __future__ import annotations

from uuid import UUID

from server.appointments import service as appointments
from server.appointments.events import BookingCancelled, ReminderDue, SessionHandedOver, SessionStopped, SlotsBooked
from server.appointments.service import BookingFacts
from server.foundation.actor import PersonId
from server.foundation.bulk import insert_many
from server.foundation.ground import push
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records
from server.records.events import ConsentWithdrawn, NoteSigned, RecordingFinished
from server.records.service import Purpose

from . import ending, room, steps, store, telling
from .lifecycle import NOT_ARRIVED, OVER, Status
from .model import Visit

KIND = "follow_up"


async def on_booked(work: Work, event: SlotsBooked) -> None:
    """A booking is a visit to be: with its encounter, and with the doctor's right to read until it is over."""
    born = {work.new_id(): booking for booking in event.bookings if booking.service == KIND}
    new = {
        visit_id: records.NewEncounter(each.patient_id, each.organisation_id, each.doctor_id, KIND)
        for visit_id, each in born.items()
    }
    raw = await work.raw()
    async with raw.pipeline():
        encounters = await records.open_encounters(work, new)
        await insert_many(raw, Visit, [_visit(visit_id, encounters[visit_id], each) for visit_id, each in born.items()])
    for session_id, doctor_id in {(each.session_id, each.doctor_id) for each in born.values()}:
        work.after_commit(push(f"queue:{session_id}", session_id))
        work.after_commit(push(f"worklist:{doctor_id}", session_id))


def _visit(visit_id: UUID, encounter_id: UUID, booking: BookingFacts) -> dict[str, object]:
    return {
        "id": visit_id,
        "number": booking.reference,
        "booking_id": booking.id,
        "encounter_id": encounter_id,
        "session_id": booking.session_id,
        "patient_id": booking.patient_id,
        "doctor_id": booking.doctor_id,
        "organisation_id": booking.organisation_id,
        "department_id": booking.department_id,
        "day": booking.day,
        "slot_starts_at": booking.slot_starts_at,
        "slot_ends_at": booking.slot_ends_at,
        "session_ends_at": booking.session_ends_at,
        "place_number": booking.number,
        "booked_right": booking.right_used,
        "status": str(Status.BOOKED),
        "calls": 0,
        "misses": 0,
    }


async def on_cancelled(work: Work, event: BookingCancelled) -> None:
    """The booking is gone, and the visit with it; one that has begun or ended stays what it is."""
    visit = await store.by_booking(work.session, event.booking_id)
    if visit is None or visit.status in OVER:
        return
    ended = await steps.attempt(work, visit, "cancel", ended_at=work.now, end_code="cancelled")
    if ended is not None:
        await ending.wind_up(work, ended, days=0)
        if (await appointments.session(work, visit.session_id)).status == "published":
            await telling.cancelled(work, ended)  # of a stopped session everybody is told something else


async def on_stopped(work: Work, event: SessionStopped) -> None:
    """The session does not take place: its door closes, and everybody who was booked is told why. Rule: visits-10"""
    for visit in await store.of_session(work.session, event.session_id):
        if visit.end_code != "cancelled" or visit.ended_at != work.now:
            continue  # cancelled earlier by the patient, or seen already
        why = await steps.seal(work, visit, "end_reason", event.reason)
        stopped = await store.change(work.session, visit.id, end_code="session_stopped", end_reason=why)
        assert stopped is not None, "the row was just read"
        steps.tell(work, stopped)
        offer = event.offers.get(visit.booking_id)
        template = "visit-session-stopped-offer" if offer else "visit-session-stopped"
        values = await appointments.offered(work, offer) if offer else {}
        await telling.tell_patient(work, stopped, template, booking_id=str(visit.booking_id), **values)


async def on_reminder_due(work: Work, event: ReminderDue) -> None:
    """The visit comes near."""
    visit = await store.by_booking(work.session, event.booking.id)
    if visit is not None and visit.status in NOT_ARRIVED:
        await telling.reminded(work, visit)


async def on_handed_over(work: Work, event: SessionHandedOver) -> None:
    """Everybody not yet seen waits for the colleague now, in the same order, and is told. Rule: visits-10"""
    for visit in await store.of_session(work.session, event.session_id):
        if visit.doctor_id == event.from_doctor_id and visit.status in (Status.CALLED, Status.ELIGIBILITY):
            await ending.hand_back(work, visit)
    moved = await store.hand_over(work.session, event.session_id, event.to_doctor_id)
    await store.change_reception(
        work.session, event.session_id, event.from_doctor_id, state="closed", changed_at=work.now, closed_at=work.now
    )
    colleague = await identity.person(work, PersonId(event.to_doctor_id))
    for visit in moved:
        await records.move_care(work, visit.id, PersonId(event.to_doctor_id))
        steps.tell(work, visit)
        await telling.tell_patient(work, visit, "visit-handed-over", doctor=colleague.name)


async def on_consent_withdrawn(work: Work, event: ConsentWithdrawn) -> None:
    """Recording was taken back: in a call video ends at once; in the waiting room the visit waits for the patient again.

    Rule: B40
    """
    if event.encounter_id is None or event.purpose not in (Purpose.RECORDING, Purpose.HELPER_RECORDING):
        return
    visit = await store.by_encounter(work.session, event.encounter_id)
    if visit is None:
        return
    if visit.status == Status.IN_VIDEO:
        await room.stop_video(work, visit, event.person_id)
    elif event.purpose == Purpose.RECORDING:
        await steps.attempt(work, visit, "lose_place", checked_in_at=None, checked_in_by=None)


async def on_note_signed(work: Work, event: NoteSigned) -> None:
    """A first version signed outside the visit's own button moves the visit as well; of a later one the patient is told."""
    visit = await store.by_encounter(work.session, event.encounter_id)
    if visit is None:
        return
    if event.version > 1:
        await telling.tell_patient(work, visit, "visit-note-amended")
    elif visit.signed_at is None:
        await steps.attempt(work, visit, "sign", signed_at=work.now)


async def on_recording_finished(work: Work, event: RecordingFinished) -> None:
    """A leg can be played: the pages look again."""
    visit = await store.by_encounter(work.session, event.encounter_id)
    if visit is not None:
        steps.tell(work, visit)
