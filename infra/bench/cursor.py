"""How long a pointer takes from one browser to the other in a meeting over the same pictures, with both cameras on.

`python -m infra.bench.cursor` starts a demo of its own and measures alone.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Final

from playwright.async_api import Playwright, async_playwright, expect

from infra.demo_server import own_demo
from infra.refusal import Refusal
from tests.e2e import asked, together
from tests.e2e import at_the_clinic as clinic
from tests.e2e.browsers import Person, somebody
from tests.e2e.cameras import GREEN, RED

from .figures import percentile

MOVES: Final = 300
_EXPERT: Final = "周启明"
_SLICES: Final = 40


async def cursor_delays(playwright: Playwright, folder: Path, address: str, moves: int = MOVES) -> list[float]:
    """Milliseconds of each move, from an expert's page to that of the clinic who asked, at a demo that runs. Raises: Refusal."""
    study = asked.a_study(_SLICES, days_ago=0.1, description="胸部CT平扫")
    async with (
        asked.a_request(address, pictures=study) as case,
        somebody(playwright, address, folder, looks=GREEN) as expert,
        somebody(playwright, address, folder, looks=RED) as village,
    ):
        await case.arranged(_EXPERT, in_minutes=5)
        for person, name in ((expert, _EXPERT), (village, asked.WORKER)):
            await clinic.sign_in(person, name)
            await clinic.enter(person, case.id)
        await expert.page.get_by_role("button", name="我来主讲").click()
        await expect(village.page.get_by_text("正跟着")).to_be_visible()
        await together.see_the_same(expert, village, "both see the study")
        await _see_each_other(expert, village)
        return await together.delays(expert.page, village.page, moves)


async def _see_each_other(*people: Person) -> None:
    for person in people:
        await person.page.wait_for_function("[...document.querySelectorAll('video')].some((one) => one.videoWidth > 8)")


async def _measured(folder: Path, address: str) -> list[float]:
    async with async_playwright() as playwright:
        return await cursor_delays(playwright, folder, address)


def main() -> int:
    """Measure; 0 when every move arrived, whatever the figures."""
    try:
        with tempfile.TemporaryDirectory(prefix="ly-cursor-") as made:
            folder = Path(made)
            folder.chmod(0o755)
            with own_demo(folder) as demo:
                taken = asyncio.run(_measured(folder, demo.address))
    except (Refusal, AssertionError) as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 2
    figures = {"cursor_p50_ms": round(median(taken), 1), "cursor_p95_ms": round(percentile(taken, 0.95), 1)}
    print(json.dumps({"bench": "cursor", "moves": len(taken), **figures}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
