"""Three packets of a hundred lost on the way up and down: people see on, and the recording is whole."""

from __future__ import annotations

import random
from collections.abc import Callable

from media.node import Node
from media.service import MediaNode
from tests.realtime.media.calls import GREEN, Calls, Told, like, until
from tests.realtime.media.kept import kept

KEY = bytes(range(32))
LOSS = 0.03


def losing(take: Callable[[bytes], None], seed: int) -> Callable[[bytes], None]:
    """The same road, on which some packets are lost."""
    dice = random.Random(seed)  # noqa: S311 - a test's dice

    def perhaps(packet: bytes) -> None:
        if dice.random() > LOSS:
            take(packet)

    return perhaps


async def test_lost_packets_are_sent_again_both_ways(calls: Calls, client: MediaNode, node: Node, told: Told) -> None:
    peer = await calls.enter("room", "a", colour=GREEN, hertz=440, recording="v", key=KEY, leg="leg-a")
    watcher = await calls.enter("room", "b")
    await told.wait("seat-connected", seat="b")
    up, down = node.leg("room", "a").wire, node.leg("room", "b").wire
    up.on_rtp = losing(up.on_rtp, 1)
    down.send_rtp = losing(down.send_rtp, 2)  # type: ignore[assignment,method-assign]  # a worse line
    before = watcher.lanes[0].pictures
    await until(lambda: watcher.lanes[0].pictures > before + 120, "eight seconds of picture", 20)
    assert like(watcher.lanes[0].colour, GREEN)
    await calls.leave(peer, "room", "a")
    found = await kept(client, "leg-a", KEY)
    sent = (found.last - found.first) * 15
    assert len(found.pictures) >= 0.97 * sent - 2
    assert found.holes() == []
