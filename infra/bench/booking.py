"""`make bench-booking`: bookings through HTTP beside bare pgbench on the same tables, a sold-out slot beside an empty handler,
and the rush. Prints a table and, last, one line of JSON; fails when the rush was not exact.

`ROUNDS=1 SECONDS=2 ATTEMPTS=2000` make it short, `SEED=7` another rush, `RUSH_SECONDS=20` a slower one. The machine must be
quiet.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from random import Random, SystemRandom
from statistics import median
from typing import Any, Final

import uvloop

from infra.refusal import Refusal
from server.app import standing_on
from server.foundation.logs import configure_logs

from . import rush
from .cores import LOAD, need_two, pin
from .county import PEOPLE, settle
from .load import TOO_BUSY, Load, Run
from .peer import CLIENTS, Pgbench
from .stage import Stage, database, stage
from .wishes import Wishes

P99_S: Final = 1.0
_STEP: Final = 1.06
_STRIDE: Final = 1.25  # while there is much room, or much too little
_TRIES: Final = 10
_GOALS: Final = {"spread_ratio": 0.40, "hot_ratio": 3.0, "soldout_ratio": 0.5}
_OVER: Final = {
    "spread_ratio": ("spread", "pgbench spread"),
    "hot_ratio": ("hot", "pgbench hot"),
    "soldout_ratio": ("sold out", "empty handler"),
}
_SAID: Final = ("oversold", "undersold", "duplicates", "errors_5xx")


@dataclass(frozen=True, slots=True)
class Measure:
    """What is asked for, and the status that is a success."""

    name: str
    requests: Callable[[int], list[bytes]]
    status: int
    most: int = 10**9  # requests that can be made for one run


def main() -> int:
    """Measure; 1 when the rush was not exact."""
    try:
        need_two()
        figures, exact = uvloop.run(_measure())
    except Refusal as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 2
    print(json.dumps(figures), flush=True)
    return 0 if exact else 1


def _given(name: str, default: float) -> float:
    return float(os.environ.get(name) or default)


async def _measure() -> tuple[dict[str, Any], bool]:
    configure_logs("error")
    seed = int(_given("SEED", SystemRandom().randrange(10**6)))
    random = Random(seed)  # noqa: S311  # the same again with the same seed
    print(f"  SEED={seed}. Making a database with {PEOPLE} signed-in people ...", flush=True)
    with database() as (cluster, settings, folder):
        pin(LOAD)
        async with standing_on(settings) as ground:
            county = await settle(ground, cluster.owner_dsn)
        attempts = rush.plan(county, round(_given("ATTEMPTS", rush.ATTEMPTS)), random)
        rush.record_consents(cluster.owner_dsn, attempts, county.now)
        with stage(cluster, settings, folder) as staged:
            load = Load("127.0.0.1", settings.http.port)
            await load.connect()
            wishes = Wishes(county, f"127.0.0.1:{settings.http.port}", random)
            everybody = [*county.tokens, *(each.token for level in county.workers.values() for each in level)]
            warmed = await load.all(wishes.warming(everybody))
            assert set(warmed.statuses) == {200}, f"not everybody is signed in: {warmed.statuses}"
            figures = await _Rounds(staged, load, wishes, Pgbench(cluster.application_dsn, folder, county)).ratios()
            staged.reset()
            verdict, run = await _rush(load, wishes, attempts, cluster.owner_dsn)
            load.close()
    said = {name: getattr(verdict, name) for name in _SAID}
    said |= {"p50_s": round(run.latency_s(0.50), 3), "p99_s": round(run.latency_s(0.99), 3)}
    return {"bench": "booking", **figures, "rush": said}, verdict.exact


class _Rounds:
    """Everything once in every round, so that a noisy minute spoils no comparison."""

    def __init__(self, staged: Stage, load: Load, wishes: Wishes, pgbench: Pgbench) -> None:
        self._stage, self._load, self._pgbench = staged, load, pgbench
        self._seconds = _given("SECONDS", 5)
        self._found: dict[str, list[float]] = {}
        self._runs: dict[str, list[Run]] = {}
        self._busiest = 0.0
        self._spread = Measure("spread", wishes.spread, 201)
        self._hot = Measure("hot", wishes.hot, 201, PEOPLE - 1)
        self._sold_out = Measure("sold out", wishes.sold_out, 409)
        self._empty = Measure("empty handler", wishes.empty, 200)

    async def ratios(self) -> dict[str, float]:
        """Ours over the peer, medians of the rounds."""
        for number in range(round(_given("ROUNDS", 5))):
            self._peer("pgbench spread", "spread")
            await self._ours(self._spread)
            self._peer("pgbench hot", "hot")
            await self._ours(self._hot)
            await self._ours(self._sold_out)
            await self._ours(self._empty)
            last = ", ".join(f"{name} {found[-1]:.0f}" for name, found in self._found.items())
            print(f"  round {number + 1}: {last} /s", flush=True)
        return self._table()

    def _peer(self, name: str, which: str) -> None:
        self._stage.reset()
        self._found.setdefault(name, []).append(self._pgbench.rate(which, self._seconds))

    async def _ours(self, measure: Measure) -> None:
        """The highest rate of this round that keeps 99 of 100 within a second and makes no error."""
        before = self._found.setdefault(measure.name, [])
        rate = median(before) if before else await self._about(measure)
        best: Run | None = None
        for _ in range(_TRIES):
            run = await self._run(measure, rate)
            good = run.good(measure.status, P99_S)
            if best is not None and not good:
                break
            best = run if good else best
            rate *= _pace(run.latency_s(0.99), good=good)
        if best is None:
            raise Refusal(
                f"{measure.name}: no rate was kept. Last: {dict(run.statuses)}, p99 {run.latency_s(0.99):.2f} s"
            )
        before.append(best.rate)
        self._runs.setdefault(measure.name, []).append(best)

    async def _run(self, measure: Measure, rate: float) -> Run:
        requests = measure.requests(min(round(rate * self._seconds), measure.most))
        self._stage.reset()
        run = await self._load.run(requests, rate)
        self._busiest = max(self._busiest, run.generator)
        return run

    async def _about(self, measure: Measure) -> float:
        """A first guess: what comes through when everybody who waits asks again at once."""
        requests = measure.requests(4000)
        self._stage.reset()
        return (await self._load.all(requests)).rate

    def _table(self) -> dict[str, float]:
        print(f"\n  {'':16}{'a second':>10}{'least':>8}{'most':>8}{'p50 ms':>8}{'p99 ms':>8}")
        for name, rates in self._found.items():
            line = f"  {name:16}{median(rates):10.0f}{min(rates):8.0f}{max(rates):8.0f}"
            if runs := self._runs.get(name):
                line += "".join(f"{median(run.latency_s(share) for run in runs) * 1000:8.0f}" for share in (0.50, 0.99))
            print(line)
        ratios = {}
        for name, (ours, peer) in _OVER.items():
            ratios[name] = round(median(a / b for a, b in zip(self._found[ours], self._found[peer], strict=True)), 3)
            print(f"  {name:16}{ratios[name]:10.2f}   goal {_GOALS[name]}")
        print(
            f"  pgbench: {CLIENTS} clients, prepared. The load used at most {self._busiest:.0%} of its core (< {TOO_BUSY:.0%})."
        )
        return ratios


def _pace(latency_s: float, *, good: bool) -> float:
    """By how much the next try is faster or slower: in strides while the limit is far away."""
    far = latency_s < P99_S / 4 if good else latency_s > 2 * P99_S
    step = _STRIDE if far else _STEP
    return step if good else 1 / step


async def _rush(load: Load, wishes: Wishes, attempts: Sequence[rush.Attempt], dsn: str) -> tuple[rush.Verdict, Run]:
    seconds = _given("RUSH_SECONDS", 10) * len(attempts) / rush.ATTEMPTS
    requests = [wishes.for_patient(each.slot, each.patient, each.token) for each in attempts]
    run = await load.run(requests, len(requests) / seconds, float("inf"))
    verdict = rush.judge(attempts, run.answers, rush.read_books(dsn))
    given = run.statuses[201]
    print(
        f"\n  rush: {len(attempts)} attempts in {seconds:.0f} s, {given} places given, p50 {run.latency_s(0.50) * 1000:.0f} ms,"
        f" p99 {run.latency_s(0.99) * 1000:.0f} ms from the intended start; the load used {run.generator:.0%} of its core"
    )
    print("  " + ", ".join(f"{name} {value}" for name, value in asdict(verdict).items()))
    return verdict, run


if __name__ == "__main__":
    sys.exit(main())
