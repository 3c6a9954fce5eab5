"""From the tap on "enter" to the first moving picture of the doctor: in a real browser, and between generated peers."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from playwright.async_api import Playwright

from infra.screens.story import LIVE_WITH, Story
from infra.tour.caller import InRoom
from tests.e2e.browsers import somebody
from tests.e2e.cameras import Looks

_VILLAGER: Final = Looks("villager", (150, 110, 60), 440)
# Notes when something was pressed, and when the first picture of somebody else was shown after that.
_CLOCK: Final = """
(() => {
  addEventListener("click", () => { window.__pressed = performance.now(); window.__shown = undefined; }, true);
  const watched = new WeakSet();
  const look = () => {
    for (const video of document.querySelectorAll("figure video")) {
      if (watched.has(video)) continue;
      watched.add(video);
      video.requestVideoFrameCallback(() => { window.__shown ??= performance.now(); });
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""


async def in_browser(playwright: Playwright, folder: Path, story: Story, times: int) -> list[float]:
    """Milliseconds of each call; the doctor is in the room already."""
    visit, found = f"/visits/{story.ids['live']}", []
    async with (
        somebody(playwright, story.address, folder, looks=_VILLAGER, phone=True, init_script=_CLOCK) as person,
        story.patient.at(person.context),
    ):
        page = person.page
        for _ in range(times):
            await page.goto(visit)
            await page.locator(f"a[href='{visit}/call']").first.click()
            await page.wait_for_function("() => window.__shown !== undefined", timeout=30_000)
            found.append(float(await page.evaluate("() => window.__shown - window.__pressed")))
        await page.goto("/")
    return found


async def between_peers(story: Story, times: int) -> list[float]:
    """Milliseconds of each call without any browser: what the server needs of it."""
    found = []
    for _ in range(times):
        began = time.monotonic()
        patient = await story.enter_as_patient("live")
        await patient.first_picture()
        found.append((time.monotonic() - began) * 1000)
        await patient.leave()
        story.inside.remove(patient)
    return found


async def doctor_enters(story: Story) -> InRoom:
    """The doctor's generated peer in the live visit's room."""
    return await story.enter_as_doctor("live", LIVE_WITH)
