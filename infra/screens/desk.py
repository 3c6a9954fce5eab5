"""Which pictures of the staff's pages are taken: the door, a doctor's desk through a whole visit, every other desk."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from playwright.async_api import Page, Playwright

from tests.e2e.browsers import somebody
from tests.e2e.cameras import Looks

from .album import picture_seen, tell
from .camera import STAFF_VIEWS, Camera
from .routes import COLLECTOR, EXAMINED, GUEST, PATIENT, PLACES
from .story import AT_DESK, COMPLAINT, Story

_DOCTOR: Final = Looks("doctor", (40, 150, 140), 330)


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


async def doctor(playwright: Playwright, camera: Camera, story: Story, folder: Path) -> None:
    """The worklist and the desk, from an empty day to the signed note. The patient is a generated one."""
    async with (
        somebody(playwright, story.address, folder, looks=_DOCTOR) as person,
        story.staff[AT_DESK].at(person.context),
    ):
        page = person.page
        await camera.shoot(page, "worklist-empty", "/staff/worklist", STAFF_VIEWS)
        visit = await story.book("desk", AT_DESK, who=story.other)
        desk = f"/staff/worklist?visit={visit}"
        await camera.shoot(page, "desk-not-prepared", desk, STAFF_VIEWS)
        await story.check_in("desk", AT_DESK)
        await camera.shoot(page, "desk-waiting-not-receiving", desk, STAFF_VIEWS)
        await story.open_reception("desk", AT_DESK)
        await camera.shoot(page, "desk-waiting", desk, STAFF_VIEWS)
        await story.call("desk", AT_DESK)
        await camera.shoot(page, "desk-called", desk, STAFF_VIEWS)
        await story.start("desk", AT_DESK)
        await camera.shoot(page, "desk-call-alone", desk, STAFF_VIEWS[:1])
        patient = await story.enter_as_patient("desk")
        await patient.ask("chat:send", {"client_id": "desk-1", "text": COMPLAINT})
        await camera.shoot(page, "desk-call", desk, STAFF_VIEWS, picture_seen)
        await patient.leave()
        story.inside.remove(patient)
        await story.finish("desk", AT_DESK)
        await camera.shoot(page, "desk-writing", desk, STAFF_VIEWS)
        await story.write("desk", AT_DESK)
        await camera.shoot(page, "desk-draft", desk, STAFF_VIEWS)
        await story.staff[AT_DESK].post(f"/api/visits/{visit}/sign", {})
        await camera.shoot(page, "desk-signed", desk, STAFF_VIEWS)
        tell(person, "doctor")


async def desks(playwright: Playwright, camera: Camera, story: Story, folder: Path) -> None:
    """Every staff route as its role sees it."""
    await story.help_somebody()
    for role in ROLES:
        async with somebody(playwright, story.address, folder) as person, story.who(role).at(person.context):
            for place in PLACES:
                if place.who == role:
                    await camera.shoot(person.page, place.name, place.address.format_map(story.ids), STAFF_VIEWS)
            tell(person, role)


_AT_HOME: Final = {GUEST, PATIENT, COLLECTOR, EXAMINED}
ROLES: Final = tuple(dict.fromkeys(place.who for place in PLACES if place.who not in _AT_HOME))
