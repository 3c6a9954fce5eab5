"""Which pictures of the staff's pages are taken. The story has been played before: nothing is changed here."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from playwright.async_api import Page, Playwright

from tests.e2e.browsers import somebody

from .camera import STAFF_VIEWS, Camera
from .routes import GUEST, PATIENT, PLACES
from .story import Story


async def door(playwright: Playwright, camera: Camera, story: Story, folder: Path) -> None:
    """Signing in, and what is said when it fails."""
    async with somebody(playwright, story.address, folder) as guest:
        await camera.shoot(guest.page, "staff-signin", "/staff/signin", STAFF_VIEWS)
        await camera.shoot(guest.page, "staff-signin-refused", "/staff/signin", STAFF_VIEWS, _wrong_password)


async def _wrong_password(page: Page) -> None:
    await page.locator("#name").fill("yl-20417")
    await page.locator("#password").fill("not the password")
    await page.locator("#code").fill("000000")
    await page.locator("form button[type=submit]").click()
    await page.get_by_role("alert").first.wait_for()


async def desks(playwright: Playwright, camera: Camera, story: Story, folder: Path) -> None:
    """Every staff route as its role sees it."""
    for role in ROLES:
        async with somebody(playwright, story.address, folder) as person, story.who(role).at(person.context):
            for place in PLACES:
                if place.who == role:
                    await camera.shoot(person.page, place.name, place.address.format_map(story.ids), STAFF_VIEWS)
            for complaint in dict.fromkeys(person.complaints):
                print(f"  ! console of the {role}: {complaint}", flush=True)


ROLES: Final = tuple(dict.fromkeys(place.who for place in PLACES if place.who not in (GUEST, PATIENT)))
