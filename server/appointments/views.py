"""Sessions and bookings as pages see them: names beside the ids, one statement for each kind of name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.routes import View
from server.foundation.work import Work
from server.identity import service as identity

from . import rules, service
from .facts import BookingFacts, SessionFacts, SlotFacts
from .rules import LIFE


class SlotView(View):
    """A slot: `state` is free, full, over, closed or not_open."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    capacity: int
    free: int
    state: str


class SessionDoctorView(View):
    """Who sees the patients of a session."""

    id: UUID
    name: str
    title: str | None
    title_zh: str
    department_id: UUID | None
    department: str
    organisation_id: UUID
    organisation: str


class SessionView(View):
    """A session with its slots."""

    id: UUID
    doctor: SessionDoctorView
    service: str
    day: date
    starts_at: datetime
    ends_at: datetime
    status: str
    stop_reason: str | None
    opens_at: datetime
    free: int
    slots: list[SlotView]


class BookingView(View):
    """A booking; `reference` is the number to read aloud, `number` the place in the session."""

    id: UUID
    reference: str
    number: int
    status: str
    patient_id: UUID
    patient_name: str
    doctor: SessionDoctorView
    session_id: UUID
    slot_id: UUID
    starts_at: datetime
    ends_at: datetime
    day: date
    service: str
    right_used: str
    booked_at: datetime
    end_reason: str | None
    can_cancel: bool


async def of_sessions(work: Work, found: Sequence[tuple[SessionFacts, list[SlotFacts]]]) -> list[SessionView]:
    """Views of sessions, in the order given."""
    doctors = await _doctors(work, [(each.doctor_id, each.department_id) for each, _ in found])
    views = []
    for session, slots in found:
        opens_at = service.opens_at(work, session.day)
        cut = [_slot(work.now, session, slot, opens_at) for slot in slots]
        views.append(
            SessionView(
                id=session.id,
                doctor=doctors[session.doctor_id, session.department_id],
                service=session.service,
                day=session.day,
                starts_at=session.starts_at,
                ends_at=session.ends_at,
                status=session.status,
                stop_reason=session.stop_reason,
                opens_at=opens_at,
                free=sum(slot.free for slot in cut if slot.state == "free"),
                slots=cut,
            )
        )
    return views


def _slot(now: datetime, session: SessionFacts, slot: SlotFacts, opens_at: datetime) -> SlotView:
    if session.status != "published":
        state = "closed"
    elif now >= slot.starts_at:
        state = "over"
    elif now < opens_at:
        state = "not_open"
    else:
        state = "free" if slot.free > 0 else "full"
    return SlotView(
        id=slot.id, starts_at=slot.starts_at, ends_at=slot.ends_at, capacity=slot.capacity, free=slot.free, state=state
    )


async def of_bookings(work: Work, found: Sequence[BookingFacts]) -> list[BookingView]:
    """Views of bookings, in the order given."""
    doctors = await _doctors(work, [(each.doctor_id, each.department_id) for each in found])
    patients = await identity.people(work, {each.patient_id for each in found})
    return [
        BookingView(
            id=each.id,
            reference=each.reference,
            number=each.number,
            status=each.status,
            patient_id=each.patient_id,
            patient_name=patients[each.patient_id].name,
            doctor=doctors[each.doctor_id, each.department_id],
            session_id=each.session_id,
            slot_id=each.slot_id,
            starts_at=each.slot_starts_at,
            ends_at=each.slot_ends_at,
            day=each.day,
            service=each.service,
            right_used=each.right_used,
            booked_at=each.booked_at,
            end_reason=each.end_reason,
            can_cancel=LIFE.allows(rules.Status(each.status), "cancel", work.actor.role),
        )
        for each in found
    ]


async def _doctors(
    work: Work, wanted: Sequence[tuple[PersonId, UUID]]
) -> dict[tuple[PersonId, UUID], SessionDoctorView]:
    posts = await identity.doctors(work, {doctor_id for doctor_id, _ in wanted})
    by_post = {(card.id, card.department_id): card for card in posts}
    by_doctor = {card.id: card for card in posts}
    return {
        (doctor_id, department_id): _doctor(by_post.get((doctor_id, department_id)) or by_doctor[doctor_id])
        for doctor_id, department_id in wanted
    }


def _doctor(card: identity.DoctorCard) -> SessionDoctorView:
    return SessionDoctorView(
        id=card.id,
        name=card.name,
        title=card.title,
        title_zh=card.title_zh,
        department_id=card.department_id,
        department=card.department,
        organisation_id=card.organisation_id,
        organisation=card.organisation,
    )
