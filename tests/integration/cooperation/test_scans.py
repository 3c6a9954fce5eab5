"""The signed paper of an agreement: who files and opens it, what is taken, and that a replaced one stays."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server.foundation.actor import Level, Role
from server.foundation.ground import Ground
from tests.api import Answer, Api
from tests.people import Somebody, a_hospital, a_member_of_staff
from tests.unit.records.files import SECRET, a_jpeg, a_pdf, a_png, saved

from .test_agreements import PATH, Sides


@pytest.fixture
async def sides(ground: Ground, api: Api) -> Sides:
    """A township and a county hospital."""
    county, town = await a_hospital(ground), await a_hospital(ground, level=Level.TOWNSHIP)
    serving = await a_member_of_staff(ground, Role.ADMINISTRATOR, county)
    return Sides(ground, api, county, town, serving, await a_member_of_staff(ground, Role.ADMINISTRATOR, town))


async def filed(sides: Sides, who: Somebody, agreement: dict[str, Any], raw: bytes, replaces: str = "") -> Answer:
    """An upload by anybody."""
    query = f"?replaces={replaces}" if replaces else ""
    return await sides.of(who).call("POST", f"{PATH}/{agreement['id']}/scans{query}", data=raw)


async def test_both_ends_file_and_open_the_signed_paper(sides: Sides) -> None:
    made = await sides.made()
    assert made["scans"] == []
    (await filed(sides, sides.serving, made, saved(a_pdf(3)))).ok()
    shown = (await filed(sides, sides.asking, made, a_jpeg(exif=True))).ok()
    assert [(each["content_type"], each["pages"]) for each in shown["scans"]] == [
        ("application/pdf", 3),
        ("image/jpeg", 1),
    ]
    assert [each["organisation"] for each in shown["scans"]] == [sides.county.name, sides.town.name]
    for who in (sides.serving, sides.asking):
        (listed,) = (await sides.of(who).get(PATH)).ok()
        assert listed["scans"] == shown["scans"]
        for each in listed["scans"]:
            answer = await sides.of(who).get(f"{PATH}/{made['id']}/scans/{each['id']}")
            assert (answer.status, len(answer.raw)) == (200, each["size"])
            assert SECRET.encode() not in answer.raw
    steps = (await sides.of(sides.asking).get(f"{PATH}/{made['id']}/steps")).ok()
    assert [each["verb"] for each in steps] == ["make", "add_scan", "add_scan"]


async def test_a_replaced_scan_stays_and_is_replaced_once(sides: Sides) -> None:
    made = await sides.made()
    (first,) = (await filed(sides, sides.serving, made, a_png())).ok()["scans"]
    both = await asyncio.gather(
        filed(sides, sides.serving, made, saved(a_pdf(1)), first["id"]),
        filed(sides, sides.asking, made, saved(a_pdf(2)), first["id"]),
    )
    assert sorted(each.status for each in both) == [201, 409]
    assert [each.code for each in both if each.status == 409] == ["agreement-scan-replaced"]
    shown = (await sides.of(sides.asking).get(f"{PATH}/{made['id']}")).ok()["scans"]
    assert [each["replaced"] for each in shown] == [True, False]
    for each in shown:
        assert (await sides.of(sides.asking).get(f"{PATH}/{made['id']}/scans/{each['id']}")).status == 200


async def test_the_same_file_again_is_one_scan(sides: Sides) -> None:
    made, raw = await sides.made(), a_jpeg()
    answers = [await filed(sides, sides.serving, made, raw) for _ in range(2)]
    assert [len(each.ok()["scans"]) for each in answers] == [1, 1]


@pytest.mark.parametrize(("raw", "status"), [(b"GIF89a not taken", 415), (b"%PDF-1.4 and nothing", 422)], ids=str)
async def test_what_is_no_scan_is_not_taken(sides: Sides, raw: bytes, status: int) -> None:
    made = await sides.made()
    assert (await filed(sides, sides.serving, made, raw)).status == status
    assert (await filed(sides, sides.serving, made, a_jpeg())).status == 201


async def test_strangers_neither_file_nor_open(sides: Sides) -> None:
    made, other = await sides.made(), await sides.made(scope=["imaging"])
    (kept,) = (await filed(sides, sides.serving, made, a_jpeg())).ok()["scans"]
    far = await a_member_of_staff(sides.ground, Role.ADMINISTRATOR, await a_hospital(sides.ground))
    doctor = await a_member_of_staff(sides.ground, Role.SCHEDULER, sides.county)
    assert (await filed(sides, far, made, a_png())).status == 404
    assert (await filed(sides, doctor, made, a_png())).status == 403
    assert (await sides.of(far).get(f"{PATH}/{made['id']}/scans/{kept['id']}")).status == 404
    elsewhere = await sides.of(sides.serving).get(f"{PATH}/{other['id']}/scans/{kept['id']}")
    assert elsewhere.status == 404, "a scan is its own agreement's"
    assert (await filed(sides, sides.serving, other, a_png(), kept["id"])).status == 404
