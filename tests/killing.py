"""Two application processes on one PostgreSQL that are killed under load, and what must be true afterwards.

Everybody who books keeps, like our page does, one Idempotency-Key for one intention. Answers are acknowledged (2xx, 4xx)
or unknown (no answer, 5xx). After each kill every unknown outcome is asked again with its key.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import aiohttp
from pydantic import SecretStr
from sqlalchemy import text

from infra import embedded_postgres
from infra.embedded_postgres import Cluster
from server.app import standing_on
from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground
from server.foundation.keys import make_master_key
from server.foundation.work import unit_of_work
from server.migrations.apply import migrate
from server.settings import HttpSettings, Settings, SignInSettings

from . import invented, pools
from .invented import Someone
from .ports import free_port

ROOT: Final = Path(__file__).resolve().parents[1]
PEOPLE, DEPARTMENTS, CAPACITY, ATTEMPTS = 40, 6, 12, 160
_LIFETIME_S: Final = 3600
_START_WITHIN_S: Final = 60.0


@dataclass(slots=True)
class Attempt:
    """One intention of one person, under one key, and what came of it."""

    person: Someone
    slot_id: UUID
    key: str = field(default_factory=lambda: uuid4().hex)
    status: int | None = None
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def unknown(self) -> bool:
        """Whether nobody can say what came of it."""
        return self.status is None or self.status >= 500


@dataclass(slots=True)
class Counted:
    """What the cycles saw."""

    acknowledged: dict[UUID, Attempt] = field(default_factory=dict)
    refused: int = 0
    unknown: int = 0
    replayed: int = 0
    cycles: int = 0


class Site:
    """A PostgreSQL with fsync and two applications, each of which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster: Cluster = embedded_postgres.start(folder)
        make_master_key(folder / "keys" / "master")
        migrate(self.cluster.owner_dsn, "lianyi_app")
        self.ports = [free_port(neighbours=2), free_port(neighbours=2)]  # each with the next one for its metrics
        self.applications: list[subprocess.Popen[bytes]] = [self._start(port) for port in self.ports]

    def settings(self) -> Settings:
        """The settings of a third process: this test's own."""
        return Settings(
            env="test",
            demo=True,
            data_dir=self.folder,
            embedded_dsn=SecretStr(self.cluster.application_dsn),
            http=HttpSettings(port=free_port()),
            sign_in=SignInSettings(access_lifetime_s=_LIFETIME_S),
        )

    def _start(self, port: int) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "LIANYI_DATA_DIR": str(self.folder),
            "LIANYI_HTTP__PORT": str(port),
            "LIANYI_MASTER_KEY_FILE": str(self.folder / "keys" / "master"),
            "LIANYI_EMBEDDED_DSN": self.cluster.application_dsn,
            "LIANYI_DEMO": "1",
            "LIANYI_SIGN_IN__ACCESS_LIFETIME_S": str(_LIFETIME_S),
        }
        log = (self.folder / "logs" / f"application-{port}.log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", "server", "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    async def ready(self) -> None:
        """Both applications answer."""
        async with aiohttp.ClientSession() as http:
            for port in self.ports:
                await self._answers(http, f"http://127.0.0.1:{port}/readyz")

    async def _answers(self, http: aiohttp.ClientSession, address: str) -> None:
        deadline, told = time.monotonic() + _START_WITHIN_S, "no answer"
        while True:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with http.get(address, timeout=aiohttp.ClientTimeout(2)) as answer:
                    if answer.status == 200:
                        return
                    told = await answer.text()
            assert time.monotonic() < deadline, f"{address} is not ready: {told}"
            await asyncio.sleep(0.1)

    def kill_application(self, number: int) -> None:
        """kill -9 one of the two."""
        self.applications[number].send_signal(signal.SIGKILL)
        self.applications[number].wait()

    async def lose_the_answer(self, number: int, path: str, token: str, key: str, body: dict[str, Any]) -> None:
        """Ask, and kill the application when the first byte of its answer shows that it has committed; nobody hears it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.ports[number])
        data = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        writer.write(head.encode() + data)
        assert await asyncio.wait_for(reader.read(1), 20)
        self.kill_application(number)
        writer.close()

    def kill_database(self) -> None:
        """kill -9 the postmaster and with it every backend."""
        self.cluster.process.send_signal(signal.SIGKILL)
        self.cluster.process.wait()

    def mend(self) -> None:
        """Start whatever is down."""
        if not self.cluster.running:
            self.cluster = embedded_postgres.start(self.folder)
        for number, process in enumerate(self.applications):
            if process.poll() is not None:
                self.applications[number] = self._start(self.ports[number])

    def stop(self) -> None:
        """End what was started here."""
        for process in self.applications:
            process.kill()
            process.wait()
        self.cluster.stop()


@asynccontextmanager
async def a_site(folder: Path) -> AsyncIterator[Site]:
    """Two applications until the block ends."""
    site = Site(folder)
    try:
        await site.ready()
        yield site
    finally:
        site.stop()


async def killed_and_compared(site: Site, cycles: int, seed: int) -> Counted:
    """Book and cancel at both applications, kill something in the middle, mend it, settle what is unknown, compare."""
    chance, counted = random.Random(seed), Counted()  # noqa: S311  # a repeatable course, no secret
    async with standing_on(site.settings()) as ground:
        crowd = [await invented.a_patient(ground, name=f"抢号{number}") for number in range(PEOPLE)]
        pool = await pools.a_pool(ground)
    for cycle in range(cycles):
        async with standing_on(site.settings()) as ground:
            slots = await _fresh_slots(ground, pool, cycle)
        attempts = [Attempt(chance.choice(crowd), chance.choice(slots)) for _ in range(ATTEMPTS)]
        await _rush(site, attempts, chance)
        site.mend()
        await site.ready()
        await _settle(site, attempts, counted)
        async with standing_on(site.settings()) as ground:
            await _compare(ground, slots, attempts, counted)
        counted.cycles += 1
    return counted


async def _fresh_slots(ground: Ground, pool: pools.Pool, cycle: int) -> list[UUID]:
    slots: list[UUID] = []
    for number in range(DEPARTMENTS):
        department = await invented.a_department(ground, pool.hospital_id)
        service = "follow_up" if number % 2 else "expert"  # with and without a visit born in the same transaction
        session = await pools.a_session(
            ground, pool, capacity=CAPACITY, service=service, department_id=department, days_ahead=5 + cycle % 20
        )
        async with unit_of_work(ground, SYSTEM) as work:
            found = await work.session.execute(
                text("SELECT id FROM slots WHERE session_id = :session"), {"session": session.id}
            )
            slots.extend(found.scalars())
    return slots


async def _rush(site: Site, attempts: list[Attempt], chance: random.Random) -> None:
    victim = chance.choice(["application", "application", "database"])
    after_s = chance.uniform(0.02, 0.4)

    async def strike() -> None:
        await asyncio.sleep(after_s)
        if victim == "database":
            site.kill_database()
        else:
            site.kill_application(chance.randrange(2))

    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=connector) as http:
        await asyncio.gather(
            strike(),
            *(
                _later(chance.uniform(0, 0.5), _ask(http, site.ports[number % 2], attempt))
                for number, attempt in enumerate(attempts)
            ),
        )


async def _later(delay_s: float, act: Any) -> None:
    await asyncio.sleep(delay_s)
    await act


async def _ask(http: aiohttp.ClientSession, port: int, attempt: Attempt) -> None:
    headers = {"Authorization": f"Bearer {attempt.person.token}", "Idempotency-Key": attempt.key}
    body = {"patient_id": str(attempt.person.id), "diagnosed_in_person": True}
    try:
        async with http.post(
            f"http://127.0.0.1:{port}/api/slots/{attempt.slot_id}/bookings",
            json=body,
            headers=headers,
            timeout=aiohttp.ClientTimeout(20),
        ) as answer:
            told = await answer.json(content_type=None)
            attempt.status, attempt.body = answer.status, told
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        attempt.status = None


async def _settle(site: Site, attempts: list[Attempt], counted: Counted) -> None:
    """Ask again, with the same key and at either application, until an answer comes."""
    async with aiohttp.ClientSession() as http:
        for number, attempt in enumerate(attempts):
            if attempt.unknown:
                counted.unknown += 1
                for again in range(20):
                    await _ask(http, site.ports[(number + again) % 2], attempt)
                    if not attempt.unknown:
                        break
                    await asyncio.sleep(0.2)
                assert not attempt.unknown, (attempt.status, attempt.body)
                counted.replayed += 1


async def _compare(ground: Ground, slots: list[UUID], attempts: list[Attempt], counted: Counted) -> None:
    booked = {UUID(each.body["id"]): each for each in attempts if each.status == 201}
    counted.acknowledged |= booked
    counted.refused += sum(each.status != 201 for each in attempts)
    assert {each.status for each in attempts} <= {201, 409}, {each.status for each in attempts}
    async with unit_of_work(ground, SYSTEM) as work:

        async def rows(statement: str, **given: Any) -> list[Any]:
            return list(await work.session.execute(text(statement), given))

        stored = {row.id: row for row in await rows("SELECT * FROM bookings WHERE slot_id = ANY(:slots)", slots=slots)}
        assert stored.keys() == booked.keys(), (
            "acknowledged and stored differ: a booking was lost, or nobody was told of it"
        )
        for booking_id, attempt in booked.items():
            assert (stored[booking_id].patient_id, stored[booking_id].slot_id) == (attempt.person.id, attempt.slot_id)
        ledger = await rows(
            "SELECT q.slot_id, q.quota, q.capacity, q.taken, count(b.id) AS live FROM quotas q LEFT JOIN bookings b"
            " ON b.slot_id = q.slot_id AND b.quota = q.quota WHERE q.slot_id = ANY(:slots)"
            " GROUP BY q.slot_id, q.quota, q.capacity, q.taken",
            slots=slots,
        )
        assert all(row.taken == row.live <= row.capacity for row in ledger), ledger
        twice = (
            "SELECT patient_id FROM bookings WHERE slot_id = ANY(:slots)"
            " GROUP BY patient_id, department_id HAVING count(*) > 1"
        )
        assert await rows(twice, slots=slots) == []
        unborn = (
            "SELECT b.id FROM bookings b JOIN sessions s ON s.id = b.session_id LEFT JOIN visits v ON v.booking_id = b.id"
            " WHERE b.slot_id = ANY(:slots) AND (s.service = 'follow_up') <> (v.id IS NOT NULL)"
        )
        assert await rows(unborn, slots=slots) == [], "a visit is born with its booking or not at all"
        full = {row.slot_id for row in ledger if row.quota == "online" and row.taken == row.capacity}
        refused_full = {each.slot_id for each in attempts if each.body.get("code") == "slot-full"}
        assert refused_full <= full, "somebody was refused although a place was left"
