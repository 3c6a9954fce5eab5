"""Builders of days with places, bookings and waiting lists as they are when everything has happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, update

from server.appointments import ledger
from server.appointments.model import Booking, QuotaRelease, QuotaRow, Session, Slot
from server.appointments.model_course import Waiting
from server.appointments.rules import Quota
from server.foundation.actor import SYSTEM, Level, OrganisationId, Role
from server.foundation.clock import SHANGHAI
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests import invented
from tests.invented import Someone


@dataclass(frozen=True, slots=True)
class House:
    """An institution with a department, its doctor, its scheduler and its administrator."""

    id: OrganisationId
    department_id: UUID
    doctor: Someone
    scheduler: Someone
    administrator: Someone


async def a_house(ground: Ground, *, level: Level = Level.COUNTY, parent: OrganisationId | None = None) -> House:
    """A fresh institution."""
    house_id = await invented.an_organisation(ground, level=level, parent=parent)
    department_id = await invented.a_department(ground, house_id)
    return House(
        house_id,
        department_id,
        await invented.a_doctor(ground, at=house_id, department=department_id, signed_in=False),
        await invented.a_member(ground, Role.SCHEDULER, at=house_id),
        await invented.a_member(ground, Role.ADMINISTRATOR, at=house_id),
    )


def at(day: date, hour: int) -> datetime:
    """That hour of a day in China."""
    return datetime.combine(day, time(hour), tzinfo=SHANGHAI)


async def planted(
    ground: Ground, house: House, day: date, *slots: dict[Quota, int], hour: int = 9, status: str = "published"
) -> list[UUID]:
    """A session of that day, over or to come, whose slots are divided like this."""
    async with unit_of_work(ground, SYSTEM) as work:
        starts_at, ends_at = at(day, hour), at(day, hour) + timedelta(minutes=30 * len(slots))
        session = Session(
            id=work.new_id(),
            organisation_id=house.id,
            department_id=house.department_id,
            doctor_id=house.doctor.id,
            service="expert",
            day=day,
            starts_at=starts_at,
            ends_at=ends_at,
            status=status,
            published_at=starts_at - timedelta(days=10),
            published_by=house.scheduler.id,
        )
        work.session.add(session)
        await work.session.flush()
        ids, number = [], 1
        for index, quotas in enumerate(slots):
            capacity = sum(quotas.values())
            slot = Slot(
                id=work.new_id(),
                session_id=session.id,
                starts_at=starts_at + timedelta(minutes=30 * index),
                ends_at=starts_at + timedelta(minutes=30 * index + 30),
                capacity=capacity,
                first_number=number,
                numbered=capacity,
            )
            work.session.add(slot)
            await work.session.flush()
            await ledger.open_rows(await work.raw(), {slot.id: quotas})
            ids.append(slot.id)
            number += capacity
        return ids


async def moved(
    ground: Ground, slot_id: UUID, step: int, source: Quota, target: Quota, places: int, when: datetime
) -> None:
    """As the release job would have moved places, at that instant."""
    async with unit_of_work(ground, SYSTEM) as work:
        row = {"slot_id": slot_id, "step": step, "moved": places, "released_at": when}
        work.session.add(QuotaRelease(from_quota=str(source), to_quota=str(target), **row))
        for quota, change in ((source, -places), (target, places)):
            await work.session.execute(
                update(QuotaRow)
                .where(QuotaRow.slot_id == slot_id, QuotaRow.quota == str(quota))
                .values(capacity=QuotaRow.capacity + change)
            )


async def taken(
    ground: Ground, house: House, slot_id: UUID, quota: Quota, status: str, *, ended_at: datetime | None = None
) -> UUID:
    """A booking that stands like this, with its place taken; one that was given back went where it lands."""
    patient = await invented.a_patient(ground, signed_in=False)
    async with unit_of_work(ground, SYSTEM) as work:
        slot = await work.session.get_one(Slot, slot_id)
        session = await work.session.get_one(Session, slot.session_id)
        highest = select(Booking.number).where(Booking.slot_id == slot_id).order_by(Booking.number.desc()).limit(1)
        number = ((await work.session.execute(highest)).scalar_one_or_none() or slot.first_number - 1) + 1
        booking = Booking(
            id=work.new_id(),
            slot_id=slot_id,
            session_id=session.id,
            quota=str(quota),
            patient_id=patient.id,
            organisation_id=house.id,
            department_id=house.department_id,
            day=session.day,
            starts_at=slot.starts_at,
            number=number,
            reference=uuid4().hex[:12],
            status=status,
            booked_by=patient.id,
            right_used="self",
            booked_at=slot.starts_at - timedelta(days=3),
            ended_at=ended_at,
            late_cancel=False,
            channel="online",
        )
        work.session.add(booking)
        await work.session.flush()
        await work.session.execute(
            update(QuotaRow)
            .where(QuotaRow.slot_id == slot_id, QuotaRow.quota == str(quota))
            .values(taken=QuotaRow.taken + 1)
        )
        if status in ("cancelled", "expired"):
            await ledger.give_back(await work.raw(), slot_id, quota)
        return booking.id


async def waits(ground: Ground, slot_id: UUID, *, status: str, hours: float | None = None) -> None:
    """Somebody joined the session's list two days before it and was offered a place after so many hours."""
    patient = await invented.a_patient(ground, signed_in=False)
    async with unit_of_work(ground, SYSTEM) as work:
        slot = await work.session.get_one(Slot, slot_id)
        joined_at = slot.starts_at - timedelta(days=2)
        work.session.add(
            Waiting(
                id=work.new_id(),
                session_id=slot.session_id,
                patient_id=patient.id,
                quotas=["online"],
                joined_by=patient.id,
                right_used="self",
                joined_at=joined_at,
                status=status,
                offered_at=joined_at + timedelta(hours=hours) if hours is not None else None,
            )
        )
