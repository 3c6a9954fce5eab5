"""The same with a real media node in its own process and generated people: they see each other, also after kill -9."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from media.sample_peer import Colour, SamplePeer
from media.service import MediaNode
from server.foundation.keys import Keyring
from server.settings import ROOT
from tests.ports import port_range

from .page import Page
from .world import World, a_doctor, a_patient, a_room, a_world, eventually

RED: Colour = (200, 40, 40)
BLUE: Colour = (40, 60, 200)


@dataclass
class NodeProcess:
    """`python -m media`, that can be killed and started again."""

    folder: Path
    running: asyncio.subprocess.Process | None = field(default=None)

    @property
    def socket(self) -> Path:
        return self.folder / "node.sock"

    async def start(self) -> None:
        environment = os.environ | {
            "LIANYI_MEDIA__UDP_PORTS": port_range(30),
            "LIANYI_DATA_DIR": str(self.folder),
            "LIANYI_LOG_LEVEL": "error",
        }
        self.running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "media", "--socket", str(self.socket), "--data", str(self.folder / "legs"),
            cwd=ROOT, env=environment,
        )  # fmt: skip

    async def end(self, how: signal.Signals) -> None:
        assert self.running is not None
        if self.running.returncode is None:
            self.running.send_signal(how)
        await self.running.wait()


@pytest.fixture
async def process() -> AsyncIterator[NodeProcess]:
    process = NodeProcess(Path(tempfile.mkdtemp(prefix="ls-")))
    await process.start()
    yield process
    await process.end(signal.SIGKILL)
    shutil.rmtree(process.folder, ignore_errors=True)


@pytest.fixture
async def world(keyring: Keyring, process: NodeProcess) -> AsyncIterator[World]:
    async with MediaNode(process.socket) as client, a_world(keyring, real_node=client) as world:
        await eventually(lambda: world.realtime.counts()["nodes_reachable"] == 1, within_s=20)
        yield world


@dataclass
class InCall:
    """A page with a generated person behind it."""

    page: Page
    colour: Colour
    seat: str = ""
    legs: int = 0
    peer: SamplePeer | None = None
    lanes: dict[str, int] = field(default_factory=dict)

    async def call(self) -> None:
        """A new leg, instead of the one before."""
        if self.peer is not None:
            await self.peer.close()
        self.peer = SamplePeer(3, colour=self.colour, hertz=440)
        self.legs += 1
        answer = await self.page.ok("media:offer", {"sdp": await self.peer.offer(), "leg": self.legs})
        self.lanes = answer["lanes"]
        await self.peer.answered(answer["sdp"])

    def sees(self, other: InCall) -> bool:
        lanes = self.lanes
        for event in self.page.events:
            if event["kind"] == "lane" and event["seat"] == self.seat:
                lanes = event["lanes"]
        if self.peer is None or other.seat not in lanes:
            return False
        seen = self.peer.lanes[lanes[other.seat]]
        return seen.pictures > 5 and all(abs(a - b) < 40 for a, b in zip(seen.colour, other.colour, strict=True))

    async def hang_up(self) -> None:
        if self.peer is not None:
            await self.peer.close()


async def enter(world: World, room: str) -> tuple[InCall, InCall]:
    doctor = InCall(await world.page(a_doctor()), RED)
    patient = InCall(await world.page(a_patient()), BLUE)
    for person in (doctor, patient):
        person.seat = (await person.page.join(room))["seat"]
    return doctor, patient


async def test_two_people_see_each_other_and_the_indicator_tells_the_truth(world: World) -> None:
    room = a_room()
    doctor, patient = await enter(world, room)
    try:
        await doctor.call()
        await patient.call()
        await eventually(lambda: doctor.sees(patient) and patient.sees(doctor), within_s=20)
        for person in (doctor, patient):
            assert (await person.page.event("recording", on=True))["since"]
            await person.page.event("media", seat=doctor.seat, connected=True)
        patient.page.cut()  # the websocket goes, the picture stays
        assert (await doctor.page.event("away"))["media"] is True
        assert doctor.peer is not None
        shown = sum(lane.pictures for lane in doctor.peer.lanes)
        peer = doctor.peer
        await eventually(lambda: sum(lane.pictures for lane in peer.lanes) > shown + 10)
        world.realtime.close_room(room, "ended")
        await eventually(
            lambda: any(told[:2] == ("media", room) and told[3] == "manifest-ready" for told in world.told)
        )
    finally:
        await doctor.hang_up()
        await patient.hang_up()


async def test_a_killed_node_costs_seconds_and_no_seat(world: World, process: NodeProcess) -> None:
    room = a_room()
    doctor, patient = await enter(world, room)
    try:
        await doctor.call()
        await patient.call()
        await eventually(lambda: doctor.sees(patient) and patient.sees(doctor), within_s=20)
        await process.end(signal.SIGKILL)
        assert (await doctor.page.event("media_stopped"))["reason"] == "node-lost"
        await doctor.page.event("recording", on=False)
        await process.start()
        for person in (doctor, patient):
            await person.page.until(lambda page=person.page: bool(page.heard), within_s=20)  # type: ignore[misc]  # one page a turn
            assert person.page.heard == [("media:renew", {"reason": "node-lost"})]
            person.page.events.clear()
        await doctor.call()
        await patient.call()
        await eventually(lambda: doctor.sees(patient) and patient.sees(doctor), within_s=20)
        await doctor.page.event("recording", on=True)
        assert {person["seat"] for person in world.people(room)} == {doctor.seat, patient.seat}
    finally:
        await doctor.hang_up()
        await patient.hang_up()


async def test_somebody_who_has_not_agreed_stops_the_picture_for_all(world: World) -> None:
    room = a_room()
    doctor, patient = await enter(world, room)
    try:
        await doctor.call()
        await patient.call()
        await eventually(lambda: doctor.sees(patient), within_s=20)
        helper = await world.page(a_patient("李梅"))
        await helper.join(room, grants=["publish", "subscribe"])
        assert (await doctor.page.event("media_stopped"))["reason"] == "recording-consent-needed"
        peer = doctor.peer
        assert peer is not None
        await eventually(lambda: any(told[0] == "media" and told[3] == "room-closed" for told in world.told))
        shown = sum(lane.pictures for lane in peer.lanes)
        await asyncio.sleep(0.5)  # long enough for seven more pictures, were any still sent
        assert sum(lane.pictures for lane in peer.lanes) <= shown + 2
        await helper.ok("room:leave")
        assert await doctor.page.told("media:renew") == {"reason": "consent-given"}
        await doctor.call()
        await patient.call()
        await eventually(lambda: doctor.sees(patient) and patient.sees(doctor), within_s=20)
    finally:
        await doctor.hang_up()
        await patient.hang_up()
