"""`make bench-imaging`: a CT of 150 MB stored beside Orthanc; the first picture on weak and good lines; the cursor; the worklist.

Prints tables and, last, one line of JSON. `ROUNDS=1 STUDIES=100000` make it short. The machine must be quiet.
"""

from __future__ import annotations

import json
import os
import sys
from statistics import median
from typing import Any, Final

import uvloop

from infra import orthanc
from infra.refusal import Refusal
from server.app import standing_on
from server.foundation.logs import configure_logs
from tests import people

from . import archive, browsers, reading
from .cores import LOAD, need_two, pin
from .gateway import Scanner
from .stage import database, stage

_FIRST_WITHIN_MS: Final = {"400k": 3000, "20m": 300}
_GOALS: Final = {
    "stow_ratio_vs_orthanc": "at least 1.0",
    "cursor_p95_ms": "at most 100",
    "worklist_p95_ms": "at most 20",
}
_REPORTED: Final = ("stow_ratio_vs_orthanc", "first_frame_ms", "cursor_p95_ms", "worklist_p95_ms")


def main() -> int:
    """Measure; 0 when everything could be measured, whatever the figures."""
    try:
        need_two()
        orthanc.ensure()
        seen = browsers.measured()  # before anything is kept on one core: a whole demo and browsers need both
        stored = uvloop.run(_measured())
    except (Refusal, AssertionError) as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 2
    figures = {name: {**stored, **seen}[name] for name in _REPORTED}
    for name, goal in _GOALS.items():
        print(f"  {name:26}{figures[name]:10.3f}   goal {goal}")
    for line, within_ms in _FIRST_WITHIN_MS.items():
        print(f"  {f'first_frame_ms, {line}':26}{seen['first_frame_ms'][line]:10.3f}   goal at most {within_ms}")
    print(json.dumps({"bench": "imaging", **figures}), flush=True)
    return 0


def _given(name: str, default: int) -> int:
    return int(os.environ.get(name) or default)


async def _measured() -> dict[str, Any]:
    configure_logs("error")
    print("  Generating a CT of 300 slices ...", flush=True)
    pin(LOAD)
    scanner = Scanner()
    with database() as (cluster, settings, folder):
        async with standing_on(settings) as ground:
            hospital = await people.a_hospital(ground)
            department = await reading.open_department(ground)
            studies = _given("STUDIES", 1_000_000)
            print(f"  Making a database with {studies} examinations ...", flush=True)
            reading.plant(ground, cluster.superuser_dsn, department, studies)
            with stage(cluster, settings, folder):
                address = f"http://127.0.0.1:{settings.http.port}"
                pages = await reading.pages(address, department.readers[2], _given("PAGES", 600))
                ours = await archive.gateway_of(ground, hospital, address)
                stored = await archive.measured(ours, folder, _given("ROUNDS", 5), scanner)
    return _stow(stored) | {"worklist_p95_ms": round(reading.p95(pages), 2)}


def _stow(stored: archive.Stored) -> dict[str, Any]:
    print(f"\n  {'MB/s':34}{'ours':>9}{'Orthanc':>9}{'ratio':>9}")
    for form in archive.FORMS:
        name = "one request of 300" if form == 1 else f"{form} requests of {300 // form} at once"
        own, other = median(stored.ours[form]), median(stored.peer[form])
        print(f"  {name:34}{own:9.1f}{other:9.1f}{stored.ratio(form):9.2f}")
    return {"stow_ratio_vs_orthanc": round(min(stored.ratio(form) for form in archive.FORMS), 3)}


if __name__ == "__main__":
    sys.exit(main())
