"""A second picture beside a seat: everybody else sees it too, its owner is not sent it, and it is kept on its own."""

from __future__ import annotations

import secrets

import pytest

from media.errors import OfferRefused
from media.sample_peer import SamplePeer
from media.service import MediaNode
from tests.realtime.media.calls import BLUE, GREEN, RED, Calls, Told, like, until
from tests.realtime.media.kept import kept

KEY = secrets.token_bytes(32)
ONLY_VIDEO = {"audio": False, "video": True}


async def _show(calls: Calls, client: MediaNode, *, beside: str = "a", leg: str = "second-1") -> SamplePeer:
    """A send-only leg of one colour beside that seat."""
    peer = SamplePeer(1, colour=BLUE)
    calls.peers.append(peer)
    answer = await client.offer(
        "room",
        f"{beside}-2",
        sdp=await peer.offer(),
        capacity=calls.capacity,
        leg=leg,
        publish=ONLY_VIDEO,
        recording="meeting-1",
        key=KEY,
        beside=beside,
    )
    assert answer.lanes == {}
    await peer.answered(answer.sdp)
    return peer


async def test_everybody_else_sees_both_pictures_and_the_owner_only_the_others(
    calls: Calls, client: MediaNode, told: Told
) -> None:
    watcher = await calls.enter("room", "w", colour=RED)
    owner = await calls.enter("room", "a", colour=GREEN, hertz=440)
    await _show(calls, client)
    await told.wait("lanes", seat="w", lanes={"a": 0, "a-2": 1})
    await until(lambda: like(watcher.lanes[0].colour, GREEN), "the first picture goes on")
    await until(lambda: like(watcher.lanes[1].colour, BLUE), "the second one is seen beside it")
    await until(lambda: like(owner.lanes[0].colour, RED), "the owner sees the other")
    assert owner.lanes[1].pictures == 0
    await client.close_seat("room", "a-2")
    await told.wait("lanes", seat="w", lanes={"a": 0})
    shown, second = watcher.lanes[0].pictures, watcher.lanes[1].pictures
    await until(lambda: watcher.lanes[0].pictures > shown + 10, "the first picture goes on")
    assert watcher.lanes[1].pictures <= second + 2


async def test_who_comes_later_sees_it_and_a_new_leg_of_the_owner_is_not_sent_it(
    calls: Calls, client: MediaNode
) -> None:
    await calls.enter("room", "a", colour=GREEN)
    await _show(calls, client)
    watcher = await calls.enter("room", "w", colour=RED)
    assert calls.lanes == {"a": 0, "a-2": 1}
    await until(lambda: like(watcher.lanes[1].colour, BLUE), "the second picture is seen")
    again = await calls.enter("room", "a", colour=GREEN)
    assert calls.lanes == {"w": 0}
    await until(lambda: like(again.lanes[0].colour, RED), "the owner's new leg sees the other")
    assert again.lanes[1].pictures == 0


async def test_it_is_recorded_as_a_leg_of_its_own(calls: Calls, client: MediaNode, told: Told) -> None:
    await calls.enter("room", "a", colour=GREEN, hertz=440, recording="meeting-1", key=KEY, leg="first-1")
    await _show(calls, client)
    await told.wait("recording-started", leg="second-1")
    watcher = await calls.enter("room", "w")
    await until(lambda: watcher.lanes[1].pictures > 30, "two seconds went by")
    await client.close_room("room")
    await told.wait("manifest-ready", leg="second-1")
    assert like((await kept(client, "second-1", KEY)).colour, BLUE)
    manifest = await client.manifest("second-1")
    assert manifest is not None
    assert manifest.seat == "a-2"
    assert [(track.kind, track.frames > 0) for track in manifest.tracks] == [("audio", False), ("video", True)]


async def test_a_second_picture_has_no_lanes_and_nobody_else_s_place(calls: Calls, client: MediaNode) -> None:
    await calls.enter("room", "a", colour=GREEN)
    await calls.enter("room", "w", colour=RED)
    await _show(calls, client)
    for place, lanes, beside in (("a-2", 2, "a"), ("w", 0, "a"), ("a-2", 2, None), ("w-2", 2, "w")):
        peer = SamplePeer(lanes + 1, colour=BLUE)
        calls.peers.append(peer)
        with pytest.raises(OfferRefused):
            await client.offer("room", place, sdp=await peer.offer(), capacity=3, leg="x", beside=beside)
