"""A second picture in a meeting, beside the faces: a screen, a scope; and files in the meeting's chat."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Playwright, expect

from infra.tour import visitor
from infra.tour.caller import Caller
from tests.unit.records.files import a_pdf, a_png, saved

from . import at_the_clinic as clinic
from .browsers import Person, near, somebody
from .cameras import BLUE, GREEN, RED, Looks
from .stack import Stack
from .waiting import until

WORKER, DISPATCHER, EXPERT, PATIENT = "段正和", "郭晓东", "赵明远", "赵阿妹"
STROKES = [[[100, 40, 0], [420, 80, 90], [700, 60, 180]]]
SCREEN_TITLE = "Blue sheet"
# A scope is one more camera to the browser; Chromium invents only one from a file, so this one is painted.
_SCOPE = """
(() => {
  const media = navigator.mediaDevices;
  const list = media.enumerateDevices.bind(media);
  const open = media.getUserMedia.bind(media);
  const scope = { deviceId: 'scope', kind: 'videoinput', label: '电子内镜', groupId: 'scope' };
  media.enumerateDevices = async () => [...(await list()), scope];
  media.getUserMedia = (wanted) => {
    if (wanted?.video?.deviceId?.exact !== 'scope') return open(wanted);
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
    const paint = canvas.getContext('2d');
    let turn = 0;
    setInterval(() => {
      paint.fillStyle = 'rgb(50, 70, 210)';
      paint.fillRect(0, 0, 640, 360);
      paint.fillStyle = 'rgb(30, 50, 170)';
      paint.fillRect((turn++ * 16) % 640, 0, 16, 360);
    }, 50);
    return Promise.resolve(canvas.captureStream(20));
  };
})();
"""


async def test_a_screen_and_a_scope_are_seen_beside_the_faces(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    meeting_id = await _arranged(stack)
    tab = f"--auto-select-tab-capture-source-by-title={SCREEN_TITLE}"
    async with (
        somebody(playwright, stack.address, folder, looks=RED, phone=True, init_script=_SCOPE) as village,
        somebody(playwright, stack.address, folder, looks=GREEN, flags=[tab]) as expert,
    ):
        await clinic.sign_in(expert, EXPERT)
        await clinic.enter(expert, meeting_id)
        await clinic.sign_in(village, WORKER)
        await clinic.enter(village, meeting_id)
        await _sees(village, GREEN)
        await _sees(expert, RED)

        sheet = await _blue_tab(expert)
        await _choose(expert, "我的屏幕")
        await expect(village.page.get_by_text(f"{EXPERT}的屏幕").first).to_be_visible()
        await _sees(village, GREEN, BLUE)
        await expect(expert.page.get_by_text("您正在展示屏幕").first).to_be_visible()
        await village.page.get_by_role("button", name="第二路", exact=True).click()
        await expect(village.page.get_by_text(f"{EXPERT}正在展示，请等对方停止后再展示")).to_be_visible()
        await village.page.get_by_role("dialog").get_by_role("button", name="关闭").last.click()
        await sheet.close()  # the browser itself ends what it captures
        await expect(village.page.get_by_text(f"{EXPERT}的屏幕")).to_have_count(0)

        await _choose(village, "电子内镜")
        await expect(expert.page.get_by_text(f"{WORKER}的第二路画面").first).to_be_visible()
        await _sees(expert, RED, BLUE)
        await _comes_back(stack, expert, village)
        await village.page.get_by_role("button", name="停止展示").first.click()
        await expect(expert.page.get_by_text(f"{WORKER}的第二路画面")).to_have_count(0)
        await _sees(expert, RED)
        await expect(village.page.get_by_role("button", name="第二路", exact=True)).to_be_visible()

        await _files(village, expert, folder)
        for person in (village, expert):
            assert person.complaints == []


async def _arranged(stack: Stack) -> str:
    """A consultation of a patient of their own that begins in some minutes; its meeting has its id."""
    async with Caller(stack.address) as worker, Caller(stack.address) as desk:
        people = {each["name"]: each for each in await worker.get("/api/demo/people")}
        await worker.sign_in(people[WORKER])
        await desk.sign_in(people[DISPATCHER])
        texts = {each["purpose"]: each for each in await worker.get("/api/consent-texts")}
        patient = await worker.post("/api/patients", {"name": PATIENT, "id_number": visitor.id_number()})
        agreed = {"purpose": "act_for_me", "version": texts["act_for_me"]["version"], "read_s": 120}
        await worker.post(f"/api/patients/{patient['id']}/consents", agreed)
        request = await worker.post("/api/remote-requests", await _form(worker, patient["id"]))
        of = f"/api/remote-requests/{request['id']}"
        signature = {
            "version_of_text": texts["remote_consultation"]["version"],
            "by": "patient",
            "strokes": STROKES,
        }
        request = await worker.post(f"{of}/consent", signature)
        request = await worker.post(f"{of}/submit", {"version": request["version"]})
        request = await desk.post(f"{of}/accept", {"version": request["version"]})
        expert = {"person_id": people[EXPERT]["id"], "lead": True}
        starts_at = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
        await desk.post(f"{of}/schedule", {"version": request["version"], "experts": [expert], "starts_at": starts_at})
        return str(request["id"])


async def _form(worker: Caller, patient_id: str) -> dict[str, Any]:
    partner = next(
        each
        for each in await worker.get("/api/cooperation-partners?scope=consultation")
        if each["server"]["name"] == "云岭县人民医院"
    )
    department = next(each for each in partner["departments"] if each["name"] == "呼吸内科")
    return {
        "patient_id": patient_id,
        "agreement_id": partner["agreement_id"],
        "department_id": department["id"],
        "title_wanted": "attending_physician",
        "reason": "皮疹性质不明",
        "purpose": "看皮肤镜画面，定处理",
        "summary": "女，46 岁，左前臂红斑两月，略高出皮面，不痒，外用药无效。",
        "diagnosis": [{"code": "L30.9", "name": "皮炎"}],
        "asap": True,
    }


async def _sees(me: Person, *wanted: Looks) -> None:
    """Exactly these pictures of others, each in one place."""

    async def shows() -> bool:
        colours = await me.colours()
        return len(colours) == len(wanted) and all(any(near(each, looks) for each in colours) for looks in wanted)

    await until(shows, f"{[looks.name for looks in wanted]} are seen")


async def _blue_tab(me: Person) -> Any:
    """What is on the screen: another page, all blue."""
    sheet = await me.context.new_page()
    style = f"margin:0;background:rgb{BLUE.rgb}"
    await sheet.set_content(f"<title>{SCREEN_TITLE}</title><body style='{style}'></body>")
    return sheet


async def _choose(me: Person, what: str) -> None:
    await me.page.get_by_role("button", name="第二路", exact=True).click()
    await me.page.get_by_role("dialog").get_by_role("button", name=what).click()


async def _comes_back(stack: Stack, expert: Person, village: Person) -> None:
    """The media node dies: both pictures come anew, over new connections."""
    before = await village.page.evaluate("window.__peers.length")
    stack.kill("-m media")

    async def renewed() -> bool:
        return bool(await village.page.evaluate("window.__peers.length") >= before + 2)

    await until(renewed, "both connections are made anew")
    await _sees(expert, RED, BLUE)


async def _files(village: Person, expert: Person, folder: Path) -> None:
    """A photo and a paper, sent by the one and opened by the other."""
    photo, paper = folder / "skin.png", folder / "paper.pdf"
    photo.write_bytes(a_png((320, 240)))
    paper.write_bytes(saved(a_pdf()))
    for person in (village, expert):
        await person.page.get_by_role("button", name=re.compile("^文字")).click()
    await village.page.get_by_label("发文件").set_input_files(photo)
    await expect(expert.page.get_by_role("img", name=f"照片，由 {WORKER} 发送")).to_be_visible()
    await village.page.get_by_label("发文件").set_input_files(paper)
    link = expert.page.get_by_role("link", name="打开文件")
    await expect(link).to_be_visible()
    assert str(await link.get_attribute("href")).startswith("blob:")
