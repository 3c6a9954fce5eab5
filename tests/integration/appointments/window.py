"""The window of a hospital as tests use it: a scheduler, a session there, and time that has come."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from server.appointments.facts import SessionFacts
from server.appointments.model import Booking, Slot
from server.foundation.actor import SYSTEM, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.identity import service as identity
from tests import people
from tests.api import Api
from tests.people import Hospital, Somebody

YES = {"diagnosed_in_person": True}


async def a_scheduler(api: Api, ground: Ground, hospital: Hospital) -> Api:
    """Signed in at the window of a hospital."""
    return api.signed_in((await people.a_member_of_staff(ground, Role.SCHEDULER, hospital)).token)


async def a_clinic_session(ground: Ground, hospital: Hospital, **more: Any) -> SessionFacts:
    """Tomorrow's session of an expert, to whom patients come."""
    return await people.a_session(ground, await people.a_doctor(ground, hospital), service="expert", **more)


async def known_at(ground: Ground, hospital: Hospital, patient: Somebody) -> Somebody:
    """The patient, whom the hospital knows from now on."""
    async with unit_of_work(ground, SYSTEM) as work:
        await identity.admit(work, patient.id, hospital.id)
    return patient


async def booked(window: Api, slot: UUID, patient: Somebody, **more: Any) -> dict[str, Any]:
    """The booking that the window made."""
    answer = await window.post(f"/api/slots/{slot}/bookings", {"patient_id": str(patient.id), **YES, **more})
    made: dict[str, Any] = answer.ok()
    return made


async def starting(ground: Ground, slot: UUID, starts_at: datetime) -> None:
    """That slot, and who is booked there, as if it had been planned for this time."""
    day = day_of(starts_at)
    async with unit_of_work(ground, SYSTEM) as work:
        times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=30)}
        await work.session.execute(update(Slot).where(Slot.id == slot).values(**times))
        await work.session.execute(update(Booking).where(Booking.slot_id == slot).values(starts_at=starts_at, day=day))
