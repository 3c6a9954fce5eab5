"""Consultations of more than one expert, and of one who only writes, in real browsers. All before is done at the API."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Playwright, expect

from tests.people import PIN

from . import asked, together
from . import at_the_clinic as clinic
from .browsers import somebody
from .cameras import BLUE, GREEN
from .stack import Stack
from .waiting import until

LEAD, OTHER = "韩雪", "周启明"
OTHERS_WORD = "考虑炎性结节可能，建议先抗感染后复查"
SLICES = 6


async def test_two_experts_meet_and_the_lead_sums_up_once_the_other_has_signed(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with (
        asked.a_request(stack.address) as case,
        somebody(playwright, stack.address, folder, looks=GREEN) as lead,
        somebody(playwright, stack.address, folder, looks=BLUE) as other,
    ):
        await case.arranged(LEAD, OTHER, in_minutes=20)
        for person, name in ((lead, LEAD), (other, OTHER)):
            await clinic.sign_in(person, name)
            await clinic.enter(person, case.id)
        await clinic.write_opinion(lead)
        await clinic.sign_opinion(lead, PIN, then="已签发")
        await expect(lead.page.get_by_text(f"还在等：{OTHER}")).to_be_visible()
        await expect(other.page.get_by_role("button", name="签发报告")).to_have_count(0)

        await clinic.write_opinion(other, OTHERS_WORD)
        await clinic.sign_opinion(other, PIN, then="已签发")
        await expect(lead.page.get_by_text(re.compile("^还在等"))).to_have_count(0)
        await expect(lead.page.get_by_text(OTHERS_WORD)).to_be_visible()
        await lead.page.get_by_role("button", name="汇总各位意见").click()
        joint = lead.page.locator(".said").get_by_label("意见", exact=True)
        await expect(joint).to_have_value(
            re.compile(f"{clinic.OPINION}[\\s\\S]*{OTHERS_WORD}|{OTHERS_WORD}[\\s\\S]*{clinic.OPINION}")
        )
        await clinic.sign_opinion(lead, PIN, does="签发报告")
        await expect(other.page.get_by_text("会诊已经结束")).to_be_visible()

        report = await case.worker.get(f"/api/remote-requests/{case.id}/report")
        signed = {(part["kind"], part["name"]) for part in report["parts"] if part["valid"]}
        assert signed == {("opinion", LEAD), ("opinion", OTHER), ("summary", LEAD)}
        for person in (lead, other):
            assert person.complaints == []


async def test_an_expert_writes_without_a_meeting_and_who_asked_reads(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    study = asked.a_study(SLICES, days_ago=0.1, description="胸部CT平扫")
    async with (
        asked.a_request(stack.address, mode="offline", pictures=study) as case,
        somebody(playwright, stack.address, folder) as expert,
        somebody(playwright, stack.address, folder) as village,
    ):
        await case.arranged(LEAD, in_minutes=None)
        assert case.request["meeting"] is None
        await clinic.sign_in(expert, LEAD)
        await expert.page.goto(f"/staff/consults/{case.id}")
        await expert.page.get_by_role("group", name="申请内容").get_by_role("button", name="影像").click()

        async def whole() -> bool:
            return await together.stage(expert).get_attribute("data-quality") == "pixels"

        await until(whole, "the expert sees the pictures")
        await expert.page.get_by_role("button", name="附当前图").click()
        await expect(expert.page.get_by_text("附图 1 张")).to_be_visible()
        await clinic.write_opinion(expert)
        await clinic.sign_opinion(expert, PIN, then="已签发")

        await clinic.sign_in(village, asked.WORKER)
        await village.page.goto(f"/staff/requests/{case.id}")
        await village.page.get_by_role("link", name="看会诊意见").click()
        await expect(village.page.get_by_text(clinic.OPINION).first).to_be_visible()
        await expect(village.page.locator(".report img").first).to_be_visible()
        await expect(village.page.get_by_text("会诊意见仅供参考，诊疗决定由邀请方负责").first).to_be_visible()
        for person in (expert, village):
            assert person.complaints == []
