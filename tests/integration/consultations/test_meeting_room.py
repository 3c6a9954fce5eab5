"""The room of a meeting: planned, opened, entered, left, moderated and ended."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from media.events import NodeEvent
from server.consultations.meetings import jobs, store
from server.consultations.meetings.model import MeetingStay
from server.consultations.socket import Rooms
from server.foundation.actor import SYSTEM, Role
from server.foundation.work import unit_of_work
from signaling.service import Change, seat_id
from tests.people import a_doctor, a_hospital, a_member_of_staff

from .bridge import Bridge, accepted, act, consented, offline, plan, scan_later, scheduled, status_of
from .meeting import joins, meeting_of, of, opened, planned, reports, room_of, sees


async def test_scheduling_plans_a_meeting_and_moving_it_moves_it(bridge: Bridge) -> None:
    request = await scheduled(bridge)
    meeting = await sees(bridge, bridge.worker, request)
    assert (meeting["state"], meeting["request_id"], meeting["kind"]) == ("planned", request["id"], "requester")
    assert [(each["kind"], each["state"]) for each in meeting["people"]] == [
        ("requester", "invited"),
        ("lead", "invited"),
    ]
    later = bridge.soon(hours=3)
    (await bridge.answers("reschedule", request, starts_at=later.isoformat())).ok()
    assert (await meeting_of(bridge, request)).starts_at == later
    written = await offline(bridge)
    assert (await bridge.of(bridge.worker).get(of(written))).status == 404


async def test_the_first_expert_opens_the_room_and_the_talk_begins(bridge: Bridge) -> None:
    request = await planned(bridge)
    early = await joins(bridge, bridge.worker, request)
    assert (early.status, early.code) == (409, "meeting-not-open")
    first = (await joins(bridge, bridge.expert, request)).ok()
    assert (first["kind"], first["capacity"], first["video"]) == ("lead", 6, True)
    assert await status_of(bridge, request) == "in_session"
    entered = (await joins(bridge, bridge.worker, request)).ok()
    assert (entered["room"], entered["kind"]) == (first["room"], "requester")
    meeting = await sees(bridge, bridge.worker, request)
    assert (meeting["state"], meeting["chair"]["id"]) == ("open", str(bridge.expert.id))
    assert set(meeting["recording"]["agreed"]) == {str(bridge.expert.id), str(bridge.worker.id)}
    assert "end" not in meeting["may"]
    assert {"admit", "remove", "hand-over", "end"} <= set((await sees(bridge, bridge.expert, request))["may"])


async def test_a_room_is_not_opened_hours_before_its_time(bridge: Bridge) -> None:
    request = await accepted(bridge)
    body = plan(bridge, at=bridge.soon(hours=2))
    request = dict((await bridge.answers("schedule", request, **body)).ok())
    refused = await joins(bridge, bridge.expert, request)
    assert (refused.status, refused.code, refused.body["minutes"]) == (409, "meeting-too-early", 30)
    soon = bridge.soon(minutes=5).isoformat()
    (await bridge.answers("reschedule", request, starts_at=soon)).ok()
    assert (await joins(bridge, bridge.expert, request)).status == 200


async def test_nobody_enters_without_agreeing_to_be_recorded_and_once_is_enough(bridge: Bridge) -> None:
    request = await planned(bridge)
    refused = await joins(bridge, bridge.expert, request, agrees=False)
    assert (refused.status, refused.code, refused.body["rule"]) == (409, "meeting-recording-declined", "B40")
    assert await status_of(bridge, request) == "scheduled"
    (await joins(bridge, bridge.expert, request)).ok()
    assert (await joins(bridge, bridge.expert, request, agrees=False)).status == 200


async def test_in_an_emergency_who_asks_opens_the_room_and_the_expert_finds_it_open(bridge: Bridge) -> None:
    request = await consented(bridge, urgency="emergency")
    request = (await bridge.asks("emergency", request)).ok()
    room = (await joins(bridge, bridge.worker, request)).ok()["room"]
    assert await status_of(bridge, request) == "scheduled"
    too_soon = await bridge.of(bridge.worker).post(of(request, "end"))
    assert (too_soon.status, too_soon.code) == (409, "not-in-this-state")
    named = [{"person_id": str(bridge.expert.id), "lead": True}]
    request = await bridge.shown(bridge.dispatcher, request)
    (await bridge.answers("experts", request, experts=named)).ok()
    assert (await joins(bridge, bridge.expert, request)).ok()["room"] == room
    assert await status_of(bridge, request) == "in_session"
    assert (await meeting_of(bridge, request)).chair_id == bridge.worker.id


async def test_a_meeting_is_nobody_elses(bridge: Bridge) -> None:
    request = await opened(bridge)
    far = await a_hospital(bridge.ground)
    strangers = [
        bridge.dispatcher,
        await a_doctor(bridge.ground, bridge.county),
        await a_doctor(bridge.ground, far),
        await a_member_of_staff(bridge.ground, Role.CLINIC_WORKER, bridge.town),
    ]
    for stranger in strangers:
        for answer in (await bridge.of(stranger).get(of(request)), await joins(bridge, stranger, request)):
            assert answer.status in (403, 404), answer.body
            assert bridge.patient.name not in answer.raw.decode()
    assert (await sees(bridge, bridge.worker, request))["people"]


async def test_the_patient_on_a_device_of_their_own_knocks_and_is_let_in(bridge: Bridge) -> None:
    request = await opened(bridge)
    refused = await joins(bridge, bridge.patient, request)
    assert (refused.status, refused.code) == (409, "not-admitted")
    waiting = (await bridge.of(bridge.patient).post(of(request, "knock"))).ok()
    assert [each["name"] for each in waiting["people"]] == [bridge.patient.name]
    assert waiting["chair"] is None
    body = {"person_id": str(bridge.patient.id)}
    not_chair = await bridge.of(bridge.worker).post(of(request, "admit"), body)
    assert (not_chair.status, not_chair.code) == (403, "not-the-chair")
    (await bridge.of(bridge.expert).post(of(request, "admit"), body)).ok()
    assert (await joins(bridge, bridge.patient, request)).ok()["kind"] == "patient"
    assert len((await sees(bridge, bridge.patient, request))["people"]) == 3


async def test_who_was_put_out_comes_back_only_when_let_in_anew(bridge: Bridge) -> None:
    request = await opened(bridge)
    desk, worker = bridge.of(bridge.expert), bridge.of(bridge.worker)
    body = {"person_id": str(bridge.worker.id)}
    (await desk.post(of(request, "remove"), body)).ok()
    assert (await joins(bridge, bridge.worker, request)).code == "not-admitted"
    assert (await worker.post(of(request, "invitations"), {"name": "某", "kind": "helper"})).code == "not-the-chair"
    assert "knock" in (await worker.post(of(request, "knock"))).ok()["may"]
    assert (await joins(bridge, bridge.worker, request)).code == "not-admitted"
    (await desk.post(of(request, "admit"), body)).ok()
    assert (await joins(bridge, bridge.worker, request)).status == 200
    assert (await desk.post(of(request, "remove"), {"person_id": str(bridge.expert.id)})).code == "nobody-there"


async def test_what_the_chair_does_in_the_room_is_the_meetings_too(bridge: Bridge) -> None:
    request = await opened(bridge, bridge.expert, bridge.colleague)
    rooms, room = Rooms(bridge.ground), await room_of(bridge, request)
    await reports(bridge, request, bridge.colleague, Change.JOINED)
    await rooms.on_handed_over(room, bridge.colleague.id)
    assert (await meeting_of(bridge, request)).chair_id == bridge.colleague.id
    await rooms.on_removed(room, bridge.worker.id)
    assert (await joins(bridge, bridge.worker, request)).code == "not-admitted"
    standing = await rooms.standing(room)
    assert standing.moderator == seat_id(room, bridge.colleague.id)
    assert seat_id(room, bridge.worker.id) in standing.removed
    await rooms.on_handed_over(room, bridge.patient.id)
    assert (await meeting_of(bridge, request)).chair_id == bridge.colleague.id, "a patient does not chair"


async def test_the_chair_is_handed_to_an_expert_who_is_there(bridge: Bridge) -> None:
    request = await opened(bridge, bridge.expert, bridge.colleague)
    body = {"person_id": str(bridge.colleague.id)}
    absent = await bridge.of(bridge.expert).post(of(request, "hand-over"), body)
    assert (absent.status, absent.code) == (422, "not-for-the-chair")
    await reports(bridge, request, bridge.colleague, Change.JOINED)
    handed = (await bridge.of(bridge.expert).post(of(request, "hand-over"), body)).ok()
    assert handed["chair"]["id"] == str(bridge.colleague.id)
    assert (await bridge.of(bridge.expert).post(of(request, "hand-over"), body)).code == "not-the-chair"
    assert "admit" in (await sees(bridge, bridge.colleague, request))["may"]


async def test_when_the_chair_leaves_somebody_else_can_open_the_door(bridge: Bridge) -> None:
    request = await opened(bridge)
    for who in (bridge.expert, bridge.worker):
        await reports(bridge, request, who, Change.JOINED)
    await reports(bridge, request, bridge.expert, Change.AWAY)
    assert (await meeting_of(bridge, request)).chair_id == bridge.expert.id
    await reports(bridge, request, bridge.expert, Change.LEFT)
    assert (await meeting_of(bridge, request)).chair_id == bridge.worker.id
    (await bridge.of(bridge.patient).post(of(request, "knock"))).ok()
    (await bridge.of(bridge.worker).post(of(request, "admit"), {"person_id": str(bridge.patient.id)})).ok()


async def test_presence_is_kept_and_an_empty_room_is_closed_after_a_while(bridge: Bridge) -> None:
    request = await opened(bridge)
    for who in (bridge.expert, bridge.worker):
        await reports(bridge, request, who, Change.JOINED)
    states = {each["kind"]: each["state"] for each in (await sees(bridge, bridge.worker, request))["people"]}
    assert states == {"lead": "in", "requester": "in"}
    assert (await meeting_of(bridge, request)).empty_since is None
    await reports(bridge, request, bridge.worker, Change.AWAY)
    await reports(bridge, request, bridge.expert, Change.LEFT)
    assert (await meeting_of(bridge, request)).empty_since is not None
    await scan_later(bridge, jobs.close_empty_meetings, minutes=29)
    assert await status_of(bridge, request) == "in_session"
    await scan_later(bridge, jobs.close_empty_meetings, minutes=31)
    assert await status_of(bridge, request) == "reporting"
    assert (await meeting_of(bridge, request)).ended_for in ("abandoned", "finished")


async def test_whose_picture_was_there_and_when_is_kept_once(bridge: Bridge) -> None:
    request = await opened(bridge)
    rooms, room = Rooms(bridge.ground), await room_of(bridge, request)
    await reports(bridge, request, bridge.expert, Change.JOINED)
    at = int(bridge.ground.clock.now().timestamp() * 1000)
    seat = seat_id(room, bridge.expert.id)
    for number, (kind, when) in enumerate([("seat-connected", at), ("seat-lost", at + 4000)]):
        told = {"n": number, "boot": "b", "at": when, "kind": kind, "room": room, "seat": seat}
        for _ in range(2):  # the node's stream may tell it twice
            await rooms.on_media(room, None, NodeEvent.model_validate(told))
    await reports(bridge, request, bridge.expert, Change.LEFT)
    async with unit_of_work(bridge.ground, SYSTEM) as work:
        rows = (await work.session.scalars(select(MeetingStay).where(MeetingStay.person_id == bridge.expert.id))).all()
    assert sorted(each.kind for each in rows) == ["media", "seat"]
    (media,) = [each for each in rows if each.kind == "media"]
    assert media.until is not None
    assert (media.until - media.since).total_seconds() == 4
    assert all(each.until is not None for each in rows)


async def test_a_restart_forgets_who_is_there_and_nothing_else(bridge: Bridge) -> None:
    request = await opened(bridge)
    await reports(bridge, request, bridge.expert, Change.JOINED)
    rooms, room = Rooms(bridge.ground), await room_of(bridge, request)
    await rooms.after_restart()
    async with unit_of_work(bridge.ground, SYSTEM) as work:
        people = await store.attendees(work.session, UUID(request["id"]))
    assert {each.state for each in people} <= {"away", "admitted"}
    assert (await rooms.standing(room)).open
    await reports(bridge, request, bridge.expert, Change.BACK)
    assert (await meeting_of(bridge, request)).empty_since is None


async def test_the_end_is_for_everybody_and_for_good(bridge: Bridge) -> None:
    request = await opened(bridge)
    room = await room_of(bridge, request)
    refused = await bridge.of(bridge.worker).post(of(request, "end"))
    assert (refused.status, refused.code) == (403, "not-the-chair")
    assert (await bridge.of(bridge.expert).post(of(request, "end"))).ok()["state"] == "ended"
    assert await status_of(bridge, request) == "reporting"
    assert (await Rooms(bridge.ground).standing(room)).open is False
    for who in (bridge.expert, bridge.worker):
        over = await joins(bridge, who, request)
        assert (over.status, over.code) == (410, "meeting-over")


async def test_cancelling_ends_the_meeting_and_shows_the_experts_out(bridge: Bridge) -> None:
    request = await bridge.shown(bridge.worker, await opened(bridge))
    room = await room_of(bridge, request)
    (await act(bridge, bridge.worker, "cancel", request, text="患者已转院")).ok()
    assert (await meeting_of(bridge, request)).ended_for == "cancelled"
    assert (await Rooms(bridge.ground).standing(room)).open is False
    assert (await bridge.of(bridge.expert).get(of(request))).status == 404
    assert (await sees(bridge, bridge.worker, request))["may"] == []


async def test_what_is_said_in_the_room_is_kept_with_the_request(bridge: Bridge) -> None:
    request = await opened(bridge)
    rooms, room = Rooms(bridge.ground), await room_of(bridge, request)
    now = bridge.ground.clock.now()
    kept = await rooms.keep_chat(room, bridge.expert.id, "c1", "请看第 42 层", None, now)
    assert await rooms.keep_chat(room, bridge.expert.id, "c1", "请看第 42 层", None, now) == kept
    (line,) = await rooms.chat_history(room)
    assert (line.text, line.seat, line.name) == ("请看第 42 层", seat_id(room, bridge.expert.id), bridge.expert.name)


async def test_it_is_recorded_with_the_request_until_somebody_withdraws(bridge: Bridge) -> None:
    request = await opened(bridge)
    rooms, room = Rooms(bridge.ground), await room_of(bridge, request)
    first = await rooms.recording(room, bridge.expert.id, seat_id(room, bridge.expert.id), "leg-1")
    second = await rooms.recording(room, bridge.worker.id, seat_id(room, bridge.worker.id), "leg-2")
    assert first is not None
    assert second is not None
    assert first.recording == second.recording
    async with unit_of_work(bridge.ground, bridge.worker.actor) as work:
        from server.records import service as records

        await records.withdraw_consent(
            work,
            person_id=bridge.worker.id,
            purpose=records.Purpose.MEETING_RECORDING,
            encounter_id=(await meeting_of(bridge, request)).encounter_id,
        )
    assert await rooms.recording(room, bridge.expert.id, seat_id(room, bridge.expert.id), "leg-3") is None
    assert (await rooms.standing(room)).media_stopped == "consent-withdrawn"
    entered = (await joins(bridge, bridge.worker, request, agrees=False)).ok()
    assert entered["video"] is False
