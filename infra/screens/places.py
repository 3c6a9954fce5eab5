"""Pictures of booking: every step, a held place, a lost race, the waiting list with its offer, a stopped session; and a
family doctor who books for a contracted patient.
"""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from playwright.async_api import Page, Playwright

from infra.tour import visitor
from infra.tour.caller import Caller
from tests.e2e.browsers import somebody

from .camera import PATIENT_VIEWS, STAFF_VIEWS, Camera, look_at
from .member import Member
from .story import BOOKED_WITH, Story

_STEPS: Final = ("who", "department", "doctor", "inperson", "time", "check")
_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_EXPERT, _FAMILY_DOCTOR = "和振邦", "杨春生"
REASON: Final = "医生临时参加抢救"


async def booking(camera: Camera, story: Story, page: Page) -> None:
    """From the first question to the slip, and everything that may come between."""
    draft = await _steps(camera, story, page)
    await story.book("booked", BOOKED_WITH, later=True)
    done, one = f"/book/done?booking={story.ids['booking']}", f"/bookings/{story.ids['booking']}"
    await camera.shoot(page, "book-done", done, PATIENT_VIEWS)
    await camera.shoot(page, "booking", one, PATIENT_VIEWS)
    await camera.shoot(page, "visit-booked", f"/visits/{story.ids['booked']}", PATIENT_VIEWS)
    kept = await story.patient.get(f"/api/bookings/{story.ids['booking']}")
    await _draft(page, draft | {"day": kept["day"], "slotId": kept["slot_id"]})
    await camera.shoot(page, "book-already", "/book?step=check", PATIENT_VIEWS)
    await _sold_out(camera, story, page)
    await page.evaluate("() => sessionStorage.clear()")


async def _draft(page: Page, draft: dict[str, Any]) -> None:
    """Answers given before, as the page keeps them in its tab."""
    if page.url == "about:blank":
        await look_at(page, "/", PATIENT_VIEWS[0])
    await page.evaluate("(kept) => sessionStorage.setItem('lianyi.booking', kept)", json.dumps(draft))


async def _steps(camera: Camera, story: Story, page: Page) -> dict[str, Any]:
    doctor = story.staff[BOOKED_WITH].person_id
    card = next(each for each in await story.patient.get("/api/doctors") if each["id"] == doctor)
    draft: dict[str, Any] = {"patientId": story.patient.person_id}
    given: dict[str, dict[str, str]] = {
        "doctor": {"departmentId": card["department_id"]},
        "inperson": {"doctorId": doctor},
        "time": {"inPerson": "yes"},
        "check": await story.later_slot(BOOKED_WITH),
    }
    for step in _STEPS:
        draft |= given.get(step, {})
        await _draft(page, {} if step == "who" else draft)
        await camera.shoot(page, f"book-{step}", f"/book?step={step}", PATIENT_VIEWS)
    await _draft(page, draft | {"inPerson": "no", "slotId": ""})
    await camera.shoot(page, "book-first-visit", "/book?step=inperson", PATIENT_VIEWS, _next)
    await look_at(page, "/", PATIENT_VIEWS[0])  # leaving the check gives its place back
    return draft


async def _next(page: Page) -> None:
    await page.locator("nav.dock button").last.click()
    await page.get_by_role("alert").first.wait_for()


