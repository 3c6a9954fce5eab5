"""The doors and the frame of the pages: signing in and out, sessions, tabs, language and view, addresses that lead nowhere."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Page, Playwright, Response, expect

from infra.screens.routes import GUEST, PATIENT, PLACES

from .browsers import Person, somebody
from .stack import Stack

_PATIENT, _SCHEDULER = "刘大勇", "郭晓东"
_BANNER: Final = {"zh-CN": "演示环境，请勿录入真实信息", "en": "Demonstration. Do not enter real information"}
_WRONG_CODE: Final = {"zh-CN": "验证码不对或已过期", "en": "The code is wrong or too old"}
_WRONG_PASSWORD: Final = {
    "zh-CN": "账号、密码或动态码不对",
    "en": "The account, password or verification code is not right",
}


async def _patient_signs_in(page: Page) -> None:
    """From wherever the sign-in page was shown."""
    await page.get_by_role("button", name=_PATIENT).click()
    await page.get_by_role("button", name=re.compile("^(登录|Sign in)$")).click()
    await expect(page).not_to_have_url(re.compile("/signin"))


async def _staff_sign_in(page: Page) -> None:
    await page.get_by_role("button", name=_SCHEDULER).click()
    await expect(page.locator("#password")).not_to_have_value("")
    await page.locator("form button[type=submit]").click()
    await expect(page).not_to_have_url(re.compile("/signin"))


async def _choose(person: Person, language: str, look: str = "standard") -> None:
    """As if chosen on this device before."""
    kept = json.dumps({"language": language, "view": look, "step": 2})
    await person.page.goto("/signin")
    await person.page.evaluate("(kept) => localStorage.setItem('lianyi.view', kept)", kept)


async def test_a_patient_comes_back_to_where_they_were_going(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with somebody(playwright, stack.address, folder, phone=True) as me:
        await me.page.goto("/visits")
        await expect(me.page).to_have_url(re.compile(r"/signin\?next=/visits$"))
        await _patient_signs_in(me.page)
        await expect(me.page).to_have_url(re.compile("/visits$"))
        await me.page.reload()
        await expect(me.page).to_have_url(re.compile("/visits$"))
        await expect(me.page.get_by_role("heading", level=1)).to_be_visible()
        await me.page.goto("/me")
        await expect(me.page.get_by_text(_PATIENT)).to_be_visible()
        await me.page.get_by_role("button", name="退出登录").click()
        await expect(me.page).to_have_url(re.compile("/signin$"))
        await me.page.goto("/visits")
        await expect(me.page).to_have_url(re.compile("/signin"))
        assert me.complaints == []


async def test_staff_sign_in_with_password_and_second_factor(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with somebody(playwright, stack.address, folder) as me:
        await me.page.goto("/staff")
        await expect(me.page).to_have_url(re.compile("/staff/signin"))
        await _staff_sign_in(me.page)
        await expect(me.page.get_by_role("banner").get_by_text(_SCHEDULER).first).to_be_visible()
        await me.page.reload()
        await expect(me.page.get_by_role("banner").get_by_text(_SCHEDULER).first).to_be_visible()
        await me.page.goto("/visits")
        await expect(me.page).to_have_url(re.compile("/forbidden$"))
        await me.page.goto("/staff")
        await me.page.get_by_role("button", name="退出").click()
        await expect(me.page).to_have_url(re.compile("/staff/signin$"))
        await me.page.goto("/staff")
        await expect(me.page).to_have_url(re.compile("/staff/signin"))
        assert me.complaints == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_a_wrong_code_and_a_wrong_password_are_told_in_the_pages_language(
    language: str, stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with somebody(playwright, stack.address, folder, phone=True) as me:
        await _choose(me, language)
        await me.page.goto("/signin")
        await me.page.get_by_role("button", name=_PATIENT).click()
        field = me.page.locator("[autocomplete='one-time-code']")
        await expect(field).to_have_value(re.compile(r"^\d{6}$"))
        right = await field.input_value()
        await field.fill(f"{(int(right) + 1) % 1_000_000:06d}")
        await field.press("Enter")
        await expect(me.page.get_by_role("alert")).to_contain_text(_WRONG_CODE[language])
        await field.fill(right)
        await field.press("Enter")
        await expect(me.page).not_to_have_url(re.compile("/signin"))

        await me.page.goto("/staff/signin")
        await me.page.get_by_role("button", name=_SCHEDULER).click()
        password = me.page.locator("#password")
        await expect(password).not_to_have_value("")
        await password.fill("not this one")
        await me.page.locator("form button[type=submit]").click()
        await expect(me.page.get_by_role("alert")).to_contain_text(_WRONG_PASSWORD[language])
        assert me.complaints == []


async def test_tabs_that_load_at_once_all_stay_signed_in(stack: Stack, playwright: Playwright, folder: Path) -> None:
    async with somebody(playwright, stack.address, folder, phone=True) as me:
        answers: list[int] = []

        def note(response: Response) -> None:
            if response.url.endswith("/api/logins/refresh"):
                answers.append(response.status)

        await me.page.goto("/signin")
        await _patient_signs_in(me.page)
        me.context.on("response", note)
        tabs = [me.page, *[await me.context.new_page() for _ in range(3)]]
        for _ in range(2):
            await asyncio.gather(*(tab.goto("/me") for tab in tabs))
            for tab in tabs:
                await expect(tab.get_by_text(_PATIENT)).to_be_visible()
        assert answers == [200] * 8
        assert me.complaints == []


@pytest.mark.parametrize("who", [GUEST, PATIENT])
async def test_every_page_says_that_this_is_a_demonstration(
    who: str, stack: Stack, playwright: Playwright, folder: Path
) -> None:
    addresses = [place.address for place in PLACES if place.who == who and "{" not in place.address]
    assert len(addresses) > 3
    async with somebody(playwright, stack.address, folder, phone=True) as me:
        await me.page.goto("/signin")
        if who == PATIENT:
            await _patient_signs_in(me.page)
        for address in addresses:
            await me.page.goto(address)
            await expect(me.page.get_by_text(_BANNER["zh-CN"])).to_be_visible()
        assert me.complaints == []


async def test_language_and_elder_view_are_remembered_on_the_device(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with somebody(playwright, stack.address, folder, phone=True) as me:
        page = me.page
        await page.goto("/signin")
        assert await _html(page) == {"lang": "zh-CN", "view": "standard"}
        normal = await _size(page)
        await page.get_by_role("button", name="English").click()
        await expect(page.get_by_text(_BANNER["en"])).to_be_visible()
        await page.get_by_role("button", name="Large text").click()
        assert await _html(page) == {"lang": "en", "view": "elder"}
        assert await _size(page) >= max(18, normal * 1.2)
        await page.reload()
        await expect(page.get_by_text(_BANNER["en"])).to_be_visible()
        other = await me.context.new_page()
        await other.goto("/signin")
        await expect(other.get_by_text(_BANNER["en"])).to_be_visible()
        for each in (page, other):
            assert await _html(each) == {"lang": "en", "view": "elder"}
        await other.goto("/staff/signin")
        await expect(other.locator("#password")).to_be_visible()
        assert await _html(other) == {"lang": "en", "view": "standard"}, "staff pages have no elder view"
        assert me.complaints == []


async def _html(page: Page) -> dict[str, Any]:
    shown: dict[str, Any] = await page.evaluate(
        "() => ({ lang: document.documentElement.lang, view: document.documentElement.dataset.view })"
    )
    return shown


async def _size(page: Page) -> float:
    return float(await page.evaluate("() => parseFloat(getComputedStyle(document.body).fontSize)"))


async def test_an_address_that_leads_nowhere_shows_the_way_home(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with somebody(playwright, stack.address, folder, phone=True) as me:
        await me.page.goto("/signin")
        await _patient_signs_in(me.page)
        for address in ("/no/such/page", "/visits/x/y/z", "/staffroom"):
            await me.page.goto(address)
            await expect(me.page.get_by_role("heading", level=1)).to_be_visible()
            await me.page.locator("main").get_by_role("link").click()
            await expect(me.page.get_by_role("link", name="我要看病")).to_be_visible()
        await me.page.goto("/visits/00000000-0000-7000-8000-000000000000")
        await expect(me.page.get_by_role("alert").first).to_be_visible()
        await expect(me.page.get_by_text("00000000-0000")).to_have_count(0)
        assert me.complaints == []


async def test_without_a_network_the_page_says_so_and_goes_on_afterwards(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with somebody(playwright, stack.address, folder, phone=True) as me:
        await me.page.goto("/signin")
        await _patient_signs_in(me.page)
        await expect(me.page.get_by_role("link", name="我要看病")).to_be_visible()
        await me.context.set_offline(True)
        await expect(me.page.get_by_text("网络断了")).to_be_visible()
        await me.page.get_by_role("link", name="我的预约").click()
        await expect(me.page.get_by_role("link", name="我要看病")).to_be_visible()
        await me.context.set_offline(False)
        await expect(me.page).to_have_url(re.compile("/visits$"))
        await expect(me.page.get_by_text("网络断了")).to_have_count(0)
