"""候补: who may wait, in which order places are offered, what becomes of an offer, and that nobody is overtaken."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from server.appointments import jobs
from server.appointments.agreement import Opening, Terms
from server.appointments.facts import SessionFacts
from server.appointments.model import Session
from server.appointments.model_course import Suspension
from server.appointments.rules import Quota
from server.foundation.actor import SYSTEM, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground, Push
from server.foundation.work import unit_of_work
from tests import invented, people, pools
from tests.api import Answer, Api
from tests.invented import Someone
from tests.people import Hospital, Somebody

from .clockwork import A_SECOND, at, blocked, inbox, places, shanghai, waiting_of
from .window import YES, known_at

Anyone = Somebody | Someone


@dataclass(frozen=True, slots=True)
class Full:
    """A session in three days whose two places are booked."""

    api: Api
    ground: Ground
    hospital: Hospital
    session: SessionFacts
    slot: UUID
    holders: tuple[Somebody, ...]
    bookings: tuple[str, ...]

    def of(self, who: Anyone) -> Api:
        """The API as this person."""
        return self.api.signed_in(who.token)

    async def join(self, who: Anyone, patient: Anyone | None = None, **more: Any) -> Answer:
        """Ask to wait."""
        body = {"patient_id": str((patient or who).id), **more}
        return await self.of(who).post(f"/api/sessions/{self.session.id}/waitings", body)

    async def waiters(self, count: int) -> list[Somebody]:
        """People who wait, in this order."""
        found = [await people.a_patient(self.ground) for _ in range(count)]
        for each in found:
            (await self.join(each)).ok()
        return found

    async def give_back(self, index: int = 0) -> None:
        """One of the places comes free."""
        (await self.of(self.holders[index]).post(f"/api/bookings/{self.bookings[index]}/cancel")).ok()

    async def of_list(self, *who: Anyone) -> list[str]:
        """How these people's entries stand."""
        entries = await waiting_of(self.ground, self.session.id)
        return [entries[each.id].status for each in who]

    async def offer_of(self, who: Anyone) -> dict[str, Any]:
        """The only entry this person sees."""
        (entry,) = (await self.of(who).get("/api/waitings")).ok()
        return dict(entry)


@pytest.fixture
async def full(api: Api, ground: Ground) -> Full:
    hospital = await people.a_hospital(ground)
    starts_at = shanghai(day_of(ground.clock.now()) + timedelta(days=3), 9)
    doctor = await people.a_doctor(ground, hospital)
    session = await people.a_session(ground, doctor, service="expert", starts_at=starts_at, slots=1, capacity=2)
    (slot,) = await people.slots_of(ground, session)
    holders = (await people.a_patient(ground), await people.a_patient(ground))
    bookings = [
        (await api.signed_in(each.token).post(f"/api/slots/{slot}/bookings", {"patient_id": str(each.id), **YES})).ok()
        for each in holders
    ]
    return Full(api, ground, hospital, session, slot, holders, tuple(each["id"] for each in bookings))


async def test_while_there_is_a_place_nobody_waits_and_then_in_order(full: Full) -> None:
    await full.give_back()
    first, second = await people.a_patient(full.ground), await people.a_patient(full.ground)
    assert (await full.join(first)).code == "places-left"
    last = await people.a_patient(full.ground)
    taken: dict[str, Any] = {"patient_id": str(last.id), **YES}
    (await full.of(last).post(f"/api/slots/{full.slot}/bookings", taken)).ok()
    joined = (await full.join(first)).ok()
    assert (joined["status"], joined["ahead"], joined["session"]["id"]) == ("waiting", 0, str(full.session.id))
    assert joined["session"]["doctor"]["name"] == "李测试"
    assert (await full.join(second)).ok()["ahead"] == 1
    assert (await full.join(second)).code == "already-waiting"
    assert (await full.join(last)).code == "already-booked"


