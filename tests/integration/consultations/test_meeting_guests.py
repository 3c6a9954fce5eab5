"""Guests: a link is one browser's, waits at the door, and is worth nothing once the meeting is over."""

from __future__ import annotations

import asyncio

from signaling.service import Change

from .bridge import Bridge, act
from .meeting import (
    Browser,
    Guest,
    a_guest,
    a_link,
    admitted,
    api_of,
    joins,
    of,
    opened,
    opens,
    planned,
    reports,
    sees,
    writes,
)


async def test_a_guest_waits_and_is_let_in_by_name_and_part(bridge: Bridge) -> None:
    request = await opened(bridge)
    guest = await a_guest(bridge, request, kind="interpreter", name="阿翻译")
    waiting = await sees(bridge, guest, request)
    assert [each["name"] for each in waiting["people"]] == ["阿翻译"]
    assert (waiting["kind"], waiting["may"]) == ("interpreter", ["knock"])
    assert (await joins(bridge, guest, request)).code == "not-admitted"
    await admitted(bridge, request, guest)
    entered = (await joins(bridge, guest, request)).ok()
    assert entered["kind"] == "interpreter"
    (seen,) = [each for each in (await sees(bridge, bridge.worker, request))["people"] if each["name"] == "阿翻译"]
    assert (seen["organisation"], seen["person_id"], seen["agreed"]) == ("石门村卫生室", guest.id, True)


async def test_reloading_comes_back_and_a_second_browser_is_refused_and_told(bridge: Bridge) -> None:
    request = await opened(bridge)
    link, browser = await a_link(bridge, request), Browser()
    first = (await opens(bridge, link, browser)).ok()
    assert (first["meeting_id"], first["kind"]) == (request["id"], "observer")
    again = (await opens(bridge, link, browser)).ok()
    who = [(await bridge.api.signed_in(each["access_token"]).get("/api/me")).ok() for each in (first, again)]
    assert who[0]["login_id"] == who[1]["login_id"]
    refreshed = (await browser.post(bridge.api, "/api/logins/refresh", {})).ok()
    assert refreshed["me"]["person_id"] == who[0]["person_id"]
    refused = await opens(bridge, link, Browser())
    assert (refused.status, refused.code) == (409, "link-already-used")
    (seen,) = [each for each in (await sees(bridge, bridge.expert, request))["people"] if each["kind"] == "observer"]
    assert seen["second_browser_at"] is not None
    assert (await bridge.api.signed_in(first["access_token"]).get(of(request))).status == 200


async def test_an_answer_that_was_lost_is_given_again_to_the_same_browser_only(bridge: Bridge) -> None:
    request = await opened(bridge)
    link, browser = await a_link(bridge, request), Browser()
    (await opens(bridge, link, browser, word=True)).ok()
    browser.cookie = ""  # the answer never arrived
    assert (await opens(bridge, link, browser)).code == "link-already-used"
    assert (await opens(bridge, link, Browser(), word=True)).code == "link-already-used"
    assert (await opens(bridge, link, browser, word=True)).status == 200


async def test_of_two_browsers_at_one_moment_one_gets_the_link(bridge: Bridge) -> None:
    request = await opened(bridge)
    link = await a_link(bridge, request)
    answers = await asyncio.gather(*(opens(bridge, link, Browser()) for _ in range(4)))
    assert sorted(each.status for each in answers) == [200, 409, 409, 409]


async def test_a_guest_reads_nothing_of_the_record_and_does_nothing_of_the_staffs(bridge: Bridge) -> None:
    request = await opened(bridge)
    guest = await a_guest(bridge, request)
    await admitted(bridge, request, guest)
    api, patient = api_of(bridge, guest), bridge.patient
    for path in (
        f"/api/remote-requests/{request['id']}",
        f"/api/remote-requests/{request['id']}/report",
        f"/api/remote-requests/{request['id']}/opinions",
        f"/api/patients/{patient.id}/attachments",
        f"/api/patients/{patient.id}/encounters",
        "/api/remote-requests?box=mine",
    ):
        answer = await api.get(path)
        assert answer.status in (403, 404), (path, answer.status)
    for verb, body in (
        ("admit", {"person_id": guest.id}),
        ("end", {}),
        ("invitations", {"name": "某", "kind": "helper"}),
    ):
        assert (await api.post(of(request, verb), body)).status == 403, verb
    other = await planned(bridge, bridge.colleague)
    assert (await api.get(of(other))).status == 404


