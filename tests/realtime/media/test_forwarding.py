"""What each of several real WebRTC peers sees and hears of the others through a node."""

from __future__ import annotations

from media.sample_peer import Colour, Seen
from tests.realtime.media.calls import BLUE, GREEN, RED, Calls, like, until


async def sees_and_hears(lane: Seen, colour: Colour, hertz: float) -> None:
    """Waits until the lane shows this colour and sounds like this."""
    await until(lambda: like(lane.colour, colour), f"{colour} is seen")
    await until(lambda: abs(lane.pitch - hertz) < 10, f"{hertz} Hz is heard")


async def test_two_people_see_and_hear_each_other(calls: Calls) -> None:
    red = await calls.enter("room", "a", colour=RED, hertz=440)
    assert calls.lanes == {}
    green = await calls.enter("room", "b", colour=GREEN, hertz=880)
    assert calls.lanes == {"a": 0}
    await sees_and_hears(red.lanes[0], GREEN, 880)
    await sees_and_hears(green.lanes[0], RED, 440)
    assert red.lanes[1].pictures == green.lanes[1].pictures == 0


async def test_three_people_see_and_hear_both_others(calls: Calls) -> None:
    people = {"a": (RED, 440.0), "b": (GREEN, 660.0), "c": (BLUE, 880.0)}
    peers = {}
    lanes: dict[str, dict[str, int]] = {}
    for seat, (colour, hertz) in people.items():
        peers[seat] = await calls.enter("room", seat, colour=colour, hertz=hertz)
        lanes[seat] = calls.lanes
        for other in lanes:
            if other != seat:
                lanes[other][seat] = len(lanes[other])
    for seat, peer in peers.items():
        for other, lane in lanes[seat].items():
            await sees_and_hears(peer.lanes[lane], *people[other])