async def test_a_freed_place_is_offered_to_the_first_and_taken_by_confirming(full: Full) -> None:
    first, second = await full.waiters(2)
    told: list[Push] = []
    full.ground.publish, real = told.append, full.ground.publish
    try:
        await full.give_back()
    finally:
        full.ground.publish = real
    assert {f"bookings:{first.id}", f"bookings:{full.holders[0].id}"} <= {each.topic for each in told}
    assert await full.of_list(first, second) == ["offered", "waiting"]
    offer = await full.offer_of(first)
    until = datetime.fromisoformat(offer["offered_until"])
    assert timedelta(minutes=29) < until - full.ground.clock.now() <= timedelta(minutes=30)
    assert datetime.fromisoformat(offer["offered_starts_at"]) == full.session.starts_at
    assert await inbox(full.of(first), ["place-offered"]) == ["place-offered"]
    other = await people.a_patient(full.ground)
    refused = await full.of(other).post(f"/api/slots/{full.slot}/bookings", {"patient_id": str(other.id), **YES})
    assert refused.code == "slot-full"  # the place is held: nobody comes between
    booked = (await full.of(first).post(f"/api/bookings/{offer['booking_id']}/confirm")).ok()
    assert (booked["status"], booked["channel"]) == ("booked", "waiting_list")
    entry = (await waiting_of(full.ground, full.session.id))[first.id]
    assert entry.status == "accepted"
    assert entry.offered_at is not None
    assert entry.ended_at is not None
    assert entry.joined_at < entry.offered_at < entry.ended_at
    assert (await full.of(first).get("/api/waitings")).ok() == []


async def test_who_declines_or_lets_an_offer_lapse_passes_it_on(full: Full) -> None:
    first, second, third = await full.waiters(3)
    await full.give_back()
    offer = await full.offer_of(first)
    (await full.of(first).post(f"/api/bookings/{offer['booking_id']}/cancel")).ok()
    assert await full.of_list(first, second, third) == ["lapsed", "offered", "waiting"]
    until = datetime.fromisoformat((await full.offer_of(second))["offered_until"])
    await jobs.expire_holds.run(at(full.ground, until - A_SECOND))
    assert await full.of_list(second, third) == ["offered", "waiting"]
    await asyncio.gather(*(jobs.expire_holds.run(at(full.ground, until)) for _ in range(2)))
    assert await full.of_list(second, third) == ["lapsed", "offered"]
    late = await full.offer_of(third)
    assert await inbox(full.of(second), ["offer-lapsed"]) == ["offer-lapsed"]
    assert await places(full.ground, full.session) == {"online": (2, 2)}
    (await full.of(third).post(f"/api/bookings/{late['booking_id']}/confirm")).ok()


async def test_who_leaves_is_passed_over(full: Full) -> None:
    first, second = await full.waiters(2)
    entry = await full.offer_of(first)
    stranger = await people.a_patient(full.ground)
    unknown = await full.of(stranger).delete(f"/api/waitings/{full.session.id}")
    refused = await full.of(stranger).delete(f"/api/waitings/{entry['id']}")
    assert (refused.status, refused.body) == (unknown.status, unknown.body)
    for _ in range(2):
        assert (await full.of(first).delete(f"/api/waitings/{entry['id']}")).status == 204
    await full.give_back()
    assert await full.of_list(first, second) == ["left", "offered"]
    offered = await full.offer_of(second)
    assert (await full.of(second).delete(f"/api/waitings/{offered['id']}")).code == "not-in-this-state"


async def test_two_places_that_come_free_at_once_go_to_the_first_two(full: Full) -> None:
    waiters = await full.waiters(4)
    await asyncio.gather(full.give_back(0), full.give_back(1))
    assert await full.of_list(*waiters) == ["offered", "offered", "waiting", "waiting"]


async def test_a_suspended_waiter_is_passed_over_and_served_once_it_is_lifted(full: Full) -> None:
    first, second = await full.waiters(2)
    async with unit_of_work(full.ground, SYSTEM) as work:
        until = work.now + timedelta(days=30)
        row = {"patient_id": first.id, "organisation_id": full.hospital.id, "no_shows": 3}
        suspension = Suspension(id=work.new_id(), starts_at=work.now, ends_at=until, **row)
        work.session.add(suspension)
    await full.give_back(0)
    assert await full.of_list(first, second) == ["waiting", "offered"]
    await full.give_back(1)
    await jobs.expire_holds.run(full.ground)
    assert await full.of_list(first) == ["waiting"]
    scheduler = full.of(await people.a_member_of_staff(full.ground, Role.SCHEDULER, full.hospital))
    (await scheduler.post(f"/api/booking-suspensions/{suspension.id}/lift")).ok()
    await jobs.expire_holds.run(full.ground)
    assert await full.of_list(first) == ["offered"]