async def test_after_the_end_a_guest_has_nothing(bridge: Bridge) -> None:
    request = await opened(bridge)
    link, browser = await a_link(bridge, request), Browser()
    token = (await opens(bridge, link, browser)).ok()["access_token"]
    me = (await bridge.api.signed_in(token).get("/api/me")).ok()
    guest = Guest(me["person_id"], token, browser)
    await admitted(bridge, request, guest)
    (await joins(bridge, guest, request)).ok()
    (await bridge.of(bridge.expert).post(of(request, "end"))).ok()
    for answer in (
        await api_of(bridge, guest).get(of(request)),
        await joins(bridge, guest, request),
        await browser.post(bridge.api, "/api/logins/refresh", {}),
    ):
        assert (answer.status, answer.code) == (401, "not-signed-in")
        assert bridge.patient.name not in answer.raw.decode()
    for again in (browser, Browser()):
        over = await opens(bridge, link, again)
        assert (over.status, over.code) == (410, "invitation-over")


async def test_a_revoked_link_is_over_and_so_is_who_came_by_it(bridge: Bridge) -> None:
    request = await opened(bridge)
    unused = await a_link(bridge, request)
    link, browser = await a_link(bridge, request), Browser()
    token = (await opens(bridge, link, browser)).ok()["access_token"]
    for each in (unused, link):
        (await bridge.of(bridge.expert).delete(of(request, f"invitations/{each['id']}"))).ok()
    assert (await opens(bridge, unused, Browser())).code == "invitation-over"
    assert (await bridge.api.signed_in(token).get(of(request))).status == 401
    kinds = [each["kind"] for each in (await sees(bridge, bridge.worker, request))["people"]]
    assert kinds.count("observer") <= 1, "who was here stays in the list, the unused link does not"


async def test_a_removed_guest_does_not_come_back_by_the_link(bridge: Bridge) -> None:
    request = await opened(bridge)
    guest = await a_guest(bridge, request)
    await admitted(bridge, request, guest)
    await reports(bridge, request, guest, Change.JOINED)
    (await bridge.of(bridge.expert).post(of(request, "remove"), {"person_id": guest.id})).ok()
    assert (await joins(bridge, guest, request)).code == "not-admitted"
    (await api_of(bridge, guest).post(of(request, "knock"))).ok()
    assert (await joins(bridge, guest, request)).code == "not-admitted"
    (await bridge.of(bridge.expert).post(of(request, "admit"), {"person_id": guest.id})).ok()
    assert (await joins(bridge, guest, request)).status == 200


async def test_a_made_up_link_and_a_full_list_are_refused(bridge: Bridge) -> None:
    request = await opened(bridge)
    assert (await opens(bridge, {"secret": "A" * 32}, Browser())).code == "invitation-over"
    for _ in range(12):
        await a_link(bridge, request)
    body = {"name": "某", "kind": "helper"}
    full = await bridge.of(bridge.worker).post(of(request, "invitations"), body)
    assert (full.status, full.code) == (409, "too-many-invitations")


async def test_an_expert_of_a_cancelled_consultation_has_nothing_left_of_the_meeting(bridge: Bridge) -> None:
    request = await opened(bridge)
    (await writes(bridge, bridge.expert, request)).ok()
    shown = await bridge.shown(bridge.worker, request)
    (await act(bridge, bridge.worker, "cancel", shown, text="患者已转院")).ok()
    for path in (of(request), f"/api/remote-requests/{request['id']}/report", f"/api/remote-requests/{request['id']}"):
        answer = await bridge.of(bridge.expert).get(path)
        assert answer.status == 404
        assert bridge.patient.name not in answer.raw.decode()
