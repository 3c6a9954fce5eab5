"""停诊, a session that does not take place: closed, everybody cancelled, told, and offered the next equal place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.clock import SHANGHAI
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity
from server.notifications import service as notifications

from . import access, ending, ledger, offers, store, waiting
from .events import SessionStopped
from .facts import BookingFacts, NextPlace, booking_facts, session_facts
from .rules import BY_VIDEO, LIFE, Status


@dataclass(frozen=True, slots=True)
class Stopped:
    """How many bookings and holds were cancelled, and how many of them were offered another place."""

    cancelled: int
    offered: int


async def stop(work: Work, session_id: UUID, reason: str) -> Stopped:
    """Close a session and cancel everyone who is booked or holds a place; its waiting list ends.

    Raises: Unknown, NotPublished, SessionClosed.
    Rule: appointments-5
    """
    session = await store.hold_session(work.session, session_id)
    if work.actor.role is not None and session.organisation_id != work.actor.organisation_id:
        raise Unknown
    access.require_published(work.actor, session.organisation_id, session.status)
    await ledger.close(await work.raw(), await store.slots_of_session(work.session, session_id))
    session.status, session.stop_reason = "closed", reason
    await work.session.flush()
    rows = [
        row
        for row in await store.bookings_of_session(work.session, session_id)
        if LIFE.allows(Status(row[0].status), "stop")
    ]
    lost = sorted((booking_facts(*row) for row in rows), key=lambda each: (each.slot_starts_at, each.number))
    for booking, _, _ in rows:
        await ending.end(work, booking, "stop", reason, late=False)
    await waiting.clear(work, session_id)
    found = await offers.next_places(work, session_facts(session), lost)
    await _tell(work, lost, found)
    booked = tuple(each.id for each in lost if each.status is not Status.HELD)
    work.record(SessionStopped(session.id, reason, refund_due=booked, offers=found))
    work.audit("stop", "session", session.id, cancelled=len(lost), offered=len(found))
    ending.tell(work, session)
    return Stopped(len(lost), len(found))


async def _tell(work: Work, lost: Sequence[BookingFacts], found: Mapping[UUID, NextPlace]) -> None:
    """Tell everybody whom no visit tells: who comes in person, and who only held a place."""
    for each in lost:
        if each.service != BY_VIDEO or each.status is Status.HELD:
            offer = found.get(each.id)
            template = "booking-stopped-offer" if offer else "booking-stopped"
            values = {"booking_id": str(each.id), **(await offered(work, offer) if offer else {})}
            await notifications.send(work, each.patient_id, template, values)


async def offered(work: Work, offer: NextPlace) -> dict[str, str]:
    """An offer as the values of a message."""
    local = offer.starts_at.astimezone(SHANGHAI)
    doctor = await identity.person(work, PersonId(offer.doctor_id))
    return {
        "day": f"{local:%Y-%m-%d}",
        "from": f"{local:%H:%M}",
        "doctor": doctor.name,
        "offered_slot_id": str(offer.slot_id),
    }
