"""The first visit of a patient's page: what comes over the wire, and when it is painted and usable on a weak phone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.async_api import CDPSession, Page, Playwright

from infra.screens.camera import settle
from infra.screens.member import Member
from tests.e2e.browsers import somebody

_SLOW_BYTES_S: Final = 400_000 / 8
_LATENCY_MS: Final = 400
_CPU_SLOWER: Final = 4
# When the first painting was, and when the first thing of the page could be pressed.
_CLOCK: Final = """
(() => {
  const look = () => {
    const first = document.querySelector("#main a[href='/book'], #main #phone");
    if (first && first.getBoundingClientRect().height > 0) window.__usable = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""
_PAINTED: Final = """
() => window.__usable !== undefined && performance.getEntriesByName("first-contentful-paint").length > 0
"""
_TIMES: Final = """
() => ({ fcp: performance.getEntriesByName("first-contentful-paint")[0].startTime, usable: window.__usable })
"""
# Sizes as they came over the wire; headers count 300 bytes each, as the browser's own timing does.
_WEIGHED: Final = """
() => {
  const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  const kb = (some) => some.reduce((sum, each) => sum + each.transferSize, 0) / 1024;
  const own = all.filter((each) => !each.name.includes("/api/"));
  const first = own.filter((each) => each.startTime <= (window.__usable ?? Infinity));
  return { first: kb(first), files: first.length, all: kb(own), api: kb(all) - kb(own) };
}
"""


@dataclass(frozen=True, slots=True)
class Weight:
    """KB over the wire with an empty cache: until the page was usable, until it rested, and the API's answers."""

    first_kb: float
    files: int
    all_kb: float
    api_kb: float


@dataclass(frozen=True, slots=True)
class Paint:
    """Milliseconds from the beginning of the navigation."""

    fcp_ms: float
    usable_ms: float


async def weight(playwright: Playwright, folder: Path, member: Member, address: str) -> Weight:
    """Of an address."""
    async with (
        somebody(playwright, member.address, folder, phone=True, init_script=_CLOCK) as person,
        member.at(person.context),
    ):
        await person.page.goto(address, wait_until="networkidle")
        await settle(person.page)
        found: dict[str, float] = await person.page.evaluate(_WEIGHED)
    return Weight(found["first"], round(found["files"]), found["all"], found["api"])


async def paint(playwright: Playwright, folder: Path, member: Member | None, base: str, address: str) -> Paint:
    """Of an address with an empty cache at 400 kbit/s, 400 ms and a processor four times slower."""
    async with somebody(playwright, base, folder, phone=True, init_script=_CLOCK) as person:
        if member is None:
            return await _painted(person.page, address)
        async with member.at(person.context):
            return await _painted(person.page, address)


async def _painted(page: Page, address: str) -> Paint:
    line = await page.context.new_cdp_session(page)
    await _slow_down(line)
    await page.goto(address, wait_until="commit", timeout=60_000)
    await page.wait_for_function(_PAINTED, timeout=60_000)
    times: dict[str, Any] = await page.evaluate(_TIMES)
    return Paint(float(times["fcp"]), float(times["usable"]))


async def _slow_down(line: CDPSession) -> None:
    slow = {"downloadThroughput": _SLOW_BYTES_S, "uploadThroughput": _SLOW_BYTES_S, "latency": _LATENCY_MS}
    await line.send("Network.enable")
    await line.send("Network.emulateNetworkConditions", {"offline": False, **slow})
    await line.send("Emulation.setCPUThrottlingRate", {"rate": _CPU_SLOWER})