async def test_who_has_booked_elsewhere_that_day_keeps_the_place_in_the_list(full: Full) -> None:
    first, second = await full.waiters(2)
    elsewhere = await _another_session(full)
    booked = (await full.of(first).post(f"/api/slots/{elsewhere}/bookings", {"patient_id": str(first.id), **YES})).ok()
    await full.give_back(0)
    assert await full.of_list(first, second) == ["waiting", "offered"]
    await full.give_back(1)
    assert await full.of_list(first) == ["waiting"]
    (await full.of(first).post(f"/api/bookings/{booked['id']}/cancel")).ok()
    await jobs.expire_holds.run(full.ground)
    assert await full.of_list(first) == ["offered"]


async def test_who_books_elsewhere_in_that_instant_spoils_nothing(full: Full) -> None:
    """The first in line is just now booking elsewhere, not yet committed: the cancellation stands, the next is offered."""
    first, second = await full.waiters(2)
    elsewhere = await _another_session(full)
    async with unit_of_work(full.ground, SYSTEM) as work:
        raw = await work.raw()
        await raw.execute(
            "INSERT INTO bookings (id, slot_id, session_id, quota, patient_id, organisation_id, department_id, day,"
            " starts_at, number, reference, status, booked_by, right_used, booked_at, late_cancel, channel)"
            " SELECT %(id)s, s.id, s.session_id, 'online', %(patient)s, d.organisation_id, d.department_id, d.day,"
            " s.starts_at, 1, %(reference)s, 'booked', %(patient)s, 'self', %(now)s, false, 'online'"
            " FROM slots s JOIN sessions d ON d.id = s.session_id WHERE s.id = %(slot)s",
            {
                "id": work.new_id(),
                "slot": elsewhere,
                "patient": first.id,
                "reference": f"T{work.new_id()}",
                "now": work.now,
            },
        )
        giving_back = asyncio.create_task(full.give_back())
        await blocked(full.ground, "bookings")
    await giving_back
    assert await full.of_list(first, second) == ["waiting", "offered"]
    assert await places(full.ground, full.session) == {"online": (2, 2)}


async def _another_session(full: Full) -> UUID:
    """A slot of a colleague in the same department on the same day."""
    doctor = await people.a_doctor(full.ground, full.hospital)
    starts_at = full.session.starts_at
    other = await people.a_session(full.ground, doctor, service="expert", starts_at=starts_at, slots=1)
    (slot,) = await people.slots_of(full.ground, other)
    return slot


async def test_the_list_ends_at_eleven_the_evening_before(full: Full) -> None:
    first, second = await full.waiters(2)
    await full.give_back()
    eleven = shanghai(full.session.day - timedelta(days=1), 23)
    await jobs.clear_waiting.run(at(full.ground, eleven - A_SECOND))
    assert await full.of_list(first, second) == ["offered", "waiting"]
    for _ in range(2):
        await jobs.clear_waiting.run(at(full.ground, eleven))
    assert await full.of_list(first, second) == ["offered", "cleared"]
    assert await inbox(full.of(second)) == ["waiting-ended"]
    assert (await full.of(second).get("/api/waitings")).ok() == []
    entry = (await waiting_of(full.ground, full.session.id))[second.id]
    assert entry.ended_at == eleven
    tomorrow = shanghai(day_of(full.ground.clock.now()) + timedelta(days=1), 9)
    async with unit_of_work(full.ground, SYSTEM) as work:  # the same session, brought nearer than its evening
        day = {"day": day_of(work.now), "starts_at": tomorrow - timedelta(hours=1), "ends_at": tomorrow}
        await work.session.execute(update(Session).where(Session.id == full.session.id).values(**day))
    assert (await full.join(await people.a_patient(full.ground))).code == "waiting-closed"


async def test_a_stopped_session_ends_its_list(full: Full) -> None:
    (first,) = await full.waiters(1)
    scheduler = full.of(await people.a_member_of_staff(full.ground, Role.SCHEDULER, full.hospital))
    (await scheduler.post(f"/api/sessions/{full.session.id}/stop", {"reason": "医师临时停诊"})).ok()
    assert await full.of_list(first) == ["cleared"]
    assert (await full.join(await people.a_patient(full.ground))).code == "session-closed"


