"""What patients are told by the clock: that they are booked, the evening before, two hours before; each once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from server.appointments import jobs
from server.appointments.facts import SessionFacts
from server.consultations import jobs as visits
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from tests import people
from tests.api import Api
from tests.people import Hospital, Somebody

from .clockwork import A_SECOND, at, inbox, shanghai
from .window import YES, a_scheduler, booked, known_at


@pytest.fixture(scope="module")
async def hospital(ground: Ground) -> Hospital:
    return await people.a_hospital(ground)


async def _booked(
    api: Api, ground: Ground, hospital: Hospital, *, hour: int = 9, service: str = "expert"
) -> tuple[SessionFacts, Somebody, str]:
    """Somebody with a booking in three days."""
    starts_at = shanghai(day_of(ground.clock.now()) + timedelta(days=3), hour)
    doctor = await people.a_doctor(ground, hospital, name="周主任")
    session = await people.a_session(ground, doctor, starts_at=starts_at, slots=1, service=service)
    (slot,) = await people.slots_of(ground, session)
    patient = await people.a_patient(ground)
    body = {"patient_id": str(patient.id), **YES}
    made = (await api.signed_in(patient.token).post(f"/api/slots/{slot}/bookings", body)).ok()
    return session, patient, made["id"]


async def _run(ground: Ground, instant: datetime, times: int = 2) -> None:
    """The scan on two machines at that instant, several times."""
    for _ in range(times):
        await asyncio.gather(*(jobs.remind.run(at(ground, instant)) for _ in range(2)))


async def test_a_booking_in_person_is_told_of_once(api: Api, ground: Ground, hospital: Hospital) -> None:
    _, patient, _ = await _booked(api, ground, hospital)
    await _run(ground, ground.clock.now())
    mine = api.signed_in(patient.token)
    assert await inbox(mine) == ["booking-made"]
    (message,) = (await mine.get("/api/inbox")).ok()["messages"]
    assert all(word in message["text"] for word in ("09:00", hospital.name, "周主任", "1 号"))


async def test_what_the_window_booked_is_told_to_the_patient(api: Api, ground: Ground, hospital: Hospital) -> None:
    window = await a_scheduler(api, ground, hospital)
    session = await people.a_session(ground, await people.a_doctor(ground, hospital), service="expert")
    (slot, _) = await people.slots_of(ground, session)
    patient = await known_at(ground, hospital, await people.a_patient(ground))
    made = await booked(window, slot, patient)
    await _run(ground, ground.clock.now())
    assert await inbox(api.signed_in(patient.token)) == ["booking-made"]
    (await window.post(f"/api/bookings/{made['id']}/cancel")).ok()
    assert await inbox(api.signed_in(patient.token)) == ["booking-made", "booking-cancelled"]


async def test_the_evening_before_at_six_and_two_hours_before(api: Api, ground: Ground, hospital: Hospital) -> None:
    session, patient, _ = await _booked(api, ground, hospital)
    mine, six = api.signed_in(patient.token), shanghai(session.day - timedelta(days=1), 18)
    reminded = "booking-reminder"
    await _run(ground, six - A_SECOND)
    assert await inbox(mine, [reminded]) == []
    await _run(ground, six)
    assert await inbox(mine, [reminded]) == [reminded]
    await _run(ground, session.starts_at - timedelta(hours=2) - A_SECOND)
    assert await inbox(mine, [reminded]) == [reminded]
    await _run(ground, session.starts_at - timedelta(hours=2))
    assert await inbox(mine, [reminded]) == [reminded, reminded]
    await _run(ground, session.starts_at)
    assert await inbox(mine, [reminded]) == [reminded, reminded]


@pytest.mark.parametrize("hour", [0, 23], ids=["just after midnight", "just before midnight"])
async def test_tomorrow_is_chinas(api: Api, ground: Ground, hospital: Hospital, hour: int) -> None:
    session, patient, _ = await _booked(api, ground, hospital, hour=hour)
    mine, six = api.signed_in(patient.token), shanghai(session.day - timedelta(days=1), 18)
    for days in (-1, 1):
        await _run(ground, six + timedelta(days=days), times=1)
    assert await inbox(mine, ["booking-reminder"]) == []
    await _run(ground, six)
    assert await inbox(mine, ["booking-reminder"]) == ["booking-reminder"]


async def test_a_scan_that_comes_late_wakes_nobody(api: Api, ground: Ground, hospital: Hospital) -> None:
    session, patient, _ = await _booked(api, ground, hospital)
    evening = shanghai(session.day - timedelta(days=1), 21)
    await _run(ground, evening)
    assert await inbox(api.signed_in(patient.token), ["booking-reminder"]) == []
    await _run(ground, evening - A_SECOND)
    assert await inbox(api.signed_in(patient.token), ["booking-reminder"]) == ["booking-reminder"]


async def test_who_cancelled_is_not_reminded(api: Api, ground: Ground, hospital: Hospital) -> None:
    session, patient, booking = await _booked(api, ground, hospital)
    (await api.signed_in(patient.token).post(f"/api/bookings/{booking}/cancel")).ok()
    for instant in (shanghai(session.day - timedelta(days=1), 18), session.starts_at - timedelta(hours=1)):
        await _run(ground, instant)
    assert await inbox(api.signed_in(patient.token)) == ["booking-cancelled"]


async def test_a_visit_by_video_is_told_of_by_its_own_words_and_by_none_twice(
    api: Api, ground: Ground, hospital: Hospital
) -> None:
    session, patient, _ = await _booked(api, ground, hospital, service="follow_up")
    six, soon = shanghai(session.day - timedelta(days=1), 18), session.starts_at - timedelta(hours=2)
    for instant in (ground.clock.now(), six, soon):
        await _run(ground, instant)
        await visits.scan_messages.run(at(ground, instant))
    mine = api.signed_in(patient.token)
    assert await inbox(mine) == ["visit-booked", "visit-reminder", "visit-reminder"]
    visit = (await mine.get("/api/inbox")).ok()["messages"][0]["links"]
    assert "visit_id" in visit
