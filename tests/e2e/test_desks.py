"""What is done at the desks of a clinic, a scheduler and a doctor, and what others see of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from playwright.async_api import Locator, Page, Playwright, expect

from infra.screens.story import HELPED, SIGNED_BY, Story

from . import at_the_desk
from .browsers import somebody
from .stack import Stack

_NOTE_PRINTING = "window.print = () => { window.__printed = (window.__printed ?? 0) + 1; };"
_STOPPED_DOCTOR, _OTHER_DOCTOR = "王思齐", "周岱"
_REASON = "医生外出参加急救"
_LONG_AGO = """
    UPDATE logins SET second_factor_at = second_factor_at - interval '1 day'
    WHERE person_id = (SELECT id FROM people WHERE name = %(name)s)
"""
_NOT_OPENED_YET = "DELETE FROM receptions WHERE doctor_id = (SELECT id FROM people WHERE name = %(name)s)"


@pytest.fixture(scope="module")
async def story(stack: Stack) -> AsyncIterator[Story]:
    """The staff of the demo, and a villager."""
    async with await Story.begin(stack.address) as begun:
        yield begun


async def test_a_clinic_prints_the_summary_of_whom_it_helped(
    story: Story, playwright: Playwright, folder: Path
) -> None:
    await story.help_somebody()
    async with (
        somebody(playwright, story.address, folder, init_script=_NOTE_PRINTING) as worker,
        story.who("clinic").at(worker.context),
    ):
        page = worker.page
        await page.goto(f"/staff/patients/{story.ids['villager']}")
        await page.get_by_role("link", name=re.compile(SIGNED_BY)).click()
        await page.get_by_role("link", name="看小结并打印").click()
        await page.get_by_role("button", name="打印小结").click()
        assert await page.evaluate("window.__printed") == 1
        await page.emulate_media(media="print")
        sheet = page.locator("article.sheet")
        await expect(sheet.get_by_role("heading", name="云岭县互联网医院 就诊小结")).to_be_visible()
        await expect(sheet).to_contain_text(re.compile(rf"病人\s*{HELPED} "))
        await expect(sheet).to_contain_text(f"{SIGNED_BY} 医生签名")
        await expect(page.get_by_role("button", name="打印小结")).to_be_hidden()
        assert worker.complaints == []


async def test_a_stopped_session_is_seen_by_who_had_booked(story: Story, playwright: Playwright, folder: Path) -> None:
    visit_id = await story.book("stopped", _STOPPED_DOCTOR, later=True)
    visit = await story.patient.get(f"/api/visits/{visit_id}")
    starts_at = datetime.fromisoformat(visit["slot_starts_at"]).astimezone(ZoneInfo("Asia/Shanghai"))
    async with (
        somebody(playwright, story.address, folder, phone=True) as me,
        somebody(playwright, story.address, folder) as scheduler,
        story.patient.at(me.context),
        story.who("scheduler").at(scheduler.context),
    ):
        await me.page.goto(f"/visits/{visit_id}")
        await expect(me.page.get_by_role("button", name="取消预约")).to_be_visible()
        page = scheduler.page
        await page.goto("/staff/sessions")
        await (await _cell(page, _STOPPED_DOCTOR, starts_at)).click()
        await expect(page.get_by_role("complementary").get_by_text(visit["patient"]["name"]).first).to_be_visible()
        await page.get_by_role("button", name="停诊", exact=True).click()
        await page.get_by_label("停诊原因").fill(_REASON)
        await page.get_by_role("button", name=re.compile("^停诊并通知")).click()
        await expect(page.get_by_text(re.compile("已停诊，取消并通知了"))).to_be_visible()

        await expect(me.page.get_by_text("医生停诊，本次复诊已取消，请另约时间")).to_be_visible()
        await expect(me.page.get_by_text(_REASON)).to_be_visible()
        await expect(me.page.get_by_role("link", name="再约一次")).to_be_visible()
        await me.page.goto("/inbox")
        await expect(me.page.get_by_role("button", name=re.compile("^门诊停诊")).first).to_be_visible()
        assert me.complaints == []
        assert scheduler.complaints == []


async def _cell(page: Page, doctor: str, at: datetime) -> Locator:
    """That doctor's session in the grid of the week in which it is."""
    if _monday(at.date()) > _monday(datetime.now(at.tzinfo).date()):
        await page.get_by_role("button", name="下一周").click()
    day = f"{at.month}月{at.day}日"
    await expect(page.locator("thead")).to_contain_text(day)
    heads = await page.locator("thead th").all_inner_texts()
    (column,) = [place for place, head in enumerate(heads) if day in head.split()]
    row = page.get_by_role("row", name=re.compile(f"^{doctor}"))
    if at.hour >= 12:
        row = row.locator("xpath=following-sibling::tr[1]")
    return row.locator("td").nth(column - 1).get_by_role("button")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


async def test_an_old_second_factor_is_asked_for_before_reception(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with somebody(playwright, stack.address, folder) as doctor:
        page = doctor.page
        await at_the_desk.sign_in(doctor, _OTHER_DOCTOR)
        with psycopg.connect(stack.owner_dsn()) as database:
            for statement in (_LONG_AGO, _NOT_OPENED_YET):
                database.execute(statement, {"name": _OTHER_DOCTOR})
        await page.reload()
        await page.get_by_role("button", name="开始接诊").click()
        dialog = page.get_by_role("dialog", name="再输入一次动态码")
        await dialog.get_by_label("动态码", exact=True).fill("000000")
        await dialog.get_by_role("button", name="确认并开诊").click()
        await expect(dialog.get_by_role("alert")).to_be_visible()
        await dialog.get_by_role("button", name="演示：填入动态码").click()
        await expect(dialog.get_by_label("动态码", exact=True)).not_to_have_value("")
        await dialog.get_by_role("button", name="确认并开诊").click()
        await expect(dialog).to_be_hidden()
        await expect(page.get_by_role("button", name="在线接诊")).to_be_visible()
        assert doctor.complaints == []
