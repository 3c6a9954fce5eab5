"""Which pictures of the patients' pages are taken, in the order in which a visit goes. The staff's are in `desk.py`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from playwright.async_api import Page, Playwright, Route

from tests.e2e.browsers import Person, somebody
from tests.e2e.cameras import Looks

from . import places
from .camera import PATIENT_VIEWS, Camera, look_at, settle
from .routes import COLLECTOR, EXAMINED, GUEST, PLACES
from .story import LIVE_WITH, QUESTION, SIGNED_BY, WAITING_FOR, Story

_VILLAGER: Final = Looks("villager", (150, 110, 60), 440)
_EMPTY: Final = ("/", "/visits", "/records", "/inbox", "/family", "/who-read", "/me")
# What the page measures of its line becomes bad when the album says so: the strip cannot be had on a quiet machine.
_BAD_LINE: Final = """
(() => {
  const measured = RTCPeerConnection.prototype.getStats;
  RTCPeerConnection.prototype.getStats = async function (...given) {
    const report = await measured.apply(this, given);
    if (!window.__badLine) return report;
    const spoilt = new Map();
    for (const [key, row] of report) {
      spoilt.set(key, row.type === "remote-inbound-rtp" ? { ...row, fractionLost: 0.3, roundTripTime: 1.4 } : row);
    }
    return spoilt;
  };
})();
"""


async def guests(playwright: Playwright, camera: Camera, story: Story, folder: Path) -> None:
    """Who is not signed in."""
    async with somebody(playwright, story.address, folder, phone=True) as guest:
        page = guest.page
        await camera.shoot(page, "signin", "/signin", PATIENT_VIEWS)
        await camera.shoot(page, "signin-code", "/signin", PATIENT_VIEWS, _to_the_code)
        await camera.shoot(page, "signin-wrong-code", "/signin", PATIENT_VIEWS, _wrong_code)
        await camera.shoot(page, "not-found", "/no/such/page", PATIENT_VIEWS)
        await camera.shoot(page, "forbidden", "/forbidden", PATIENT_VIEWS)
        tell(guest, "guest")


async def links(playwright: Playwright, camera: Camera, story: Story, folder: Path) -> None:
    """Who comes by a link or a code alone, which here are none of anything."""
    async with somebody(playwright, story.address, folder, phone=True) as guest:
        for place in PLACES:
            if place.who == GUEST and "#" in place.address:
                await camera.shoot(guest.page, place.name, place.address, PATIENT_VIEWS)
        tell(guest, "link")


async def at_home(playwright: Playwright, camera: Camera, story: Story, folder: Path) -> None:
    """Whose prescription was approved, and whose pictures were read."""
    await story.find_prescription()
    await story.find_pictures()
    for role in (COLLECTOR, EXAMINED):
        async with (
            somebody(playwright, story.address, folder, phone=True) as person,
            story.who(role).at(person.context),
        ):
            for place in PLACES:
                if place.who == role:
                    await camera.shoot(person.page, place.name, place.address.format_map(story.ids), PATIENT_VIEWS)
            tell(person, role)


async def _to_the_code(page: Page) -> None:
    await page.locator(".demo button").first.click()
    await page.locator("[autocomplete='one-time-code']").first.wait_for()


async def _wrong_code(page: Page) -> None:
    await _to_the_code(page)
    await page.locator("[autocomplete='one-time-code']").first.fill("000000")
    await page.keyboard.press("Enter")
    await page.get_by_role("alert").first.wait_for()


async def newcomer(playwright: Playwright, camera: Camera, story: Story, folder: Path) -> None:
    """A villager without visits: every list is empty. Then every page without an answer of the server."""
    async with somebody(playwright, story.address, folder, phone=True) as person, story.other.at(person.context):
        for address in _EMPTY:
            name = address.strip("/") or "home"
            await camera.shoot(person.page, f"{name}-empty", address, PATIENT_VIEWS)
        for view in PATIENT_VIEWS:
            await camera.shoot(person.page, "home-offline", "/", [view], _cut_off)
            await person.context.set_offline(False)
        await camera.shoot(person.page, "visits-failed", "/me", PATIENT_VIEWS, _server_trouble)
        tell(person, "newcomer")


async def _cut_off(page: Page) -> None:
    await page.context.set_offline(True)
    await page.locator("[role=status] p").first.wait_for()


async def _server_trouble(page: Page) -> None:
    async def refuse(route: Route) -> None:
        english = (await route.request.header_value("accept-language") or "").startswith("en")
        title = "The service does not answer at present" if english else "服务暂时没有应答"
        body = {"type": "urn:problem:unavailable", "title": title, "status": 503, "code": "unavailable"}
        await route.fulfill(status=503, content_type="application/problem+json", body=json.dumps(body))

    await page.route("**/api/visits*", refuse)
    await page.goto("/visits")
    await settle(page)
    await page.unroute("**/api/visits*")


async def patient(playwright: Playwright, camera: Camera, story: Story, folder: Path) -> None:
    """One villager from booking to the signed note, with the doctors' side played over the API."""
    async with (
        somebody(playwright, story.address, folder, looks=_VILLAGER, phone=True, init_script=_BAD_LINE) as person,
        story.patient.at(person.context),
    ):
        page = person.page
        await places.booking(camera, story, page)
        await _preparing(camera, story, page)
        await _waiting(camera, story, page)
        await _calling(camera, story, page)
        await _afterwards(camera, story, page)
        tell(person, "patient")


