"""An approved prescription goes to a pharmacy: the code off the patient's screen, two people, and never a second time."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import zxingcpp
from PIL import Image
from playwright.async_api import Page, Playwright, expect

from infra.screens.member import Member
from infra.tour.caller import Caller

from . import at_the_prescription as at_it
from .browsers import Person, somebody
from .paper import words_on
from .stack import Stack

_PATIENT: Final = "木玉珍"
_COUNTS, _CHECKS, _OTHER_PHARMACY = "吴巧云", "郑守信", "孙佩芬"
_USED: Final = "该处方已使用，不能重复调配"


@asynccontextmanager
async def _who(
    stack: Stack, playwright: Playwright, folder: Path, name: str, *, phone: bool = False
) -> AsyncIterator[Person]:
    """One of the demo's people, signed in, with a browser."""
    async with Caller(stack.address) as guest:
        people = {each["name"]: each for each in await guest.get("/api/demo/people")}
    async with (
        await Member.of_demo(stack.address, people[name]) as member,
        somebody(playwright, stack.address, folder, phone=phone) as person,
        member.at(person.context),
    ):
        yield person


async def test_a_code_is_taken_once_counted_checked_and_handed_over(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with (
        _who(stack, playwright, folder, _PATIENT, phone=True) as patient,
        _who(stack, playwright, folder, _COUNTS) as counter,
        _who(stack, playwright, folder, _CHECKS) as colleague,
        _who(stack, playwright, folder, _OTHER_PHARMACY) as elsewhere,
        somebody(playwright, stack.address, folder, phone=True) as passer_by,
    ):
        address = await _code_on_the_phone(patient.page)
        assert address.startswith(f"{stack.address}/rx#")
        await _paper_of(patient.page)

        # Whoever scans it with a phone learns that it is genuine, and nothing of the patient.
        await passer_by.page.goto(address)
        await expect(passer_by.page.get_by_text("真实处方")).to_be_visible()
        await expect(passer_by.page.get_by_text("云岭县人民医院")).to_be_visible()
        await expect(passer_by.page.get_by_text(_PATIENT)).to_have_count(0)
        assert passer_by.page.url == f"{stack.address}/rx"

        await _take(counter.page, address)
        await expect(counter.page.get_by_role("heading", name="调配")).to_be_visible()
        await expect(patient.page.get_by_text("药房正在为您配药")).to_be_visible()

        # A second pharmacy is refused, in the words of the law.
        await _take(elsewhere.page, address)
        await expect(elsewhere.page.get_by_text(_USED)).to_be_visible()

        for line in await counter.page.get_by_label("批号").all():
            await line.fill("20260901")
        await _tick_all(counter.page)
        await counter.page.get_by_role("button", name="签名，交同事核对").click()
        await at_it.unlock(counter, counter.page.get_by_text(re.compile("^吴巧云.*调配，等待核对")).first)

        await colleague.page.goto("/staff/counter")
        await colleague.page.get_by_role("button", name=re.compile(_PATIENT)).click()
        await _tick_all(colleague.page)
        await colleague.page.get_by_role("button", name="核对无误，签名").click()
        await at_it.unlock(colleague, colleague.page.get_by_role("button", name="已发药"))
        await colleague.page.get_by_role("button", name="已发药").click()
        await expect(colleague.page.get_by_text(re.compile("郑守信.核对")).first).to_be_visible()

        await expect(patient.page.get_by_text("药已领走")).to_be_visible()
        await expect(patient.page.get_by_role("img", name="取药二维码")).to_have_count(0)
        await _take(counter.page, address)
        await expect(counter.page.get_by_text(_USED)).to_be_visible()
        for person in (patient, counter, colleague, elsewhere, passer_by):
            assert person.complaints == []


async def _code_on_the_phone(page: Page) -> str:
    """What a scanner reads off the patient's screen."""
    await page.goto("/")
    await page.get_by_role("link", name=re.compile("^我的处方")).click()
    await page.get_by_role("link", name=re.compile("审核通过")).click()
    await expect(page.get_by_text("可以取药了")).to_be_visible()
    code = page.get_by_role("img", name="取药二维码")
    await code.scroll_into_view_if_needed()
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(await page.screenshot())))
    return str(found.text)


async def _paper_of(page: Page) -> None:
    """The PDF that the patient downloads: who prescribed, who reviewed, for whom, and that nobody has signed the data."""
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="下载处方").click()
    saved = await (await downloading.value).path()
    words = words_on(await asyncio.to_thread(Path(saved).read_bytes))
    number = await page.locator("dd.nb").inner_text()
    for word in (_PATIENT, "处方笺", "临床诊断", "数据未经药师签核", "".join(number.split())):
        assert word in words, (word, words)


async def _take(page: Page, address: str) -> None:
    """At the counter, as a scanner types it."""
    await page.goto("/staff/counter")
    field = page.get_by_label("扫二维码，或输取药码")
    await field.fill(address)
    await field.press("Enter")


async def _tick_all(page: Page) -> None:
    """四查十对, one by one."""
    boxes = page.get_by_role("group", name=re.compile("^查")).get_by_role("checkbox")
    await expect(boxes).to_have_count(10)
    for box in await boxes.all():
        await box.check()
