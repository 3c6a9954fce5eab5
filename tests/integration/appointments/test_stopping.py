"""停诊: everybody who is booked, holds a place or waits is told, and offered the next equal place where there is one."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from server.appointments import service as appointments
from server.appointments.facts import NewSession, SessionFacts
from server.foundation.actor import SYSTEM, Role
from server.foundation.clock import SHANGHAI, day_of
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests import people
from tests.api import Api

YES = {"diagnosed_in_person": True}
WHY = {"reason": "医生临时外出"}


@pytest.fixture
async def hospital(ground: Ground) -> people.Hospital:
    return await people.a_hospital(ground)


@pytest.fixture
async def desk(api: Api, ground: Ground, hospital: people.Hospital) -> Api:
    return api.signed_in((await people.a_member_of_staff(ground, Role.SCHEDULER, hospital)).token)


async def _session(
    ground: Ground, doctor: people.Somebody, days: int, *, capacity: int = 2, service: str = "expert"
) -> SessionFacts:
    assert doctor.organisation_id is not None
    assert doctor.department_id is not None
    nine = datetime.combine(day_of(ground.clock.now()) + timedelta(days=days), time(9), tzinfo=SHANGHAI)
    new = NewSession(
        department_id=doctor.department_id,
        doctor_id=doctor.id,
        service=service,
        starts_at=nine,
        ends_at=nine + timedelta(minutes=30),
        slot_minutes=30,
        slot_capacity=capacity,
    )
    async with unit_of_work(ground, SYSTEM) as work:
        return await appointments.publish(work, doctor.organisation_id, new)


async def _booked(api: Api, ground: Ground, session: SessionFacts, **more: Any) -> tuple[Api, dict[str, Any]]:
    patient = await people.a_patient(ground)
    me = api.signed_in(patient.token)
    (slot, *_) = await people.slots_of(ground, session)
    booking = (await me.post(f"/api/slots/{slot}/bookings", {"patient_id": str(patient.id), **YES, **more})).ok()
    return me, booking


async def _offer(me: Api, booking: dict[str, Any]) -> Any:
    return (await me.get(f"/api/offers/next-place?booking_id={booking['id']}")).ok()


async def _told(me: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await me.get("/api/inbox")).ok()["messages"]
    return [each for each in found if "stopped" in each["template"]]


async def test_each_is_offered_a_place_of_the_same_doctor_and_then_of_a_colleague(
    api: Api, ground: Ground, hospital: people.Hospital, desk: Api
) -> None:
    doctor, colleague = [await people.a_doctor(ground, hospital, name=name) for name in ("李同医", "王同事")]
    stopped = await _session(ground, doctor, 2, capacity=3)
    another = await _session(ground, colleague, 2, capacity=1)
    later = await _session(ground, doctor, 4, capacity=1)
    await _session(ground, doctor, 3, capacity=5, service="remote_consultation")
    people_there = [await _booked(api, ground, stopped) for _ in range(3)]
    assert await _offer(*people_there[0]) is None, "nothing was stopped yet"
    assert (await desk.post(f"/api/sessions/{stopped.id}/stop", WHY)).ok() == {"cancelled": 3, "offered": 2}
    first, second, third = [(await _told(me))[0] for me, _ in people_there]
    assert (first["template"], second["template"], third["template"]) == (
        "booking-stopped-offer",
        "booking-stopped-offer",
        "booking-stopped",
    )
    assert "李同医" in first["text"]
    assert "王同事" in second["text"]
    offer = await _offer(*people_there[2])
    assert (offer["session_id"], offer["doctor"]["name"], offer["same_doctor"]) == (str(later.id), "李同医", True)
    me, lost = people_there[0]
    again = {"patient_id": lost["patient_id"], **YES}
    (await me.post(f"/api/slots/{offer['slot_id']}/bookings", again)).ok()
    moved = await _offer(*people_there[2])
    assert (moved["session_id"], moved["same_doctor"]) == (str(another.id), False)
    other = await _offer(*people_there[0])
    assert other["session_id"] == str(another.id), "not on the day on which they are booked by now"


async def test_who_gave_the_place_back_before_is_offered_nothing(
    api: Api, ground: Ground, hospital: people.Hospital, desk: Api
) -> None:
    doctor = await people.a_doctor(ground, hospital)
    stopped, _ = await _session(ground, doctor, 2), await _session(ground, doctor, 3)
    me, booking = await _booked(api, ground, stopped)
    stays, kept = await _booked(api, ground, stopped)
    (await me.post(f"/api/bookings/{booking['id']}/cancel", {"reason": ""})).ok()
    assert (await desk.post(f"/api/sessions/{stopped.id}/stop", WHY)).ok() == {"cancelled": 1, "offered": 1}
    assert await _offer(stays, kept) is not None
    assert await _offer(me, booking) is None
    assert await _told(me) == []


async def test_a_visit_by_video_is_told_of_once(api: Api, ground: Ground, hospital: people.Hospital, desk: Api) -> None:
    doctor = await people.a_doctor(ground, hospital)
    stopped, _ = [await _session(ground, doctor, days, service="follow_up") for days in (2, 3)]
    me, booking = await _booked(api, ground, stopped)
    assert (await desk.post(f"/api/sessions/{stopped.id}/stop", WHY)).ok() == {"cancelled": 1, "offered": 1}
    (told,) = await _told(me)
    assert told["template"] == "visit-session-stopped-offer"
    assert told["links"]["booking_id"] == booking["id"]


async def test_holds_and_the_waiting_list_end_with_the_session(
    api: Api, ground: Ground, hospital: people.Hospital, desk: Api
) -> None:
    stopped = await _session(ground, await people.a_doctor(ground, hospital), 3, capacity=1)
    me, held = await _booked(api, ground, stopped, hold=True)
    waiter = await people.a_patient(ground)
    them = api.signed_in(waiter.token)
    body = {"patient_id": str(waiter.id), **YES}
    (await them.post(f"/api/sessions/{stopped.id}/waitings", body)).ok()
    assert (await desk.post(f"/api/sessions/{stopped.id}/stop", WHY)).ok() == {"cancelled": 1, "offered": 0}
    assert (await me.post(f"/api/bookings/{held['id']}/confirm")).code == "hold-over"
    assert [each["template"] for each in await _told(me)] == ["booking-stopped"]
    assert not [each for each in (await them.get("/api/waitings")).ok() if each["status"] in ("waiting", "offered")]
    assert "waiting-ended" in [each["template"] for each in (await them.get("/api/inbox")).ok()["messages"]]
    assert (await them.post(f"/api/sessions/{stopped.id}/waitings", body)).code == "session-closed"
    assert (await desk.post(f"/api/sessions/{stopped.id}/stop", WHY)).code == "session-closed"
