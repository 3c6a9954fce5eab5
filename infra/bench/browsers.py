"""What is measured in real browsers, on one demo: the first picture by a weak and a good line, a pointer between two people.

`python -m infra.bench.browsers` measures this alone.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from playwright.async_api import async_playwright

from infra import browser, web
from infra.demo_server import own_demo
from infra.refusal import Refusal

from . import cursor, pictures
from .figures import percentile


def measured() -> dict[str, Any]:
    """`first_frame_ms` by line, and `cursor_p95_ms`. Raises: Refusal."""
    browser.ensure()
    web.build()
    with tempfile.TemporaryDirectory(prefix="ly-browsers-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        with own_demo(folder) as demo:
            return asyncio.run(_measured(folder, demo.address))


async def _measured(folder: Path, address: str) -> dict[str, Any]:
    async with async_playwright() as playwright:
        first_frame_ms = await pictures.first_pictures(playwright, folder, address)
        delays = await cursor.cursor_delays(playwright, folder, address)
    p50, p95 = (round(each, 1) for each in (median(delays), percentile(delays, 0.95)))
    print(f"  a pointer from one browser to the other, {len(delays)} moves: p50 {p50} ms, p95 {p95} ms", flush=True)
    return {"first_frame_ms": first_frame_ms, "cursor_p95_ms": p95}


def main() -> int:
    """Measure; 0 when everything could be measured, whatever the figures."""
    try:
        figures = measured()
    except (Refusal, AssertionError) as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 2
    print(json.dumps({"bench": "browsers", **figures}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
