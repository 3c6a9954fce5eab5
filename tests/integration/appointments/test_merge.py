"""A person registered twice: found, merged with a confirmation, and what lies ahead moves in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from server.appointments.model import Booking, QuotaRow
from server.appointments.model_course import Suspension, Waiting
from server.consultations.model import Visit
from server.foundation.actor import SYSTEM, Role
from server.foundation.audit import AuditRow
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.identity import patients
from server.identity.login_model import Login
from server.records.model import Encounter
from tests import people
from tests.api import Answer, Api
from tests.people import Hospital, Somebody

from .window import YES, a_clinic_session, a_scheduler, known_at


@dataclass(frozen=True, slots=True)
class Twice:
    """One person's two records at a hospital, and its window."""

    hospital: Hospital
    window: Api
    keep: Somebody
    merged: Somebody

    async def merge(self) -> Answer:
        """Asked by the window."""
        body = {"keep_id": str(self.keep.id), "merged_id": str(self.merged.id), "confirm": True}
        return await self.window.post("/api/duplicate-patients/merge", body)


@pytest.fixture
async def twice(api: Api, ground: Ground) -> Twice:
    hospital = await people.a_hospital(ground)
    phone = people.a_phone()
    keep = await people.a_patient(ground, name="段重复", phone=phone, born=date(1958, 3, 4))
    merged = await people.a_patient(ground, name="段重复", phone=phone, born=date(1958, 3, 14))
    for each in (keep, merged):
        await known_at(ground, hospital, each)
    return Twice(hospital, await a_scheduler(api, ground, hospital), keep, merged)


async def _book(api: Api, who: Somebody, slot: UUID, **more: object) -> Answer:
    body = {"patient_id": str(who.id), **YES, **more}
    return await api.signed_in(who.token).post(f"/api/slots/{slot}/bookings", body)


async def test_who_is_registered_twice_is_found_in_the_own_house_only(api: Api, ground: Ground, twice: Twice) -> None:
    spouse = await people.a_patient(ground, name="段另一", phone=None)
    await known_at(ground, twice.hospital, spouse)
    (found,) = (await twice.window.get("/api/duplicate-patients")).ok()
    assert (found["first"]["id"], found["second"]["id"]) == (str(twice.keep.id), str(twice.merged.id))
    assert found["same_birth_date"] is False
    elsewhere = await a_scheduler(api, ground, await people.a_hospital(ground))
    assert (await elsewhere.get("/api/duplicate-patients")).ok() == []
    body = {"keep_id": str(twice.keep.id), "merged_id": str(twice.merged.id), "confirm": True}
    assert (await elsewhere.post("/api/duplicate-patients/merge", body)).status == 404
    unconfirmed = await twice.window.post("/api/duplicate-patients/merge", body | {"confirm": False})
    assert unconfirmed.status == 422


