"""Rooms as they go wrong in life: three people, no camera, a node that dies, a socket that is cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Playwright, expect

from infra.tour.caller import Caller

from . import at_home
from .browsers import Person, near, somebody
from .cameras import BLUE, GREEN, RED, Looks
from .rooms import Steady
from .stack import Stack
from .visits import Pair, a_visit_in_video
from .waiting import until

_WORKER = "段正和"


@asynccontextmanager
async def a_patient_with_a_doctor(
    stack: Stack, playwright: Playwright, folder: Path, *, patient: str, doctor: str, looks: Looks | None
) -> AsyncIterator[tuple[Pair, Person, Steady]]:
    """The patient at a real page, in a call with a doctor who is a generated peer."""
    async with (
        a_visit_in_video(stack, doctor, patient) as pair,
        somebody(playwright, stack.address, folder, looks=looks, phone=True, permissions=looks is not None) as me,
    ):
        here = Steady(pair.doctor, GREEN.rgb, GREEN.hz)
        await here.enter(pair.visit_id)
        await at_home.sign_in(me, patient)
        await me.page.goto(f"/visits/{pair.visit_id}/call")
        await until(lambda: _sees(me, GREEN), "the doctor is seen")
        try:
            yield pair, me, here
        finally:
            await asyncio.gather(here.leave(), return_exceptions=True)


async def _sees(me: Person, *others: Looks) -> bool:
    colours = await me.colours()
    return len(colours) == len(others) and all(any(near(each, other) for each in colours) for other in others)


async def _goes_on(me: Person, what: str) -> None:
    """More frames are decoded than now."""
    now = (await me.decoded())["frames"]

    async def more() -> bool:
        return (await me.decoded())["frames"] > now + 10

    await until(more, what)


async def test_three_people_one_of_whom_leaves_and_comes_back(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with (
        a_patient_with_a_doctor(stack, playwright, folder, patient="周有福", doctor="王思齐", looks=RED) as (
            pair,
            me,
            here,
        ),
        Caller(stack.address) as worker,
    ):
        people = {each["name"]: each for each in await worker.get("/api/demo/people")}
        await worker.sign_in(people[_WORKER])
        texts = {each["purpose"]: each for each in await worker.get("/api/consent-texts")}
        consent = {"purpose": "act_for_me", "version": texts["act_for_me"]["version"], "read_s": 60}
        organisation = (await worker.get("/api/me"))["organisation"]["id"]
        path = f"/api/patients/{pair.patient.person_id}/consents"
        await pair.patient.post(path, consent | {"organisation_id": organisation})

        helper = Steady(worker, BLUE.rgb, BLUE.hz, agrees=True)
        await helper.enter(pair.visit_id)
        await until(lambda: _sees(me, GREEN, BLUE), "both others are seen")
        await until(_async(lambda: sum(lane.pictures > 20 for lane in here.lanes) == 2), "the doctor sees both")
        await expect(me.page.get_by_text("录像中").first).to_be_visible()
        seat, others = helper.joined["seat"], set(helper.joined["lanes"])

        await helper.leave()
        await until(lambda: _sees(me, GREEN), "the helper's picture is gone")
        back = Steady(worker, BLUE.rgb, BLUE.hz, agrees=True)
        await back.enter(pair.visit_id)
        assert back.joined["seat"] == seat
        assert others <= {person["seat"] for person in back.joined["people"]} | others
        await until(lambda: _sees(me, GREEN, BLUE), "the helper is seen again")
        await back.leave()


async def test_a_patient_without_camera_and_microphone_sees_and_hears(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with a_patient_with_a_doctor(stack, playwright, folder, patient="张建国", doctor="李文清", looks=None) as (
        _,
        me,
        _here,
    ):
        await expect(me.page.get_by_text("摄像头和话筒用不了").first).to_be_visible()
        await expect(me.page.get_by_text("没有也可以继续").first).to_be_visible()
        await _goes_on(me, "the doctor's pictures go on")

        async def heard() -> bool:
            return (await me.decoded())["energy"] > 0

        await until(heard, "the doctor is heard")


async def test_a_call_outlives_a_dead_node_and_a_cut_socket(stack: Stack, playwright: Playwright, folder: Path) -> None:
    async with a_patient_with_a_doctor(stack, playwright, folder, patient="陈思雨", doctor="李文清", looks=RED) as (
        _,
        me,
        here,
    ):
        await me.context.set_offline(True)  # cuts the socket; media goes on
        await expect(me.page.get_by_text("文字暂时发不出去").first).to_be_visible(timeout=60_000)
        await _goes_on(me, "pictures go on without a socket")
        await me.context.set_offline(False)
        await expect(me.page.get_by_text("文字暂时发不出去")).to_have_count(0, timeout=15_000)
        await me.page.get_by_role("button", name="写字").click()
        await me.page.get_by_role("textbox").first.fill("又连上了")
        await me.page.get_by_role("button", name="发送").click()
        await until(_async(lambda: any(each.get("kind") == "chat" for each in here.events)), "the line arrives")

        await asyncio.to_thread(stack.kill, "-m media")
        await until(_async(lambda: here.renewals > 0), "the doctor has a new leg")
        await until(lambda: _sees(me, GREEN), "the patient sees the doctor again")
        await _goes_on(me, "pictures go on over the new node")
        await until(_async(lambda: here.pictures > 20), "the doctor sees the patient again")


def _async(state: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return state()

    return ask
