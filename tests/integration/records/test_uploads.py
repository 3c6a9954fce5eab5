"""A file in parts: it goes on where it stopped, is whole or not there, and is nobody else's."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from server.foundation.actor import SYSTEM
from server.foundation.work import unit_of_work
from server.records import service as records
from server.records.uploads import receiving, rules, store
from tests.api import Answer
from tests.people import Somebody, a_doctor
from tests.unit.records.files import a_jpeg, a_pdf, a_png_bomb, saved

from .care import Care, work_of

MEDIUM = 2 * rules.PART_BYTES + 1234


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _parts(data: bytes) -> list[bytes]:
    return [data[at : at + rules.PART_BYTES] for at in range(0, len(data), rules.PART_BYTES)]


def _whole(data: bytes) -> str:
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in _parts(data))).hexdigest()


async def _start(care: Care, size: int, *, who: Somebody | None = None, **more: Any) -> Answer:
    body = {"purpose": "remote_material", "patient_id": str(care.patient.id), "name": "血常规.pdf", "size": size} | more
    return await care.of(who or care.doctor).post("/api/uploads", body)


async def _put(
    care: Care, upload_id: str, number: int, part: bytes, *, digest: str = "", who: Somebody | None = None
) -> Answer:
    path = f"/api/uploads/{upload_id}/parts/{number}?sha256={digest or _digest(part)}"
    headers = {"Content-Type": "application/octet-stream"}
    return await care.of(who or care.doctor).call("PUT", path, data=part, headers=headers)


async def _finish(care: Care, upload_id: str, digest: str) -> Answer:
    return await care.of(care.doctor).post(f"/api/uploads/{upload_id}/finish", {"sha256": digest})


async def _sent(care: Care, data: bytes, **more: Any) -> str:
    upload_id = str((await _start(care, len(data), **more)).ok()["id"])
    for number, part in enumerate(_parts(data)):
        (await _put(care, upload_id, number, part)).ok()
    return upload_id


async def _queued(care: Care, vault_name: str) -> bool:
    """Whether the job that deletes this file of the vault is queued."""
    asked = text("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'records.drop_file' AND args->>'name' = :name")
    async with work_of(care.ground, None) as work:
        return (await work.session.execute(asked, {"name": vault_name})).first() is not None


async def test_a_document_arrives_in_parts_and_becomes_an_attachment(care: Care) -> None:
    data = a_jpeg() + bytes(MEDIUM)
    upload_id = await _sent(care, data, name="痰液照片.jpg")
    done = (await _finish(care, upload_id, _whole(data))).ok()
    listed = (await care.of(care.doctor).get(f"/api/patients/{care.patient.id}/attachments")).ok()
    assert [(each["id"], each["kind"], each["name"]) for each in listed] == [
        (done["attachment_id"], "remote_material", "痰液照片.jpg")
    ]
    assert (await care.of(care.patient).get(f"/api/attachments/{done['attachment_id']}")).status == 200
    assert (await _finish(care, upload_id, _whole(data))).ok() == done


async def test_it_goes_on_where_it_stopped_in_any_order(care: Care) -> None:
    data = saved(a_pdf()) + bytes(MEDIUM)
    upload_id = (await _start(care, len(data))).ok()["id"]
    parts = _parts(data)
    (await _put(care, upload_id, 2, parts[2])).ok()
    (await _put(care, upload_id, 0, parts[0])).ok()
    shown = (await care.of(care.doctor).get(f"/api/uploads/{upload_id}")).ok()
    assert (shown["received"], shown["part_bytes"], shown["size"]) == ([0, 2], rules.PART_BYTES, len(data))
    early = await _finish(care, upload_id, _whole(data))
    assert (early.status, early.code) == (409, "upload-not-whole")
    (await _put(care, upload_id, 1, parts[1])).ok()
    (await _finish(care, upload_id, _whole(data))).ok()


async def test_the_same_part_again_is_fine_and_another_under_its_number_is_not(care: Care) -> None:
    data = bytes(100)
    upload_id = (await _start(care, 100)).ok()["id"]
    for _ in range(2):
        (await _put(care, upload_id, 0, data)).ok()
    other = await _put(care, upload_id, 0, b"x" * 100)
    assert (other.status, other.code) == (409, "upload-file-changed")


async def test_two_windows_that_send_the_same_part_keep_one(care: Care) -> None:
    upload_id = (await _start(care, rules.PART_BYTES)).ok()["id"]
    part = bytes(rules.PART_BYTES)
    answers = await asyncio.gather(*(_put(care, upload_id, 0, part) for _ in range(4)))
    assert {answer.status for answer in answers} == {204}
    assert (await care.of(care.doctor).get(f"/api/uploads/{upload_id}")).ok()["received"] == [0]


@pytest.mark.parametrize(
    ("number", "part", "digest", "code"),
    [
        (0, bytes(99), "", "upload-part-size"),
        (0, bytes(101), "", "upload-part-size"),
        (1, bytes(100), "", "upload-part-size"),
        (2**40, bytes(100), "", "upload-part-size"),
        (0, bytes(100), "0" * 64, "upload-part-damaged"),
    ],
    ids=["short", "long", "beyond", "far-beyond", "damaged"],
)
async def test_a_wrong_part_is_refused_and_the_right_one_still_taken(
    care: Care, number: int, part: bytes, digest: str, code: str
) -> None:
    upload_id = (await _start(care, 100)).ok()["id"]
    answer = await _put(care, upload_id, number, part, digest=digest)
    assert (answer.status, answer.code) == (422, code)
    assert (await care.of(care.doctor).get(f"/api/uploads/{upload_id}")).ok()["received"] == []
    (await _put(care, upload_id, 0, bytes(100))).ok()


async def test_parts_of_another_file_are_not_this_file(care: Care) -> None:
    upload_id = await _sent(care, a_jpeg())
    answer = await _finish(care, upload_id, _whole(a_jpeg((10, 10))))
    assert (answer.status, answer.code) == (409, "upload-digest-differs")
    (await _finish(care, upload_id, _whole(a_jpeg()))).ok()


async def test_what_is_no_document_is_refused_at_the_end_and_never_kept(care: Care) -> None:
    for data, code in ((b"GIF89a" + bytes(100), "attachment-wrong-type"), (a_png_bomb(), "picture-too-many-pixels")):
        upload_id = await _sent(care, data)
        assert (await _finish(care, upload_id, _whole(data))).code == code
    assert (await care.of(care.doctor).get(f"/api/patients/{care.patient.id}/attachments")).ok() == []


async def test_an_upload_is_its_starters_alone(care: Care) -> None:
    upload_id = (await _start(care, 100)).ok()["id"]
    colleague = await a_doctor(care.ground, care.hospital)
    unknown = (await care.of(colleague).get(f"/api/uploads/{uuid4()}")).body
    for who in (colleague, care.patient):
        answer = await care.of(who).get(f"/api/uploads/{upload_id}")
        assert (answer.status, answer.body) == (404, unknown)
        assert (await _put(care, upload_id, 0, bytes(100), who=who)).status == 404
        assert (await care.of(who).delete(f"/api/uploads/{upload_id}")).status == 404
    assert (await _start(care, 100, who=colleague)).status == 404  # not in that doctor's care
    (await _put(care, upload_id, 0, bytes(100))).ok()


async def test_sizes_have_limits_by_what_it_is(care: Care) -> None:
    too_big = await _start(care, 21 * 2**20)
    assert (too_big.status, too_big.code) == (413, "attachment-too-large")
    zipped = await _start(care, 21 * 2**20, purpose="imaging_zip", patient_id=None)
    assert zipped.ok()["patient_id"] is None
    assert (await _start(care, 100, purpose="imaging_zip", patient_id=None, who=care.patient)).status == 404
    assert (await _start(care, 100, patient_id=None)).status == 404


async def test_a_packed_study_waits_in_parts_until_it_is_taken(care: Care) -> None:
    data = b"PK\x03\x04" + bytes(MEDIUM)
    upload_id = UUID(await _sent(care, data, purpose="imaging_zip"))
    assert (await _finish(care, str(upload_id), _whole(data))).ok()["attachment_id"] is None
    late = await _put(care, str(upload_id), 0, data[: rules.PART_BYTES])
    assert late.code == "upload-finished"
    async with work_of(care.ground, care.doctor) as work:
        file = await records.whole_file(work, upload_id)
    read = b"".join([piece async for piece in records.read_whole(care.ground.vault, file)])
    assert read == data
    async with work_of(care.ground, care.doctor) as work:
        await records.drop_upload(work, upload_id)
    assert (await care.of(care.doctor).get(f"/api/uploads/{upload_id}")).status == 404


async def test_beginnings_are_counted(care: Care, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_UNFINISHED", 2)
    for _ in range(2):
        (await _start(care, 100)).ok()
    answer = await _start(care, 100)
    assert (answer.status, answer.code) == (429, "too-many-unfinished-uploads")


async def test_what_nobody_went_on_with_is_swept_and_what_moves_stays(care: Care) -> None:
    upload_id = UUID(await _sent(care, bytes(100)))
    async with work_of(care.ground, care.doctor) as work:
        (part,) = await store.parts(work.session, upload_id)
    assert [piece async for piece in care.ground.vault.read(part.vault_name)]
    async with unit_of_work(care.ground, SYSTEM) as work:
        work.now += rules.KEPT_UNFINISHED - timedelta(minutes=5)
        await receiving.sweep_uploads(work, limit=10_000)
    assert (await care.of(care.doctor).get(f"/api/uploads/{upload_id}")).status == 200
    async with unit_of_work(care.ground, SYSTEM) as work:
        work.now += rules.KEPT_UNFINISHED + timedelta(minutes=5)
        await receiving.sweep_uploads(work, limit=10_000)
    assert (await care.of(care.doctor).get(f"/api/uploads/{upload_id}")).status == 404
    assert await _queued(care, part.vault_name)
