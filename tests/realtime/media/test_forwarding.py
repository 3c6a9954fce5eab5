"""What each of several real WebRTC peers sees and hears of the others through a node."""

from __future__ import annotations

from tests.realtime.media.calls import BLUE, GREEN, RED, Calls, like, until


async def test_two_people_see_and_hear_each_other(calls: Calls) -> None:
    red = await calls.enter("room", "a", colour=RED, hertz=440)
    assert calls.lanes == {}
    green = await calls.enter("room", "b", colour=GREEN, hertz=880)
    assert calls.lanes == {"a": 0}
    await until(lambda: like(red.lanes[0].colour, GREEN), "red sees green")
    await until(lambda: like(green.lanes[0].colour, RED), "green sees red")
    await until(lambda: abs(red.lanes[0].pitch - 880) < 10, "red hears 880 Hz")
    await until(lambda: abs(green.lanes[0].pitch - 440) < 10, "green hears 440 Hz")
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
            colour, hertz = people[other]
            await until(lambda seen=peer.lanes[lane], colour=colour: like(seen.colour, colour), f"{seat} sees {other}")
            await until(
                lambda seen=peer.lanes[lane], hertz=hertz: abs(seen.pitch - hertz) < 10, f"{seat} hears {other}"
            )
