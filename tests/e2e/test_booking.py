"""Booking in real browsers: a race for the last place, the waiting list, a village worker's slip, a stopped session."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Playwright, expect

from infra.screens.member import Member
from infra.tour import visitor
from infra.tour.caller import Caller

from . import at_home
from .browsers import Person, somebody
from .paper import words_on
from .stack import Stack
from .waiting import until

_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_SCHEDULER, _WORKER = "郭晓东", "段正和"
_FAMILY_DOCTOR: Final = "杨春生"
_EXPERT: Final = "和振邦"  # his afternoons are free: the demo plans two mornings for him
_HELPED: Final = "段大妈"
_REASON: Final = "医生临时参加抢救"


@asynccontextmanager
async def _staff(stack: Stack, name: str) -> AsyncIterator[Member]:
    async with Caller(stack.address) as guest:
        people = {each["name"]: each for each in await guest.get("/api/demo/people")}
    async with await Member.of_demo(stack.address, people[name]) as member:
        yield member


@asynccontextmanager
async def _villager(playwright: Playwright, stack: Stack, folder: Path) -> AsyncIterator[tuple[Person, Member]]:
    """Somebody new with a phone, who stands before the page of booking."""
    async with (
        await Member.newcomer(stack.address) as member,
        somebody(playwright, stack.address, folder, phone=True) as me,
        member.at(me.context),
    ):
        await me.page.goto("/")
        yield me, member


async def _afternoon(
    scheduler: Member, days: int, hour: int, quotas: dict[str, int], slots: int = 1
) -> tuple[dict[str, Any], datetime]:
    """A session of the expert by video on an afternoon in some days; each slot has half an hour and these places."""
    doctors = await scheduler.get("/api/doctors")
    expert = next(each for each in doctors if each["name"] == _EXPERT)
    day = datetime.now(_SHANGHAI).date() + timedelta(days=days)
    starts_at = datetime.combine(day, time(hour), tzinfo=_SHANGHAI)
    body = {
        "department_id": expert["department_id"],
        "doctor_id": expert["id"],
        "service": "follow_up",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(minutes=30 * slots)).isoformat(),
        "slot_minutes": 30,
        "slot_capacity": sum(quotas.values()),
        "quotas": quotas,
    }
    return await scheduler.post("/api/sessions", body), starts_at


async def _to_the_time(me: Person, session: dict[str, Any], starts_at: datetime) -> None:
    """The time chosen, the place not asked for yet."""
    page = me.page
    await at_home.choose_doctor(me, _EXPERT, session["doctor"]["department"])
    await page.get_by_role("group", name="日期").get_by_role("button", name=f"{starts_at.day}日").click()
    await page.get_by_role("button", name=re.compile(rf"^{starts_at:%H:%M}")).click()


async def test_who_loses_the_last_place_waits_and_gets_it_when_it_is_given_back(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with (
        _staff(stack, _SCHEDULER) as scheduler,
        _villager(playwright, stack, folder) as (one, _),
        _villager(playwright, stack, folder) as (two, _),
    ):
        session, starts_at = await _afternoon(scheduler, 3, 14, {"online": 1})
        await asyncio.gather(*(_to_the_time(each, session, starts_at) for each in (one, two)))
        await asyncio.gather(*(each.page.get_by_role("button", name="下一步").click() for each in (one, two)))
        for each in (one, two):
            held, told = each.page.get_by_role("timer"), each.page.get_by_text("这个时段的号已经约满")
            await expect(held.or_(told).first).to_be_visible()
        winner, loser = (one, two) if await one.page.get_by_role("timer").is_visible() else (two, one)
        await expect(winner.page.get_by_role("timer")).to_contain_text(re.compile(r"还留 \d+:\d\d"))
        await expect(loser.page.get_by_role("alert")).to_contain_text("这一天的号已经约满")

        await loser.page.get_by_role("button", name="排队等号").click()
        await expect(loser.page.get_by_text("已经排上，下一个退号就给您")).to_be_visible()
        await at_home.confirm(winner)
        await winner.page.goto("/visits")
        await winner.page.get_by_role("link", name=re.compile(_EXPERT)).click()
        await winner.page.get_by_role("button", name="取消预约").click()
        await winner.page.get_by_role("dialog").get_by_role("button", name="取消预约").click()
        await expect(winner.page.get_by_text("预约已取消")).to_be_visible()

        await expect(loser.page.get_by_role("heading", name="等到号了")).to_be_visible()
        await expect(loser.page.get_by_role("timer")).to_be_visible()
        await loser.page.goto("/")
        await loser.page.get_by_role("button", name="要这个号").click()
        await expect(loser.page.get_by_role("heading", name="约好了").first).to_be_visible()
        await expect(loser.page.get_by_text(f"{starts_at:%H:%M}").first).to_be_visible()
        assert one.complaints == []
        assert two.complaints == []


async def test_a_place_is_held_over_a_reload_and_goes_back_with_whoever_leaves(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with _staff(stack, _SCHEDULER) as scheduler, _villager(playwright, stack, folder) as (me, _):
        session, starts_at = await _afternoon(scheduler, 6, 14, {"online": 1})

        async def is_free() -> bool:
            path = f"/api/sessions?first={session['day']}&last={session['day']}&doctor_id={session['doctor']['id']}"
            (found,) = [each for each in await scheduler.get(path) if each["id"] == session["id"]]
            left: int = sum(each["capacity"] - each["taken"] for each in found["slots"][0]["quotas"])
            return left == 1

        await _to_the_time(me, session, starts_at)
        await me.page.get_by_role("button", name="下一步").click()
        await expect(me.page.get_by_role("timer")).to_be_visible()
        await me.page.reload()
        await expect(me.page.get_by_role("timer")).to_be_visible()
        assert not await is_free()
        await me.page.get_by_role("link", name="返回").click()
        await until(is_free, "the place is free again")
        await expect(me.page.get_by_role("button", name=re.compile(rf"^{starts_at:%H:%M}\s*余 1"))).to_be_visible()
        assert me.complaints == []


async def test_a_village_worker_books_a_reserved_place_and_prints_the_slip(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with (
        _staff(stack, _SCHEDULER) as scheduler,
        _staff(stack, _WORKER) as worker,
        somebody(playwright, stack.address, folder) as desk,
        worker.at(desk.context),
    ):
        session, starts_at = await _afternoon(scheduler, 5, 14, {"online": 1, "village": 1})
        page = desk.page
        await page.goto("/staff/patients")
        await page.get_by_role("button", name="登记病人").first.click()
        form = page.get_by_role("dialog", name="登记病人")
        await form.get_by_label("姓名").fill(_HELPED)
        await form.get_by_label("身份证号").fill(visitor.id_number())
        await form.get_by_role("button", name="登记", exact=True).click()
        await page.get_by_label("我已当面念给病人听").check()
        await page.get_by_role("button", name="病人同意，记录").click()
        await page.get_by_role("link", name="代为预约").click()
        await page.get_by_role("searchbox").fill("hezhenbang")
        await page.get_by_role("button", name=f"选 {_EXPERT} 医生").click()
        await page.get_by_role("radio", name=re.compile("^看过")).check(force=True)
        await page.get_by_role("group", name="日期").get_by_role("button", name=f"{starts_at.day}日").click()
        reserved = page.get_by_role("button", name=re.compile(rf"^{starts_at:%H:%M}"))
        await expect(reserved).to_contain_text("余 2，预留 1")
        await reserved.click()
        await page.get_by_role("button", name="确认预约").click()
        await expect(page.get_by_role("heading", name=f"约好了：{_HELPED}")).to_be_visible()
        (booking,) = [each for each in await worker.get("/api/bookings") if each["session_id"] == session["id"]]
        assert (booking["quota"], booking["channel"], booking["patient_name"]) == ("village", "clinic", _HELPED)
        await expect(page.get_by_role("button", name="打印预约单")).to_be_visible()

        slip = words_on(await page.pdf(prefer_css_page_size=True))
        for words in (_HELPED, booking["reference"], f"第{booking['number']}号", _EXPERT, f"{starts_at:%H:%M}"):
            assert words in slip, (words, slip)
        assert "打印预约单" not in slip
        assert desk.complaints == []


async def test_a_family_doctor_books_a_place_kept_for_the_team(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    number = visitor.id_number()
    async with (
        _staff(stack, _SCHEDULER) as scheduler,
        _staff(stack, "何秀英") as township,
        _staff(stack, _FAMILY_DOCTOR) as doctor,
        somebody(playwright, stack.address, folder) as desk,
        doctor.at(desk.context),
    ):
        session, starts_at = await _afternoon(scheduler, 5, 16, {"online": 1, "family_doctor": 1})
        await township.post("/api/patients", {"name": _HELPED, "id_number": number})
        page = desk.page
        await page.goto("/staff/contracted")
        await expect(page.get_by_text("留有签约号源的医院：云岭县人民医院")).to_be_visible()
        await page.get_by_label("身份证号").last.fill(number)
        await page.get_by_role("button", name="查找").click()
        await page.get_by_role("button", name="打开").click()
        await page.get_by_label("我已当面念给病人听").check()
        await page.get_by_role("button", name="病人同意，记录").click()
        await page.get_by_role("searchbox").fill("hezhenbang")
        await page.get_by_role("button", name=f"选 {_EXPERT} 医生").click()
        await page.get_by_role("radio", name=re.compile("^看过")).check(force=True)
        await page.get_by_role("group", name="日期").get_by_role("button", name=f"{starts_at.day}日").click()
        await page.get_by_role("button", name=re.compile(rf"^{starts_at:%H:%M}")).click()
        await expect(page.get_by_text("转诊摘要还差 10 个字")).to_be_visible()
        await page.get_by_label("转诊摘要").fill("血压控制不佳三个月，请专家调整用药方案。")
        await page.get_by_role("button", name="确认预约").click()
        await expect(page.get_by_role("heading", name=f"约好了：{_HELPED}")).to_be_visible()
        of_the_day = await scheduler.get(f"/api/desk/bookings?day={starts_at:%Y-%m-%d}")
        (booking,) = [each for each in of_the_day if each["session_id"] == session["id"]]
        assert (booking["quota"], booking["channel"]) == ("family_doctor", "family_doctor")
        assert desk.complaints == []


async def test_a_doctor_of_no_team_is_told_whom_to_ask(stack: Stack, playwright: Playwright, folder: Path) -> None:
    async with (
        _staff(stack, _EXPERT) as doctor,
        somebody(playwright, stack.address, folder) as desk,
        doctor.at(desk.context),
    ):
        await desk.page.goto("/staff/contracted")
        await expect(desk.page.get_by_text("您还没有加入家庭医生团队")).to_be_visible()
        await desk.page.get_by_role("link", name=re.compile("^消息")).click()
        await expect(desk.page.get_by_role("heading", name="消息")).to_be_visible()
        assert desk.complaints == []


async def test_a_stopped_session_reaches_the_open_pages_with_a_place_instead(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with (
        _staff(stack, _SCHEDULER) as scheduler,
        _villager(playwright, stack, folder) as (booked, member),
        _villager(playwright, stack, folder) as (holding, _),
    ):
        session, starts_at = await _afternoon(scheduler, 3, 16, {"online": 1}, slots=2)
        instead, instead_at = await _afternoon(scheduler, 4, 16, {"online": 2})
        body = {"patient_id": member.person_id, "diagnosed_in_person": True}
        await member.post(f"/api/slots/{session['slots'][1]['id']}/bookings", body)
        (visit,) = await member.get("/api/visits")
        await booked.page.goto(f"/visits/{visit['id']}")
        await expect(booked.page.get_by_role("button", name="取消预约")).to_be_visible()
        await _to_the_time(holding, session, starts_at)
        await holding.page.get_by_role("button", name="下一步").click()
        await expect(holding.page.get_by_role("timer")).to_be_visible()

        await scheduler.post(f"/api/sessions/{session['id']}/stop", {"reason": _REASON})
        for each in (booked, holding):
            await expect(each.page.get_by_text(_REASON)).to_be_visible()
            await expect(each.page.get_by_role("heading", name="最近的同样的号")).to_be_visible()
        await expect(holding.page.get_by_role("timer")).to_be_hidden()
        await expect(booked.page.get_by_text(f"{instead_at:%H:%M}").first).to_be_visible()
        await booked.page.get_by_role("button", name="改约这个时间").click()
        await at_home.confirm(booked)
        (again,) = [each for each in await member.get("/api/bookings") if each["status"] == "booked"]
        assert again["session_id"] == instead["id"]
        assert booked.complaints == []
        assert holding.complaints == []


@pytest.mark.parametrize("size", [(320, 640), (360, 780)])
async def test_the_steps_of_booking_fit_a_small_phone(
    stack: Stack, playwright: Playwright, folder: Path, size: tuple[int, int]
) -> None:
    async with _villager(playwright, stack, folder) as (me, _):
        page = me.page
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        await at_home.choose_doctor(me, "陈若兰", "内分泌科")
        for name in (re.compile(r"^\d{2}:\d{2}"), re.compile("^下一步$")):
            await page.get_by_role("button", name=name).first.click()
        await expect(page.get_by_role("timer")).to_be_visible()
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await page.evaluate(wide) <= 0
