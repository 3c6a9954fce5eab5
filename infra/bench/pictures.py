"""The first picture of a CT of 300 slices in a real browser, by a weak and a good line, and how the stack comes after it.

Chromium shapes the line (rate, and latency of every request); HTTP/1.1 with its six connections, as the application speaks it
itself. The list page was opened before, by the unshaped line; the viewer was not: its code comes over the same line. Counted
from the instant at which the study is opened to the first frame of the screen with a picture on the canvas.

The whole stack (65 MB packed) would take 22 minutes by the weak line, so each line is watched for a minute instead: when every
slice had its preview, how many had their pixels, and at what rate bytes came.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

from playwright.async_api import Page, Playwright

from infra.refusal import Refusal
from infra.screens.member import Member
from infra.tour.caller import Caller
from server.demo.phantom import Chest, Subject, files
from tests.e2e.browsers import somebody

SLICES: Final = 300
OPENINGS: Final = 5
_WORKER, _PATIENT = "何秀英", "王德顺"
_SUBJECT: Final = Subject("王德顺", "LINE-0001", "M", date(1968, 6, 4))
_AT_ONCE: Final = 4
_FIRST_WITHIN_S: Final = 60
_WATCHED_S: Final = 60.0
# Resolves when something of the study is on a canvas: pixels that are not all of one grey. A promise, as the pages' policy
# forbids what a predicate would be made with.
_CLOCK: Final = """
window.__open = (address) => new Promise((seen) => {
  const from = performance.now();
  const look = () => {
    for (const canvas of document.querySelectorAll("main canvas, .stage canvas")) {
      if (canvas.width < 100) continue;
      const pixels = canvas.getContext("2d").getImageData(0, canvas.height / 2, canvas.width, 1).data;
      let least = 255, most = 0;
      for (let at = 0; at < pixels.length; at += 4) {
        least = Math.min(least, pixels[at]); most = Math.max(most, pixels[at]);
      }
      if (most - least > 30) return seen(performance.now() - from);
    }
    requestAnimationFrame(look);
  };
  history.pushState(null, "", address);
  dispatchEvent(new PopStateEvent("popstate", { state: null }));
  requestAnimationFrame(look);
});
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A line: bits a second, and milliseconds that every request waits."""

    name: str
    bits_s: float
    latency_ms: float
    phone: bool


LINES: Final = (Line("400k", 400_000, 400, phone=True), Line("20m", 20_000_000, 20, phone=False))


@dataclass
class Flow:
    """What came over a line since the study was opened."""

    began: float = field(default_factory=time.monotonic)
    received: int = 0
    slices: int = 0
    previewed: int = 0
    previews_s: float | None = None
    _asked: dict[str, str] = field(default_factory=dict)

    def sent(self, event: dict[str, Any]) -> None:
        """A request goes out."""
        self._asked[event["requestId"]] = event["request"]["url"]

    def came(self, event: dict[str, Any]) -> None:
        """Bytes came in."""
        self.received += event["encodedDataLength"]

    def ended(self, event: dict[str, Any]) -> None:
        """An answer is complete."""
        address = self._asked.get(event["requestId"], "")
        self.slices += address.endswith("/pixels")
        if "/previews?" in address:
            self.previewed += int(address.split("count=")[1].split("&")[0])
            if self.previewed >= SLICES:
                self.previews_s = self.previews_s or time.monotonic() - self.began

    def told(self, line: Line) -> str:
        """A row of the table."""
        previews = f"{self.previews_s:.1f} s" if self.previews_s else f"{self.previewed} of {SLICES}"
        rate = self.received * 8 / 1000 / (time.monotonic() - self.began)
        return f"  {line.name:8}{previews:>16}{f'{self.slices} of {SLICES}':>16}{rate:>14.0f}"


async def first_pictures(playwright: Playwright, folder: Path, address: str) -> dict[str, float]:
    """Milliseconds to the first picture by each line, at a demo that runs: medians of five openings, the lines in turn.

    Raises: Refusal.
    """
    worker, study_id = await send_ct(address)
    path = f"/staff/imaging/studies/{study_id}"
    async with worker:
        taken: dict[str, list[float]] = {line.name: [] for line in LINES}
        for _ in range(OPENINGS):
            for line in LINES:
                async with _opened(playwright, folder, worker, line, path) as (first_ms, _flow):
                    taken[line.name].append(first_ms)
        _tell(taken)
        for line in LINES:
            async with _opened(playwright, folder, worker, line, path) as (_first, flow):
                await asyncio.sleep(max(0.0, _WATCHED_S - (time.monotonic() - flow.began)))
                print(flow.told(line), flush=True)
    return {name: round(median(each), 1) for name, each in taken.items()}


def _tell(taken: dict[str, list[float]]) -> None:
    for name, each in taken.items():
        print(f"  first picture by {name:6} ms {' '.join(f'{ms:.0f}' for ms in sorted(each))}")
    print(f"\n  {f'in {_WATCHED_S:.0f} s':8}{'all previews':>16}{'whole slices':>16}{'kbit/s':>14}")


async def send_ct(address: str) -> tuple[Member, str]:
    """A township worker uploads a CT of 300 slices by the page's routes; who, and the study's id. Raises: Refusal."""
    async with Caller(address) as guest:
        people = {each["name"]: each for each in await guest.get("/api/demo/people")}
    worker = await Member.of_demo(address, people[_WORKER])
    arrival = await worker.post("/api/imaging/arrivals", {"patient_id": people[_PATIENT]["id"]})
    path = f"/api/imaging/arrivals/{arrival['id']}"
    chest = Chest(_SUBJECT, datetime(2026, 11, 20, 1, 12, tzinfo=UTC), slices=SLICES, size=512, seed=7)
    slots = asyncio.Semaphore(_AT_ONCE)

    async def send(file: bytes) -> None:
        async with slots:
            await worker.upload(f"{path}/files", file, "application/dicom")

    await asyncio.gather(*(send(file) for file in files(chest)))
    (study,) = await worker.post(f"{path}/check")
    if study["instances"] != SLICES:
        raise Refusal(f"only {study['instances']} of {SLICES} slices were kept")
    choice = {"study_uid": study["study_uid"], "patient_id": people[_PATIENT]["id"]}
    await worker.post(f"{path}/finish", {"studies": [choice], "reason": "测速用的影像"})
    return worker, str(study["study_id"])


@asynccontextmanager
async def _opened(
    playwright: Playwright, folder: Path, worker: Member, line: Line, path: str
) -> AsyncIterator[tuple[float, Flow]]:
    """The study opened by this line in a browser of its own: milliseconds to its first picture, and what goes on coming."""
    async with (
        somebody(playwright, worker.address, folder, phone=line.phone, init_script=_CLOCK) as person,
        worker.at(person.context),
    ):
        page = person.page
        await page.goto("/staff/imaging", wait_until="networkidle")
        await page.get_by_text(
            "上传影像"
        ).first.wait_for()  # a slow machine is idle on the network before the page is there
        flow = await _shaped(page, line)
        try:
            async with asyncio.timeout(_FIRST_WITHIN_S):
                first_ms = float(await page.evaluate("path => window.__open(path)", path))
        except TimeoutError:
            raise Refusal(f"No picture within {_FIRST_WITHIN_S} s by {line.name}: {person.complaints}") from None
        yield first_ms, flow


async def _shaped(page: Page, line: Line) -> Flow:
    """The line's limits from now on, and what comes over it."""
    connection, flow = await page.context.new_cdp_session(page), Flow()
    connection.on("Network.requestWillBeSent", flow.sent)
    connection.on("Network.dataReceived", flow.came)
    connection.on("Network.loadingFinished", flow.ended)
    rate = line.bits_s / 8
    limits: dict[str, Any] = {"downloadThroughput": rate, "uploadThroughput": rate, "latency": line.latency_ms}
    await connection.send("Network.enable")
    await connection.send("Network.emulateNetworkConditions", {"offline": False, **limits})
    return flow
