"""A held place: it counts as taken, is confirmed by its own side in time, and nobody else touches it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from server.appointments.model import Booking
from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests import people
from tests.api import Api


@pytest.fixture
async def slot(ground: Ground) -> UUID:
    doctor = await people.a_doctor(ground, await people.a_hospital(ground))
    session = await people.a_session(ground, doctor, slots=1, capacity=1)
    return (await people.slots_of(ground, session))[0]


def _held(patient: people.Somebody) -> dict[str, object]:
    return {"patient_id": str(patient.id), "diagnosed_in_person": True, "hold": True}


async def test_a_hold_takes_the_place_and_becomes_a_booking_once(api: Api, ground: Ground, slot: UUID) -> None:
    patient, other = await people.a_patient(ground), await people.a_patient(ground)
    me, them = api.signed_in(patient.token), api.signed_in(other.token)
    held = (await me.post(f"/api/slots/{slot}/bookings", _held(patient))).ok()
    assert held["status"] == "held"
    assert held["expires_at"]
    assert (await them.post(f"/api/slots/{slot}/bookings", _held(other))).code == "slot-full"
    assert (await me.get("/api/visits")).ok() == [], "a hold is no visit yet"
    confirmed = (await me.post(f"/api/bookings/{held['id']}/confirm")).ok()
    again = (await me.post(f"/api/bookings/{held['id']}/confirm")).ok()
    assert (confirmed["status"], again["status"], again["reference"]) == ("booked", "booked", held["reference"])
    assert len((await me.get("/api/visits")).ok()) == 1


async def test_someone_elses_hold_does_not_exist(api: Api, ground: Ground, slot: UUID) -> None:
    patient, other = await people.a_patient(ground), await people.a_patient(ground)
    me, them = api.signed_in(patient.token), api.signed_in(other.token)
    held = (await me.post(f"/api/slots/{slot}/bookings", _held(patient))).ok()
    unknown = await them.post(f"/api/bookings/{uuid4()}/confirm")
    for verb in ("confirm", "cancel"):
        refused = await them.post(f"/api/bookings/{held['id']}/{verb}", {"reason": ""} if verb == "cancel" else None)
        assert (refused.status, refused.body) == (unknown.status, unknown.body)
    assert (await me.get(f"/api/bookings/{held['id']}")).ok()["status"] == "held"


async def test_a_hold_that_ran_out_is_not_confirmed(api: Api, ground: Ground, slot: UUID) -> None:
    patient = await people.a_patient(ground)
    me = api.signed_in(patient.token)
    held = (await me.post(f"/api/slots/{slot}/bookings", _held(patient))).ok()
    async with unit_of_work(ground, SYSTEM) as work:
        ran_out = work.now - timedelta(seconds=1)
        await work.session.execute(update(Booking).where(Booking.id == UUID(held["id"])).values(expires_at=ran_out))
    refused = await me.post(f"/api/bookings/{held['id']}/confirm")
    assert (refused.status, refused.code) == (409, "hold-over")
    assert (await me.get(f"/api/bookings/{held['id']}")).ok()["status"] == "held", (
        "the place goes on with the next scan"
    )


async def test_a_hold_given_back_is_free_at_once_and_not_late(api: Api, ground: Ground, slot: UUID) -> None:
    patient, other = await people.a_patient(ground), await people.a_patient(ground)
    held = (await api.signed_in(patient.token).post(f"/api/slots/{slot}/bookings", _held(patient))).ok()
    given = (await api.signed_in(patient.token).post(f"/api/bookings/{held['id']}/cancel", {"reason": ""})).ok()
    assert (given["status"], given["late_cancel"]) == ("cancelled", False)
    assert (await api.signed_in(other.token).post(f"/api/slots/{slot}/bookings", _held(other))).status == 201


async def test_the_same_key_holds_once_and_tells_the_same(api: Api, ground: Ground, slot: UUID) -> None:
    patient = await people.a_patient(ground)
    me = api.signed_in(patient.token)
    key = uuid4().hex
    first = await me.post(f"/api/slots/{slot}/bookings", _held(patient), key=key)
    again = await me.post(f"/api/slots/{slot}/bookings", _held(patient), key=key)
    assert (first.status, again.status, first.body) == (201, 201, again.body)
    other = await me.post(f"/api/slots/{slot}/bookings", {**_held(patient), "hold": False}, key=key)
    assert other.code == "idempotency-key-reused"
