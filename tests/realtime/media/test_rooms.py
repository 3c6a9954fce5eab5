"""Coming, going, coming back and being sent away: lanes, legs, and what is left behind (nothing)."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from media.errors import NodeAway, NodeFull, OfferRefused, RoomDiffers
from media.messages import OfferBody
from media.node import Node, Patience
from media.sample_peer import SamplePeer
from media.service import MediaNode
from tests.ports import media_ports
from tests.realtime.media.calls import BLUE, GREEN, RED, Calls, Told, like, until
from tests.realtime.media.kept import kept

KEY = secrets.token_bytes(32)


async def test_who_comes_back_is_in_the_same_lane_again(calls: Calls, told: Told) -> None:
    watcher = await calls.enter("room", "w", colour=RED)
    one = await calls.enter("room", "a", colour=GREEN)
    await calls.enter("room", "b", colour=BLUE)
    await until(lambda: like(watcher.lanes[0].colour, GREEN), "lane 0 is green")
    await until(lambda: like(watcher.lanes[1].colour, BLUE), "lane 1 is blue")
    await calls.leave(one, "room", "a")
    freed = await told.wait("lanes", seat="w", lanes={"b": 1})
    shown = watcher.lanes[0].pictures
    await calls.enter("room", "a", colour=GREEN)
    assert (await told.wait("lanes", seat="w", lanes={"a": 0, "b": 1}, after=freed.n)).room == "room"
    await until(lambda: watcher.lanes[0].pictures > shown + 10, "lane 0 goes on")
    assert like(watcher.lanes[0].colour, GREEN)


async def test_a_new_offer_into_a_seat_replaces_its_leg_and_nobody_s_lane_moves(
    calls: Calls, client: MediaNode, told: Told
) -> None:
    watcher = await calls.enter("room", "w", colour=RED, hertz=440)
    old = await calls.enter("room", "a", colour=GREEN, hertz=880, recording="visit-1", key=KEY, leg="leg-1")
    await until(lambda: like(watcher.lanes[0].colour, GREEN), "the first leg is seen")
    await told.wait("recording-started", leg="leg-1")
    new = await calls.enter("room", "a", colour=BLUE, hertz=660, recording="visit-1", key=KEY, leg="leg-2")
    assert calls.lanes == {"w": 0}
    await until(lambda: like(watcher.lanes[0].colour, BLUE), "the second leg is seen in the same lane")
    await until(lambda: like(new.lanes[0].colour, RED), "and sees")
    await until(lambda: abs(watcher.lanes[0].pitch - 660) < 10, "and is heard")
    await until(lambda: old.state in ("closed", "failed"), "the old peer is told")
    assert watcher.lanes[1].pictures == 0
    await told.wait("manifest-ready", leg="leg-1")
    assert [event.kind for event in told.events if event.seat == "a" and event.kind == "seat-closed"] == []
    await client.close_room("room")
    first, second = await kept(client, "leg-1", KEY), await kept(client, "leg-2", KEY)
    assert like(first.colour, GREEN)
    assert like(second.colour, BLUE)
    assert first.last < second.first


async def test_who_sends_nothing_sees_the_others(calls: Calls, told: Told) -> None:
    await calls.enter("room", "a", colour=GREEN, hertz=440)
    silent = await calls.enter("room", "b")
    await told.wait("seat-connected", seat="b")
    await until(lambda: like(silent.lanes[0].colour, GREEN), "sees")
    await until(lambda: abs(silent.lanes[0].pitch - 440) < 10, "hears")


async def test_who_may_not_send_is_in_nobodys_lane(calls: Calls, client: MediaNode) -> None:
    watcher = await calls.enter("room", "a", colour=GREEN)
    peer = SamplePeer(3, colour=RED, hertz=440)
    calls.peers.append(peer)
    answer = await client.offer("room", "b", sdp=await peer.offer(), capacity=3, leg="x", publish=False)
    await peer.answered(answer.sdp)
    await until(lambda: like(peer.lanes[0].colour, GREEN), "sees")
    third = await calls.enter("room", "c", colour=BLUE)
    assert calls.lanes == {"a": 0}
    await until(lambda: like(watcher.lanes[0].colour, BLUE), "lane 0 went to the next who may send")
    assert watcher.lanes[1].pictures == third.lanes[1].pictures == 0


async def test_a_shared_screen_takes_the_camera_s_place_and_gives_it_back(calls: Calls) -> None:
    watcher = await calls.enter("room", "a")
    peer = await calls.enter("room", "b", colour=GREEN, hertz=440)
    await until(lambda: like(watcher.lanes[0].colour, GREEN), "the camera is seen")
    peer.share(BLUE)
    await until(lambda: like(watcher.lanes[0].colour, BLUE), "the screen is seen")
    peer.screen.sender.replaceTrack(None)
    await until(lambda: like(watcher.lanes[0].colour, GREEN), "the camera is seen again")


async def test_closing_a_seat_stops_its_media_at_once(calls: Calls, client: MediaNode, node: Node) -> None:
    watcher = await calls.enter("room", "a")
    peer = await calls.enter("room", "b", colour=GREEN, hertz=440)
    await until(lambda: watcher.lanes[0].sounds > 20, "is heard")
    await client.close_seat("room", "b")
    packets = (await client.load()).packets
    await asyncio.sleep(0.3)  # time in which packets would have come
    assert (await client.load()).packets == packets
    await until(lambda: peer.state in ("closed", "failed"), "the peer is told")
    await client.close_seat("room", "b")  # the same again changes nothing


async def test_a_peer_that_goes_without_a_word_loses_its_seat_after_a_while(short_folder: Path) -> None:
    node = Node(media_ports(10), short_folder, Patience(connect_s=1.0, return_s=0.5))
    await node.start()
    here = SamplePeer(2, colour=RED)
    answer = node.offer("room", "a", _body(await here.offer()))
    await here.answered(answer.sdp)
    await until(lambda: here.state == "connected", "the one is connected")
    never = SamplePeer(2)
    node.offer("room", "b", _body(await never.offer()))
    await here.close()
    await until(lambda: node.load().rooms == 0, "both seats and the room are gone")
    told = [(event.kind, event.seat, event.reason) for event in node.events.since(0) if event.kind.startswith("seat-")]
    assert ("seat-lost", "a", None) in told
    assert ("seat-closed", "a", "did-not-return") in told
    assert ("seat-failed", "b", None) in told
    assert ("seat-closed", "b", "never-connected") in told
    await never.close()
    await node.stop()


async def test_nothing_runs_or_listens_on_after_everybody_left(
    calls: Calls, client: MediaNode, node: Node, no_leaks: Callable[[], set[str]]
) -> None:
    for n in range(3):
        one = await calls.enter("room", "a", colour=RED, hertz=440, recording="v", key=KEY, leg=f"a{n}")
        two = await calls.enter("room", "b", colour=GREEN, hertz=880, recording="v", key=KEY, leg=f"b{n}")
        await until(lambda one=one, two=two: min(one.lanes[0].pictures, two.lanes[0].pictures) > 0, "they see")  # type: ignore[misc]  # defaults bind the loop
        await calls.leave(one, "room", "a")
        await calls.leave(two, "room", "b")
    await until(lambda: not node.ports.in_use, "every port is given back")
    await until(lambda: no_leaks() <= {"RequestHandler.start"}, f"no task is left: {no_leaks()}")
    assert (await client.load()).seats == 0


async def test_what_does_not_fit_is_refused_and_changes_nothing(calls: Calls, client: MediaNode, node: Node) -> None:
    await calls.enter("room", "a", colour=RED, hertz=440, recording="v", key=KEY, leg="used")
    await until(lambda: node.shelf.holds("used"), "the first leg is on disk")
    peer = SamplePeer(3)
    sdp = await peer.offer()
    two = SamplePeer(2)
    wrong = {
        "no SDP at all": {"sdp": "hello", "capacity": 3},
        "another number of lanes": {"sdp": sdp, "capacity": 4},
        "a codec that is not ours": {"sdp": sdp.replace("VP8", "VP9"), "capacity": 3},
        "no fingerprint": {"sdp": sdp.replace("a=fingerprint", "a=f"), "capacity": 3},
        "a leg that was recorded": {"sdp": sdp, "capacity": 3, "leg": "used", "recording": "v", "key": KEY},
        "a key that is none": {"sdp": sdp, "capacity": 3, "recording": "v", "key": b"short"},
        "a name that is a path": {"sdp": sdp, "capacity": 3, "leg": "../x"},
    }
    for about, body in wrong.items():
        with pytest.raises(OfferRefused):
            await client.offer("room", "b", **{"leg": "new", **body})  # type: ignore[arg-type]  # wrong on purpose
        assert (await client.load()).seats == 1, about
    with pytest.raises(RoomDiffers):
        await client.offer("room", "b", sdp=await two.offer(), capacity=2, leg="new")
    assert not await client.recording("no-such-room", on=True)
    answer = await client.offer("room", "b", sdp=sdp, capacity=3, leg="new")
    assert answer.lanes == {"a": 0}
    await peer.close()
    await two.close()


async def test_a_full_room_and_a_node_without_ports_say_so(short_folder: Path) -> None:
    node = Node(media_ports(2), short_folder)
    await node.start()
    peers = [SamplePeer(2) for _ in range(4)]
    for seat, peer in zip("ab", peers, strict=False):
        node.offer("room", seat, _body(await peer.offer()))
    with pytest.raises(NodeFull):
        node.offer("room", "c", _body(await peers[2].offer()))
    with pytest.raises(NodeFull):
        node.offer("other", "a", _body(await peers[3].offer()))
    assert node.load().rooms == 1
    assert node.load().capacity == 2
    node.close_seat("room", "a")
    await until(lambda: len(node.ports.in_use) == 1, "a port is free again")
    node.offer("room", "c", _body(await peers[2].offer()))
    for peer in peers:
        await peer.close()
    await node.stop()


async def test_a_node_that_is_not_there_is_said_to_be_away(short_folder: Path) -> None:
    async with MediaNode(short_folder / "nobody.sock") as nobody:
        with pytest.raises(NodeAway):
            await nobody.load()


def _body(sdp: str) -> OfferBody:
    return OfferBody(sdp=sdp, capacity=2, leg=secrets.token_hex(8))
