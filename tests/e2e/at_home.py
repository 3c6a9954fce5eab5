"""What a patient does at the page, from the first tap to the waiting room. Names are those people read."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from infra.tour import visitor

from .browsers import Person


async def sign_in(me: Person, name: str) -> None:
    """As one of the demo's people; a phone shared by a family asks who."""
    page = me.page
    await page.goto("/signin")
    await page.get_by_role("button", name=name).click()
    await page.get_by_role("button", name="登录", exact=True).click()
    home = page.get_by_role("link", name="我要看病")
    choice = page.get_by_role("button", name=re.compile(rf"{name}$"))
    await expect(home.or_(choice).first).to_be_visible()
    if not await home.is_visible():
        await choice.click()
    await expect(home).to_be_visible()


async def book(me: Person, doctor: str, department: str = "心血管内科") -> None:
    """The doctor's next free time today, for oneself."""
    await choose_doctor(me, doctor, department)
    await me.page.get_by_role("button", name=re.compile(r"^\d{2}:\d{2}")).first.click()
    await me.page.get_by_role("button", name="下一步").click()
    await confirm(me)


async def choose_doctor(me: Person, doctor: str, department: str = "心血管内科") -> None:
    """From home to the doctor's days, for oneself, with a diagnosis made in person."""
    page = me.page
    await page.get_by_role("link", name="我要看病").click()
    await page.get_by_role("radio", name=re.compile("^我自己")).check(force=True)
    await page.get_by_role("button", name="下一步").click()
    await page.get_by_role("button", name=department).or_(page.get_by_role("link", name=department)).first.click()
    await page.get_by_role("button", name=f"选 {doctor} 医生").click()
    await page.get_by_role("radio", name=re.compile("^看过")).check(force=True)
    await page.get_by_role("button", name="下一步").click()
    await expect(page.get_by_role("heading", name="选日子和时间")).to_be_visible()


async def confirm(me: Person) -> None:
    """The held place becomes a booking."""
    await me.page.get_by_role("button", name="确认预约").click()
    await expect(me.page.get_by_role("link", name="现在去准备")).to_be_visible()


async def prepare(me: Person, folder: Path, *, declines_recording_first: bool = False) -> None:
    """Complaint, danger signs, papers, the three consents, and the device check."""
    page = me.page
    await page.get_by_role("link", name="现在去准备").click()
    await page.get_by_role("link", name=re.compile("^下一步")).click()
    await page.get_by_role("textbox").fill("血压高，头晕两周 🙂 <script>alert(1)</script>'; DROP TABLE visits;--")
    await page.get_by_role("button", name="下一步").click()
    await page.get_by_role("button", name=re.compile("都没有")).click()
    paper = folder / "paper.png"
    paper.write_bytes(visitor.paper())
    await expect(page.get_by_role("heading", name="上传病历资料")).to_be_visible()
    await page.locator("input[type=file]").first.set_input_files(paper)
    await expect(page.get_by_text("已上传").first).to_be_visible()
    await page.get_by_role("button", name="下一步", exact=True).click()
    for heading in ("互联网诊疗知情同意", "个人信息同意", "录像同意"):
        await expect(page.get_by_role("heading", name=heading).first).to_be_visible()
        if heading == "录像同意" and declines_recording_first:
            await page.get_by_role("button", name="不同意", exact=True).click()
            await expect(page.get_by_text("改到医院当面看").first).to_be_visible()
            await page.get_by_role("button", name="我改主意了").click()
        await page.get_by_role("button", name="同意", exact=True).click(timeout=60_000)
    await expect(page.get_by_role("heading", name="检查手机").first).to_be_visible()
    await page.get_by_role("button", name=re.compile("跳过检查|下一步")).click()


async def wait_in_line(me: Person) -> None:
    """Into the waiting room."""
    await (
        me.page.get_by_role("button", name=re.compile("候诊"))
        .or_(me.page.get_by_role("link", name=re.compile("候诊")))
        .first.click()
    )
    await expect(me.page.get_by_role("heading", name="候诊室")).to_be_visible()
