"""`make bench-prescriptions`: the checks of one prescription, and how they grow; claims of the review queue beside pgbench.

Prints a table and, last, one line of JSON; fails when a prescription was claimed twice. `ROUNDS=1 CHECKS=200` make it short.
The machine must be quiet.
"""

from __future__ import annotations

import json
import os
import sys
from statistics import median
from typing import Any, Final

import uvloop

from infra.refusal import Refusal
from server.app import standing_on
from server.foundation.logs import configure_logs

from . import checks
from .claims import Claims
from .cores import LOAD, MEASURED, need_two, pin
from .stage import database, stage
from .waiting import PHARMACISTS, WAITING, open_desk, plant

_GOALS: Final = {"check_p99_ms": 5.0, "check_growth_100x": 1.5, "claim_ratio_vs_pgbench": 0.3}


def main() -> int:
    """Measure; 1 when a prescription was claimed twice."""
    try:
        need_two()
        figures = _checks() | uvloop.run(_claims())
    except Refusal as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 2
    for name, goal in _GOALS.items():
        print(f"  {name:26}{figures[name]:10.3f}   goal {goal}")
    print(json.dumps({"bench": "prescriptions", **figures}), flush=True)
    return 0 if figures["double_claims"] == 0 else 1


def _given(name: str, default: int) -> int:
    return int(os.environ.get(name) or default)


def _checks() -> dict[str, Any]:
    pin(MEASURED)
    times = _given("CHECKS", 2000)
    print(
        f"  {times} checks of {checks.ITEMS} drugs for a patient who takes {checks.TAKEN}, against all rules ...",
        flush=True,
    )
    shipped, small, big = checks.measured(times)
    print(f"\n  {'':34}{'drugs':>8}{'rules':>9}{'p50 ms':>9}{'p99 ms':>9}")
    for each in (shipped, small, big):
        print(f"  {each.name:34}{each.drugs:8}{each.interactions:9}{each.p50_ms:9.3f}{each.p99_ms:9.3f}")
    return {
        "check_p50_ms": round(shipped.p50_ms, 3),
        "check_p99_ms": round(shipped.p99_ms, 3),
        "check_growth_100x": round(big.p50_ms / small.p50_ms, 3),
    }


async def _claims() -> dict[str, Any]:
    configure_logs("error")
    print(f"\n  Making a database where {WAITING} wait for {PHARMACISTS} pharmacists ...", flush=True)
    with database() as (cluster, settings, folder):
        pin(LOAD)
        async with standing_on(settings) as ground:
            desk = await open_desk(ground)
        plant(cluster.superuser_dsn, desk)
        with stage(cluster, settings, folder):
            claims = Claims(cluster, folder, desk, settings.http.port)
            await claims.connect()
            ours, peer, ratios = [], [], []
            for number in range(_given("ROUNDS", 5)):
                peer.append(claims.peer())
                ours.append(await claims.ours())
                ratios.append(ours[-1] / peer[-1])
                print(
                    f"  round {number + 1}: {ours[-1]:.0f} claims/s through HTTP, pgbench {peer[-1]:.0f} /s", flush=True
                )
            claims.close()
    print(f"\n  {'':34}{'a second':>9}{'least':>8}{'most':>8}")
    for name, rates in (("claims through HTTP", ours), ("bare SKIP LOCKED in pgbench", peer)):
        print(f"  {name:34}{median(rates):9.0f}{min(rates):8.0f}{max(rates):8.0f}")
    print(f"  the load used at most {claims.busiest:.0%} of its core; {claims.double} claimed twice\n")
    return {"claim_ratio_vs_pgbench": round(median(ratios), 3), "double_claims": claims.double}


if __name__ == "__main__":
    sys.exit(main())
