"""What a clinic's worker, a dispatcher and an expert do at the pages of a remote consultation. Names are those people read."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Locator, expect

from .browsers import Person

REASON = "左肺上叶结节，本院无法判断性质"
OPINION = "左肺上叶结节，恶性不能除外"


async def sign_in(me: Person, name: str) -> None:
    """As one of the demo's staff: the button fills in password and code."""
    page = me.page
    await page.goto("/staff/signin")
    await page.get_by_role("button", name=name).click()
    await expect(page.get_by_label("动态码")).not_to_have_value("")
    await page.get_by_role("button", name="登录", exact=True).click()
    await expect(page.get_by_role("button", name="退出")).to_be_visible()


async def write_request(me: Person, patient_id: str, department: str) -> str:
    """An urgent request with all that is asked for, except consent and pictures; its id."""
    page = me.page
    await page.goto(f"/staff/requests/new?patient={patient_id}")
    await page.wait_for_url(re.compile(r"/staff/requests/[0-9a-f-]{36}$"))
    await page.get_by_text("急会诊", exact=True).click()
    await page.get_by_label("选择科室").select_option(label=department)
    await page.get_by_label("要什么职称").select_option(index=1)
    await page.get_by_label("为什么请").fill(REASON)
    await page.get_by_label("想解决什么").fill("定性，要不要做增强 CT")
    await page.get_by_label("病历摘要").fill("咳嗽 3 周，痰中带血丝 2 次，体重近 2 月下降 4 kg，吸烟 30 年")
    await expect(page.get_by_text(re.compile("已自动保存"))).to_be_visible()
    return page.url.rsplit("/", 1)[1]


async def add_pictures(me: Person, files: list[Path]) -> None:
    """The study's files, in the background; should they not say whose they are, somebody has looked."""
    page = me.page
    await page.get_by_label("选文件", exact=True).set_input_files(files)
    asks = page.get_by_label("核对情况")
    done = page.locator(".files").get_by_text("已传完")
    await expect(asks.or_(done).first).to_be_visible(timeout=60_000)
    if await asks.is_visible():
        await asks.fill("与检查登记本核对无误")
        await page.get_by_role("button", name=re.compile("^核对过")).click()
    await expect(done.first).to_be_visible(timeout=60_000)


async def have_consent_signed(me: Person) -> None:
    """The patient reads, and signs on this device."""
    page = me.page
    await page.get_by_role("button", name="请病人签署知情同意书").click()
    pad = page.get_by_role("img", name="在这里签名")
    await pad.scroll_into_view_if_needed()
    box = await pad.bounding_box()
    assert box is not None
    for stroke in range(3):
        await page.mouse.move(box["x"] + 60 + 90 * stroke, box["y"] + 40)
        await page.mouse.down()
        await page.mouse.move(box["x"] + 110 + 90 * stroke, box["y"] + 110, steps=12)
        await page.mouse.up()
    sign = page.get_by_role("button", name="签好了")
    await expect(sign).not_to_have_attribute("aria-disabled", "true", timeout=120_000)
    await sign.click()
    await expect(page.get_by_text(re.compile("远程医疗知情同意书.*病人本人签名"))).to_be_visible()


async def arrange(me: Person, request_id: str, expert: str) -> None:
    """The dispatcher accepts, and asks this expert to come in five minutes."""
    page = me.page
    await page.goto(f"/staff/dispatch?request={request_id}")
    await page.get_by_role("button", name="接受", exact=True).click()
    await page.get_by_role("checkbox", name=re.compile(expert)).check()
    await page.get_by_role("button", name=re.compile("^安排在")).click()
    await expect(page.get_by_text("已安排").first).to_be_visible()


async def enter(me: Person, meeting_id: str) -> None:
    """Into the room, recorded."""
    page = me.page
    await page.goto(f"/staff/meetings/{meeting_id}")
    await page.get_by_label(re.compile("我同意全程录音录像")).check()
    await page.get_by_role("button", name="进入", exact=True).click()
    await expect(page.get_by_text("录像中").first).to_be_visible()


async def invite(me: Person, name: str) -> str:
    """A link for somebody who helps the patient; the list of people stays open."""
    page = me.page
    await page.get_by_text("人员", exact=True).click()
    await page.get_by_role("button", name="请人进来").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("姓名").fill(name)
    await dialog.get_by_role("button", name="生成链接").click()
    link = await dialog.locator("[data-link]").inner_text()
    await dialog.get_by_role("button", name="关闭").first.click()
    return link


def stage(me: Person) -> Locator:
    """The picture that is looked at."""
    return me.page.locator(".viewer canvas").first


async def drag_window(me: Person) -> None:
    """Another window, by the right button, from the middle of the picture."""
    box = await stage(me).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await me.page.mouse.move(x, y)
    await me.page.mouse.down(button="right")
    await me.page.mouse.move(x + 90, y + 40, steps=6)
    await me.page.mouse.up(button="right")


async def zoom(me: Person) -> None:
    """Larger, around the place that the mouse is on."""
    await me.page.keyboard.down("Control")
    await me.page.mouse.wheel(0, -360)
    await me.page.keyboard.up("Control")


async def compare_with(me: Person, description: str) -> None:
    """An earlier study beside the present one."""
    await me.page.get_by_role("button", name="对比", exact=True).click()
    await me.page.get_by_role("dialog").get_by_role("button", name=description).click()


async def write_opinion(me: Person, opinion: str = OPINION) -> None:
    """An opinion that can be signed; it is kept as it is written."""
    form = me.page.locator(".said").first  # the lead's own, where the joint summary stands below
    await form.get_by_label("所见").fill("左肺上叶见结节影，边缘分叶，可见短毛刺")
    await form.get_by_label("意见", exact=True).fill(opinion)
    await form.get_by_label("建议").fill("1 周内到县医院做增强 CT")
    await expect(form.get_by_text(re.compile("^已保存"))).to_be_visible()


async def sign_opinion(me: Person, pin: str, *, does: str = "签名发出", then: str = "会诊已经结束") -> None:
    """Sign and send; the PIN is asked for where the key is locked."""
    page = me.page
    await page.get_by_role("button", name=does).first.click()
    await page.get_by_role("dialog").get_by_role("button", name=does).click()
    over = page.get_by_text(then, exact=True).first
    field = page.get_by_role("dialog", name="输入签名密码").get_by_label("签名密码", exact=True)
    await expect(over.or_(field).first).to_be_visible()
    if await field.is_visible():
        await field.fill(pin)
        await page.get_by_role("dialog").get_by_role("button", name=re.compile("签名")).last.click()
    await expect(over).to_be_visible()
