"""The channel between processes: stale messages dropped, a deaf process not ready, gaps followed by a fresh look."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from signaling.bridge import LARGEST, Bridge


@dataclass
class Ether:
    """A channel in memory that can be silent, as a paused Redis is, or broken."""

    hearers: list[asyncio.Queue[str]] = field(default_factory=list)
    silent: bool = False
    broken: bool = False
    opened: int = 0

    def say(self, text: str) -> None:
        for hearer in self.hearers:
            hearer.put_nowait(text)


class EtherCarrier:
    def __init__(self, ether: Ether) -> None:
        self._ether = ether
        self._queue: asyncio.Queue[str] = asyncio.Queue()

    async def open(self) -> None:
        if self._ether.broken:
            raise ConnectionError
        self._ether.opened += 1
        self._queue = asyncio.Queue()
        self._ether.hearers.append(self._queue)

    async def send(self, text: str) -> None:
        if self._ether.broken:
            raise ConnectionError
        if not self._ether.silent:
            self._ether.say(text)

    async def hear(self) -> AsyncIterator[str]:
        while True:
            yield await self._queue.get()

    async def close(self) -> None:
        if self._queue in self._ether.hearers:
            self._ether.hearers.remove(self._queue)


@dataclass
class End:
    bridge: Bridge
    heard: list[Mapping[str, Any]]
    resyncs: list[bool]


def an_end(ether: Ether, now_s: Callable[[], float] = lambda: 1000.0) -> End:
    heard: list[Mapping[str, Any]] = []
    resyncs: list[bool] = []
    bridge = Bridge(EtherCarrier(ether), heard.append, lambda: resyncs.append(True), now_s, beat_s=0.02, deaf_s=0.1)
    bridge.start()
    return End(bridge, heard, resyncs)


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110  # the state has no event of its own
            await asyncio.sleep(0.005)


async def test_others_hear_it_once_and_the_speaker_not_at_all() -> None:
    ether = Ether()
    one, two = an_end(ether), an_end(ether)
    await until(lambda: one.bridge.ready and two.bridge.ready)
    one.bridge.send("push", topic="queue:1", id="v")
    await until(lambda: bool(two.heard))
    assert [(message["kind"], message["topic"]) for message in two.heard] == [("push", "queue:1")]
    assert one.heard == []
    await one.bridge.stop()
    await two.bridge.stop()
    assert ether.hearers == []


async def test_a_process_that_does_not_hear_itself_is_not_ready_until_it_does() -> None:
    ether = Ether()
    end = an_end(ether)
    await until(lambda: end.bridge.ready)
    ether.silent = True
    await until(lambda: not end.bridge.ready)
    await until(lambda: ether.opened > 1)  # it builds the channel anew
    assert not end.bridge.ready
    ether.silent = False
    await until(lambda: end.bridge.ready)
    assert end.resyncs, "pages fetch again after the gap"
    await end.bridge.stop()


async def test_a_broken_channel_heals() -> None:
    ether = Ether()
    one, two = an_end(ether), an_end(ether)
    await until(lambda: one.bridge.ready and two.bridge.ready)
    ether.broken = True
    await until(lambda: not one.bridge.ready and not two.bridge.ready)
    ether.broken = False
    await until(lambda: one.bridge.ready and two.bridge.ready)
    one.bridge.send("push", topic="queue:1", id=None)
    await until(lambda: any(message["kind"] == "push" for message in two.heard))
    await one.bridge.stop()
    await two.bridge.stop()


async def test_stale_and_foreign_messages_are_dropped() -> None:
    ether, now_s = Ether(), 1000.0
    end = an_end(ether, lambda: now_s)
    await until(lambda: end.bridge.ready)
    fresh = {"kind": "push", "from": "other", "until": 1001.0, "topic": "t", "id": None}
    for message in (fresh | {"until": 999.0}, {"kind": "push"}, [1], fresh):
        ether.say(orjson.dumps(message).decode())
    ether.say("not json")
    await until(lambda: bool(end.heard))
    assert end.heard == [fresh]
    assert end.bridge.stale_dropped == 1
    await end.bridge.stop()


async def test_what_was_not_sent_in_time_is_not_sent_late() -> None:
    ether, clock = Ether(broken=True), [1000.0]
    one = an_end(ether, lambda: clock[0])
    for number in range(2000):
        one.bridge.send("push", topic=f"t:{number}", id=None)
    two = an_end(ether, lambda: clock[0])
    clock[0] += 60
    one.bridge.send("push", topic="now", id=None)
    ether.broken = False
    await until(lambda: any(message.get("topic") == "now" for message in two.heard) or two.resyncs != [])
    await until(lambda: one.bridge.ready and two.bridge.ready)
    assert all(message["topic"] == "now" for message in two.heard if message["kind"] == "push")
    await one.bridge.stop()
    await two.bridge.stop()


async def test_what_waits_travels_together_and_within_what_the_channel_takes() -> None:
    ether = Ether()
    one, two = an_end(ether), an_end(ether)
    await until(lambda: one.bridge.ready and two.bridge.ready)
    sent: asyncio.Queue[str] = asyncio.Queue()
    ether.hearers.append(sent)
    topics = [f"queue:{number}" for number in range(500)]
    for topic in topics:
        one.bridge.send("push", topic=topic, id="x" * 20)
    await until(lambda: len(two.heard) == len(topics))
    assert [message["topic"] for message in two.heard] == topics
    texts = [sent.get_nowait() for _ in range(sent.qsize())]
    assert all(len(text) <= LARGEST for text in texts)
    assert len([text for text in texts if "push" in text]) < 25
    await one.bridge.stop()
    await two.bridge.stop()
