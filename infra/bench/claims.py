"""Claims of the review queue: 64 pharmacists who ask again once they are answered, and pgbench doing bare what they want."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID

import orjson

from infra.embedded_postgres import Cluster
from infra.refusal import Refusal

from .load import TOO_BUSY, Load, Run
from .peer import pgbench
from .served import EMPTY
from .waiting import PHARMACISTS, WAITING, Desk, claims_of, put_back

# What the desk does for one, and nothing else. Instants are the database's own.
_CLAIM: Final = """
UPDATE prescriptions SET status = 'claimed', claimed_by = uuidv7(), claimed_until = now() + interval '10 minutes'
WHERE id = (SELECT id FROM prescriptions WHERE organisation_id = '{house}' AND status = 'in_review'
  ORDER BY queue_at, id LIMIT 1 FOR UPDATE SKIP LOCKED);
"""
_AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/143.0 Safari/537.36"


class Claims:
    """Both sides, on the same waiting prescriptions; each run finds all of them waiting."""

    def __init__(self, cluster: Cluster, folder: Path, desk: Desk, port: int) -> None:
        self._cluster, self._desk = cluster, desk
        self._script = folder / "claim.sql"
        self._script.write_text(_CLAIM.format(house=desk.hospital.id), "utf-8")
        self._load = Load("127.0.0.1", port)
        self._host = f"127.0.0.1:{port}"
        self._random = Random(1)  # noqa: S311  # keys that differ, no secret
        self._runs = 0
        self.double = 0
        self.busiest = 0.0

    async def connect(self) -> None:
        """A line for each pharmacist, and each token looked at once."""
        await self._load.connect(PHARMACISTS)
        run = await self._load.all([self._warming(each.token) for each in self._desk.pharmacists])
        assert set(run.statuses) == {403}, f"not everybody is signed in: {run.statuses}"

    def close(self) -> None:
        """Hang up."""
        self._load.close()

    def peer(self) -> float:
        """Claims a second of pgbench with as many clients."""
        put_back(self._cluster.superuser_dsn)
        each = WAITING // PHARMACISTS
        rate = pgbench(self._cluster.application_dsn, self._script, clients=PHARMACISTS, transactions=each)
        claimed = len(claims_of(self._cluster.superuser_dsn))
        if claimed != each * PHARMACISTS:
            raise Refusal(f"pgbench claimed {claimed} of {each * PHARMACISTS}")
        return rate

    async def ours(self) -> float:
        """Claims a second through HTTP. Raises: Refusal, when one was refused or the load was too busy itself."""
        put_back(self._cluster.superuser_dsn)
        self._runs += 1
        who = [number % PHARMACISTS for number in range(WAITING)]
        run = await self._load.all([self._asking(self._desk.pharmacists[each].token) for each in who])
        self._judge(run, [self._desk.pharmacists[each].id for each in who])
        self.busiest = max(self.busiest, run.generator)
        if run.generator > TOO_BUSY:
            print(f"  (the load used {run.generator:.0%} of its core: itself measured)")
        return run.rate

    def _judge(self, run: Run, asked_by: list[UUID]) -> None:
        if set(run.statuses) != {200}:
            raise Refusal(f"not every claim was given: {dict(run.statuses)}")
        given = [UUID(orjson.loads(answer.body)["id"]) for answer in run.answers]
        self.double += sum(times - 1 for times in Counter(given).values())
        stored = claims_of(self._cluster.superuser_dsn)
        wrong = sum(stored.get(each) != person for each, person in zip(given, asked_by, strict=True))
        self.double += wrong  # told to one, and stored as another's: somebody else was told as well

    def _asking(self, token: str) -> bytes:
        key = f"{self._random.getrandbits(64):016x}-{self._runs}"
        head = f"{self._usual('POST /api/reviews/next', token)}Idempotency-Key: {key}\r\n"
        return f"{head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}".encode()

    def _warming(self, token: str) -> bytes:
        return f"{self._usual(f'GET {EMPTY}', token)}\r\n".encode()

    def _usual(self, what: str, token: str) -> str:
        return (
            f"{what} HTTP/1.1\r\nHost: {self._host}\r\nUser-Agent: {_AGENT}\r\nAccept: application/json\r\n"
            f"Accept-Language: zh-CN,zh;q=0.9\r\nAuthorization: Bearer {token}\r\n"
        )
