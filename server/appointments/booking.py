"""Booking and holding a place: who asks, which quotas serve them, and then the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from server.foundation import data_keys
from server.foundation.actor import PersonId, Role
from server.foundation.errand import Errand, Told
from server.foundation.errors import Unknown
from server.foundation.ids import new_id
from server.foundation.work import Work, unit_of_work

from . import access, rules
from .allotment import Want
from .board import Board
from .desk import Desk
from .errors import FirstVisit, SlotFull, SummaryMissing
from .facts import GivenPlaceView, SlotCard
from .rules import Channel, Quota, Right, Status

_CHANNELS = {
    Right.SELF: Channel.ONLINE,
    Right.GUARDIAN: Channel.ONLINE,
    Right.CLINIC: Channel.CLINIC,
    Right.FAMILY_DOCTOR: Channel.FAMILY_DOCTOR,
    Right.WINDOW: Channel.WINDOW,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom and how. A family doctor writes a summary; the window says when it was by telephone."""

    patient_id: PersonId
    diagnosed_in_person: bool
    hold: bool = False
    summary: str | None = field(default=None, repr=False)
    by_telephone: bool = False


async def book(errand: Errand, slot_id: UUID, asked: Asked) -> Told[GivenPlaceView]:
    """A place in the slot: booked, or held for some minutes.

    Raises: Unknown, FirstVisit (B11), SessionClosed, SlotOver, NotOpenYet, SummaryMissing, BookingSuspended,
        AlreadyBooked, SlotFull, DeskBusy, KeyReused, and identity's refusals of the doctor (B01, B02, B06).
    """
    board = errand.part(Board)
    card = await board.card(slot_id)
    quotas = await open_to(errand, card)
    if not asked.diagnosed_in_person and card.service == "follow_up":
        raise FirstVisit
    if board.is_full(slot_id, quotas, asked.patient_id):
        raise SlotFull(slot_id=str(slot_id))
    booking_id = new_id(errand.ground.clock.now())
    right, sealed = await _right(errand, asked, quotas, booking_id)
    return await errand.part(Desk).take(_want(errand, card, asked, quotas, booking_id, right, sealed), card, errand)


async def open_to(errand: Errand, card: SlotCard) -> tuple[Quota, ...]:
    """The quotas of a slot that are open to the actor now. Raises: Unknown, SessionClosed, SlotOver, NotOpenYet."""
    access.require_published(errand.actor, card.organisation_id, card.status)
    if card.refusal is not None:
        raise card.refusal
    serving = rules.quotas_of(await errand.part(Board).standing(errand.actor), card.organisation_id)
    if not serving:
        raise Unknown  # a doctor without a team, another institution's window: nothing here is theirs to book
    now = errand.ground.clock.now()
    return rules.quotas_open(serving, card.opens, day=card.day, starts_at=card.starts_at, now=now)


async def _right(
    errand: Errand, asked: Asked, quotas: tuple[Quota, ...], booking_id: UUID
) -> tuple[Right, bytes | None]:
    """By what right, and a family doctor's summary, sealed. Asks the database only for those who act for others."""
    actor = errand.actor
    if access.is_own(actor.person_id, actor.role, asked.patient_id):
        return Right.SELF, None  # whether they are old enough for that, the desk asks for all of a batch at once
    if actor.role is Role.CLINIC_WORKER and not asked.summary:
        if not await errand.part(Board).acts_for(actor.organisation, asked.patient_id):
            raise Unknown
        return Right.CLINIC, None
    if actor.role is Role.DOCTOR and Quota.FAMILY_DOCTOR in quotas and not asked.summary:
        raise SummaryMissing
    async with unit_of_work(errand.ground, actor, language=errand.language, client=errand.client()) as work:
        right = await access.may_book_for(work, asked.patient_id)
        sealed = await seal_summary(work, asked.patient_id, booking_id, asked.summary) if asked.summary else None
    return right, sealed


async def seal_summary(work: Work, patient_id: PersonId, booking_id: UUID, summary: str) -> bytes:
    """A referral summary as the booking keeps it."""
    key = await data_keys.fetch(work.session, work.ground.fields, patient_id)
    return work.ground.fields.seal(summary, "bookings", "referral_summary", booking_id, key)


def _want(
    errand: Errand,
    card: SlotCard,
    asked: Asked,
    quotas: tuple[Quota, ...],
    booking_id: UUID,
    right: Right,
    sealed: bytes | None,
) -> Want:
    until: Any = errand.ground.clock.now() + timedelta(minutes=card.hold_minutes) if asked.hold else None
    return Want(
        booking_id=booking_id,
        slot_id=card.slot_id,
        session_id=card.session_id,
        organisation_id=card.organisation_id,
        department_id=card.department_id,
        day=card.day,
        starts_at=card.starts_at,
        quotas=quotas,
        patient_id=asked.patient_id,
        booked_by=errand.actor.person,
        right_used=right,
        channel=Channel.TELEPHONE if right is Right.WINDOW and asked.by_telephone else _CHANNELS[right],
        status=Status.HELD if asked.hold else Status.BOOKED,
        expires_at=until,
        referral_summary=sealed,
    )
