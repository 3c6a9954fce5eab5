"""Files come in checked and cleaned, go out to those entitled with safe headers, and stay as long as they must."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import aiohttp
import pytest
from sqlalchemy import select

from server.foundation.actor import Role
from server.foundation.vault import NoSuchFile
from server.records import jobs, retention
from server.records import service as records
from server.records.attachments import check_file
from server.records.errors import LegalHold, ProcessRetentionNotOver, RetentionNotOver, WrongFileType
from server.records.model import Attachment
from server.records.sniffing import PICTURES
from tests.people import a_doctor, a_hospital, a_member_of_staff, a_patient
from tests.unit.records.files import SECRET, a_jpeg, a_pdf, a_png, a_png_bomb, saved

from .care import Care, a_care, work_of


async def test_a_paper_is_uploaded_and_read_by_patient_and_doctor(care: Care) -> None:
    kept = (await care.upload(saved(a_pdf(2)))).ok()
    assert (kept["content_type"], kept["pages"], kept["name"]) == ("application/pdf", 2, "出院小结.pdf")
    for who in (care.patient, care.doctor):
        answer = await care.of(who).get(f"/api/attachments/{kept['id']}")
        assert answer.status == 200
        assert answer.raw.startswith(b"%PDF-")
        assert SECRET.encode() not in answer.raw
        assert len(answer.raw) == kept["size"]


async def test_a_file_is_served_so_that_it_can_do_nothing(care: Care) -> None:
    kept = (await care.upload(a_jpeg())).ok()
    headers = (await care.of(care.patient).get(f"/api/attachments/{kept['id']}")).headers
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "no-store" in headers["Cache-Control"]
    assert "%E5" not in headers["Content-Disposition"]  # the name of a file may say what a patient has


async def test_strangers_can_neither_upload_nor_read(care: Care) -> None:
    kept = (await care.upload(a_jpeg())).ok()
    stranger, colleague = await a_patient(care.ground), await a_doctor(care.ground, care.hospital)
    unknown = (await care.of(stranger).get(f"/api/attachments/{uuid4()}")).body
    for who in (stranger, colleague):
        assert (await care.upload(a_jpeg(), who=who)).status == 404
        answer = await care.of(who).get(f"/api/attachments/{kept['id']}")
        assert (answer.status, answer.body) == (404, unknown)


async def test_an_upload_belongs_to_the_visit_of_that_patient_only(care: Care) -> None:
    other = await a_care(care.ground, care.api)
    (await care.upload(a_jpeg())).ok()
    path = f"/api/patients/{care.patient.id}/attachments?kind=photo&visit_id={other.visit_id}"
    answer = await care.of(care.patient).call("POST", path, data=a_jpeg())
    assert answer.status == 404


@pytest.mark.parametrize(
    ("data", "kind", "status", "code"),
    [
        (b"GIF89a" + bytes(100), "photo", 415, "attachment-wrong-type"),
        (b"<html><script>alert(1)</script></html>", "diagnosis_paper", 415, "attachment-wrong-type"),
        (b"PK\x03\x04" + bytes(100), "diagnosis_paper", 415, "attachment-wrong-type"),
        (b"junk before %PDF-1.7", "diagnosis_paper", 415, "attachment-wrong-type"),
        (b"", "photo", 415, "attachment-wrong-type"),
        (b"%PDF-1.4 and nothing", "diagnosis_paper", 422, "attachment-damaged"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "photo", 422, "attachment-damaged"),
        (a_png_bomb(), "photo", 422, "picture-too-many-pixels"),
        (saved(a_pdf(61)), "diagnosis_paper", 422, "paper-too-many-pages"),
        (saved(a_pdf()), "chat_picture", 415, "attachment-wrong-type"),
    ],
    ids=["gif", "html", "zip", "shifted", "empty", "torn-pdf", "torn-jpeg", "bomb", "pages", "pdf-in-chat"],
)
async def test_what_is_refused_is_refused_in_words_and_leaves_nothing(
    care: Care, data: bytes, kind: str, status: int, code: str
) -> None:
    answer = await care.upload(data, kind=kind)
    assert (answer.status, answer.code) == (status, code)
    assert answer.body["title"]
    assert (await care.of(care.patient).get(f"/api/patients/{care.patient.id}/attachments")).ok() == []


async def test_a_file_over_the_limit_is_refused_and_one_below_it_kept(care: Care) -> None:
    (await care.upload(a_jpeg() + bytes(19 * 2**20))).ok()
    answer = await care.upload(a_jpeg() + bytes(21 * 2**20))
    assert (answer.status, answer.code) == (413, "attachment-too-large")
    assert "20" in answer.body["title"]


async def test_a_refused_stream_is_not_read_to_its_end(care: Care) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"GIF89a" + bytes(1000)

    with pytest.raises(WrongFileType):
        await check_file(care.ground.vault, endless(), PICTURES, 20 * 2**20)
    assert taken == 1


async def test_the_same_file_again_is_the_same_attachment(care: Care) -> None:
    raw = a_jpeg()
    first, again = (await care.upload(raw)).ok(), (await care.upload(raw)).ok()
    assert first["id"] == again["id"]
    other = (await care.upload(a_jpeg((100, 100)))).ok()
    assert other["id"] != first["id"]


async def test_an_upload_that_stops_half_way_leaves_nothing(care: Care) -> None:
    async def torn() -> AsyncIterator[bytes]:
        yield a_jpeg()
        raise ConnectionResetError

    path = f"{care.api.address}/api/patients/{care.patient.id}/attachments?kind=photo"
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await session.post(path, data=torn(), headers={"Authorization": f"Bearer {care.patient.token}"})
    await asyncio.sleep(0)
    assert (await care.of(care.patient).get(f"/api/patients/{care.patient.id}/attachments")).ok() == []
    (await care.upload(a_jpeg(), kind="photo")).ok()


async def test_the_doctor_holds_the_paper_only_after_opening_one(care: Care) -> None:
    async def opened() -> tuple[bool, bool]:
        async with work_of(care.ground, care.doctor) as work:
            return (
                await records.has_paper(work, care.encounter_id),
                await records.opened_by(work, care.encounter_id, care.doctor.id),
            )

    assert await opened() == (False, False)
    photo = (await care.upload(a_jpeg(), kind="photo")).ok()
    (await care.of(care.doctor).get(f"/api/attachments/{photo['id']}")).raw.startswith(b"\xff\xd8")
    assert await opened() == (False, False)
    paper = (await care.upload(a_png(), visit=False)).ok()
    (await care.of(care.patient).get(f"/api/attachments/{paper['id']}"))
    assert await opened() == (True, False)
    (await care.of(care.doctor).get(f"/api/patients/{care.patient.id}/attachments")).ok()
    assert await opened() == (True, False)  # a list is no look at the paper
    (await care.of(care.doctor).get(f"/api/attachments/{paper['id']}"))
    assert await opened() == (True, True)


async def test_nothing_is_added_to_a_closed_encounter(care: Care) -> None:
    (await care.upload(a_jpeg())).ok()
    async with work_of(care.ground, None) as work:
        await records.close_encounter(work, care.encounter_id)
    assert (await care.upload(a_png())).code == "encounter-closed"
    (await care.upload(a_png(), visit=False)).ok()


async def test_a_paper_cannot_be_deleted_before_its_fifteen_years_and_then_goes(care: Care) -> None:
    kept = UUID((await care.upload(a_jpeg())).ok()["id"])
    picture = UUID((await care.upload(a_png(), kind="chat_picture")).ok()["id"])
    refused = await care.of(care.patient).delete(f"/api/attachments/{kept}")
    assert (refused.status, refused.code, refused.body["rule"]) == (409, "retention-not-over", "B39")
    assert (await care.of(care.patient).delete(f"/api/attachments/{picture}")).body["rule"] == "B40"
    async with work_of(care.ground, care.patient, later=timedelta(days=3 * 366)) as work:
        await retention.delete_attachment(work, picture)
    with pytest.raises(ProcessRetentionNotOver):
        async with work_of(care.ground, care.patient, later=timedelta(days=2 * 365)) as work:
            await retention.delete_attachment(work, UUID((await care.upload(a_png(), kind="chat_picture")).ok()["id"]))
    with pytest.raises(RetentionNotOver):
        async with work_of(care.ground, care.patient, later=timedelta(days=15 * 365)) as work:
            await retention.delete_attachment(work, kept)
    async with work_of(care.ground, care.patient, later=timedelta(days=15 * 366)) as work:
        row = (await work.session.scalars(select(Attachment).where(Attachment.id == kept))).one()
        await retention.delete_attachment(work, kept)
    assert (await care.of(care.patient).get(f"/api/attachments/{kept}")).status == 404
    await jobs.drop_file.run(care.ground, name=row.vault_name)
    with pytest.raises(NoSuchFile):
        await care.ground.vault.stat(row.vault_name)


async def test_a_file_lies_encrypted_and_its_name_too(care: Care) -> None:
    kept = UUID((await care.upload(a_jpeg())).ok()["id"])
    async with work_of(care.ground, None) as work:
        row = (await work.session.scalars(select(Attachment).where(Attachment.id == kept))).one()
    assert "出院小结".encode() not in row.name
    assert (await care.ground.vault.stat(row.vault_name)).sha256 == row.sha256


async def test_a_double_click_uploads_once(care: Care) -> None:
    answers = await asyncio.gather(*(care.upload(a_jpeg()) for _ in range(5)))
    assert len({answer.ok()["id"] for answer in answers}) == 1
    assert len((await care.of(care.patient).get(f"/api/patients/{care.patient.id}/attachments")).ok()) == 1


async def test_a_held_record_is_not_deleted_even_after_its_time(care: Care) -> None:
    kept = UUID((await care.upload(a_jpeg())).ok()["id"])
    path = f"/api/encounters/{care.encounter_id}/hold"
    elsewhere = await a_member_of_staff(care.ground, Role.ADMINISTRATOR, await a_hospital(care.ground))
    assert (await care.of(elsewhere).post(path, {"on": True})).status == 404
    administrator = await a_member_of_staff(care.ground, Role.ADMINISTRATOR, care.hospital)
    (await care.of(administrator).post(path, {"on": True})).ok()
    with pytest.raises(LegalHold):
        async with work_of(care.ground, care.patient, later=timedelta(days=20 * 366)) as work:
            await retention.delete_attachment(work, kept)
    (await care.of(administrator).post(path, {"on": False})).ok()
    async with work_of(care.ground, care.patient, later=timedelta(days=20 * 366)) as work:
        await retention.delete_attachment(work, kept)
