"""A guest comes to a consultation by a link: let in, back after a reload, and nobody else by the same link."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Playwright, expect

from . import asked
from . import at_the_clinic as clinic
from .browsers import Person, near, somebody
from .cameras import GREEN
from .stack import Stack
from .waiting import until

HOST, GUEST = "韩雪", "杨大姐"


async def test_a_link_is_good_in_the_browser_that_opened_it_and_in_no_other(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with (
        asked.a_request(stack.address) as case,
        somebody(playwright, stack.address, folder, looks=GREEN) as host,
        somebody(playwright, stack.address, folder, phone=True) as guest,
    ):
        await case.arranged(HOST, in_minutes=25)
        await clinic.sign_in(host, HOST)
        await clinic.enter(host, case.id)
        link = await clinic.invite(host, GUEST)

        await guest.page.goto(link)
        await guest.page.get_by_label("我同意全程录音录像").check()
        await guest.page.get_by_role("button", name="进入", exact=True).click()
        await expect(guest.page.get_by_text("已敲门，等主持人让您进来")).to_be_visible()
        assert await guest.colours() == []
        await host.page.get_by_role("button", name="让他进来").click()
        await until(lambda: _sees(guest), "the guest sees who let them in")
        assert "#" not in guest.page.url

        await guest.page.reload()
        await guest.page.get_by_role("button", name="进入", exact=True).click()
        await until(lambda: _sees(guest), "the guest is back after a reload")

        other = await guest.browser.new_context(base_url=stack.address, locale="zh-CN")
        page = await other.new_page()
        await page.goto(link)
        await expect(page.get_by_text("这个邀请已在别的设备上打开")).to_be_visible()
        await expect(page.get_by_text("这个邀请已在另一台设备或浏览器上打开，不能再用")).to_be_visible()
        await expect(host.page.get_by_text(f"{GUEST}的邀请链接有人想在另一台设备上打开，已拦下")).to_be_visible()
        await expect(host.page.get_by_text("有人想用这个链接在别的设备上打开，已拦下")).to_be_visible()
        await until(lambda: _sees(guest), "the guest goes on")

        await host.page.get_by_role("button", name="挂断").click()
        await host.page.get_by_role("button", name="结束会诊").click()
        await expect(guest.page.get_by_text("会诊已经结束")).to_be_visible()
        await guest.page.goto(link)
        await guest.page.reload()
        await expect(guest.page.get_by_text("这个邀请不能用了")).to_be_visible()
        for person in (host, guest):
            assert person.complaints == []


async def _sees(guest: Person) -> bool:
    colours = await guest.colours()
    return len(colours) == 1 and near(colours[0], GREEN)
