"""Who did not come: found some time after the session, once, and suspended after the third time; lifted at the window."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from server.appointments import jobs, service
from server.appointments.facts import SessionFacts
from server.appointments.model import Booking, Session, Slot
from server.appointments.model_agreed import BookingPolicy
from server.appointments.model_course import Suspension
from server.consultations import jobs as visits
from server.foundation.actor import SYSTEM, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests import people
from tests.api import Api
from tests.people import Hospital, Somebody

from .clockwork import A_SECOND, at, inbox, shanghai
from .window import YES, known_at


@dataclass(frozen=True, slots=True)
class House:
    """A hospital, and somebody who books there."""

    api: Api
    ground: Ground
    hospital: Hospital
    patient: Somebody

    @property
    def mine(self) -> Api:
        """The API as the patient."""
        return self.api.signed_in(self.patient.token)

    async def a_session(self, day: int = 1, *, service: str = "expert") -> SessionFacts:
        """A session of one hour, of a doctor of its own."""
        starts_at = shanghai(day_of(self.ground.clock.now()) + timedelta(days=day), 9)
        doctor = await people.a_doctor(self.ground, self.hospital)
        return await people.a_session(self.ground, doctor, starts_at=starts_at, slots=1, service=service)

    async def booked(self, session: SessionFacts) -> UUID:
        """The patient's booking there."""
        (slot,) = await people.slots_of(self.ground, session)
        body = {"patient_id": str(self.patient.id), **YES}
        return UUID((await self.mine.post(f"/api/slots/{slot}/bookings", body)).ok()["id"])

    async def missed(self, *days: int) -> None:
        """Sessions of these days, one after the other, to which the patient does not come."""
        for day in days:
            session = await self.a_session(day)
            await self.booked(session)
            await jobs.mark_no_shows.run(at(self.ground, session.ends_at + timedelta(minutes=30)))

    async def status(self, booking_id: UUID) -> str:
        """How a booking stands."""
        return str((await self.mine.get(f"/api/bookings/{booking_id}")).ok()["status"])

    async def suspensions(self) -> list[dict[str, Any]]:
        """What the patient is told of suspensions in force."""
        return list((await self.mine.get("/api/booking-suspensions")).ok())


@pytest.fixture
async def house(api: Api, ground: Ground) -> House:
    return House(api, ground, await people.a_hospital(ground), await people.a_patient(ground))


async def test_half_an_hour_after_the_session_and_not_a_second_before(house: House) -> None:
    session = await house.a_session()
    booking = await house.booked(session)
    over = session.ends_at + timedelta(minutes=30)
    await jobs.mark_no_shows.run(at(house.ground, over - A_SECOND))
    assert await house.status(booking) == "booked"
    for _ in range(2):
        await asyncio.gather(*(jobs.mark_no_shows.run(at(house.ground, over)) for _ in range(2)))
    assert await house.status(booking) == "no_show"
    assert await inbox(house.mine, ["booking-missed"]) == ["booking-missed"]
    assert await house.suspensions() == []


async def test_who_checked_in_or_cancelled_is_no_no_show(house: House) -> None:
    came, cancelled = await house.a_session(1), await house.a_session(2)
    first, second = await house.booked(came), await house.booked(cancelled)
    async with unit_of_work(house.ground, SYSTEM) as work:
        await service.mark(work, first, "check_in")
    (await house.mine.post(f"/api/bookings/{second}/cancel")).ok()
    await jobs.mark_no_shows.run(at(house.ground, cancelled.ends_at + timedelta(days=1)))
    assert (await house.status(first), await house.status(second)) == ("checked_in", "cancelled")


async def test_an_institution_waits_as_long_as_it_says(house: House) -> None:
    session = await house.a_session()
    booking = await house.booked(session)
    async with unit_of_work(house.ground, SYSTEM) as work:
        limits = {"no_show_after_minutes": 120}
        work.session.add(
            BookingPolicy(
                organisation_id=house.hospital.id, limits=limits, changed_at=work.now, changed_by=house.patient.id
            )
        )
    await jobs.mark_no_shows.run(at(house.ground, session.ends_at + timedelta(minutes=119)))
    assert await house.status(booking) == "booked"
    await jobs.mark_no_shows.run(at(house.ground, session.ends_at + timedelta(minutes=120)))
    assert await house.status(booking) == "no_show"


