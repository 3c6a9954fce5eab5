"""A prescription in real browsers: written within a visit, refused by a check, signed, returned, amended, approved."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.async_api import Playwright, expect

from . import at_the_desk
from . import at_the_prescription as at_it
from .at_the_prescription import Written
from .browsers import somebody
from .stack import Stack
from .visits import Pair, a_visit_in_video

DOCTOR, PATIENT, PHARMACIST = "李文清", "李秀兰", "孙佩芬"
SIMVASTATIN = Written("xft", "辛伐他汀", "20 mg", "20", "每晚 1 次", "28", "28")
CLARITHROMYCIN = Written("clarithromycin", "克拉霉素", "250 mg", "250", "每天 2 次", "7", "14")
VALSARTAN = Written("缬沙坦", "缬沙坦", "80 mg", "80", "每天 1 次", "28", "28")


async def test_two_drugs_that_interact_until_the_pharmacist_approves(
    stack: Stack, playwright: Playwright, folder: Path
) -> None:
    async with (
        somebody(playwright, stack.address, folder) as doctor,
        somebody(playwright, stack.address, folder) as pharmacist,
        a_visit_in_video(stack, DOCTOR, PATIENT) as visit,
    ):
        await at_the_desk.sign_in(doctor, DOCTOR)
        await doctor.page.get_by_role("button", name=re.compile(f"^{PATIENT}")).first.click()
        await at_the_desk.write_note(doctor)
        await at_it.begin(doctor)
        await at_it.write(doctor, SIMVASTATIN)
        await at_it.write(doctor, CLARITHROMYCIN)

        # They interact: why stands beside the line, and nothing can be signed.
        await at_it.checked(doctor)
        beside = at_it.line_of(doctor, "克拉霉素")
        await expect(beside.get_by_text("禁止")).to_be_visible()
        await expect(beside.get_by_text("横纹肌溶解")).to_be_visible()
        blocked = doctor.page.get_by_role("button", name="签名并提交审方")
        await expect(blocked).to_have_attribute("aria-disabled", "true")
        await expect(doctor.page.get_by_text(re.compile("还不能提交：.*禁止"))).to_be_visible()
        assert (await _of(visit))["check"]["decision"] == "stop"

        # One is changed; what remains is answered and signed.
        await doctor.page.get_by_role("button", name="删除 克拉霉素").click()
        await at_it.write(doctor, VALSARTAN)
        await at_it.checked(doctor)
        await expect(doctor.page.get_by_text("横纹肌溶解")).to_have_count(0)
        await at_it.answer(doctor)
        await at_it.sign(doctor)

        await at_it.sign_in_to_review(pharmacist, PHARMACIST)
        await at_it.claim(pharmacist, PATIENT)
        sheet = pharmacist.page.get_by_role("article")
        await expect(sheet.get_by_text("每次 80 mg，每天 1 次，口服，28 天")).to_be_visible()
        await expect(sheet.get_by_text(re.compile(at_it.REASON)).first).to_be_visible()
        await at_it.return_it(pharmacist, "用法用量不适宜", "请先开 14 天，复查后再续")

        # The doctor's page hears of it by itself, shows why, and the changed one goes the same way again.
        page = doctor.page
        await expect(page.get_by_text("请先开 14 天，复查后再续").first).to_be_visible()
        await expect(page.get_by_text("用法用量不适宜").first).to_be_visible()
        await page.get_by_role("button", name="修改处方").click()
        for name in ("辛伐他汀", "缬沙坦"):
            line = at_it.line_of(doctor, name)
            await line.get_by_label(re.compile("天数$")).fill("14")
            await expect(line.get_by_label(re.compile("总量$"))).to_have_value("14")
        await at_it.answer(doctor)
        await at_it.sign(doctor)

        await at_it.claim(pharmacist, PATIENT)
        await expect(
            pharmacist.page.get_by_role("article").get_by_text("每次 20 mg，每晚 1 次，口服，14 天")
        ).to_be_visible()
        await at_it.approve(pharmacist)
        await expect(page.get_by_text("审核通过").first).to_be_visible()
        approved = await _of(visit)
        assert approved["status"] == "valid"
        assert approved["reviewer"]["name"] == PHARMACIST
        assert [item["days"] for item in approved["items"]] == [14, 14]
        assert doctor.complaints == []
        assert pharmacist.complaints == []


async def _of(visit: Pair) -> dict[str, Any]:
    """The one prescription of the visit, as its doctor sees it at the API."""
    (found,) = await visit.doctor.get(f"/api/visits/{visit.visit_id}/prescriptions")
    assert isinstance(found, dict)
    return found