async def test_what_lies_ahead_moves_and_what_is_past_stays(api: Api, ground: Ground, twice: Twice) -> None:
    clinic = await a_clinic_session(ground, twice.hospital)
    video = await people.a_session(ground, await people.a_doctor(ground, await people.a_hospital(ground)))
    (slot, *_), (by_video, *_) = await people.slots_of(ground, clinic), await people.slots_of(ground, video)
    coming = (await _book(api, twice.merged, slot)).ok()
    visit = (await _book(api, twice.merged, by_video)).ok()
    past = (
        await _book(
            api,
            twice.merged,
            (await people.slots_of(ground, await a_clinic_session(ground, await people.a_hospital(ground))))[0],
        )
    ).ok()
    async with unit_of_work(ground, SYSTEM) as work:
        await work.session.execute(update(Booking).where(Booking.id == UUID(past["id"])).values(status="fulfilled"))
        row = {"patient_id": twice.merged.id, "organisation_id": twice.hospital.id, "no_shows": 3}
        ends_at = work.now + timedelta(days=9)
        work.session.add(Suspension(id=work.new_id(), starts_at=work.now, ends_at=ends_at, **row))
    assert (await twice.merge()).ok()["id"] == str(twice.keep.id)
    own = (await api.signed_in(twice.keep.token).get("/api/bookings")).ok()
    assert {each["id"] for each in own} == {coming["id"], visit["id"], past["id"]}
    assert (await api.signed_in(twice.keep.token).get(f"/api/bookings/{past['id']}")).ok()["status"] == "fulfilled"
    async with unit_of_work(ground, SYSTEM) as work:
        whose = select(Booking.patient_id).where(Booking.id == UUID(past["id"]))
        assert await work.session.scalar(whose) == twice.merged.id
        moved = (
            await work.session.execute(
                select(Visit.patient_id, Encounter.patient_id)
                .join(Encounter, Encounter.id == Visit.encounter_id)
                .where(Visit.booking_id == UUID(visit["id"]))
            )
        ).one()
        assert set(moved) == {twice.keep.id}
        suspended = select(Suspension.patient_id).where(Suspension.organisation_id == twice.hospital.id)
        assert await work.session.scalar(suspended) == twice.keep.id
        taken = select(func.sum(QuotaRow.taken)).where(QuotaRow.slot_id == slot)
        assert await work.session.scalar(taken) == 1, "nothing was given back or taken"
        audited = select(AuditRow.action).where(AuditRow.patient_id == twice.merged.id)
        assert {"patient.replaced", "move"} <= set(await work.session.scalars(audited))
    assert (await api.signed_in(twice.keep.token).get(f"/api/bookings/{coming['id']}")).status == 200


async def test_nobody_signs_in_finds_or_books_for_the_merged_record(api: Api, ground: Ground, twice: Twice) -> None:
    (slot, *_) = await people.slots_of(ground, await a_clinic_session(ground, twice.hospital))
    (await twice.merge()).ok()
    async with unit_of_work(ground, SYSTEM) as work:
        ended = select(Login.ended_at).where(Login.id == twice.merged.login_id)
        assert await work.session.scalar(ended) is not None
        row = await patients.patient_row(work, twice.merged.id)
        assert row.replaced_by == twice.keep.id
    assert (await api.signed_in(twice.merged.token).get("/api/me")).status == 401
    body = {"patient_id": str(twice.merged.id), **YES}
    assert (await twice.window.post(f"/api/slots/{slot}/bookings", body)).status == 404
    assert (await twice.window.get(f"/api/patients/{twice.merged.id}")).status == 404
    assert (await twice.window.get("/api/duplicate-patients")).ok() == []
    assert (await twice.merge()).ok()["id"] == str(twice.keep.id), "a second time changes nothing"
    back = {"keep_id": str(twice.merged.id), "merged_id": str(twice.keep.id), "confirm": True}
    assert (await twice.window.post("/api/duplicate-patients/merge", back)).code == "patients-differ"


async def test_two_bookings_of_one_day_stop_the_merge_and_change_nothing(
    api: Api, ground: Ground, twice: Twice
) -> None:
    session = await a_clinic_session(ground, twice.hospital)
    first, second = await people.slots_of(ground, session)
    mine = (await _book(api, twice.keep, first)).ok()
    theirs = (await _book(api, twice.merged, second)).ok()
    refused = await twice.merge()
    assert (refused.code, refused.body["booking_id"]) == ("both-booked", mine["id"])
    assert str(session.day) in refused.body["title"]
    assert (await api.signed_in(twice.merged.token).get(f"/api/bookings/{theirs['id']}")).status == 200
    (await api.signed_in(twice.keep.token).post(f"/api/bookings/{mine['id']}/cancel", {"reason": ""})).ok()
    (await twice.merge()).ok()
    assert (await api.signed_in(twice.keep.token).get(f"/api/bookings/{theirs['id']}")).ok()["status"] == "booked"


