"""The main job in real browsers: a follow-up visit from booking to the signed summary, on recorded video."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Playwright, expect

from infra.tour.caller import Caller

from . import at_home, at_the_desk
from .browsers import Person, near, somebody
from .cameras import GREEN, RED, Looks
from .playing import plays
from .recorded import Leg, legs_of
from .stack import Stack
from .visits import a_booked_visit
from .waiting import until

DOCTOR, PATIENT = "陈若兰", "刘大勇"
# The page's own print is noted instead of opening the machine's dialog.
_NOTE_PRINTING = "window.print = () => { window.__printed = (window.__printed ?? 0) + 1; };"


async def test_a_visit_from_booking_to_the_printed_summary(stack: Stack, playwright: Playwright, folder: Path) -> None:
    async with (
        somebody(playwright, stack.address, folder, looks=RED, phone=True, init_script=_NOTE_PRINTING) as me,
        somebody(playwright, stack.address, folder, looks=GREEN) as doctor,
    ):
        await at_home.sign_in(me, PATIENT)
        async with a_booked_visit(stack, DOCTOR) as earlier:
            await earlier.prepare()
            await at_home.book(me, DOCTOR, "内分泌科")
            await at_home.prepare(me, folder, declines_recording_first=True)
            await at_home.wait_in_line(me)
            await expect(me.page.get_by_text(re.compile(r"前面还有\s*1\s*人"))).to_be_visible()
        await expect(me.page.get_by_text("下一位就是您")).to_be_visible()
        await me.page.reload()
        await expect(me.page.get_by_text("下一位就是您")).to_be_visible()

        await at_the_desk.sign_in(doctor, DOCTOR)
        await at_the_desk.open_reception(doctor)
        await at_the_desk.choose(doctor, PATIENT)
        await at_the_desk.call(doctor)
        await (
            me.page.get_by_role("link", name="进入诊室")
            .or_(me.page.get_by_role("button", name="进入诊室"))
            .first.click()
        )
        await _see_and_hear(me, GREEN)
        await _see_and_hear(doctor, RED)
        for person in (me, doctor):
            await expect(person.page.get_by_text("录像中").first).to_be_visible()
        connected = {PATIENT: await me.connected_at(), DOCTOR: await doctor.connected_at()}
        await _chat(me, doctor, folder)
        await at_the_desk.write_note(doctor)
        await at_the_desk.sign(doctor)
        left = {PATIENT: await _left(me), DOCTOR: await _left(doctor)}

        await me.page.get_by_role("link", name="看小结").or_(me.page.get_by_role("button", name="看小结")).first.click()
        await expect(me.page.get_by_text("原发性高血压").first).to_be_visible()
        await me.page.get_by_role("button", name="打印").click()
        assert await me.page.evaluate("window.__printed") == 1
        await me.page.emulate_media(media="print")
        await expect(me.page.get_by_text("原发性高血压（I10）")).to_be_visible()
        assert (await me.page.pdf()).startswith(b"%PDF")
        await me.page.emulate_media(media="screen")

        legs = await _recording_is_true(stack, me, connected, left)
        await me.page.get_by_role("link", name="看这次的录像").click()
        await plays(me, legs)
        assert me.complaints == []
        assert doctor.complaints == []


async def _left(person: Person) -> float:
    async def closed() -> bool:
        return await person.left_at() > 0

    await until(closed, "the page leaves the call")
    return await person.left_at()


async def _see_and_hear(person: Person, other: Looks) -> None:
    """The other's colour and pitch, and more frames as time goes by."""
    await until(lambda: _shows(person, other), "the other's colour is seen")
    first = await person.decoded()

    async def more() -> bool:
        now = await person.decoded()
        return now["frames"] > first["frames"] + 10 and now["energy"] > 0

    await until(more, "more frames are decoded and sound is heard")

    async def pitch() -> bool:
        return any(abs(heard - other.hz) < 30 for heard in await person.pitches())

    await until(pitch, "the other's pitch is heard")


async def _shows(person: Person, other: Looks) -> bool:
    colours = await person.colours()
    return bool(colours) and all(near(colour, other) for colour in colours)


async def _chat(me: Person, doctor: Person, folder: Path) -> None:
    await me.page.get_by_role("button", name="写字").click()
    await me.page.get_by_placeholder("写给对方").or_(me.page.get_by_role("textbox")).first.fill("医生好，听得见")
    await me.page.get_by_role("button", name="发送").click()
    await expect(doctor.page.get_by_text("医生好，听得见")).to_be_visible()
    await me.page.locator("input[type=file]").first.set_input_files(folder / "paper.png")
    await expect(doctor.page.get_by_role("log").locator("img")).to_be_visible()


async def _recording_is_true(
    stack: Stack, me: Person, connected: dict[str, float], left: dict[str, float]
) -> list[Leg]:
    """Whose it is, from when to when, and that what is missing is said; gives the legs."""
    async with Caller(stack.address) as desk:
        people = {each["name"]: each for each in await desk.get("/api/demo/people")}
        await desk.sign_in(people[DOCTOR])
        visit_id = re.search(r"/visits/([0-9a-f-]{36})", me.page.url)
        assert visit_id is not None
        encounter = (await desk.get(f"/api/visits/{visit_id.group(1)}"))["encounter_id"]
        legs = {leg.name: leg for leg in await legs_of(desk, encounter, at_least=2)}
    assert set(legs) == {PATIENT, DOCTOR}
    for name, looks in ((PATIENT, RED), (DOCTOR, GREEN)):
        leg: Leg = legs[name]
        assert near(leg.colour, looks), (name, leg.colour)
        assert abs(leg.pitch - looks.hz) < 15, (name, leg.pitch)
        began = {kind: at - connected[name] for kind, at in leg.first.items()}
        ended = {kind: at - left[name] for kind, at in leg.last.items()}
        assert all(abs(gap) < 1.0 for gap in (*began.values(), *ended.values())), (name, began, ended)
        for begin, end in leg.holes:
            assert any(gap["from"] <= begin + 0.5 and end - 0.5 <= gap["to"] for gap in leg.gaps), (
                begin,
                end,
                leg.gaps,
            )
    return list(legs.values())
