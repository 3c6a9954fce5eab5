"""A meeting's room over real sockets: tickets open it, the chair's acts are the meeting's, its end empties it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

import pytest

from tests.people import Somebody
from tests.realtime.signaling.page import Page
from tests.realtime.signaling.world import Someone, World

from .bridge import Bridge
from .meeting import Guest, a_guest, admitted, api_of, joins, meeting_of, of, opened, sees
from .test_over_sockets import At

Enter = Callable[[Somebody | Guest, dict[str, Any]], Awaitable[tuple[Page, dict[str, Any]]]]


@pytest.fixture
async def enter(bridge: Bridge) -> AsyncIterator[Enter]:
    """Open a tab and enter with a ticket of one's own; closed at the end of the test."""
    pages: list[Page] = []

    async def go(who: Somebody | Guest, request: dict[str, Any]) -> tuple[Page, dict[str, Any]]:
        page = Page(cast("World", At(bridge.api.address)), cast("Someone", who))
        pages.append(page)
        await page.open()
        ticket = (await joins(bridge, who, request)).ok()["ticket"]
        return page, await page.ok("room:join", {"ticket": ticket})

    yield go
    for page in pages:
        await page.close()


async def _until(bridge: Bridge, request: dict[str, Any], holds: Callable[[dict[str, str]], bool]) -> None:
    """Wait for what realtime reports to have been written: where everybody stands, by kind."""

    async def stands() -> dict[str, str]:
        people = (await sees(bridge, bridge.worker, request))["people"]
        return {each["kind"]: each["state"] for each in people}

    async with asyncio.timeout(5):
        while not holds(await stands()):  # noqa: ASYNC110 -- the server writes it; no event tells
            await asyncio.sleep(0.05)


async def test_three_meet_and_look_at_the_same_picture(bridge: Bridge, enter: Enter) -> None:
    request = await opened(bridge)
    guest = await a_guest(bridge, request)
    await admitted(bridge, request, guest)
    desk, first = await enter(bridge.expert, request)
    clinic, second = await enter(bridge.worker, request)
    watcher, third = await enter(guest, request)
    assert first["moderator"] == first["seat"]
    assert "moderate" in first["grants"]
    assert "moderate" not in second["grants"]
    assert third["grants"] == ["record", "subscribe"]
    await _until(bridge, request, lambda at: set(at.values()) == {"in"})
    await desk.ok("share:take")
    view = {"study": "s", "instance": "i", "frame": 41}
    await desk.ok("state:set", {"key": "view/0", "value": view, "seq": 1})
    for page in (clinic, watcher):
        assert (await page.event("state", key="view/0"))["value"] == view
    cursor = {"x": 211.5, "y": 97.25, "instance": "i", "frame": 41}
    await clinic.ok("state:set", {"key": f"s.{second['seat']}/cursor", "value": cursor, "seq": 1})
    assert (await desk.event("state", key=f"s.{second['seat']}/cursor"))["value"] == cursor
    assert await clinic.refused("state:set", {"key": "view/0", "value": {}, "seq": 2}) == "not-presenting"
    assert await watcher.refused("share:take") == "no-grant"


async def test_removed_over_http_is_removed_in_the_room_and_the_other_way(bridge: Bridge, enter: Enter) -> None:
    request = await opened(bridge)
    guest = await a_guest(bridge, request)
    await admitted(bridge, request, guest)
    desk, _ = await enter(bridge.expert, request)
    watcher, mine = await enter(guest, request)
    back = {"seat_token": mine["seat_token"]}
    (await bridge.of(bridge.expert).post(of(request, "remove"), {"person_id": guest.id})).ok()
    await watcher.event("closed", reason="removed")
    assert await watcher.refused("room:join", back) == "ticket-not-valid"
    await admitted(bridge, request, guest)
    again, anew = await enter(guest, request)
    await desk.ok("room:remove", {"seat": anew["seat"]})
    await again.event("closed", reason="removed")
    await _until(bridge, request, lambda at: at["observer"] == "removed")
    assert (await joins(bridge, guest, request)).code == "not-admitted"


async def test_the_chair_handed_over_in_the_room_is_handed_over_in_the_meeting(bridge: Bridge, enter: Enter) -> None:
    request = await opened(bridge)
    desk, first = await enter(bridge.expert, request)
    clinic, mine = await enter(bridge.worker, request)
    await _until(bridge, request, lambda at: set(at.values()) == {"in"})
    await desk.ok("room:hand_over", {"seat": mine["seat"]})
    await clinic.event("moderator", seat=mine["seat"])
    async with asyncio.timeout(5):
        while (await meeting_of(bridge, request)).chair_id != bridge.worker.id:  # noqa: ASYNC110 -- the same
            await asyncio.sleep(0.05)
    (await bridge.of(bridge.worker).post(of(request, "hand-over"), {"person_id": str(bridge.expert.id)})).ok()
    await clinic.event("moderator", seat=first["seat"])
    assert (await meeting_of(bridge, request)).chair_id == bridge.expert.id


async def test_the_end_empties_the_room_and_signs_the_guest_out(bridge: Bridge, enter: Enter) -> None:
    request = await opened(bridge)
    guest = await a_guest(bridge, request)
    await admitted(bridge, request, guest)
    clinic, mine = await enter(bridge.worker, request)
    watcher, _ = await enter(guest, request)
    (await bridge.of(bridge.expert).post(of(request, "end"))).ok()
    await clinic.event("closed", reason="finished")
    await watcher.told("session:revoked")
    assert (await api_of(bridge, guest).get(of(request))).status == 401
    assert await clinic.refused("room:join", {"seat_token": mine["seat_token"]}) == "room-closed"


async def test_the_topic_of_a_meeting_is_watched_by_those_who_have_a_part(bridge: Bridge, enter: Enter) -> None:
    request = await opened(bridge)
    guest = await a_guest(bridge, request)
    desk, _ = await enter(bridge.expert, request)
    await desk.ok("topic:watch", {"topic": f"meeting:{request['id']}"})
    (await api_of(bridge, guest).post(of(request, "knock"))).ok()
    assert (await desk.told("changed"))["topic"] == f"meeting:{request['id']}"
    stranger = Page(cast("World", At(bridge.api.address)), cast("Someone", bridge.dispatcher))
    await stranger.open()
    assert await stranger.refused("topic:watch", {"topic": f"meeting:{request['id']}"}) == "may-not-watch"
    await stranger.close()
