"""Booking over HTTP on the real database: what is open, what is refused and why, and what is given back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from server.appointments.board import Board
from server.foundation.actor import SYSTEM, Level, Role
from server.foundation.clock import SHANGHAI, day_of
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.identity import organisation_store
from server.identity.vocabulary import Grade
from tests import people
from tests.api import Api

YES = {"diagnosed_in_person": True}


@pytest.fixture(scope="session")
async def hospital(ground: Ground) -> people.Hospital:
    return await people.a_hospital(ground)


async def test_a_patient_books_sees_and_cancels(api: Api, ground: Ground, hospital: people.Hospital) -> None:
    doctor = await people.a_doctor(ground, hospital)
    session = await people.a_session(ground, doctor, capacity=2)
    slot = (await people.slots_of(ground, session))[0]
    patient = await people.a_patient(ground, name="张看病")
    me = api.signed_in(patient.token)
    booked = (await me.post(f"/api/slots/{slot}/bookings", {"patient_id": str(patient.id), **YES})).ok()
    assert (booked["status"], booked["number"], booked["right_used"]) == ("booked", 1, "self")
    assert (await me.get(f"/api/bookings/{booked['id']}")).ok()["patient_name"] == "张看病"
    assert [each["id"] for each in (await me.get("/api/bookings")).ok()] == [booked["id"]]
    path = f"/api/sessions?first={session.day}&last={session.day}&doctor_id={doctor.id}"
    shown = (await me.get(path)).ok()[0]
    assert [slot["free"] for slot in shown["slots"]] == [1, 2]
    cancelled = (await me.post(f"/api/bookings/{booked['id']}/cancel", {"reason": "改天"})).ok()
    assert (cancelled["status"], cancelled["can_cancel"]) == ("cancelled", False)
    again = (await me.post(f"/api/bookings/{booked['id']}/cancel", {"reason": "改天"})).ok()
    assert again["status"] == "cancelled"
    assert [slot["free"] for slot in (await me.get(path)).ok()[0]["slots"]] == [2, 2]


async def test_a_first_visit_is_refused_with_the_rule(api: Api, ground: Ground, hospital: people.Hospital) -> None:
    session = await people.a_session(ground, await people.a_doctor(ground, hospital))
    slot = (await people.slots_of(ground, session))[0]
    patient = await people.a_patient(ground)
    me = api.signed_in(patient.token)
    body = {"patient_id": str(patient.id), "diagnosed_in_person": False}
    refused = await me.post(f"/api/slots/{slot}/bookings", body)
    assert (refused.status, refused.code, refused.body["rule"]) == (403, "first-visit", "B11")
    assert refused.body["title"].startswith("您未在线下就诊并确诊，不能在线首诊")
    (await me.post(f"/api/slots/{slot}/bookings", body | YES)).ok()


async def test_one_booking_a_day_in_a_department(api: Api, ground: Ground, hospital: people.Hospital) -> None:
    session = await people.a_session(ground, await people.a_doctor(ground, hospital))
    first, second = await people.slots_of(ground, session)
    patient = await people.a_patient(ground)
    me = api.signed_in(patient.token)
    (await me.post(f"/api/slots/{first}/bookings", {"patient_id": str(patient.id), **YES})).ok()
    refused = await me.post(f"/api/slots/{second}/bookings", {"patient_id": str(patient.id), **YES})
    assert refused.code == "already-booked"


async def test_what_has_begun_or_is_not_open_cannot_be_booked(
    api: Api, ground: Ground, hospital: people.Hospital
) -> None:
    patient = await people.a_patient(ground)
    me = api.signed_in(patient.token)
    now = ground.clock.now()
    nine = datetime.combine(day_of(now) + timedelta(days=20), datetime.min.time().replace(hour=9), tzinfo=SHANGHAI)
    far = await people.a_session(ground, await people.a_doctor(ground, hospital), starts_at=nine)
    refused = await me.post(
        f"/api/slots/{(await people.slots_of(ground, far))[0]}/bookings", {"patient_id": str(patient.id), **YES}
    )
    assert refused.code == "not-open-yet"
    assert refused.body["opens_at"].startswith(str(day_of(now) + timedelta(days=13)))
    noon = datetime.combine(day_of(now) - timedelta(days=1), datetime.min.time().replace(hour=12), tzinfo=SHANGHAI)
    begun = await people.a_session(ground, await people.a_doctor(ground, hospital), starts_at=noon)
    refused = await me.post(
        f"/api/slots/{(await people.slots_of(ground, begun))[0]}/bookings", {"patient_id": str(patient.id), **YES}
    )
    assert refused.code == "slot-over"


async def test_nobody_books_or_cancels_for_a_stranger(api: Api, ground: Ground, hospital: people.Hospital) -> None:
    session = await people.a_session(ground, await people.a_doctor(ground, hospital))
    slot = (await people.slots_of(ground, session))[0]
    patient, stranger = await people.a_patient(ground), await people.a_patient(ground)
    booked = (
        await api.signed_in(patient.token).post(f"/api/slots/{slot}/bookings", {"patient_id": str(patient.id), **YES})
    ).ok()
    them = api.signed_in(stranger.token)
    unknown = await them.get(f"/api/bookings/{uuid4()}")
    for answer in (
        await them.get(f"/api/bookings/{booked['id']}"),
        await them.post(f"/api/bookings/{booked['id']}/cancel"),
        await them.post(f"/api/slots/{slot}/bookings", {"patient_id": str(patient.id), **YES}),
    ):
        assert (answer.status, answer.body) == (unknown.status, unknown.body)


async def test_a_guardian_books_for_a_child_who_cannot(api: Api, ground: Ground, hospital: people.Hospital) -> None:
    session = await people.a_session(ground, await people.a_doctor(ground, hospital))
    slot = (await people.slots_of(ground, session))[0]
    mother = await people.a_patient(ground)
    child = await people.a_patient(ground, born=date(2019, 5, 1), guardian=mother)
    me = api.signed_in(mother.token)
    booked = (await me.post(f"/api/slots/{slot}/bookings", {"patient_id": str(child.id), **YES})).ok()
    assert booked["right_used"] == "guardian"


async def test_an_expired_licence_closes_booking(api: Api, ground: Ground) -> None:
    hospital = await people.a_hospital(ground)
    session = await people.a_session(ground, await people.a_doctor(ground, hospital))
    slot = (await people.slots_of(ground, session))[0]
    patient = await people.a_patient(ground)
    me = api.signed_in(patient.token)
    (await me.post(f"/api/slots/{slot}/bookings", {"patient_id": str(patient.id), **YES})).ok()
    async with unit_of_work(ground, SYSTEM) as work:
        for licence in await organisation_store.licences_of(work.session, [hospital.id]):
            licence.valid_until = day_of(work.now) - timedelta(days=1)
    ground.part(Board).changed_rules()  # what is remembered of a doctor is asked again after seconds
    other = await people.a_patient(ground)
    refused = await api.signed_in(other.token).post(f"/api/slots/{slot}/bookings", {"patient_id": str(other.id), **YES})
    assert refused.body["rule"] == "B01"


async def test_a_grade_three_hospital_publishes_exact_times(api: Api, ground: Ground) -> None:
    big = await people.a_hospital(ground, level=Level.PREFECTURE, grade=Grade.TERTIARY_A)
    doctor = await people.a_doctor(ground, big)
    scheduler = api.signed_in((await people.a_member_of_staff(ground, Role.SCHEDULER, big)).token)
    nine = datetime.combine(
        day_of(ground.clock.now()) + timedelta(days=2), datetime.min.time().replace(hour=9), tzinfo=SHANGHAI
    )
    body = {
        "department_id": str(big.department_id),
        "doctor_id": str(doctor.id),
        "starts_at": nine.isoformat(),
        "ends_at": (nine + timedelta(hours=3)).isoformat(),
        "slot_minutes": 90,
        "slot_capacity": 5,
    }
    assert (await scheduler.post("/api/sessions", body)).code == "segment-too-long"
    published = (await scheduler.post("/api/sessions", body | {"slot_minutes": 60})).ok()
    assert [slot["capacity"] for slot in published["slots"]] == [5, 5, 5]
    assert (await scheduler.post("/api/sessions", body | {"slot_minutes": 60})).code == "doctor-busy"


async def test_stopping_a_session_cancels_and_frees_everyone(
    api: Api, ground: Ground, hospital: people.Hospital
) -> None:
    doctor = await people.a_doctor(ground, hospital)
    session = await people.a_session(ground, doctor)
    slot = (await people.slots_of(ground, session))[0]
    patient = await people.a_patient(ground)
    me = api.signed_in(patient.token)
    booked = (await me.post(f"/api/slots/{slot}/bookings", {"patient_id": str(patient.id), **YES})).ok()
    scheduler = api.signed_in((await people.a_member_of_staff(ground, Role.SCHEDULER, hospital)).token)
    stopped = (await scheduler.post(f"/api/sessions/{session.id}/stop", {"reason": "医生临时外出"})).ok()
    assert stopped["cancelled"] == 1
    seen = (await me.get(f"/api/bookings/{booked['id']}")).ok()
    assert (seen["status"], seen["end_reason"]) == ("cancelled", "医生临时外出")
    ground.part(Board).changed_rules()  # what is remembered of a doctor is asked again after seconds
    other = await people.a_patient(ground)
    refused = await api.signed_in(other.token).post(f"/api/slots/{slot}/bookings", {"patient_id": str(other.id), **YES})
    assert refused.code == "session-closed"
