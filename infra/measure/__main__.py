"""The command: measures on a demo of its own and prints a table, then everything as one line of JSON.

The machine must be quiet. `CALLS=20 LOADS=5 MINUTES=1` say how many calls, loads and minutes of visit are measured.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

from playwright.async_api import Playwright, async_playwright

from infra import browser
from infra.demo_server import own_demo
from infra.refusal import Refusal
from infra.screens.story import LIVE_WITH, Story

from . import calls, pages
from .processes import Use, uses

_FOLDER: Final = Path(__file__).resolve().parents[2] / ".cache" / "measure"


def main() -> int:
    """Measure; 0 when everything could be measured, whatever the figures."""
    try:
        browser.ensure()
        print("  Starting a demo to measure ...", flush=True)
        with own_demo(_FOLDER) as demo:
            assert demo.data_dir is not None, "it is our own"
            figures = asyncio.run(_measure(demo.address, demo.data_dir))
    except Refusal as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 2
    for name, value in figures.items():
        print(f"  {name:<44} {value}")
    print(json.dumps(figures, ensure_ascii=False))
    return 0


def _count(name: str, default: float) -> float:
    return float(os.environ.get(name) or default)


async def _measure(address: str, data_dir: Path) -> dict[str, Any]:
    folder = Path(tempfile.mkdtemp(prefix="ly-measure-"))
    try:
        async with await Story.begin(address) as story, async_playwright() as playwright:
            await story.go_live("live", LIVE_WITH)
            figures = await _pages(playwright, folder, story)
            await calls.doctor_enters(story)
            times = round(_count("CALLS", 20))
            figures |= _spread(
                "join to first picture, browser, ms", await calls.in_browser(playwright, folder, story, times)
            )
            figures |= _spread("join to first picture, peers only, ms", await calls.between_peers(story, times))
            figures |= await _costs(story, data_dir, _count("MINUTES", 1))
            return figures
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _pages(playwright: Playwright, folder: Path, story: Story) -> dict[str, Any]:
    first = await pages.weight(playwright, folder, story.patient, "/")
    call = await pages.weight(playwright, folder, story.patient, f"/visits/{story.ids['live']}/call")
    loads = range(round(_count("LOADS", 5)))
    home = [await pages.paint(playwright, folder, story.patient, story.address, "/") for _ in loads]
    door = [await pages.paint(playwright, folder, None, story.address, "/signin") for _ in loads]
    return {
        "first load of the patient's home, KB": round(first.first_kb, 1),
        "its files": first.files,
        "home with what it loads later, KB": round(first.all_kb, 1),
        "home's answers of the API, KB": round(first.api_kb, 1),
        "first load of the call, KB": round(call.all_kb, 1),
        "home: first paint on a weak phone, ms": round(median(each.fcp_ms for each in home)),
        "home: usable on a weak phone, ms": round(median(each.usable_ms for each in home)),
        "sign-in: first paint on a weak phone, ms": round(median(each.fcp_ms for each in door)),
        "sign-in: usable on a weak phone, ms": round(median(each.usable_ms for each in door)),
        "loads measured": len(loads),
    }


def _spread(what: str, found: list[float]) -> dict[str, Any]:
    last = quantiles(found, n=20, method="inclusive")[18] if len(found) > 1 else found[0]
    return {f"{what}, p50": round(median(found)), f"{what}, p95": round(last), f"{what}, calls": len(found)}


async def _costs(story: Story, data_dir: Path, minutes: float) -> dict[str, Any]:
    """Processor seconds of a minute with one visit of two people, of a minute without, and memory after all that."""
    patient = await story.enter_as_patient("live")
    await patient.first_picture()
    busy = await _over(data_dir, minutes)
    for each in story.inside:
        await each.leave()
    story.inside.clear()
    idle = await _over(data_dir, minutes)
    now = uses(data_dir)
    figures: dict[str, Any] = {}
    for name in now:
        figures[f"{name}: processor s per visit-minute"] = round(busy[name] / minutes, 2)
        figures[f"{name}: processor s per idle minute"] = round(idle[name] / minutes, 2)
        figures[f"{name}: memory, MB"] = round(now[name].rss_mb)
    return figures


async def _over(data_dir: Path, minutes: float) -> dict[str, float]:
    before = uses(data_dir)
    await asyncio.sleep(minutes * 60)  # the minute that is measured
    nothing = Use(0, 0)
    return {name: use.cpu_s - before.get(name, nothing).cpu_s for name, use in uses(data_dir).items()}


if __name__ == "__main__":
    sys.exit(main())
