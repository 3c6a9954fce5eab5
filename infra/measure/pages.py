"""The first visit of a patient's page: what comes over the wire, and when it is painted and usable on a weak phone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
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
_TIMES: Final = """
() => ({ fcp: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0, usable: window.__usable })
"""


@dataclass(frozen=True, slots=True)
class Weight:
    """KB over the wire, headers included: the page with its scripts and styles, and what the API answered."""

    page_kb: float
    api_kb: float
    files: int


@dataclass(frozen=True, slots=True)
class Paint:
    """Milliseconds from the beginning of the navigation."""

    fcp_ms: float
    usable_ms: float


async def weight(
    playwright: Playwright,
    folder: Path,
    member: Member,
    address: str,
    then: Callable[[Page], Awaitable[None]] | None = None,
) -> Weight:
    """Of an address with an empty cache, and of what is loaded by what is done `then`."""
    async with somebody(playwright, member.address, folder, phone=True) as person, member.at(person.context):
        line = await person.context.new_cdp_session(person.page)
        kinds: dict[str, str] = {}
        sizes: dict[str, float] = {}
        line.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["response"]["url"]}))
        line.on("Network.loadingFinished", lambda told: sizes.update({told["requestId"]: told["encodedDataLength"]}))
        await line.send("Network.enable")
        await person.page.goto(address, wait_until="networkidle")
        await settle(person.page)
        if then is not None:
            await then(person.page)
            await person.page.wait_for_load_state("networkidle")
            await settle(person.page)
    api = sum(size for key, size in sizes.items() if "/api/" in kinds.get(key, ""))
    own = [size for key, size in sizes.items() if "/api/" not in kinds.get(key, "")]
    return Weight(sum(own) / 1024, api / 1024, len(own))


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
    await page.wait_for_function("() => window.__usable !== undefined", timeout=60_000)
    times: dict[str, Any] = await page.evaluate(_TIMES)
    return Paint(float(times["fcp"]), float(times["usable"]))


async def _slow_down(line: CDPSession) -> None:
    slow = {"downloadThroughput": _SLOW_BYTES_S, "uploadThroughput": _SLOW_BYTES_S, "latency": _LATENCY_MS}
    await line.send("Network.enable")
    await line.send("Network.emulateNetworkConditions", {"offline": False, **slow})
    await line.send("Emulation.setCPUThrottlingRate", {"rate": _CPU_SLOWER})
