"""The scheduler's desk: a week walked by keys, a slot divided anew, templates made sessions, limits changed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from playwright.async_api import Locator, Page, Playwright, expect

from infra.screens.member import Member
from infra.tour.caller import Caller
from server.foundation.clock import SHANGHAI

from .browsers import Person, somebody
from .stack import Stack

_SCHEDULER, _DOCTOR = "郭晓东", "和振邦"
_FOCUSED: Final = "() => document.activeElement.closest('td, aside')?.tagName"


@asynccontextmanager
async def _at_the_desk(stack: Stack, playwright: Playwright, folder: Path) -> AsyncIterator[Person]:
    async with Caller(stack.address) as guest:
        (card,) = [each for each in await guest.get("/api/demo/people") if each["name"] == _SCHEDULER]
    async with (
        await Member.of_demo(stack.address, card) as member,
        somebody(playwright, stack.address, folder) as person,
        member.at(person.context),
    ):
        yield person
        assert person.complaints == []


async def _next_week(page: Page) -> Locator:
    """The grid, once it shows the week after this one."""
    await page.get_by_role("button", name="下一周").click()
    today = datetime.now(SHANGHAI).date()
    monday = today + timedelta(days=7 - today.weekday())
    await expect(page.get_by_role("grid").locator("thead")).to_contain_text(f"{monday.month}月{monday.day}日")
    return page.get_by_role("grid")


def _panel(page: Page) -> Locator:
    return page.get_by_role("complementary")


async def test_a_week_is_walked_by_keys_and_a_slot_is_divided(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with _at_the_desk(stack, playwright, folder) as person:
        page = person.page
        await page.goto("/staff/sessions")
        grid = await _next_week(page)
        first = grid.locator("tbody button[tabindex='0'], tbody span[tabindex='0']")
        await expect(first).to_have_count(1)
        await first.focus()
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("ArrowLeft")
        await expect(first).to_be_focused()

        session = grid.get_by_role("button", name=re.compile(r"余 \d+")).first
        await session.focus()
        await page.keyboard.press("Enter")
        await expect(_panel(page).get_by_role("heading", level=2)).to_be_focused()
        await _panel(page).get_by_role("button", name="时段").click()
        await _panel(page).get_by_role("button", name=re.compile("^改号源")).first.click()

        dialog = page.get_by_role("dialog", name="改这一段的号源")
        online = dialog.get_by_label("线上")
        places = int(await online.input_value())
        others = int((await dialog.get_by_role("status").inner_text()).split()[-1]) - places
        await online.fill("x")
        await expect(dialog.get_by_text("请填 0 到 200 的整数")).to_be_visible()
        await online.fill(str(places + 2))
        await dialog.get_by_role("button", name=f"保存，共 {others + places + 2} 个号").click()
        await expect(page.get_by_text("已改好 1 个时段的号源")).to_be_visible()
        await expect(dialog).to_be_hidden()
        await expect(_panel(page).get_by_text(f"0 / {others + places + 2}").first).to_be_visible()

        await _panel(page).get_by_role("button", name="时段").focus()
        await page.keyboard.press("Escape")
        assert await page.evaluate(_FOCUSED) == "TD"


async def test_templates_become_drafts_and_drafts_sessions(stack: Stack, playwright: Playwright, folder: Path) -> None:
    async with _at_the_desk(stack, playwright, folder) as person:
        page = person.page
        await page.goto("/staff/planning/templates")
        await page.get_by_role("button", name=re.compile(f"加模板：{_DOCTOR}，周三")).click()
        dialog = page.get_by_role("dialog", name="加模板")
        await dialog.get_by_label("周五").check()
        await dialog.get_by_label("每段号数").fill("2")
        await expect(dialog.get_by_text("12 个时段，共 24 个号")).to_be_visible()
        await dialog.get_by_role("button", name="自己分").click()
        await dialog.get_by_label("窗口").fill("1")
        await expect(dialog.get_by_text("每段是 2 个号，请改成一致")).to_be_visible()
        await dialog.get_by_label("线上").fill("1")
        await dialog.get_by_role("button", name="加 2 个模板").click()
        await expect(page.get_by_text("已加 2 个模板")).to_be_visible()

        await page.get_by_role("button", name="生成排班").click()
        dialog = page.get_by_role("dialog", name="生成排班")
        await dialog.get_by_role("button", name=re.compile("^生成 14 天")).click()
        await expect(dialog.get_by_text(re.compile(r"生成了\s\d+\s场"))).to_be_visible()
        await dialog.get_by_role("link", name="去周表看").click()

        await _next_week(page)
        draft = page.get_by_role("button", name=re.compile(f"^{_DOCTOR}.*草稿")).first
        await draft.click()
        await expect(_panel(page).get_by_text("还没有发布，病人看不到，也约不了。")).to_be_visible()
        await _panel(page).get_by_role("button", name="发布这一场").click()
        await expect(page.get_by_text("已发布 1 场")).to_be_visible()
        await expect(_panel(page).get_by_role("button", name="停诊", exact=True)).to_be_visible()


async def test_a_limit_is_kept_within_its_bounds(stack: Stack, playwright: Playwright, folder: Path) -> None:
    async with _at_the_desk(stack, playwright, folder) as person:
        page = person.page
        await page.goto("/staff/planning/limits")
        held = page.get_by_role("textbox", name="选好的号保留多久")
        await held.fill("61")
        await expect(page.get_by_text("不在允许的范围里")).to_be_visible()
        await held.fill("15")
        await page.get_by_role("button", name="保存").click()
        await expect(page.get_by_text("预约规则已保存")).to_be_visible()
        await page.reload()
        await expect(held).to_have_value("15")
        await page.get_by_role("button", name="恢复通常值：选好的号保留多久").click()
        await expect(held).to_have_value("10")
        await page.get_by_role("button", name="保存").click()
        await expect(page.get_by_text("预约规则已保存")).to_be_visible()
