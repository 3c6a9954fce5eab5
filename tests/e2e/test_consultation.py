"""A remote consultation in real browsers: three people in three processes, over the same pictures, to the printed report and
the recording.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

import pytest
from playwright.async_api import Playwright, expect

from infra.tour.caller import Caller, Refused
from tests.people import PIN

from . import asked, together
from . import at_the_clinic as clinic
from .browsers import Person, near, somebody
from .cameras import GREEN, RED, Looks
from .playing import plays
from .recorded import legs_of
from .stack import Stack
from .waiting import until

WORKER, DISPATCHER, EXPERT, PATIENT = asked.WORKER, asked.DISPATCHER, "周启明", "王德顺"
SLICES, EARLIER_SLICES = 12, 8
EARLIER = "半年前胸部CT"
PLACES, MOVES = 5, 100
_log = logging.getLogger(__name__)


async def test_a_village_asks_and_the_specialist_shows_the_same_slice(
    stack: Stack, playwright: Playwright, folder: Path, record_property: Callable[[str, object], None]
) -> None:
    patient_id = await _prepared(stack)
    async with (
        somebody(playwright, stack.address, folder, looks=RED) as village,
        somebody(playwright, stack.address, folder) as county,
        somebody(playwright, stack.address, folder, looks=GREEN) as expert,
    ):
        await clinic.sign_in(village, WORKER)
        request_id = await clinic.write_request(village, patient_id, "影像科")
        await clinic.add_pictures(village, _new_study(folder))
        await clinic.have_consent_signed(village)
        await village.page.get_by_role("button", name="提交急会诊申请").click()
        await expect(village.page.get_by_text(re.compile("等待.*答复")).first).to_be_visible()

        await clinic.sign_in(county, DISPATCHER)
        await clinic.arrange(county, request_id, EXPERT)

        await clinic.sign_in(expert, EXPERT)
        await clinic.enter(expert, request_id)
        await expect(village.page.get_by_role("link", name="进入会诊")).to_be_visible()
        await clinic.enter(village, request_id)
        await _see_each_other(village, expert)

        await _same_slice_and_window(village, expert)
        await _same_place(village, expert)
        delays = await together.delays(expert.page, village.page, MOVES)
        assert len(delays) == MOVES
        p95 = quantiles(delays, n=20)[-1]
        record_property("cursor_p95_ms", round(p95, 1))
        _log.info("cursor: p95 %.0f ms of %d moves", p95, MOVES)
        await _same_comparison(village, expert)

        await clinic.write_opinion(expert)
        await clinic.sign_opinion(expert, PIN)
        await village.page.get_by_role("link", name="看会诊意见").click()
        await expect(village.page.get_by_text(clinic.OPINION).first).to_be_visible()
        await expect(village.page.get_by_text("会诊意见仅供参考，诊疗决定由邀请方负责").first).to_be_visible()
        await _prints(village, request_id)
        await village.page.get_by_role("radio", name="已采纳").check(force=True)
        await village.page.get_by_role("button", name="记录并结束").click()
        await expect(village.page.get_by_text("已采纳").first).to_be_visible()
        await _recording_plays(stack, village, request_id)
        for person in (village, county, expert):
            assert person.complaints == []


async def _prepared(stack: Stack) -> str:
    """The patient without a phone, for whom the clinic acts by consent and who had a CT before."""
    async with Caller(stack.address) as worker:
        people = {each["name"]: each for each in await worker.get("/api/demo/people")}
        await worker.sign_in(people[WORKER])
        patient_id = str(people[PATIENT]["id"])
        await asked.acts_for(worker, patient_id)
        earlier = asked.a_study(EARLIER_SLICES, days_ago=180, description=EARLIER, nodule_mm=6.0)
        await asked.sent(worker, patient_id, earlier)
        return patient_id


def _new_study(folder: Path) -> list[Path]:
    """The study of today, as files to choose."""
    made = []
    for number, content in enumerate(asked.a_study(SLICES, days_ago=0.04, description="胸部CT平扫"), start=1):
        made.append(folder / f"e2e-{number:03}.dcm")
        made[-1].write_bytes(content)
    return made


async def _see_each_other(village: Person, expert: Person) -> None:
    async def shows(person: Person, other: Looks) -> bool:
        colours = await person.colours()
        return bool(colours) and all(near(colour, other) for colour in colours)

    await until(lambda: shows(village, GREEN), "the expert is seen in the village")
    await until(lambda: shows(expert, RED), "the village is seen by the expert")


async def _same_slice_and_window(village: Person, expert: Person) -> None:
    """The expert presents, turns pages and changes the window; the village sees that slice in that window."""
    await expert.page.get_by_role("button", name="我来主讲").click()
    await expect(village.page.get_by_text(re.compile(f"正跟着.*{EXPERT}"))).to_be_visible()
    await together.see_the_same(expert, village, "the village sees the first slice")
    first = await together.shown(expert)

    await together.points(expert, 0.5, 0.5)
    for _ in range(5):
        await expert.page.mouse.wheel(0, 120)
    await together.see_the_same(expert, village, "the village sees the expert's slice")
    later = await together.shown(expert)
    assert later[0] != first[0]

    await clinic.drag_window(expert)
    await together.see_the_same(expert, village, "the village sees the expert's window")
    assert (await together.shown(expert))[2] != later[2]


async def _same_place(village: Person, expert: Person) -> None:
    """Wherever the expert points, whole picture or zoomed, the village shows the pointer on that pixel of its own picture."""
    seats = set()
    for number, (across, down) in enumerate(together.places(2 * PLACES)):
        if number == PLACES:
            await clinic.zoom(expert)
        image = await together.points(expert, across, down)
        seen = await together.follow_to(village, image)
        seats.add(seen.seat)
        await village.page.mouse.move(*seen.at)
        own = await together.stage(village).get_attribute("data-pointer")
        assert together.near(together.point_of(own or ""), image), (own, image)
    assert len(seats) == 1
    await expect(village.page.get_by_text(f"{EXPERT} 在指").first).to_be_visible()


async def _same_comparison(village: Person, expert: Person) -> None:
    """The expert puts an earlier study beside, goes through both and through it alone; the village sees the same two slices."""
    await clinic.compare_with(expert, EARLIER)
    await together.see_the_same(expert, village, "the village sees the earlier study", stages=2)
    before = await together.shown(expert, 1)
    assert before[0] != (await together.shown(expert))[0]

    await together.points(expert, 0.5, 0.5)
    await expert.page.mouse.wheel(0, -240)
    await together.see_the_same(expert, village, "the village goes through both", stages=2)

    await expert.page.get_by_role("button", name="分开翻页").click()
    alone = await together.shown(expert)
    image = await together.points(expert, 0.4, 0.4, number=1)
    await expert.page.mouse.wheel(0, 360)
    await together.see_the_same(expert, village, "the village sees the earlier study's slice", stages=2)
    assert await together.shown(expert) == alone
    assert await together.shown(expert, 1) != before
    await together.points(expert, 0.42, 0.42, number=1)
    image = await together.points(expert, 0.4, 0.4, number=1)
    await together.follow_to(village, image, number=1)

    await expert.page.get_by_role("button", name="结束对比").click()
    await together.see_the_same(expert, village, "the village sees one study again")


async def _prints(village: Person, request_id: str) -> None:
    """The report as a PDF, opened by its button."""
    async with village.page.expect_response(re.compile(rf"/{request_id}/report\.pdf")) as answered:
        await village.page.get_by_role("button", name="打印", exact=True).click()
    answer = await answered.value
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/pdf")


async def _recording_plays(stack: Stack, village: Person, request_id: str) -> None:
    """Both people's pictures and sounds are kept; who asked plays them at the request, the expert no longer may."""
    async with Caller(stack.address) as worker, Caller(stack.address) as doctor:
        people = {each["name"]: each for each in await worker.get("/api/demo/people")}
        await worker.sign_in(people[WORKER])
        await doctor.sign_in(people[EXPERT])
        encounter = (await worker.get(f"/api/remote-requests/{request_id}"))["encounter_id"]
        legs = await legs_of(worker, encounter, at_least=2)
        for name, looks in ((WORKER, RED), (EXPERT, GREEN)):
            assert [leg.name for leg in legs].count(name) == 1
            (leg,) = [leg for leg in legs if leg.name == name]
            assert near(leg.colour, looks), (name, leg.colour)
            assert abs(leg.pitch - looks.hz) < 15, (name, leg.pitch)
        for path in (f"/api/encounters/{encounter}/recording", f"/api/recordings/{legs[0].id}/media"):
            with pytest.raises(Refused) as refused:
                await doctor.get(path)
            assert refused.value.status == 404
    await village.page.goto(f"/staff/requests/{request_id}")
    await village.page.get_by_role("button", name="看会诊录像").click()
    await plays(village, legs)
