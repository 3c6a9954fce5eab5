"""The call: who comes and goes, how it ends, the telephone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from media.events import NodeEvent
from server.consultations import jobs, presence, reception, room, store_room
from server.consultations.errors import PatientIsHere, RoomNotOpen
from server.consultations.model import Stay
from server.consultations.socket import Rooms
from server.foundation.actor import SYSTEM
from server.foundation.work import unit_of_work
from signaling.service import Change, seat_id

from .clinic import (
    Clinic,
    a_booked_patient,
    both_join,
    in_room,
    later,
    room_of,
    scan_later,
    status_of,
    write_note,
)


async def stays_of(clinic: Clinic, visit_id: str) -> list[Stay]:
    """Every time anybody was in the room."""
    async with unit_of_work(clinic.ground, SYSTEM) as work:
        return list(await store_room.stays(work.session, UUID(visit_id)))


async def test_every_coming_and_going_is_kept_with_its_instant(clinic: Clinic) -> None:
    patient, visit_id = await in_room(clinic)
    name = await both_join(clinic, patient, visit_id)
    rooms = Rooms(clinic.ground)
    seat = seat_id(name, patient.id)
    connected_ms = int(clinic.ground.clock.now().timestamp() * 1000)
    for n, (kind, at) in enumerate([("seat-connected", connected_ms), ("seat-lost", connected_ms + 4000)]):
        event = NodeEvent.model_validate({"n": n, "boot": "b", "at": at, "kind": kind, "room": name, "seat": seat})
        await rooms.on_media(name, None, event)
        await rooms.on_media(name, None, event)  # the node's stream may tell it twice
    await rooms.on_presence(name, patient.id, Change.AWAY)
    await rooms.on_presence(name, patient.id, Change.BACK)
    await rooms.on_presence(name, patient.id, Change.LEFT)
    stays = [each for each in await stays_of(clinic, visit_id) if each.person_id == patient.id]
    seats = [each for each in stays if each.kind == "seat"]
    (media,) = [each for each in stays if each.kind == "media"]
    assert [each.ended_by for each in seats] == ["away", "left"]
    assert media.until is not None
    assert (media.since.timestamp() * 1000, media.until - media.since) == (connected_ms, timedelta(seconds=4))
    assert await status_of(clinic, visit_id) == "in_video"  # the patient hung up; the doctor goes on to the note


async def test_a_media_node_that_died_without_a_word_leaves_a_gap_and_not_one_long_stay(clinic: Clinic) -> None:
    patient, visit_id = await in_room(clinic)
    name = await both_join(clinic, patient, visit_id)
    rooms, seat = Rooms(clinic.ground), seat_id(name, patient.id)
    began_ms = int(clinic.ground.clock.now().timestamp() * 1000)
    for boot, at in (("first", began_ms), ("first", began_ms), ("second", began_ms + 9000)):
        told = {"n": 1, "boot": boot, "at": at, "kind": "seat-connected", "room": name, "seat": seat}
        await rooms.on_media(name, None, NodeEvent.model_validate(told))
    media = [each for each in await stays_of(clinic, visit_id) if each.kind == "media"]
    assert [(each.ended_by, each.until is None) for each in media] == [("new-leg", False), (None, True)]


async def test_a_doctor_lost_before_the_patient_came_gives_the_patient_back_to_the_queue(clinic: Clinic) -> None:
    _, visit_id = await in_room(clinic)
    name = await room_of(clinic, visit_id)
    (await clinic.desk(f"/api/visits/{visit_id}/join", {})).ok()
    for change in (Change.JOINED, Change.AWAY):
        await Rooms(clinic.ground).on_presence(name, clinic.doctor.id, change)
    await scan_later(clinic, jobs.scan_rooms, seconds=91)
    assert await status_of(clinic, visit_id) == "queued"
    (await clinic.desk(f"/api/visits/{visit_id}/call")).ok()


async def test_a_lost_patient_ends_the_call_only_after_the_grace(clinic: Clinic) -> None:
    patient, visit_id = await in_room(clinic)
    name = await both_join(clinic, patient, visit_id)
    await Rooms(clinic.ground).on_presence(name, patient.id, Change.AWAY)
    await scan_later(clinic, jobs.scan_rooms, seconds=80)
    assert await status_of(clinic, visit_id) == "in_video"
    await scan_later(clinic, jobs.scan_rooms, seconds=91)
    assert await status_of(clinic, visit_id) == "ended_technical"
    assert all(each.until is not None for each in await stays_of(clinic, visit_id))


async def test_realtime_giving_up_the_seat_of_who_is_away_ends_the_call_too(clinic: Clinic) -> None:
    patient, visit_id = await in_room(clinic)
    name = await both_join(clinic, patient, visit_id)
    await Rooms(clinic.ground).on_presence(name, patient.id, Change.AWAY)
    async with later(clinic, seconds=90) as work:
        await presence.changed(work, name, patient.id, Change.LEFT)
    assert await status_of(clinic, visit_id) == "ended_technical"


async def test_after_a_lost_line_the_doctor_opens_a_room_again(clinic: Clinic) -> None:
    patient, visit_id = await in_room(clinic)
    name = await both_join(clinic, patient, visit_id)
    await Rooms(clinic.ground).on_presence(name, patient.id, Change.AWAY)
    await scan_later(clinic, jobs.scan_rooms, seconds=91)
    assert (await Rooms(clinic.ground).standing(name)).open is False
    (await clinic.desk(f"/api/visits/{visit_id}/start")).ok()
    again = (await clinic.of(patient).post(f"/api/visits/{visit_id}/join", {})).ok()
    assert again["room"] != name
    # what was lost in the first room is no longer lost
    await scan_later(clinic, jobs.scan_rooms, seconds=200)
    assert await status_of(clinic, visit_id) == "in_video"
    assert (await Rooms(clinic.ground).standing(again["room"])).open is True


async def test_after_a_restart_the_visit_goes_on_and_the_grace_begins_anew(clinic: Clinic) -> None:
    patient, visit_id = await in_room(clinic)
    name = await both_join(clinic, patient, visit_id)
    async with later(clinic, seconds=3600) as work:  # the machine was off for an hour
        await presence.after_restart(work)
    await scan_later(clinic, jobs.scan_rooms, seconds=3600)
    assert await status_of(clinic, visit_id) == "in_video"
    assert (await Rooms(clinic.ground).standing(name)).open is True
    async with later(clinic, seconds=3650) as work:
        for who in (patient, clinic.doctor):
            await presence.changed(work, name, who.id, Change.BACK)
    await scan_later(clinic, jobs.scan_rooms, seconds=4000)
    assert await status_of(clinic, visit_id) == "in_video"


async def test_the_phone_is_shown_to_the_doctor_once_and_leads_to_the_note(clinic: Clinic) -> None:
    patient, visit_id = await in_room(clinic)
    assert (await clinic.of(patient).post(f"/api/visits/{visit_id}/phone")).status == 403
    shown = (await clinic.desk(f"/api/visits/{visit_id}/phone")).ok()["phone"]
    assert len(shown) == 11
    again = await clinic.desk(f"/api/visits/{visit_id}/phone")
    assert (again.status, again.code) == (409, "phone-already-shown")


async def test_after_a_lost_line_the_telephone_leads_to_the_note(clinic: Clinic) -> None:
    patient, visit_id = await in_room(clinic)
    name = await both_join(clinic, patient, visit_id)
    await Rooms(clinic.ground).on_presence(name, patient.id, Change.AWAY)
    await scan_later(clinic, jobs.scan_rooms, seconds=91)
    (await clinic.desk(f"/api/visits/{visit_id}/phone")).ok()
    assert await status_of(clinic, visit_id) == "documenting"
    await write_note(clinic, visit_id)
    assert (await clinic.desk(f"/api/visits/{visit_id}/sign", {})).ok()["status"] == "closed"


async def test_two_tabs_see_the_phone_once(clinic: Clinic) -> None:
    _, visit_id = await in_room(clinic)
    answers = await asyncio.gather(*(clinic.desk(f"/api/visits/{visit_id}/phone") for _ in range(4)))
    assert sorted(each.status for each in answers) == [200, 409, 409, 409]


async def test_a_patient_who_was_in_the_room_is_never_marked_absent(clinic: Clinic) -> None:
    patient, visit_id = await in_room(clinic)
    await both_join(clinic, patient, visit_id)
    for minute in (2, 3):
        async with later(clinic, clinic.doctor, minutes=minute) as work:
            await reception.call(work, UUID(visit_id))
    async with later(clinic, clinic.doctor, minutes=4) as work:
        with pytest.raises(PatientIsHere):
            await reception.not_present(work, UUID(visit_id))


async def test_two_doctors_tabs_ending_the_call_end_it_once(clinic: Clinic) -> None:
    _, visit_id = await in_room(clinic)
    answers = await asyncio.gather(*(clinic.desk(f"/api/visits/{visit_id}/finish-video") for _ in range(4)))
    assert sorted(each.status for each in answers) == [200, 409, 409, 409]


async def test_nobody_gets_a_ticket_before_the_doctor_opens_the_room(clinic: Clinic) -> None:
    patient, visit_id = await a_booked_patient(clinic)
    with pytest.raises(RoomNotOpen):
        async with unit_of_work(clinic.ground, patient.actor) as work:
            await room.join(work, UUID(visit_id), agrees_to_recording=True)
