"""Which pictures of the scheduler's dialogs are taken: the pages themselves stand in `routes.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from playwright.async_api import Page, Playwright

from tests.e2e.browsers import somebody

from .album import tell
from .camera import STAFF_VIEWS, Camera
from .routes import SCHEDULER
from .story import Story

_WEEK, _PLAN = "/staff/sessions", "/staff/planning"


async def scheduler(playwright: Playwright, camera: Camera, story: Story, folder: Path) -> None:
    """Every panel and dialog of the week and of planning."""
    async with somebody(playwright, story.address, folder) as person, story.who(SCHEDULER).at(person.context):
        for name, (address, ready) in _DIALOGS.items():
            await camera.shoot(person.page, name, address, STAFF_VIEWS, ready)
        tell(person, SCHEDULER)


async def _panel(page: Page) -> None:
    await page.locator(".weeks button").nth(1).click()
    await page.wait_for_load_state("networkidle")  # what was chosen of the week before goes with it
    await page.locator("button.thing").first.click()
    await page.locator("aside.detail h2").wait_for()


async def _slots(page: Page) -> None:
    await _panel(page)
    await page.locator("aside.detail .seg button").last.click()


async def _slot(page: Page) -> None:
    await _slots(page)
    await page.locator("aside.detail li button").first.click()


async def _slot_wrong(page: Page) -> None:
    await _slot(page)
    await page.locator("dialog .split input").first.fill("x")


async def _stop(page: Page) -> None:
    await _panel(page)
    await page.locator("aside.detail footer button").first.click()


async def _add(page: Page) -> None:
    await page.locator(".bar button.primary").click()
    await page.locator("dialog .seg button").last.click()


async def _generate(page: Page) -> None:
    await page.locator(".acts button").first.click()


async def _change(page: Page) -> None:
    await page.locator("button.thing").first.click()


async def _main(page: Page) -> None:
    await page.locator(".acts button.primary").first.click()


_DIALOGS: Final = {
    "week-panel": (_WEEK, _panel),
    "week-slots": (_WEEK, _slots),
    "week-slot-quotas": (_WEEK, _slot),
    "week-slot-wrong": (_WEEK, _slot_wrong),
    "week-stop": (_WEEK, _stop),
    "week-add": (_WEEK, _add),
    "plan-generate": (f"{_PLAN}/templates", _generate),
    "plan-template-change": (f"{_PLAN}/templates", _change),
    "plan-template-add": (f"{_PLAN}/templates", _main),
    "plan-day-off": (f"{_PLAN}/days-off", _main),
    "plan-agreement": (f"{_PLAN}/agreements", _main),
    "plan-team": (f"{_PLAN}/teams", _main),
}
