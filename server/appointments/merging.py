"""A person who was registered twice: what lies ahead of the merged record is the kept one's, or nothing is merged."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from server.foundation import data_keys
from server.foundation.actor import PersonId
from server.foundation.database import violated
from server.foundation.work import Work
from server.identity.errors import MergeLater
from server.identity.events import PatientMerged

from . import store, store_merge
from .errors import BothBooked
from .model import Booking
from .model_course import Waiting
from .rules import Status

_MOVES = (Status.HELD, Status.BOOKED)


async def on_patient_merged(work: Work, event: PatientMerged) -> None:
    """Coming bookings, places in waiting lists and suspensions go to the kept record.

    Locks as everybody does: sessions, then bookings, then waiting entries. Raises: BothBooked, MergeLater.
    """
    for session_id in await store_merge.sessions_waited_for_by(work.session, event.merged_id):
        await store.hold_session(work.session, session_id)
    for booking in await store_merge.ahead(work.session, event.merged_id):
        await _move(work, booking, event.keep_id)
    for waiting in await store_merge.live_waitings(work.session, event.merged_id):
        await _wait(work, waiting, event.keep_id)
    await store_merge.move_suspensions(work.session, event.merged_id, event.keep_id, work.now)


async def _move(work: Work, booking: Booking, keep_id: PersonId) -> None:
    if booking.status not in _MOVES:
        raise MergeLater
    there = await store.live_booking_on(work.session, keep_id, booking.department_id, booking.day)
    if there:
        raise BothBooked(day=f"{booking.day}", booking_id=str(there[0]))
    if booking.referral_summary is not None:
        booking.referral_summary = await _sealed_anew(work, booking, booking.referral_summary, keep_id)
    merged_id, booking.patient_id = PersonId(booking.patient_id), keep_id
    try:
        await work.session.flush()
    except IntegrityError as lost:
        if violated(lost) == "uq_bookings_patient_id_department_id_day":
            raise BothBooked(day=f"{booking.day}", booking_id="") from None
        raise
    for patient_id in (keep_id, merged_id):
        work.audit("move", "booking", booking.id, patient_id=patient_id)


async def _sealed_anew(work: Work, booking: Booking, sealed: bytes, keep_id: PersonId) -> bytes:
    cell = ("bookings", "referral_summary", booking.id)
    fields, before = work.ground.fields, await data_keys.fetch(work.session, work.ground.fields, booking.patient_id)
    text = fields.open(sealed, *cell, before)
    return fields.seal(text, *cell, await data_keys.fetch(work.session, fields, keep_id))


async def _wait(work: Work, waiting: Waiting, keep_id: PersonId) -> None:
    """One person waits once for a session: an offer stands, else the earlier place."""
    own = await store_merge.live_waiting(work.session, waiting.session_id, keep_id)
    if own is not None:
        goes, stays = (waiting, own) if _before(own, waiting) else (own, waiting)
        goes.status, goes.ended_at = "left", work.now
        await work.session.flush()
        if stays is own:
            return
    waiting.patient_id = keep_id
    await work.session.flush()


def _before(one: Waiting, other: Waiting) -> bool:
    return (one.status != "offered", one.place) < (other.status != "offered", other.place)
