"""Processes die and stop in the middle of things: nothing acknowledged is lost, and what can recovers by itself."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import aiohttp

from infra.tour import visitor
from infra.tour.caller import Caller, until

from .rooms import PATIENCE_S, Steady
from .stack import Stack
from .visits import Pair, Quietly, a_visit_in_video

RED, GREEN = (200, 40, 40), (40, 180, 60)


@asynccontextmanager
async def a_call(stack: Stack, doctor: str) -> AsyncIterator[tuple[Pair, Steady, Steady]]:
    """Two people who see each other."""
    async with a_visit_in_video(stack, doctor) as pair:
        there, here = Steady(pair.patient, RED, 440), Steady(pair.doctor, GREEN, 660)
        await asyncio.gather(there.enter(pair.visit_id), here.enter(pair.visit_id))
        await asyncio.gather(there.sees_more(), here.sees_more())
        try:
            yield pair, there, here
        finally:
            await asyncio.gather(there.leave(), here.leave(), return_exceptions=True)


async def test_a_killed_media_node_costs_seconds_and_stands_in_the_record(stack: Stack) -> None:
    async with a_call(stack, "王思齐") as (pair, there, here):
        # At most the open segment of 10 s is lost, so let both legs have one that is closed.
        await until(lambda: len(list(stack.data_dir.glob("media/legs/*/000000.seg"))) >= 2, PATIENCE_S)
        before = await asyncio.to_thread(stack.kill, "-m media")
        await until(lambda: there.renewals > 0 and here.renewals > 0, PATIENCE_S)
        await asyncio.gather(there.sees_more(), here.sees_more())
        assert await asyncio.to_thread(stack.pid_of, "-m media") != before
        assert (await pair.visit())["status"] == "in_video"
        await asyncio.gather(there.leave(), here.leave())
        await pair.doctor.post(f"/api/visits/{pair.visit_id}/finish-video")
        encounter = (await pair.visit())["encounter_id"]

        async def kept() -> list[dict[str, object]]:
            found = await pair.doctor.get(f"/api/encounters/{encounter}/recording")
            return [] if found["pending"] else list(found["legs"])

        async with asyncio.timeout(60):
            while len(legs := await kept()) < 4:  # noqa: ASYNC110  # the worker fetches; the API is asked after
                await asyncio.sleep(0.5)
        assert sorted(str(leg["state"]) for leg in legs) == ["kept"] * 4


async def test_a_killed_application_does_not_end_the_call(stack: Stack) -> None:
    async with a_call(stack, "陈若兰") as (pair, there, here):
        said = await there.ask("chat:send", {"client_id": "before", "text": "听得见吗"})
        await asyncio.to_thread(stack.kill, "-m server serve")
        seen = here.pictures
        await here.sees_more(than=seen)  # media flows while nobody signals
        await asyncio.gather(there.come_back(), here.come_back())
        assert here.joined["seat"]
        lines = await pair.doctor.get(f"/api/encounters/{(await pair.visit())['encounter_id']}/messages")
        assert said["id"] in {line["id"] for line in lines}
        again = await there.ask("chat:send", {"client_id": "before", "text": "听得见吗"})
        assert again["id"] == said["id"]
        await here.sees_more(than=here.pictures)
        assert (await pair.visit())["status"] == "in_video"


async def test_a_database_that_stops_for_five_seconds_loses_nothing(stack: Stack) -> None:
    async with Caller(stack.address) as patient:
        await visitor.register(patient, Quietly())
        people = {each["name"]: each for each in await patient.get("/api/demo/people")}
        slot = str((await visitor.emptiest_slot(patient, people["赵明远"]["id"]))["id"])
        body = {"patient_id": patient.person_id, "diagnosed_in_person": True}
        postmaster = await asyncio.to_thread(stack.postmaster)
        frozen = [postmaster, *await asyncio.to_thread(_children, postmaster)]
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        key = uuid4().hex
        attempt = asyncio.create_task(_book(stack, patient, slot, body, key))
        await asyncio.sleep(5)
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
        first = await attempt
        assert first in {201, 503}
        async with asyncio.timeout(PATIENCE_S):
            while (status := await _book(stack, patient, slot, body, key)) == 503:  # noqa: ASYNC110  # a retry
                await asyncio.sleep(0.3)
        assert status == 201
        assert len(await patient.get("/api/bookings")) == 1


async def test_a_killed_database_comes_back_by_itself(stack: Stack) -> None:
    async with Caller(stack.address) as patient:
        await visitor.register(patient, Quietly())
        people = {each["name"]: each for each in await patient.get("/api/demo/people")}
        slot = str((await visitor.emptiest_slot(patient, people["赵明远"]["id"]))["id"])
        body = {"patient_id": patient.person_id, "diagnosed_in_person": True}
        assert await _book(stack, patient, slot, body, "acknowledged") == 201
        killed = await asyncio.to_thread(stack.postmaster)
        os.kill(killed, signal.SIGKILL)
        # One of its servers may answer once more; what is asked after is the next postmaster's.
        await until(lambda: _another(stack, killed), PATIENCE_S)
        seen: set[int] = set()
        async with asyncio.timeout(PATIENCE_S):
            while (status := await _book(stack, patient, slot, body, "acknowledged")) != 201:
                seen.add(status)
                await asyncio.sleep(0.2)
        assert seen <= {503}
        bookings = await patient.get("/api/bookings")
        assert [each["status"] for each in bookings] == ["booked"]


async def _book(stack: Stack, patient: Caller, slot: str, body: dict[str, object], key: str) -> int:
    headers = {"Authorization": f"Bearer {await patient.fresh_token()}", "Idempotency-Key": key}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{stack.address}/api/slots/{slot}/bookings", json=body, headers=headers) as answer,
    ):
        return answer.status


def _another(stack: Stack, killed: int) -> bool:
    """Whether a postmaster has written its own note in the place of the killed one's."""
    with suppress(ValueError, IndexError, OSError):
        return stack.postmaster() != killed
    return False


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if int(line.split()[1]) == pid]
