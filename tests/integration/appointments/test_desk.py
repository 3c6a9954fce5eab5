"""The window: booking there and by telephone, check-in by the slip's number, the lists of a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.appointments.model_course import Suspension
from server.foundation.actor import SYSTEM, Level, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.records import service as records
from server.records.service import Purpose
from tests import people
from tests.api import Api
from tests.people import Hospital

from .window import YES, a_clinic_session, a_scheduler, booked, known_at, starting


@pytest.fixture(scope="module")
async def hospital(ground: Ground) -> Hospital:
    return await people.a_hospital(ground)


@pytest.fixture
async def window(api: Api, ground: Ground, hospital: Hospital) -> Api:
    return await a_scheduler(api, ground, hospital)


async def test_the_window_registers_whom_it_sees_and_books_for_them(
    window: Api, ground: Ground, hospital: Hospital
) -> None:
    session = await a_clinic_session(ground, hospital)
    (slot, *_) = await people.slots_of(ground, session)
    card = {"name": "李窗口", "id_number": people.an_id_number(people.an_elders_birthday()).text}
    assert (await window.post("/api/patients/search", {"id_number": card["id_number"]})).ok() == []
    patient = (await window.post("/api/patients", card | {"phone": people.a_phone()})).ok()
    found = (await window.post("/api/patients/search", {"id_number": card["id_number"]})).ok()
    assert [each["id"] for each in found] == [patient["id"]]
    body = {"patient_id": patient["id"], **YES, "by_telephone": True}
    place = (await window.post(f"/api/slots/{slot}/bookings", body)).ok()
    seen = (await window.get(f"/api/bookings/{place['id']}")).ok()
    assert (seen["right_used"], seen["channel"], seen["patient_name"]) == ("window", "telephone", "李窗口")


async def test_the_window_does_not_book_for_whom_it_never_saw(window: Api, ground: Ground, hospital: Hospital) -> None:
    session = await a_clinic_session(ground, hospital)
    (slot, *_) = await people.slots_of(ground, session)
    stranger = await people.a_patient(ground)
    refused = await window.post(f"/api/slots/{slot}/bookings", {"patient_id": str(stranger.id), **YES})
    assert refused.status == 404
    await known_at(ground, hospital, stranger)
    await booked(window, slot, stranger)


async def test_the_window_helps_whom_booking_online_is_suspended(
    api: Api, window: Api, ground: Ground, hospital: Hospital
) -> None:
    session = await a_clinic_session(ground, hospital)
    (slot, *_) = await people.slots_of(ground, session)
    patient = await known_at(ground, hospital, await people.a_patient(ground))
    async with unit_of_work(ground, SYSTEM) as work:
        until = work.now + timedelta(days=30)
        row = {"patient_id": patient.id, "organisation_id": hospital.id, "no_shows": 3}
        work.session.add(Suspension(id=work.new_id(), starts_at=work.now, ends_at=until, **row))
    refused = await api.signed_in(patient.token).post(
        f"/api/slots/{slot}/bookings", {"patient_id": str(patient.id), **YES}
    )
    assert refused.code == "booking-suspended"
    await booked(window, slot, patient)


async def test_the_slips_number_checks_in_and_tells_who_is_ahead(
    window: Api, ground: Ground, hospital: Hospital
) -> None:
    session = await a_clinic_session(ground, hospital)
    (slot, *_) = await people.slots_of(ground, session)
    places = [
        await booked(window, slot, await known_at(ground, hospital, await people.a_patient(ground))) for _ in range(3)
    ]
    await starting(ground, slot, ground.clock.now() + timedelta(minutes=5))
    first, second, third = [each["reference"] for each in places]
    came = (await window.post("/api/desk/check-ins", {"code": third.replace("-", " ")})).ok()
    assert (came["queue_number"], came["ahead"], came["booking"]["status"]) == (3, 0, "checked_in")
    assert (await window.post("/api/desk/check-ins", {"code": first})).ok()["ahead"] == 0
    scanned = f"https://lianyi.example/visits/1#{second}"
    assert (await window.post("/api/desk/check-ins", {"code": scanned})).ok()["ahead"] == 1
    again = (await window.post("/api/desk/check-ins", {"code": third})).ok()
    assert again["ahead"] == 2
    assert again["booking"]["checked_in_at"] == came["booking"]["checked_in_at"]


async def test_what_cannot_be_checked_in_says_why(api: Api, window: Api, ground: Ground, hospital: Hospital) -> None:
    session = await a_clinic_session(ground, hospital)
    (slot, *_) = await people.slots_of(ground, session)
    place = await booked(window, slot, await known_at(ground, hospital, await people.a_patient(ground)))
    reference = place["reference"]
    wrong = f"{reference[:-1]}{(int(reference[-1]) + 1) % 10}"
    assert (await window.post("/api/desk/check-ins", {"code": wrong})).code == "wrong-reference"
    other_day = await window.post("/api/desk/check-ins", {"code": reference})
    assert other_day.code == "desk-another-day"
    assert str(session.day) in other_day.body["title"]
    elsewhere = await a_scheduler(api, ground, await people.a_hospital(ground))
    assert (await elsewhere.post("/api/desk/check-ins", {"code": reference})).code == "no-such-reference"
    (await window.post(f"/api/bookings/{place['id']}/cancel", {"reason": ""})).ok()
    assert (await window.post("/api/desk/check-ins", {"code": reference})).code == "nothing-to-check-in"


async def test_a_visit_by_video_is_not_checked_in_at_the_window(
    window: Api, ground: Ground, hospital: Hospital
) -> None:
    session = await people.a_session(ground, await people.a_doctor(ground, hospital))
    (slot, *_) = await people.slots_of(ground, session)
    place = await booked(window, slot, await known_at(ground, hospital, await people.a_patient(ground)))
    assert (await window.post("/api/desk/check-ins", {"code": place["reference"]})).code == "waits-online"


async def test_the_days_list_is_the_own_institutions(api: Api, ground: Ground) -> None:
    hospital, other = await people.a_hospital(ground), await people.a_hospital(ground)
    window, elsewhere = await a_scheduler(api, ground, hospital), await a_scheduler(api, ground, other)
    session = await a_clinic_session(ground, hospital)
    (first, second) = await people.slots_of(ground, session)
    late = await booked(window, second, await known_at(ground, hospital, await people.a_patient(ground)))
    early = await booked(window, first, await known_at(ground, hospital, await people.a_patient(ground)))
    path = f"/api/desk/bookings?day={session.day}"
    assert [each["id"] for each in (await window.get(path)).ok()] == [early["id"], late["id"]]
    assert (await elsewhere.get(path)).ok() == []
    assert (await window.get("/api/desk/bookings")).ok() == []
    narrowed = await window.get(f"{path}&doctor_id={other.id}")
    assert narrowed.ok() == []


async def test_a_clinics_list_holds_tomorrows_patients_for_whom_it_still_acts(api: Api, ground: Ground) -> None:
    hospital, clinic = await people.a_hospital(ground), await people.a_hospital(ground, level=Level.TOWNSHIP)
    worker = api.signed_in((await people.a_member_of_staff(ground, Role.CLINIC_WORKER, clinic)).token)
    colleague = api.signed_in((await people.a_member_of_staff(ground, Role.CLINIC_WORKER, clinic)).token)
    session = await a_clinic_session(ground, hospital)
    (slot, *_) = await people.slots_of(ground, session)
    staying, leaving = [await people.a_patient(ground, home=clinic.id) for _ in range(2)]
    (text,) = [each for each in records.consent_text_list("zh") if each.purpose is Purpose.ACT_FOR_ME]
    async with unit_of_work(ground, SYSTEM) as work:
        for each in (staying, leaving):
            await records.give_consent(
                work,
                patient_id=each.id,
                purpose=Purpose.ACT_FOR_ME,
                version=text.version,
                given_by=each.id,
                organisation_id=clinic.id,
            )
    made = [await booked(worker, slot, each) for each in (staying, leaving)]
    own = await api.signed_in(staying.token).get("/api/bookings/of-day")
    assert own.status == 403
    assert [each["id"] for each in (await colleague.get("/api/bookings/of-day")).ok()] == [each["id"] for each in made]
    async with unit_of_work(ground, SYSTEM) as work:
        await records.withdraw_consent(work, person_id=leaving.id, purpose=Purpose.ACT_FOR_ME)
    assert [each["id"] for each in (await worker.get("/api/bookings/of-day")).ok()] == [made[0]["id"]]
    assert (await worker.get(f"/api/bookings/of-day?day={day_of(ground.clock.now())}")).ok() == []
