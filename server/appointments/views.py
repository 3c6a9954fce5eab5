"""Sessions and bookings as pages see them: names beside the ids, one statement for each kind of name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from server.foundation.actor import PersonId, Role
from server.foundation.routes import View
from server.foundation.work import Work
from server.identity import service as identity

from . import policy, rules
from .agreement import Terms, opens_next
from .board import Board
from .facts import BookingFacts, SessionFacts, SlotFacts
from .rules import BY_VIDEO, LIFE, CheckInTimes, OpeningTimes, Quota


class QuotaView(View):
    """A quota of a slot, as those who work there see it."""

    quota: str
    capacity: int
    taken: int


class SlotView(View):
    """A slot as its asker sees it: `free` is how many places *this* person can take now, `state` is free, full, over,
    closed or not_open, and `opens_next` says when more may open for them. `quotas` are for the institution's schedulers
    and doctors.
    """

    id: UUID
    starts_at: datetime
    ends_at: datetime
    capacity: int
    free: int
    state: str
    opens_next: datetime | None
    reserved: int
    quotas: list[QuotaView] | None


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
    """A booking; `reference` is the number to read aloud, `number` the place in the session.

    The window checks in between `check_in_opens_at` and `check_in_closes_at`; a visit by video has its own waiting room.
    """

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
    quota: str
    channel: str
    booked_at: datetime
    expires_at: datetime | None
    checked_in_at: datetime | None
    check_in_opens_at: datetime | None
    check_in_closes_at: datetime | None
    end_reason: str | None
    late_cancel: bool
    can_cancel: bool


async def of_sessions(work: Work, found: Sequence[tuple[SessionFacts, list[SlotFacts]]]) -> list[SessionView]:
    """Views of sessions as the actor sees them, in the order given."""
    doctors = await doctors_of(work, [(each.doctor_id, each.department_id) for each, _ in found])
    eyes = await _eyes(work, [session for session, _ in found])
    views = []
    for session, slots in found:
        seen = eyes[session.organisation_id, session.agreement_id]
        cut = [_slot(work.now, session, slot, seen) for slot in slots]
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
                opens_at=min(seen.opens[quota].opens(session.day) for quota in seen.quotas or (Quota.ONLINE,)),
                free=sum(slot.free for slot in cut if slot.state == "free"),
                slots=cut,
            )
        )
    return views


_INSIDE: Final = frozenset({Role.SCHEDULER, Role.DOCTOR})


@dataclass(frozen=True, slots=True)
class _Eyes:
    """With which eyes the actor sees an institution's sessions under one agreement."""

    quotas: tuple[Quota, ...]
    terms: Terms
    opens: Mapping[Quota, OpeningTimes]
    inside: bool


async def _eyes(work: Work, sessions: Sequence[SessionFacts]) -> dict[tuple[UUID, UUID | None], _Eyes]:
    standing = await work.part(Board).standing(work.actor)
    found: dict[tuple[UUID, UUID | None], _Eyes] = {}
    for session in sessions:
        key = (session.organisation_id, session.agreement_id)
        if key in found:
            continue
        terms = await policy.terms_of(work, session.agreement_id)
        found[key] = _Eyes(
            quotas=rules.quotas_of(standing, session.organisation_id),
            terms=terms,
            opens=terms.opening_times(await policy.of(work, session.organisation_id)),
            inside=work.actor.role in _INSIDE and work.actor.organisation_id == session.organisation_id,
        )
    return found


def _slot(now: datetime, session: SessionFacts, slot: SlotFacts, seen: _Eyes) -> SlotView:
    opened = tuple(quota for quota in seen.quotas if now >= seen.opens[quota].opens(session.day))
    free = sum(slot.quotas[quota].free for quota in opened if quota in slot.quotas)
    untaken = {quota: each.free for quota, each in slot.quotas.items()}
    next_opening = opens_next(seen.quotas, seen.terms, seen.opens, day=session.day, untaken=untaken, now=now)
    if session.status != "published":
        state = "closed"
    elif now >= slot.starts_at:
        state = "over"
    elif free > 0:
        state = "free"
    else:
        state = "full" if opened or not seen.quotas else "not_open"
    coming = state in ("free", "full", "not_open")
    return SlotView(
        id=slot.id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        capacity=slot.capacity,
        free=free if state == "free" else 0,
        state=state,
        opens_next=next_opening if coming and next_opening and next_opening < slot.starts_at else None,
        reserved=sum(slot.quotas[quota].free for quota in opened if quota in slot.quotas and quota is not Quota.ONLINE),
        quotas=[QuotaView(quota=quota, capacity=each.capacity, taken=each.taken) for quota, each in slot.quotas.items()]
        if seen.inside
        else None,
    )


async def of_bookings(work: Work, found: Sequence[BookingFacts]) -> list[BookingView]:
    """Views of bookings, in the order given."""
    doctors = await doctors_of(work, [(each.doctor_id, each.department_id) for each in found])
    patients = await identity.people(work, {each.patient_id for each in found})
    check_in = {each.id: await _check_in(work, each) for each in found}
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
            quota=each.quota,
            channel=each.channel,
            booked_at=each.booked_at,
            expires_at=each.expires_at,
            checked_in_at=each.checked_in_at,
            check_in_opens_at=times.opens_at if (times := check_in[each.id]) else None,
            check_in_closes_at=times.closes_at if times else None,
            end_reason=each.end_reason,
            late_cancel=each.late_cancel,
            can_cancel=LIFE.allows(rules.Status(each.status), "cancel", work.actor.role),
        )
        for each in found
    ]


async def _check_in(work: Work, each: BookingFacts) -> CheckInTimes | None:
    return None if each.service == BY_VIDEO else await policy.check_in_times(work, each)


async def doctors_of(
    work: Work, wanted: Sequence[tuple[PersonId, UUID]]
) -> dict[tuple[PersonId, UUID], SessionDoctorView]:
    """The cards of these doctors in these departments."""
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
