"""What doctor and pharmacist do at the pages of a prescription. Names are those people read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.async_api import Locator, expect

from .browsers import Person

REASON = "慢性病病情稳定，既往用药耐受良好"


@dataclass(frozen=True, slots=True)
class Written:
    """One drug as a doctor types it."""

    typed: str
    name: str
    strength: str
    dose: str
    frequency: str
    days: str
    quantity: str


def line_of(me: Person, name: str) -> Locator:
    """The line of a drug, with what the checks say of it."""
    return me.page.get_by_role("group", name=re.compile(rf"^第 \d+ 行 {name}"))


async def begin(me: Person) -> None:
    """Open the tab of the visit and a new sheet."""
    await me.page.get_by_role("button", name="处方", exact=True).click()
    await me.page.get_by_role("button", name="开西药和中成药").click()


async def write(me: Person, drug: Written) -> None:
    """Find a drug and write its use, with the keyboard alone; the quantity follows."""
    page = me.page
    search = page.get_by_role("combobox", name="加药")
    await search.fill(drug.typed)
    await expect(page.get_by_role("option", name=re.compile(drug.name)).first).to_be_visible()
    await search.press("Enter")
    line = line_of(me, drug.name)
    await expect(line.get_by_label(re.compile("每次剂量$"))).to_be_focused()
    await page.keyboard.type(drug.dose)
    await line.get_by_label(re.compile("频次$")).select_option(label=drug.frequency)
    await line.get_by_label(re.compile("天数$")).fill(drug.days)
    await line.get_by_label(re.compile("规格")).fill(drug.strength)
    await expect(line.get_by_label(re.compile("总量$"))).to_have_value(drug.quantity)


async def checked(me: Person) -> None:
    """All of it is saved, and what the page shows of the checks is about what stands."""
    await expect(me.page.get_by_text("已保存并检查")).to_be_visible()
    await expect(me.page.locator(".sheet[data-checking]")).to_have_count(0)


async def answer(me: Person) -> None:
    """A reason for whatever the checks ask one for, and for more than a week."""
    page = me.page
    why = page.get_by_label(re.compile("天的理由$"))
    await expect(why.first).to_be_visible()
    for field in await why.all():
        await field.fill(REASON)
    await expect(page.get_by_text("禁止")).to_have_count(0)
    await checked(me)
    ask = page.get_by_role("button", name="保留并写理由")
    while await ask.count():
        before = await ask.count()
        await ask.first.click()
        await page.keyboard.type(REASON)
        await expect(ask).to_have_count(before - 1)
    await expect(page.get_by_text("可以签名提交审方")).to_be_visible()


async def sign(me: Person) -> None:
    """Sign what the dialog shows; the PIN is asked for once in half an hour."""
    page = me.page
    await page.get_by_role("button", name="签名并提交审方").click()
    dialog = page.get_by_role("dialog", name=re.compile("^签名："))
    for box in await dialog.get_by_role("checkbox").all():
        await box.check()
    await dialog.get_by_role("button", name="签名并提交审方").click()
    await unlock(me, page.get_by_text("待审方").first)


async def unlock(me: Person, done: Locator) -> None:
    """Type the demo's PIN where it is asked for, and see the step done."""
    pin = me.page.get_by_role("textbox", name="签名密码")
    await expect(pin.or_(done).first).to_be_visible()
    if await pin.is_visible():
        await pin.fill("135790")
        await me.page.get_by_role("button", name="解锁并签名").click()
    await expect(done).to_be_visible()


async def sign_in_to_review(me: Person, name: str) -> None:
    """As one of the demo's pharmacists; the day begins with the queue."""
    page = me.page
    await page.goto("/staff/signin")
    await page.get_by_role("button", name=name).click()
    await expect(page.get_by_label("动态码")).not_to_have_value("")
    await page.get_by_role("button", name="登录", exact=True).click()
    await expect(page.get_by_role("heading", name=re.compile("^待审"))).to_be_visible()


async def claim(me: Person, patient: str) -> None:
    """Open the patient's prescription in the queue and claim it."""
    page = me.page
    await page.get_by_role("complementary", name="待审处方").get_by_role("button", name=re.compile(patient)).click()
    await page.get_by_role("button", name="领取来审").click()
    await expect(page.get_by_text(re.compile(r"由您审 \d\d:\d\d"))).to_be_visible()


async def return_it(me: Person, reason: str, words: str) -> None:
    """Back to the doctor, with a coded reason and words."""
    page = me.page
    await page.get_by_role("radio", name=re.compile("^退回医生修改")).check()
    await page.get_by_label("选择原因").select_option(label=reason)
    await page.get_by_label("写给医生的话").fill(words)
    await page.get_by_role("button", name="签名并退回").click()
    await unlock(me, page.get_by_text("的处方已退回医生"))


async def approve(me: Person) -> None:
    """Approve and sign."""
    page = me.page
    await page.get_by_role("radio", name=re.compile("^通过")).check()
    await page.get_by_role("button", name="签名并通过").click()
    await unlock(me, page.get_by_text("的处方已通过"))