async def _preparing(camera: Camera, story: Story, page: Page) -> None:
    visit = f"/visits/{story.ids['booked']}"
    await camera.shoot(page, "prepare-complaint", f"{visit}/prepare", PATIENT_VIEWS)
    parts = story.preparations("booked")
    for name, prepare in parts:
        await prepare()
        await camera.shoot(page, f"prepare-after-{name}", f"{visit}/prepare", PATIENT_VIEWS)
    await camera.shoot(page, "visit-prepared-too-early", visit, PATIENT_VIEWS)
    await camera.shoot(page, "waiting-too-early", f"{visit}/waiting", PATIENT_VIEWS)


async def _waiting(camera: Camera, story: Story, page: Page) -> None:
    await story.wait("waiting", WAITING_FOR, receiving=False)
    address = f"/visits/{story.ids['waiting']}/waiting"
    await camera.shoot(page, "waiting-doctor-not-there", address, PATIENT_VIEWS)
    await story.open_reception("waiting", WAITING_FOR)
    await camera.shoot(page, "waiting-one-ahead", address, PATIENT_VIEWS)
    await story.check_in("live", LIVE_WITH)
    await story.call("live", LIVE_WITH)
    await camera.shoot(page, "waiting-called", f"/visits/{story.ids['live']}/waiting", PATIENT_VIEWS)
    await camera.shoot(page, "home-called", "/", PATIENT_VIEWS)


async def _calling(camera: Camera, story: Story, page: Page) -> None:
    await story.start("live", LIVE_WITH)
    address = f"/visits/{story.ids['live']}/call"
    await camera.shoot(page, "call-alone", address, PATIENT_VIEWS)
    doctor = await story.enter_as_doctor("live", LIVE_WITH)
    await camera.shoot(page, "call-live", address, PATIENT_VIEWS, picture_seen)
    await doctor.ask("chat:send", {"client_id": "album-1", "text": QUESTION})
    await camera.shoot(page, "call-weak-network", address, PATIENT_VIEWS[:2], _line_spoilt)
    await camera.shoot(page, "call-left", address, PATIENT_VIEWS[:4:2], _left)
    await look_at(page, "/", PATIENT_VIEWS[0])


async def picture_seen(page: Page) -> None:
    """Wait until the other one's picture moves."""
    await page.wait_for_function(
        "() => [...document.querySelectorAll('figure video')].some((each) => each.videoWidth > 8)", timeout=15_000
    )


async def _line_spoilt(page: Page) -> None:
    await picture_seen(page)
    await page.evaluate("() => { window.__badLine = true; }")
    await page.locator("section.strip").wait_for(timeout=20_000)


async def _left(page: Page) -> None:
    await picture_seen(page)
    await page.locator("#main footer button").last.click()
    await page.locator("dialog[open] button").last.click()
    await page.locator("#main.call").wait_for(state="detached")


async def _afterwards(camera: Camera, story: Story, page: Page) -> None:
    await story.go_live("signed", SIGNED_BY)
    await story.sign("signed")
    await story.recording_kept("signed")
    visit = f"/visits/{story.ids['signed']}"
    for name, address in (
        ("visit-signed", visit),
        ("summary", f"{visit}/summary"),
        ("recording", f"{visit}/recording"),
        ("home", "/"),
        ("visits", "/visits"),
        ("records", "/records"),
        ("who-read", "/who-read"),
        ("inbox", "/inbox"),
        ("family", "/family"),
    ):
        await camera.shoot(page, name, address, PATIENT_VIEWS)


def tell(person: Person, who: str) -> None:
    """What the browser's console said."""
    for complaint in dict.fromkeys(person.complaints):
        print(f"  ! console of the {who}: {complaint}", flush=True)
