"""The end of a booking and where its place goes: to whoever waits first, else back to the ledger. Also telling pages."""

from __future__ import annotations

from server.foundation.actor import PersonId
from server.foundation.ground import push
from server.foundation.work import Work

from . import ledger, store, waiting
from .board import Board
from .errors import BookingOver
from .events import BookingCancelled
from .model import Booking, Session
from .rules import LIFE, Quota, Status


async def end(work: Work, booking: Booking, verb: str, reason: str, *, late: bool) -> None:
    """Take the step `cancel`, `stop` or `expire`, and pass the place on.

    Raises: BookingOver, when another was faster or it is past that.
    """
    session = await store.hold_session(work.session, booking.session_id)
    raw = await work.raw()
    # The ledger before the booking, and all of it at once: nobody then waits in a circle.
    await ledger.lock(raw, {booking.slot_id, *await waiting.reached(work, session)})
    was_held = booking.status == Status.HELD
    after = LIFE.after(verb)
    moved = await store.move(
        work.session, booking.id, set(LIFE.before(verb)), after, ended_at=work.now, end_reason=reason, late_cancel=late
    )
    if not moved:
        raise BookingOver
    await ledger.give_back(raw, booking.slot_id, Quota(booking.quota))
    if not was_held:
        work.record(BookingCancelled(booking.id, reason))
    work.audit(verb, "booking", booking.id, patient_id=PersonId(booking.patient_id), late=late)
    for person_id in {booking.patient_id, booking.booked_by}:
        work.after_commit(push(f"bookings:{person_id}", booking.id))
    await waiting.offer_lapsed(work, booking)
    await waiting.serve(work, session)
    tell(work, session)


def tell(work: Work, session: Session) -> None:
    """Pages look again, and what this process remembers of the session is forgotten, once it is committed."""
    work.after_commit(push(f"sessions:{session.department_id}", session.id))
    if work.ground.has(Board):
        board, session_id = work.part(Board), session.id
        work.afterwards(lambda: board.changed(session_id))
