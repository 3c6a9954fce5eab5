"""What a doctor does at the page, from signing in to the signed note. Names are those people read."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from tests.people import PIN

from .browsers import Person


async def sign_in(me: Person, name: str) -> None:
    """As one of the demo's staff: the button fills in password and code."""
    page = me.page
    await page.goto("/staff/signin")
    await page.get_by_role("button", name=name).click()
    await expect(page.get_by_label("动态码")).not_to_have_value("")
    await page.get_by_role("button", name="登录", exact=True).click()
    await expect(page.get_by_role("heading", name="今日病人").or_(page.get_by_text("今日病人")).first).to_be_visible()


async def open_reception(me: Person) -> None:
    """Receive patients now, unless reception is open already."""
    page = me.page
    closed = page.get_by_role("button", name="开始接诊")
    await expect(closed.or_(page.get_by_role("button", name="在线接诊")).first).to_be_visible()
    if await closed.is_visible():
        await closed.click()
    await expect(page.get_by_role("button", name="在线接诊")).to_be_visible()


async def choose(me: Person, patient: str) -> None:
    """Open a patient of the list."""
    await me.page.get_by_role("button", name=re.compile(f"^{patient}")).first.click()
    await expect(me.page.get_by_role("button", name="叫号", exact=True)).to_be_visible()


async def call(me: Person) -> None:
    """Call, read the paper, decide that it is a follow-up, and open the video."""
    page = me.page
    await page.get_by_role("button", name="叫号", exact=True).click()
    same = page.get_by_role("radio", name=re.compile("^符合复诊"))
    await expect(same).to_be_visible()  # the call stands, and the desk shows what to decide
    await page.get_by_role("button", name=re.compile("paper.png")).first.click()
    await expect(same).to_be_enabled()  # once a paper was opened
    await page.keyboard.press("Escape")
    await same.check(force=True)
    await page.get_by_role("button", name="确认符合复诊").click()
    await page.get_by_role("button", name="开始视频").click()
    await expect(page.get_by_role("button", name="结束通话")).to_be_visible()


async def write_note(me: Person) -> None:
    """A note that can be signed; it is kept as it is written."""
    page = me.page
    await page.get_by_label("主诉").fill("血压控制不好 2 周")
    await page.get_by_label("现病史").fill("两周来头晕，家庭自测血压 150-168/88-96 mmHg")
    await page.get_by_label("过敏史").fill("无已知过敏")
    await page.get_by_role("combobox").first.fill("I10")
    await page.get_by_role("option", name=re.compile("原发性高血压")).first.click()
    await page.get_by_label("处理").fill("限盐，早晚各测血压一次，两周后复诊")
    home = page.get_by_role("radio", name="回家观察").or_(page.get_by_role("button", name="回家观察"))
    await home.first.click()
    await expect(page.get_by_text("已自动保存")).to_be_visible()


async def sign(me: Person) -> None:
    """Sign and end; a dialog asks once."""
    page = me.page
    await page.get_by_role("button", name="签名并结束").first.click()
    await page.get_by_role("dialog").get_by_role("button", name=re.compile("签名")).click()
    await enter_pin(me, page.get_by_text("已签名").first)


async def enter_pin(me: Person, signed: Locator) -> None:
    """The signing PIN, where it is asked for; until the page shows what was signed."""
    pin = me.page.get_by_role("dialog", name="输入签名密码").get_by_label("签名密码")
    await expect(signed.or_(pin).first).to_be_visible()
    if await pin.is_visible():
        await pin.fill(PIN)
        await me.page.get_by_role("button", name="解锁并签名").click()
    await expect(signed).to_be_visible()