async def _sold_out(camera: Camera, story: Story, page: Page) -> None:
    """The last place is somebody else's; then it is given back; then the session stops."""
    session = await _last_place(story)
    slot = session["slots"][0]["id"]
    doctor = session["doctor"]
    draft = {
        "patientId": story.patient.person_id,
        "departmentId": doctor["department_id"],
        "doctorId": doctor["id"],
        "inPerson": "yes",
        "day": session["day"],
    }
    theirs = await story.other.post(
        f"/api/slots/{slot}/bookings", {"patient_id": story.other.person_id, "diagnosed_in_person": True}
    )
    await _draft(page, draft)
    await camera.shoot(page, "book-full-day", "/book?step=time", PATIENT_VIEWS)
    await _draft(page, draft | {"slotId": slot})
    await camera.shoot(page, "book-full", "/book?step=check", PATIENT_VIEWS)
    mine = {"patient_id": story.patient.person_id, "diagnosed_in_person": True}
    await story.patient.post(f"/api/sessions/{session['id']}/waitings", mine)
    await camera.shoot(page, "visits-waiting", "/visits", PATIENT_VIEWS)
    await story.other.post(f"/api/bookings/{theirs['id']}/cancel", {})
    await camera.shoot(page, "home-offer", "/", PATIENT_VIEWS, _offer)
    await camera.shoot(page, "visits-offer", "/visits", PATIENT_VIEWS, _offer)
    (waiting,) = await story.patient.get("/api/waitings")
    await story.patient.post(f"/api/bookings/{waiting['booking_id']}/confirm")
    await story.who("scheduler").post(f"/api/sessions/{session['id']}/stop", {"reason": REASON})
    await camera.shoot(page, "booking-stopped", f"/bookings/{waiting['booking_id']}", PATIENT_VIEWS, _alert)


async def _offer(page: Page) -> None:
    await page.get_by_role("timer").first.wait_for()


async def _alert(page: Page) -> None:
    await page.get_by_role("alert").first.wait_for()


async def _last_place(story: Story) -> dict[str, Any]:
    """A session with a single place, on an afternoon that the demo's plan leaves free."""
    scheduler = story.who("scheduler")
    expert = next(each for each in await scheduler.get("/api/doctors") if each["name"] == _EXPERT)
    day = datetime.now(_SHANGHAI).date() + timedelta(days=3)
    starts_at = datetime.combine(day, time(17), tzinfo=_SHANGHAI)
    made: dict[str, Any] = await scheduler.post(
        "/api/sessions",
        {
            "department_id": expert["department_id"],
            "doctor_id": expert["id"],
            "service": "follow_up",
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(minutes=30)).isoformat(),
            "slot_minutes": 30,
            "slot_capacity": 1,
            "quotas": {"online": 1},
        },
    )
    return made


async def family_doctor(playwright: Playwright, camera: Camera, story: Story, folder: Path) -> None:
    """The contracted patient is found, agrees, and gets a place of the doctor's team."""
    async with Caller(story.address) as guest:
        people = {each["name"]: each for each in await guest.get("/api/demo/people")}
    number = visitor.id_number()
    async with await Member.of_demo(story.address, people["何秀英"]) as worker:
        known = await worker.post("/api/patients", {"name": "段小妹", "id_number": number})
    async with (
        await Member.of_demo(story.address, people[_FAMILY_DOCTOR]) as doctor,
        somebody(playwright, story.address, folder) as person,
        doctor.at(person.context),
    ):
        page = person.page

        async def find(page: Page) -> None:
            await page.locator("[name=number]").fill(number)
            await page.locator("form button[type=submit]").click()
            await page.locator("li button").first.wait_for()

        await camera.shoot(page, "contracted", "/staff/contracted", STAFF_VIEWS, find)
        address = f"/staff/patients/{known['id']}/book"
        await camera.shoot(page, "contracted-consent", address, STAFF_VIEWS)
        text = next(each for each in await doctor.get("/api/consent-texts") if each["purpose"] == "act_for_me")
        taken = {"version": text["version"], "read_s": max(30, text["min_read_s"])}
        await doctor.post(f"/api/patients/{known['id']}/acting-consent", taken)
        await camera.shoot(page, "contracted-book", address, STAFF_VIEWS, _to_the_summary)


async def _to_the_summary(page: Page) -> None:
    await page.locator("input[type=search]").fill("lwq")
    await page.locator("article button").last.click()
    await page.get_by_role("radio").first.check(force=True)
    await page.locator(".days button:not(.off)").nth(1).click()
    await page.locator(".times button:not(.off)").first.click()
    await page.locator("textarea").wait_for()
