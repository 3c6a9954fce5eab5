"""The report on paper: both signatures on it, checked by anybody by its code, key pictures with it; templates."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # it has no stubs

from server.foundation.actor import SYSTEM
from server.foundation.work import unit_of_work
from server.paper.verifying import address
from tests.api import Answer
from tests.integration.consultations.clinic import a_picture
from tests.people import Somebody

from .centre import WORDS, Centre, a_centre


def _text(raw: bytes) -> str:
    with pypdfium2.PdfDocument(io.BytesIO(raw)) as opened:
        return "".join(page.get_textpage().get_text_range() for page in opened)


async def _token(centre: Centre, order: dict[str, Any], version: int) -> str:
    row = await centre.row(order)
    async with unit_of_work(centre.ground, SYSTEM) as work:
        return address(work, "", "i", row.id, version).partition("#")[2]


async def test_the_paper_shows_what_was_said_and_who_signed(centre: Centre) -> None:
    order = await centre.returned()
    printed = await centre.of(centre.worker).get(f"/api/imaging/orders/{order['id']}/report.pdf")
    assert printed.headers["Content-Type"] == "application/pdf"
    text = _text(printed.raw)
    for said in (WORDS["impression"], order["number"], centre.junior.name, centre.senior.name, centre.county.name):
        assert said in text, said
    assert (await centre.of(centre.patient).get(f"/api/imaging/orders/{order['id']}/report.pdf")).status == 200


async def test_anybody_checks_a_printed_report_by_its_code(centre: Centre) -> None:
    order = await centre.returned()
    token = await _token(centre, order, 2)
    anybody = centre.api.signed_in(None)
    checked = (await anybody.post("/api/report-verifications", {"token": token})).ok()
    assert (checked["kind"], checked["number"], checked["valid"], checked["current"]) == (
        "imaging",
        order["number"],
        True,
        True,
    )
    assert [(each["part"], each["name"]) for each in checked["signed"]] == [
        ("报告医师", centre.junior.name),
        ("审核医师", centre.senior.name),
    ]
    assert centre.patient.name not in str(checked)
    assert WORDS["impression"] not in str(checked)
    (await centre.amend(order)).ok()
    replaced = (await anybody.post("/api/report-verifications", {"token": token})).ok()
    assert (replaced["valid"], replaced["current"]) == (True, False)
    preliminary = await _token(centre, order, 1)
    assert (await anybody.post("/api/report-verifications", {"token": preliminary})).code == "report-not-genuine"


async def test_an_earlier_version_is_printed_as_replaced(centre: Centre) -> None:
    order = await centre.returned()
    (await centre.amend(order)).ok()
    path = f"/api/imaging/orders/{order['id']}/report.pdf"
    last, first = [await centre.of(centre.patient).get(f"{path}{query}") for query in ("", "?version=2")]
    assert "炎性结节" in _text(last.raw)
    assert WORDS["impression"] in _text(first.raw)
    assert (await centre.of(centre.patient).get(f"{path}?version=1")).status == 404
    assert (await centre.of(centre.patient).get(f"{path}?version=9")).status == 404


async def test_key_pictures_are_seen_with_the_report_and_not_otherwise(centre: Centre) -> None:
    order = await centre.claimed()
    study = await centre.pictures(order)
    path = f"/api/imaging/orders/{order['id']}/figures"
    assert (await _sent(centre, centre.third, path)).code == "imaging-claimed-by-another"
    kept = (await _sent(centre, centre.junior, path)).ok()["attachment_id"]
    assert (await centre.of(centre.junior).get(f"{path}/{kept}")).status == 404  # in no draft yet
    figure = {"study_id": str(study), "frame": 1, "attachment_id": kept, "caption": "右肺上叶结节"}
    saved = (await centre.save(centre.junior, order, 0, figures=[figure])).ok()
    assert (await centre.of(centre.junior).get(f"{path}/{kept}")).status == 200
    assert (await centre.of(centre.worker).get(f"{path}/{kept}")).status == 404
    (await centre.act(centre.junior, order, "report/preliminary", {"version": saved["version"]})).ok()
    (await centre.finalise(order)).ok()
    for who in (centre.worker, centre.patient):
        assert (await centre.of(who).get(f"{path}/{kept}")).headers["Content-Type"] == "image/png"
    other = await a_centre(centre.ground, centre.api)
    assert (await centre.of(other.senior).get(f"{path}/{kept}")).status == 404
    printed = await centre.of(centre.worker).get(f"/api/imaging/orders/{order['id']}/report.pdf")
    assert "右肺上叶结节" in _text(printed.raw)


async def _sent(centre: Centre, who: Somebody, path: str) -> Answer:
    headers = {"Content-Type": "image/png", "X-File-Name": "key.png"}
    return await centre.of(who).call("POST", path, data=a_picture("black"), headers=headers)


async def test_templates_are_ones_own_the_institutions_and_the_products(centre: Centre) -> None:
    path = "/api/imaging/report-templates"
    shipped = (await centre.of(centre.junior).get(f"{path}?modality=CT&body_part=CHEST")).ok()
    assert [(each["scope"], each["reviewed"]) for each in shipped] == [("product", False)]
    words = {
        "name": "胸部CT复查",
        "modality": "CT",
        "body_part": "CHEST",
        "findings": "与前片比较。",
        "impression": "随诊。",
    }
    own = (await centre.of(centre.junior).post(path, words)).ok()
    assert (await centre.of(centre.junior).post(path, words)).code == "imaging-template-name-taken"
    assert (await centre.of(centre.junior).post(path, {**words, "shared": True})).code == "imaging-not-senior"
    shared = (await centre.of(centre.senior).post(path, {**words, "shared": True})).ok()
    scopes = [each["scope"] for each in (await centre.of(centre.junior).get(f"{path}?modality=CT")).ok()]
    assert scopes[:2] == ["own", "institution"]
    theirs = (await centre.of(centre.third).get(path)).ok()
    assert own["id"] not in {each["id"] for each in theirs}
    assert (await centre.of(centre.third).delete(f"{path}/{own['id']}")).status == 404
    assert (await centre.of(centre.junior).delete(f"{path}/{shared['id']}")).code == "imaging-not-senior"
    assert (await centre.of(centre.junior).delete(f"{path}/{own['id']}")).status == 204
    assert (await centre.of(centre.senior).delete(f"{path}/{shared['id']}")).status == 204
