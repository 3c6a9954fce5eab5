"""A visit's room over real sockets: tickets of the API open it, what is said is kept, and its end empties it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import pytest

from server.consultations import store_room
from server.consultations.model import Participant
from server.foundation.actor import SYSTEM
from server.foundation.work import unit_of_work
from tests.people import Somebody
from tests.realtime.signaling.page import Page
from tests.realtime.signaling.world import Someone, World

from .clinic import Clinic, a_booked_patient, a_picture, check_in, in_room, start, status_of


@dataclass(frozen=True, slots=True)
class At:
    """What a page needs to know of the world: where the server is."""

    address: str


@pytest.fixture
async def open_page(clinic: Clinic) -> AsyncIterator[Callable[[Somebody], Page]]:
    """Tabs, closed at the end of the test."""
    pages: list[Page] = []

    def make(who: Somebody) -> Page:
        page = Page(cast("World", At(clinic.api.address)), cast("Someone", who))
        pages.append(page)
        return page

    yield make
    for page in pages:
        await page.close()


async def enter(clinic: Clinic, page: Page, who: Somebody, visit_id: str) -> dict[str, Any]:
    """Open the socket and enter the room with a ticket of one's own."""
    await page.open()
    ticket = (await clinic.of(who).post(f"/api/visits/{visit_id}/join", {})).ok()["ticket"]
    return await page.ok("room:join", {"ticket": ticket})


async def participants(clinic: Clinic, visit_id: str) -> dict[UUID, Participant]:
    """Who took part, as the visit knows it."""
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        found = await store_room.participants(work.session, UUID(visit_id))
    return {each.person_id: each for each in found}


async def until(clinic: Clinic, visit_id: str, holds: Callable[[dict[UUID, Participant]], bool]) -> None:
    """Wait for what realtime reports to have been written."""
    async with asyncio.timeout(5):
        while not holds(await participants(clinic, visit_id)):  # noqa: ASYNC110 -- the server writes it; no event tells
            await asyncio.sleep(0.05)


async def test_doctor_and_patient_meet_and_what_they_write_is_kept(
    clinic: Clinic, open_page: Callable[[Somebody], Page]
) -> None:
    patient, visit_id = await in_room(clinic)
    mine, desk = open_page(patient), open_page(clinic.doctor)
    await enter(clinic, mine, patient, visit_id)
    seen = await enter(clinic, desk, clinic.doctor, visit_id)
    assert [(each["kind"], each["name"]) for each in seen["people"]] == [
        ("patient", patient.name),
        ("doctor", clinic.doctor.name),
    ]
    assert seen["recording_consent_needed"] is False
    await until(
        clinic, visit_id, lambda people: all(each.connected_at for each in people.values()) and len(people) == 2
    )

    uploaded = await clinic.of(patient).call(
        "POST",
        f"/api/patients/{patient.id}/attachments?kind=chat_picture&visit_id={visit_id}",
        data=a_picture("red"),
        headers={"Content-Type": "image/png"},
    )
    picture = uploaded.ok()["id"]
    line = {"client_id": "c1", "text": "这是今天的血压计", "attachment_id": picture}
    said, again = await mine.ok("chat:send", line), await mine.ok("chat:send", line)
    assert said["id"] == again["id"]
    heard = await desk.event("chat", id=said["id"])
    assert (heard["text"], heard["attachment_id"]) == ("这是今天的血压计", picture)
    encounter = (await clinic.of(patient).get(f"/api/visits/{visit_id}")).ok()["encounter_id"]
    kept = (await clinic.of(clinic.doctor).get(f"/api/encounters/{encounter}/messages")).ok()
    assert [(each["id"], each["attachment_id"]) for each in kept] == [(said["id"], picture)]

    stranger_picture = {"client_id": "c2", "attachment_id": "01a20280-0000-7000-8000-000000000000"}
    assert await mine.refused("chat:send", stranger_picture) == "not-found"
    await mine.ok("room:leave")
    await until(clinic, visit_id, lambda people: people[patient.id].left_at is not None)
    assert await status_of(clinic, visit_id) == "in_video"


async def test_withdrawing_consent_stops_video_for_both_and_the_chat_goes_on(
    clinic: Clinic, open_page: Callable[[Somebody], Page]
) -> None:
    patient, visit_id = await in_room(clinic)
    mine, desk = open_page(patient), open_page(clinic.doctor)
    for page, who in ((mine, patient), (desk, clinic.doctor)):
        await enter(clinic, page, who, visit_id)
    (await clinic.of(patient).post(f"/api/visits/{visit_id}/consents/recording/withdraw")).ok()
    for page in (mine, desk):
        assert (await page.event("media_stopped"))["reason"] == "consent-withdrawn"
    await desk.ok("chat:send", {"client_id": "d1", "text": "好的，我们打字"})
    assert (await mine.event("chat"))["text"] == "好的，我们打字"


async def test_the_end_of_the_call_closes_the_room_and_it_does_not_open_again(
    clinic: Clinic, open_page: Callable[[Somebody], Page]
) -> None:
    patient, visit_id = await in_room(clinic)
    mine, back = open_page(patient), open_page(patient)
    entered = await enter(clinic, mine, patient, visit_id)
    (await clinic.desk(f"/api/visits/{visit_id}/finish-video")).ok()
    assert (await mine.event("closed"))["reason"] == "finished"
    await back.open()
    assert await back.refused("room:join", {"seat_token": entered["seat_token"]}) == "room-closed"
    refused = await clinic.of(patient).post(f"/api/visits/{visit_id}/join", {})
    assert refused.code == "room-not-open"


async def test_a_lost_socket_is_known_as_away_and_the_seat_waits(
    clinic: Clinic, open_page: Callable[[Somebody], Page]
) -> None:
    patient, visit_id = await in_room(clinic)
    mine, back = open_page(patient), open_page(patient)
    entered = await enter(clinic, mine, patient, visit_id)
    await until(clinic, visit_id, lambda people: people[patient.id].connected_at is not None)
    mine.cut()
    await until(clinic, visit_id, lambda people: people[patient.id].away_since is not None)
    await back.open()
    returned = await back.ok("room:join", {"seat_token": entered["seat_token"]})
    assert returned["seat"] == entered["seat"]
    await until(clinic, visit_id, lambda people: people[patient.id].away_since is None)


async def test_waiting_pages_are_told_when_the_queue_moves(
    clinic: Clinic, open_page: Callable[[Somebody], Page]
) -> None:
    first, second = await a_booked_patient(clinic), await a_booked_patient(clinic)
    for each in (first, second):
        await check_in(clinic, *each)
    page = open_page(second[0])
    await page.open()
    await page.ok("topic:watch", {"topic": f"queue:{clinic.session_id}"})
    assert await page.refused("topic:watch", {"topic": f"visit:{first[1]}"}) == "may-not-watch"
    await clinic.open()
    await start(clinic, first[1])
    assert (await page.told("changed"))["topic"] == f"queue:{clinic.session_id}"
    assert (await clinic.of(second[0]).get(f"/api/visits/{second[1]}/queue")).ok()["inside"] == 1
