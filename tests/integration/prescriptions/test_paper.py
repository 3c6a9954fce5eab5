"""The paper: only of what is approved, with everything a prescription says, and the code for the patient's copy only."""

from __future__ import annotations

import io

import pypdfium2  # type: ignore[import-untyped]  # it has no stubs
import segno

from prescriptions.paper import sheet
from server.paper.pen import QR
from server.settings import Settings
from tests.api import Answer, Api

from .counters import a_code, a_counter
from .practice import Practice


def text_of(answer: Answer) -> str:
    """What a reader can copy out of a PDF."""
    assert answer.status == 200, answer.body
    assert answer.headers["Content-Type"] == "application/pdf"
    with pypdfium2.PdfDocument(io.BytesIO(answer.raw)) as opened:
        return "\n".join(page.get_textpage().get_text_bounded() for page in opened)


async def _paper(who: Api, prescription_id: str) -> Answer:
    return await who.get(f"/api/prescriptions/{prescription_id}/pdf")


async def test_nothing_is_printed_before_approval(practice: Practice) -> None:
    drawn = (await practice.draft()).ok()
    for path in (drawn, (await practice.sign(drawn)).ok(), await practice.claim(drawn)):
        refused = await _paper(practice.doctor, path["id"])
        assert (refused.status, refused.code, refused.body["rule"]) == (409, "prescription-not-printable", "B20")
    claimed = (await practice.counter.get(f"/api/prescriptions/{drawn['id']}")).ok()
    (await practice.decide(claimed, "approve")).ok()
    assert (await _paper(practice.doctor, drawn["id"])).status == 200


async def test_the_patients_copy_says_everything_in_text(practice: Practice) -> None:
    code = await a_code(practice)
    rx = (await practice.at_home.get(f"/api/prescriptions/{code['id']}")).ok()
    text = text_of(await _paper(practice.at_home, code["id"]))
    for said in (
        *(rx["hospital"]["name"], "处  方  笺", rx["number"], rx["patient"]["name"], rx["department"]),
        *("原发性高血压（I10）", "Rp.", "氨氯地平  5mg", "× 7 片", "用法：每次 5 mg，每日 1 次，口服，共 7 天"),
        *("以下空白", "医师", rx["prescriber"]["name"], "审核药师", "孙测试  主管药师", "证书", "有效期至"),
        *("数据未经药师签核", "演示环境", f"{code['digits'][:4]} {code['digits'][4:]}"),
    ):
        assert said.replace(" ", "") in text.replace(" ", ""), said


async def test_a_pharmacys_copy_has_no_code_and_shows_that_it_is_used(practice: Practice) -> None:
    code, counter = await a_code(practice), await a_counter(practice)
    assert "取药码" in text_of(await _paper(practice.doctor, code["id"]))
    assert "取药码" not in text_of(await _paper(practice.counter, code["id"])), "the reviewing pharmacist needs none"
    held = (await counter.redeem(code)).ok()
    assert "取药码" not in text_of(await _paper(counter.first, code["id"]))
    await counter.supplied(held)
    for who in (counter.first, practice.at_home):
        text = text_of(await _paper(who, code["id"])).replace(" ", "")
        for said in ("已调配", "吴调配主管药师", "郑核对主管药师"):
            assert said in text
        assert "取药码" not in text


async def test_strangers_get_no_paper(practice: Practice) -> None:
    code, stranger = await a_code(practice), await a_counter(practice)
    assert (await _paper(stranger.first, code["id"])).code == "not-found"
    assert (await _paper(practice.clinic.api.signed_in(None), code["id"])).status == 401
    assert (await _paper(practice.at_home, code["id"])).status == 200


async def test_the_qr_on_paper_is_the_codes_address(practice: Practice) -> None:
    code = await a_code(practice)
    raw = (await _paper(practice.at_home, code["id"])).raw
    address = practice.ground.part(Settings).origins[0] + code["token_url_fragment"]
    wanted = [[bool(module) for module in row] for row in segno.make(address, error="m", micro=False).matrix]
    assert _modules(raw, len(wanted)) == wanted


def _modules(raw: bytes, count: int) -> list[list[bool]]:
    """Which modules of the code are dark, in the rendered picture of the page."""
    scale = 8.0
    with pypdfium2.PdfDocument(io.BytesIO(raw)) as opened:
        picture = opened[0].render(scale=scale).to_pil().convert("L")
    millimetre = 72 / 25.4 * scale
    module = QR * millimetre / count
    left = sheet.LEFT * millimetre
    # The first long dark run down its left edge is a finder pattern: seven modules, where the code begins.
    column = [picture.getpixel((round(left + module / 2), y)) < 128 for y in range(picture.height)]
    top = next(y for y in range(picture.height) if all(column[y : y + round(6 * module)]))
    return [
        [
            picture.getpixel((round(left + (x + 0.5) * module), round(top + (y + 0.5) * module))) < 128
            for x in range(count)
        ]
        for y in range(count)
    ]
