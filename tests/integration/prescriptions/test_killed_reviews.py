"""kill -9 between commit and answer, and at any moment: one key is one decision and one claim, whoever is asked again."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID, uuid4

import aiohttp
import pytest
from sqlalchemy import func, select

from infra.bench.waiting import claims_of, open_desk, plant
from prescriptions.model_review import ReviewDecision
from server.app import standing_on
from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests import killing
from tests.api import Answer, Api
from tests.killing import Site
from tests.people import PIN, Somebody

from .practice import Practice, a_practice

CLAIMS, CYCLES = 120, 3


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(mkdtemp(prefix="ly-kill-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
async def site(folder: Path) -> AsyncIterator[Site]:
    """Two applications on one PostgreSQL."""
    async with killing.a_site(folder) as site:
        yield site


async def _unlocked(api: Api, *who: Somebody) -> None:
    """An application that was started anew has forgotten every open key."""
    for each in who:
        (await api.signed_in(each.token).post("/api/signing-key/unlock", {"pin": PIN})).ok()


async def _decisions(ground: Ground, prescription_id: str) -> int:
    async with unit_of_work(ground, SYSTEM) as work:
        wanted = select(func.count(ReviewDecision.id)).where(ReviewDecision.prescription_id == UUID(prescription_id))
        return int((await work.session.execute(wanted)).scalar_one())


@pytest.mark.parametrize("verb", ["approve", "return"])
async def test_a_decision_whose_answer_was_lost_is_answered_again(site: Site, verb: str) -> None:
    async with (
        standing_on(site.settings()) as ground,
        Api(f"http://127.0.0.1:{site.ports[0]}") as first,
        Api(f"http://127.0.0.1:{site.ports[1]}") as second,
    ):
        practice: Practice = await a_practice(ground, first)
        await _unlocked(first, practice.clinic.doctor, practice.pharmacist)
        claimed = await practice.claim(await practice.signed())
        body = {"version": claimed["version"], "digest": claimed["digest"]}
        body |= {"findings_digest": claimed["check"]["digest"]}
        body |= {"reason_code": "dose", "text": "请核对剂量"} if verb == "return" else {}
        path, key, token = f"/api/prescriptions/{claimed['id']}/{verb}", uuid4().hex, practice.pharmacist.token
        await site.lose_the_answer(0, path, token, key, body)
        again = await second.signed_in(token).post(path, body, key=key)
        assert again.ok()["status"] == ("valid" if verb == "approve" else "returned")
        assert again.headers["Idempotency-Replayed"] == "true"
        assert await _decisions(ground, claimed["id"]) == 1
        anew = await second.signed_in(token).post(path, body)
        assert (anew.status, await _decisions(ground, claimed["id"])) == (409, 1)


async def test_claims_under_kills_are_given_once_and_none_is_lost(site: Site) -> None:
    chance = random.Random(20261122)  # noqa: S311  # a repeatable course, no secret
    async with standing_on(site.settings()) as ground:
        desk = await open_desk(ground, pharmacists=12)
    plant(site.cluster.superuser_dsn, desk, CLAIMS * CYCLES)
    given: Counter[UUID] = Counter()
    whose: dict[UUID, UUID] = {}
    unknown = 0
    for _ in range(CYCLES):
        asked = [(chance.choice(desk.pharmacists), uuid4().hex) for _ in range(CLAIMS)]
        async with aiohttp.ClientSession() as http:
            tries = [
                _claim(http, site.ports[n % 2], who, key, chance.uniform(0, 0.4)) for n, (who, key) in enumerate(asked)
            ]
            told = await asyncio.gather(_strike(site, chance), *tries)
        site.mend()
        await site.ready()
        answers = list(told[1:])
        for number, (who, key) in enumerate(asked):
            if answers[number] is None:
                unknown += 1
                answers[number] = await _again(site, number, who, key)
            claim = answers[number]
            assert claim is not None
            given[claim] += 1
            whose[claim] = who.id
    assert unknown > 0, "nobody was hit: the kills came too early or too late"
    assert set(given.values()) == {1}
    assert claims_of(site.cluster.superuser_dsn) == whose


async def _strike(site: Site, chance: random.Random) -> None:
    await asyncio.sleep(chance.uniform(0.05, 0.3))
    site.kill_application(chance.randrange(2))


async def _claim(http: aiohttp.ClientSession, port: int, who: Somebody, key: str, after_s: float) -> UUID | None:
    """The prescription that was given; None when no answer came."""
    await asyncio.sleep(after_s)
    headers = {"Authorization": f"Bearer {who.token}", "Idempotency-Key": key}
    with suppress(aiohttp.ClientError, TimeoutError, OSError):
        async with http.post(f"http://127.0.0.1:{port}/api/reviews/next", json={}, headers=headers) as answer:
            return UUID((await answer.json())["id"]) if answer.status == 200 else None
    return None


async def _again(site: Site, number: int, who: Somebody, key: str) -> UUID | None:
    async with Api(f"http://127.0.0.1:{site.ports[number % 2]}") as api:
        answer: Answer = await api.signed_in(who.token).post("/api/reviews/next", {}, key=key)
        return UUID(answer.ok()["id"])
