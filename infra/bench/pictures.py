"""The first picture of a CT of 300 slices in a real browser, over a weak and a good line, and when the whole stack is there.

Chromium shapes the line (rate and latency of every request). The application's pages were opened before, the viewer was not: its
code comes over the same line. Counted from the instant at which the study is opened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
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
_WORKER, _PATIENT = "何秀英", "王德顺"
_SUBJECT: Final = Subject("王德顺", "LINE-0001", "M", date(1968, 6, 4))
_AT_ONCE: Final = 4
_WHOLE_WITHIN_S: Final = 900
# When something of the study was first on a canvas: pixels that are not all of one grey.
_CLOCK: Final = """
window.__open = (address) => {
  delete window.__first;
  const look = () => {
    for (const canvas of document.querySelectorAll("main canvas, .stage canvas")) {
      if (canvas.width < 100) continue;
      const pixels = canvas.getContext("2d").getImageData(0, canvas.height / 2, canvas.width, 1).data;
      let least = 255, most = 0;
      for (let at = 0; at < pixels.length; at += 4) {
        least = Math.min(least, pixels[at]); most = Math.max(most, pixels[at]);
      }
      if (most - least > 30) { window.__first = performance.now() - window.__from; return; }
    }
    requestAnimationFrame(look);
  };
  window.__from = performance.now();
  history.pushState(null, "", address);
  dispatchEvent(new PopStateEvent("popstate", { state: null }));
  requestAnimationFrame(look);
};
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A line: bits a second, and milliseconds that every request waits."""

    name: str
    bits_s: float
    latency_ms: float
    phone: bool


LINES: Final = (Line("400k", 400_000, 400, phone=True), Line("20m", 20_000_000, 20, phone=False))


@dataclass(frozen=True, slots=True)
class Seen:
    """Milliseconds until the first picture; until every slice is there, where that was waited for."""

    first_ms: float
    whole_ms: float | None


async def send_ct(address: str) -> tuple[Member, str]:
    """A township worker uploads a CT of 300 slices by the page's routes; who, and the study's id."""
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


async def seen(playwright: Playwright, folder: Path, worker: Member, study_id: str, line: Line, *, whole: bool) -> Seen:
    """One opening of the study by this line, in a browser of its own."""
    async with (
        somebody(playwright, worker.address, folder, phone=line.phone, init_script=_CLOCK) as person,
        worker.at(person.context),
    ):
        page = person.page
        await page.goto("/staff/imaging", wait_until="networkidle")
        await _shape(page, line)
        await page.evaluate("address => window.__open(address)", f"/staff/imaging/studies/{study_id}")
        await page.wait_for_function("window.__first !== undefined", timeout=60_000)
        first_ms = float(await page.evaluate("window.__first"))
        if not whole:
            return Seen(first_ms, None)
        await page.get_by_text("已到齐").first.wait_for(timeout=_WHOLE_WITHIN_S * 1000)
        return Seen(first_ms, float(await page.evaluate("performance.now() - window.__from")))


async def _shape(page: Page, line: Line) -> None:
    connection = await page.context.new_cdp_session(page)
    rate = line.bits_s / 8
    limits: dict[str, Any] = {"downloadThroughput": rate, "uploadThroughput": rate, "latency": line.latency_ms}
    await connection.send("Network.enable")
    await connection.send("Network.emulateNetworkConditions", {"offline": False, **limits})


def first_ms(openings: Sequence[Seen]) -> float:
    """The median of the first pictures."""
    return median(each.first_ms for each in openings)
