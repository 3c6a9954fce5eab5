"""The benchmark of booking judges itself here: its arithmetic, its load, and that what is planted is found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from random import Random
from uuid import UUID, uuid4

import orjson
import pytest

from infra.bench.county import RUSH, SLOT, numbered
from infra.bench.figures import percentile, zipf_shares
from infra.bench.load import Answer, Load
from infra.bench.rush import Attempt, Booked, Books, Verdict, judge
from server.appointments.rules import Quota

ONLINE, VILLAGE = Quota.ONLINE, Quota.VILLAGE
PLACE = RUSH[0]


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([5, 1, 4, 2, 3], 0.5) == 3
    assert percentile([float(each) for each in range(1, 101)], 0.99) == 99
    assert percentile([7], 0.99) == 7
    assert percentile([], 0.5) != percentile([], 0.5)


def test_zipf_shares_add_up_and_fall() -> None:
    shares = zipf_shares(100, 1.1)
    assert sum(shares) == pytest.approx(1)
    assert shares[0] / shares[1] == pytest.approx(2**1.1)
    drawn = Random(1).choices(range(100), weights=shares, k=20_000)  # noqa: S311  # no secret
    assert drawn.count(0) == pytest.approx(20_000 * shares[0], rel=0.1)


def _rush(places: int, asked: int, *, village: int = 0) -> tuple[list[Attempt], list[Answer], Books]:
    """A slot with so many places for everybody and so many for villages, asked for online only."""
    attempts = [Attempt(PLACE, each, "", frozenset({ONLINE})) for each in range(asked)]
    slot, given = numbered(SLOT, PLACE), min(places, asked)
    bookings = [Booked(uuid4(), slot, ONLINE, uuid4(), number + 1) for number in range(given)]
    answers = [Answer(201, orjson.dumps({"id": str(each.id)}), 0.1) for each in bookings]
    answers += [Answer(409, b'{"code":"slot-full"}', 0.1)] * (asked - given)
    return attempts, answers, Books({(slot, ONLINE): (places, given), (slot, VILLAGE): (village, 0)}, bookings)


@pytest.mark.parametrize(("places", "asked", "village"), [(3, 9, 0), (3, 2, 0), (3, 9, 5), (0, 4, 0)])
def test_an_exact_rush_is_found_exact(places: int, asked: int, village: int) -> None:
    assert judge(*_rush(places, asked, village=village)).exact


def test_what_is_planted_is_found() -> None:
    attempts, answers, books = _rush(3, 9)
    (slot, *_), first = next(iter(books.rows)), books.bookings[0]

    def found(bookings: list[Booked], *, taken: int = 3, said: list[Answer] = answers, capacity: int = 3) -> Verdict:
        rows = {**books.rows, (slot, ONLINE): (capacity, taken)}
        return judge(attempts, said, Books(rows, bookings))

    here = list(books.bookings)
    assert found(here).exact
    assert found([*here, Booked(uuid4(), slot, ONLINE, uuid4(), 4)], taken=4) == replace(
        found(here), oversold=1, untold=1
    )
    assert found([*here, replace(first, id=uuid4(), number=4)], taken=4).duplicates == 1
    assert found([*here[:2], replace(here[2], number=first.number)]).duplicates == 1
    assert found(here, capacity=5).undersold == 2
    assert found(here[:2]) == replace(found(here), lost=1, unequal=1, undersold=1)
    assert found(here, said=[*answers[:-1], Answer(500, b"", 0.1)]).errors_5xx == 1
    assert found(here, said=[*answers[:-1], Answer(0, b"", 0.1)]).errors_5xx == 1
    assert found(here, said=[*answers[:-1], Answer(409, b'{"code":"already-booked"}', 0.1)]).other == 1


def test_a_free_place_of_a_quota_that_nobody_refused_may_use_is_not_undersold() -> None:
    attempts, answers, books = _rush(3, 9, village=5)
    assert judge(attempts, answers, books).undersold == 0
    workers = [replace(each, quotas=frozenset({VILLAGE, ONLINE})) for each in attempts]
    assert judge(workers, answers, books).undersold == 5


class _Slow(asyncio.Protocol):
    """Answers each request after 50 ms, in two pieces."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(0.05, self.transport.write, b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\n{")
        loop.call_later(0.06, self.transport.write, b'"a}'[:3])


@pytest.fixture
async def slow() -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(_Slow, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


async def test_latency_counts_from_the_intended_start(slow: int) -> None:
    """One line serves 16 a second at most: of 40 requests due at 100 a second the last waits for those before it."""
    load = Load("127.0.0.1", slow)
    await load.connect(1)
    run = await load.run([b"GET / HTTP/1.1\r\n\r\n"] * 40, 100, float("inf"))
    load.close()
    assert run.statuses == {201: 40}
    assert {each.body for each in run.answers} == {b'{"a}'}
    assert run.rate < 20
    assert run.answers[-1].latency_s > 40 * 0.06 - 0.4 - 0.1
    assert not run.good(201, 1.0)


def test_ids_are_numbers() -> None:
    assert numbered(SLOT, 255) == UUID("00000000-5107-7000-8000-0000000000ff")