async def test_a_visit_by_video_is_waited_for_only_after_a_diagnosis_in_person(full: Full) -> None:
    async with unit_of_work(full.ground, SYSTEM) as work:
        await work.session.execute(update(Session).where(Session.id == full.session.id).values(service="follow_up"))
    patient = await people.a_patient(full.ground)
    refused = await full.join(patient)
    assert (refused.code, refused.body["rule"]) == ("first-visit", "B11")
    (await full.join(patient, diagnosed_in_person=True)).ok()


async def test_nobody_waits_for_a_stranger_and_the_window_sees_its_own_list(full: Full) -> None:
    patient, stranger = await people.a_patient(full.ground), await people.a_patient(full.ground)
    assert (await full.join(stranger, patient)).status == 404
    await known_at(full.ground, full.hospital, patient)
    window = await people.a_member_of_staff(full.ground, Role.SCHEDULER, full.hospital)
    joined = (await full.join(window, patient)).ok()
    assert [each["id"] for each in (await full.of(window).get("/api/waitings")).ok()] == [joined["id"]]
    assert [each["id"] for each in (await full.of(patient).get("/api/waitings")).ok()] == [joined["id"]]
    other = await people.a_member_of_staff(full.ground, Role.SCHEDULER, await people.a_hospital(full.ground))
    assert (await full.of(other).get("/api/waitings")).ok() == []
    assert (await full.of(other).delete(f"/api/waitings/{joined['id']}")).status == 404


async def test_only_what_has_opened_is_waited_for_and_what_opens_later_is_offered(api: Api, ground: Ground) -> None:
    """The village's places are open and gone; its waiter is not passed over by what opens online four days later."""
    opens = pools.OPEN | {Quota.ONLINE: Opening(days_before=6, at=pools.MIDNIGHT)}
    pool = await pools.a_pool(ground, Terms(shares={Quota.VILLAGE: 30}, opens=opens, chain=()))
    session = await pools.a_session(ground, pool)
    (slot,) = await people.slots_of(ground, session)
    crowd = [await invented.a_patient(ground) for _ in range(5)]
    for each in crowd:
        await pools.consents_to(ground, each, pool.village)
    village = api.signed_in(pool.village.token)
    for each in crowd[:3]:
        (await village.post(f"/api/slots/{slot}/bookings", {"patient_id": str(each.id), **YES})).ok()
    own = await api.signed_in(crowd[3].token).post(
        f"/api/sessions/{session.id}/waitings", {"patient_id": str(crowd[3].id)}
    )
    assert own.code == "not-open-yet"
    (await village.post(f"/api/sessions/{session.id}/waitings", {"patient_id": str(crowd[4].id)})).ok()
    assert len((await village.get("/api/waitings")).ok()) == 1
    opening = shanghai(session.day - timedelta(days=6), 0)
    await jobs.expire_holds.run(at(ground, opening - A_SECOND))
    assert [each.status for each in (await waiting_of(ground, session.id)).values()] == ["waiting"]
    await jobs.expire_holds.run(at(ground, opening))
    assert [each.status for each in (await waiting_of(ground, session.id)).values()] == ["offered"]


async def test_a_hold_that_nobody_confirms_goes_on_after_ten_minutes(full: Full) -> None:
    await full.give_back()
    patient = await people.a_patient(full.ground)
    mine, body = full.of(patient), {"patient_id": str(patient.id), **YES, "hold": True}
    held = (await mine.post(f"/api/slots/{full.slot}/bookings", body)).ok()
    (first,) = await full.waiters(1)
    until = datetime.fromisoformat(held["expires_at"])
    await jobs.expire_holds.run(at(full.ground, until - A_SECOND))
    assert (await mine.get(f"/api/bookings/{held['id']}")).ok()["status"] == "held"
    await jobs.expire_holds.run(at(full.ground, until))
    assert (await mine.get(f"/api/bookings/{held['id']}")).ok()["status"] == "expired"
    assert await inbox(mine) == ["hold-expired"]
    assert await full.of_list(first) == ["offered"]
    assert (await mine.post(f"/api/bookings/{held['id']}/confirm")).code == "hold-over"