async def test_who_waits_twice_for_a_session_keeps_the_earlier_place(api: Api, ground: Ground, twice: Twice) -> None:
    doctor = await people.a_doctor(ground, twice.hospital)
    session = await people.a_session(ground, doctor, service="expert", slots=1, capacity=1)
    (slot,) = await people.slots_of(ground, session)
    (await _book(api, await people.a_patient(ground), slot)).ok()
    for each in (twice.merged, twice.keep):
        async with unit_of_work(ground, SYSTEM) as work:
            row = {"session_id": session.id, "patient_id": each.id, "quotas": ["online"], "status": "waiting"}
            work.session.add(Waiting(id=work.new_id(), joined_by=each.id, right_used="self", joined_at=work.now, **row))
    (await twice.merge()).ok()
    async with unit_of_work(ground, SYSTEM) as work:
        rows = await work.session.scalars(
            select(Waiting).where(Waiting.session_id == session.id).order_by(Waiting.place)
        )
        assert [(each.patient_id, each.status) for each in rows] == [
            (twice.keep.id, "waiting"),
            (twice.keep.id, "left"),
        ]


async def test_different_people_are_not_merged(api: Api, ground: Ground, twice: Twice) -> None:
    other = await known_at(ground, twice.hospital, await people.a_patient(ground, name="杨别人"))
    body = {"keep_id": str(twice.keep.id), "merged_id": str(other.id), "confirm": True}
    assert (await twice.window.post("/api/duplicate-patients/merge", body)).code == "patients-differ"
    same = {"keep_id": str(twice.keep.id), "merged_id": str(twice.keep.id), "confirm": True}
    assert (await twice.window.post("/api/duplicate-patients/merge", same)).code == "patients-differ"


async def test_a_visit_in_preparation_stops_the_merge(api: Api, ground: Ground, twice: Twice) -> None:
    session = await people.a_session(ground, await people.a_doctor(ground, twice.hospital))
    (slot, *_) = await people.slots_of(ground, session)
    (await _book(api, twice.merged, slot)).ok()
    me = api.signed_in(twice.merged.token)
    (visit,) = (await me.get("/api/visits")).ok()
    (await me.post(f"/api/visits/{visit['id']}/pre-check", {"complaint": "头晕两周"})).ok()
    assert (await twice.merge()).code == "merge-later"
    assert (await me.get(f"/api/visits/{visit['id']}")).status == 200


async def test_past_encounters_are_read_through_the_link(api: Api, ground: Ground, twice: Twice) -> None:
    session = await people.a_session(ground, await people.a_doctor(ground, twice.hospital))
    (slot, *_) = await people.slots_of(ground, session)
    place = (await _book(api, twice.merged, slot)).ok()
    async with unit_of_work(ground, SYSTEM) as work:
        await work.session.execute(update(Booking).where(Booking.id == UUID(place["id"])).values(status="fulfilled"))
        past = update(Visit).where(Visit.booking_id == UUID(place["id"])).values(status="closed")
        encounter = (await work.session.execute(past.returning(Visit.encounter_id))).scalar_one()
    me = api.signed_in(twice.keep.token)
    assert (await me.get(f"/api/encounters/{encounter}")).status == 404
    (await twice.merge()).ok()
    assert (await me.get(f"/api/encounters/{encounter}")).status == 200
    listed = (await me.get(f"/api/patients/{twice.keep.id}/encounters")).ok()
    assert [each["id"] for each in listed] == [str(encounter)]
    stranger = api.signed_in((await people.a_patient(ground)).token)
    assert (await stranger.get(f"/api/encounters/{encounter}")).status == 404


async def test_merging_needs_a_fresh_second_factor(api: Api, ground: Ground, twice: Twice) -> None:
    stale = await people.a_member_of_staff(ground, Role.SCHEDULER, twice.hospital)
    async with unit_of_work(ground, SYSTEM) as work:
        old = work.now - timedelta(hours=2)
        await work.session.execute(update(Login).where(Login.id == stale.login_id).values(second_factor_at=old))
    body = {"keep_id": str(twice.keep.id), "merged_id": str(twice.merged.id), "confirm": True}
    refused = await api.signed_in(stale.token).post("/api/duplicate-patients/merge", body)
    assert refused.code == "second-factor-needed"
    (await twice.merge()).ok()
