"""A remote consultation in real browsers: three people in three processes, over the same pictures, to the printed report."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from playwright.async_api import Playwright, expect

from infra.tour.caller import Caller
from server.demo.phantom import Chest, Subject, files
from tests.people import PIN

from . import at_the_clinic as clinic
from .browsers import Person, near, somebody
from .cameras import GREEN, RED, Looks
from .stack import Stack
from .waiting import until

WORKER, DISPATCHER, EXPERT, PATIENT = "何秀英", "郭晓东", "周启明", "王德顺"
SLICES = 12
# Where the page says that somebody points, in its own pixels.
_POINTER = """
() => {
  const says = (each) => /在指$/.test(each.textContent.trim()) && !each.children.length;
  const label = [...document.querySelectorAll('.viewer *')].findLast(says);
  if (!label) return null;
  const { x, y } = label.getBoundingClientRect();
  return [x, y];
}
"""


async def test_a_village_asks_and_the_specialist_shows_the_same_slice(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    patient_id = await _acted_for(stack)
    async with (
        somebody(playwright, stack.address, folder, looks=RED) as village,
        somebody(playwright, stack.address, folder) as county,
        somebody(playwright, stack.address, folder, looks=GREEN) as expert,
    ):
        await clinic.sign_in(village, WORKER)
        request_id = await clinic.write_request(village, patient_id, "影像科")
        await clinic.add_pictures(village, _a_study(folder))
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
        await _same_slice(village, expert)

        await clinic.write_opinion(expert)
        await clinic.sign_opinion(expert, PIN)
        await village.page.get_by_role("link", name="看会诊意见").click()
        await expect(village.page.get_by_text(clinic.OPINION).first).to_be_visible()
        await expect(village.page.get_by_text("会诊意见仅供参考，诊疗决定由邀请方负责").first).to_be_visible()
        await _prints(village, request_id)
        await village.page.get_by_role("radio", name="已采纳").check(force=True)
        await village.page.get_by_role("button", name="记录并结束").click()
        await expect(village.page.get_by_text("已采纳").first).to_be_visible()
        for person in (village, county, expert):
            assert person.complaints == []


async def _acted_for(stack: Stack) -> str:
    """The patient without a phone, for whom the clinic acts by consent."""
    async with Caller(stack.address) as worker:
        people = {each["name"]: each for each in await worker.get("/api/demo/people")}
        await worker.sign_in(people[WORKER])
        patient_id = str(people[PATIENT]["id"])
        if await worker.get(f"/api/patients/{patient_id}/acting-consent") is None:
            (text,) = [one for one in await worker.get("/api/consent-texts") if one["purpose"] == "act_for_me"]
            body = {"version": text["version"], "read_s": 90}
            await worker.post(f"/api/patients/{patient_id}/acting-consent", body)
        return patient_id


def _a_study(folder: Path) -> list[Path]:
    """A small CT as a machine writes it: one file for each slice."""
    subject = Subject("WANG^DESHUN=王^德顺", "SP-E2E-1", "M", date(1968, 6, 4))
    taken = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    chest = Chest(subject, taken, SLICES, 128, seed=11, nodule_mm=14.0, mark="E2E", description="胸部CT平扫")
    made = []
    for number, content in enumerate(files(chest), start=1):
        made.append(folder / f"e2e-{number:03}.dcm")
        made[-1].write_bytes(content)
    return made


async def _see_each_other(village: Person, expert: Person) -> None:
    async def shows(person: Person, other: Looks) -> bool:
        colours = await person.colours()
        return bool(colours) and all(near(colour, other) for colour in colours)

    await until(lambda: shows(village, GREEN), "the expert is seen in the village")
    await until(lambda: shows(expert, RED), "the village is seen by the expert")


async def _same_slice(village: Person, expert: Person) -> None:
    """The expert presents, scrolls and points; the village sees that slice, and the pointer at that place."""
    await expert.page.get_by_role("button", name="我来主讲").click()
    await expect(village.page.get_by_text(re.compile(f"正跟着.*{EXPERT}"))).to_be_visible()
    box = await clinic.stage(expert).bounding_box()
    assert box is not None
    await expert.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(5):
        await expert.page.mouse.wheel(0, 120)

    async def moved_on() -> bool:
        shown = await clinic.slice_shown(expert)
        return not re.match(r"第\s1\s", shown) and shown == await clinic.slice_shown(village)

    await until(moved_on, "the village sees the expert's slice")
    await expert.page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.6, steps=6)

    async def pointed_at() -> bool:
        found = await village.page.evaluate(_POINTER)
        there = await clinic.stage(village).bounding_box()
        if found is None or there is None:
            return False
        # Both stages have the same shape; the label stands a little beside the tip.
        across = (found[0] - there["x"]) / there["width"]
        down = (found[1] - there["y"]) / there["height"]
        return bool(abs(across - 0.4) < 0.06 and abs(down - 0.6) < 0.06)

    await until(pointed_at, "the village sees where the expert points")


async def _prints(village: Person, request_id: str) -> None:
    """The report as a PDF, opened by its button."""
    async with village.page.expect_response(re.compile(rf"/{request_id}/report\.pdf")) as answered:
        await village.page.get_by_role("button", name="打印", exact=True).click()
    answer = await answered.value
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/pdf")