async def test_the_third_time_suspends_and_the_window_lifts_it(house: House) -> None:
    await house.missed(1, 2)
    assert await house.suspensions() == []
    await house.missed(3)
    (suspended,) = await house.suspensions()
    assert suspended["no_shows"] == 3
    assert (suspended["organisation"], suspended["patient_name"]) == (house.hospital.name, house.patient.name)
    assert await inbox(house.mine, ["booking-suspended"]) == ["booking-suspended"]
    session = await house.a_session(4)
    (slot,) = await people.slots_of(house.ground, session)
    body = {"patient_id": str(house.patient.id), **YES}
    refused = await house.mine.post(f"/api/slots/{slot}/bookings", body)
    assert (refused.code, refused.body["until"]) == ("booking-suspended", suspended["ends_at"].replace("Z", "+00:00"))
    assert (await house.mine.post(f"/api/sessions/{session.id}/waitings", body)).code == "places-left"
    await known_at(house.ground, house.hospital, house.patient)
    path = f"/api/booking-suspensions/{suspended['id']}/lift"
    strange = await people.a_member_of_staff(house.ground, Role.SCHEDULER, await people.a_hospital(house.ground))
    scheduler = await people.a_member_of_staff(house.ground, Role.SCHEDULER, house.hospital)
    window = house.api.signed_in(scheduler.token)
    assert (await house.api.signed_in(strange.token).post(path)).status == 404
    assert (await house.mine.post(path)).status == 403
    assert [each["id"] for each in (await window.get("/api/booking-suspensions")).ok()] == [suspended["id"]]
    for _ in range(2):
        assert (await window.post(path)).status == 204
    assert await house.suspensions() == []
    (await house.mine.post(f"/api/slots/{slot}/bookings", body)).ok()


async def test_what_led_to_a_suspension_counts_no_more(house: House) -> None:
    await house.missed(1, 2, 3)
    (suspended,) = await house.suspensions()
    scheduler = await people.a_member_of_staff(house.ground, Role.SCHEDULER, house.hospital)
    (await house.api.signed_in(scheduler.token).post(f"/api/booking-suspensions/{suspended['id']}/lift")).ok()
    await house.missed(4, 5)
    assert await house.suspensions() == []
    await house.missed(6)
    assert [each["no_shows"] for each in await house.suspensions()] == [3]


async def test_only_the_last_half_year_and_this_institution_count(house: House) -> None:
    await house.missed(1, 2)
    async with unit_of_work(house.ground, SYSTEM) as work:
        long_ago = {"day": day_of(work.now) - timedelta(days=181)}
        await work.session.execute(update(Booking).where(Booking.patient_id == house.patient.id).values(**long_ago))
    await house.missed(3, 4)
    elsewhere = House(house.api, house.ground, await people.a_hospital(house.ground), house.patient)
    await elsewhere.missed(5)
    assert await house.suspensions() == []


async def test_three_at_the_same_moment_suspend_once(house: House) -> None:
    sessions = [await house.a_session(day) for day in (1, 2, 3, 4)]
    bookings = [await house.booked(each) for each in sessions]
    async with unit_of_work(house.ground, SYSTEM) as work:  # as if a worker had slept over all four
        ended = {"starts_at": work.now - timedelta(hours=2), "ends_at": work.now - timedelta(hours=1)}
        ids = [each.id for each in sessions]
        await work.session.execute(update(Session).where(Session.id.in_(ids)).values(**ended))
        await work.session.execute(update(Slot).where(Slot.session_id.in_(ids)).values(**ended))
        began = {"starts_at": ended["starts_at"]}
        await work.session.execute(update(Booking).where(Booking.id.in_(bookings)).values(**began))

    async def miss(booking_id: UUID) -> None:
        async with unit_of_work(house.ground, SYSTEM) as work:
            await service.mark(work, booking_id, "miss")

    await asyncio.gather(*(miss(each) for each in bookings))
    async with unit_of_work(house.ground, SYSTEM) as work:
        counted = select(func.count(Suspension.id)).where(Suspension.patient_id == house.patient.id)
        assert (await work.session.execute(counted)).scalar_one() == 1


async def test_a_visit_by_video_says_itself_who_did_not_come_and_counts_once(house: House) -> None:
    session = await house.a_session(service="follow_up")
    booking = await house.booked(session)
    over = at(house.ground, session.ends_at + timedelta(minutes=30))
    await jobs.mark_no_shows.run(over)
    assert await house.status(booking) == "booked"
    await visits.scan_ends.run(at(house.ground, session.ends_at + timedelta(minutes=30) - A_SECOND))
    assert await house.status(booking) == "booked"
    for _ in range(2):
        await visits.scan_ends.run(over)
        await jobs.mark_no_shows.run(over)
    assert await house.status(booking) == "no_show"
    assert await inbox(house.mine, ["booking-missed"]) == ["booking-missed"]
    await house.missed(2, 3)
    assert [each["no_shows"] for each in await house.suspensions()] == [3]
