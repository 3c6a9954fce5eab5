"""The door of DICOMweb: whose token, for what, over which line; bodies that are wrong; nothing of another institution."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import pydicom
import pytest
from sqlalchemy import func, select

from server.foundation.actor import SYSTEM
from server.foundation.audit import AuditRow
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.imaging.studies import service as studies
from server.imaging.studies.model import Instance, Study
from tests.api import Answer, Api
from tests.people import Somebody

from .gateway import Gate, a_device, a_gate, a_scan, basic, bearer

BOUNDARY = "part-of-a-study"
DICOM = "application/dicom"
RELATED = f'multipart/related; type="{DICOM}"; boundary={BOUNDARY}'


@pytest.fixture
async def gate(ground: Ground, api: Api) -> Gate:
    return await a_gate(ground, api)


def parts(scan: list[bytes], content_type: str = DICOM) -> bytes:
    """A whole body."""
    each = [f"--{BOUNDARY}\r\nContent-Type: {content_type}\r\n\r\n".encode() + content + b"\r\n" for content in scan]
    return b"".join(each) + f"--{BOUNDARY}--\r\n".encode()


async def sent(
    gate: Gate, body: bytes, content_type: str = RELATED, *, study: str = "", headers: dict[str, str] | None = None
) -> Answer:
    """A body posted by the institution's scanner."""
    path = f"/dicomweb/studies{'/' if study else ''}{study}"
    told = {"Content-Type": content_type, **bearer(gate.storing), **(headers or {})}
    return await gate.api.call("POST", path, data=body, key=None, headers=told)


async def asked(gate: Gate, path: str, device: dict[str, str] | None = None, **headers: str) -> Answer:
    """A question of the institution's viewer."""
    return await gate.api.get(f"/dicomweb{path}", headers={**bearer(device or gate.reading), **headers})


def uids(content: bytes) -> tuple[str, str, str]:
    """Study, series and instance."""
    header = pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True)
    return header.StudyInstanceUID, header.SeriesInstanceUID, header.SOPInstanceUID


def told(answer: Answer, tag: str) -> list[dict[str, Any]]:
    """The items of one sequence of a receipt."""
    found = answer.body if isinstance(answer.body, dict) else json.loads(answer.raw)
    items: list[dict[str, Any]] = found.get(tag, {}).get("Value", [])
    return items


KEPT, FAILED, OTHERS = "00081199", "00081198", "0008119A"


async def count(ground: Ground, what: type[Study] | type[Instance], **where: object) -> int:
    """How many rows there are."""
    async with ground.database.session() as session:
        statement = select(func.count()).select_from(what).filter_by(**where)
        return (await session.scalar(statement)) or 0


async def test_one_file_alone_is_taken_too(gate: Gate) -> None:
    (content,) = a_scan(slices=1)
    answer = await sent(gate, content, DICOM)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/dicom+json"
    assert len(told(answer, KEPT)) == 1
    study, series, instance = uids(content)
    where = f"{gate.address}/studies/{study}/series/{series}/instances/{instance}"
    assert told(answer, KEPT)[0]["00081190"]["Value"] == [where]


async def test_the_status_says_whether_all_some_or_nothing_was_kept(gate: Gate) -> None:
    good, bad = a_scan(slices=2), b"this is no picture"
    assert (await sent(gate, parts(good))).status == 200
    some = await sent(gate, parts([*a_scan(slices=1), bad]))
    assert (some.status, len(told(some, KEPT)), len(told(some, OTHERS))) == (202, 1, 1)
    none = await sent(gate, parts([bad]))
    assert (none.status, len(told(none, KEPT)), told(none, OTHERS)[0]["00081197"]["Value"]) == (409, 0, [0xC000])


async def test_the_same_uid_with_other_content_replaces_nothing(gate: Gate) -> None:
    (content,) = a_scan(slices=1)
    assert (await sent(gate, parts([content]))).status == 200
    changed = pydicom.dcmread(io.BytesIO(content))
    changed.PixelData = bytes(len(changed.PixelData))
    out = io.BytesIO()
    changed.save_as(out)
    answer = await sent(gate, parts([out.getvalue()]))
    assert answer.status == 409
    assert told(answer, FAILED)[0]["00081197"]["Value"] == [0x0111]
    study, series, instance = uids(content)
    path = f"/studies/{study}/series/{series}/instances/{instance}"
    assert (await asked(gate, path, Accept="application/dicom")).raw == content


async def test_an_address_with_a_study_takes_files_of_that_study_only(gate: Gate) -> None:
    one, other = a_scan(slices=1), a_scan(slices=1)
    answer = await sent(gate, parts([*one, *other]), study=uids(one[0])[0])
    assert answer.status == 202
    assert [each["00081155"]["Value"][0] for each in told(answer, KEPT)] == [uids(one[0])[2]]
    assert told(answer, FAILED)[0]["00081197"]["Value"] == [0xA900]
    assert await count(gate.ground, Study, study_uid=uids(other[0])[0]) == 0


async def test_four_posts_of_one_study_at_once_make_one_study(gate: Gate) -> None:
    scan = a_scan(slices=12)
    answers = await asyncio.gather(*(sent(gate, parts(scan[start::4])) for start in range(4)))
    assert [answer.status for answer in answers] == [200] * 4
    study = uids(scan[0])[0]
    found = (await asked(gate, f"/studies?StudyInstanceUID={study}")).ok()
    assert [each["00201208"]["Value"] for each in found] == [[12]]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{}", "application/json", 415, "wrong-store-type"),
        (b"x", 'multipart/related; type="application/dicom+json"; boundary=b', 415, "wrong-store-type"),
        (parts([b"x"]), f'multipart/related; type="{DICOM}"', 400, "malformed-parts"),
        (b"no boundary here", RELATED, 400, "malformed-parts"),
        (b"", RELATED, 400, "malformed-parts"),
        (
            parts([b"x"]).replace(b"\r\n\r\n", b"\r\nX-Long: " + b"a" * 9000 + b"\r\n\r\n"),
            RELATED,
            400,
            "malformed-parts",
        ),
        (parts([b"x"]).replace(b"Content-Type:", b"Content-Type"), RELATED, 400, "malformed-parts"),
        (b"a" * 40_000 + parts([b"x"]), RELATED, 400, "malformed-parts"),
    ],
)
async def test_a_body_that_is_not_what_it_says_is_refused(
    gate: Gate, body: bytes, content_type: str, status: int, code: str
) -> None:
    answer = await sent(gate, body, content_type)
    assert (answer.status, answer.code) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_body_cut_off_in_its_last_part_keeps_nothing_and_may_be_sent_again(gate: Gate) -> None:
    scan = a_scan(slices=3)
    whole = parts(scan)
    answer = await sent(gate, whole[:-2000])
    assert (answer.status, answer.code) == (400, "malformed-parts")
    assert await count(gate.ground, Study, study_uid=uids(scan[0])[0]) == 0
    assert len(told(await sent(gate, whole), KEPT)) == 3


async def test_parts_of_another_type_are_told_as_failures(gate: Gate) -> None:
    answer = await sent(gate, parts(a_scan(slices=1), "image/jpeg"))
    assert (answer.status, len(told(answer, OTHERS))) == (409, 1)


async def test_who_brings_no_token_or_a_wrong_one_learns_nothing(gate: Gate) -> None:
    study = uids(a_scan(slices=1)[0])[0]
    forged = {**gate.reading, "token": gate.reading["token"][:-4] + "AAAA"}
    mixed = basic({**gate.reading, "id": gate.storing["id"]})
    answers = [
        await gate.api.get(f"/dicomweb/studies/{study}", headers=headers)
        for headers in (
            {},
            bearer(forged),
            mixed,
            {"Authorization": f"Bearer {gate.worker.token}"},
            {"Authorization": "x"},
        )
    ]
    answers.append(await gate.api.get("/dicomweb/nowhere"))
    assert {(answer.status, answer.code) for answer in answers} == {(401, "device-not-known")}
    assert all("Basic" in answer.headers["WWW-Authenticate"] for answer in answers)
    assert (await gate.api.get("/dicomweb/studies", headers=basic(gate.reading))).status == 200
    assert (await asked(gate, "/nowhere")).code == "no-such-path"


async def test_a_scope_opens_only_what_it_says(gate: Gate) -> None:
    body = parts(a_scan(slices=1))
    assert (await sent(gate, body)).status == 200
    with_reading = await sent(gate, body, headers=bearer(gate.reading))
    assert (with_reading.status, with_reading.code) == (403, "device-may-not")
    assert (await asked(gate, "/studies", gate.storing)).code == "device-may-not"


async def test_a_device_that_is_revoked_or_renewed_is_refused_at_once(gate: Gate) -> None:
    keeper = gate.of(gate.keeper)
    assert (await asked(gate, "/studies")).status == 200
    renewed = (await keeper.post(f"/api/imaging/devices/{gate.reading['id']}/renew", key=None)).ok()
    assert (await asked(gate, "/studies")).status == 401
    assert (await asked(gate, "/studies", renewed)).status == 200
    revoked = (await keeper.post(f"/api/imaging/devices/{gate.reading['id']}/revoke")).ok()
    assert revoked["revoked_at"]
    assert revoked["last_used_at"]
    assert (await asked(gate, "/studies", renewed)).status == 401
    again = await keeper.post(f"/api/imaging/devices/{gate.reading['id']}/renew", key=None)
    assert again.code == "device-revoked"
    async with gate.ground.database.session() as session:
        acts = await session.scalars(select(AuditRow.action).where(AuditRow.subject == gate.reading["id"]))
        assert {"imaging-device.add", "imaging-device.renew", "imaging-device.revoke"} <= set(acts)


async def test_another_institution_finds_nothing(gate: Gate, ground: Ground, api: Api) -> None:
    (content,) = a_scan(slices=1)
    assert (await sent(gate, parts([content]))).status == 200
    study, series, instance = uids(content)
    stranger = await a_gate(ground, api)
    below = f"/studies/{study}/series/{series}/instances/{instance}"
    for path in (
        f"/studies/{study}",
        f"/studies/{study}/metadata",
        f"/studies/{study}/rendered",
        below,
        f"{below}/frames/1",
        f"{below}/bulkdata/7FE00010",
        f"{below}/thumbnail",
    ):
        assert (await asked(gate, path)).status == 200, path
        answer = await asked(stranger, path)
        assert (answer.status, answer.code) == (404, "not-found"), path
    assert (await asked(gate, f"/studies?StudyInstanceUID={study}")).ok() != []
    assert (await asked(stranger, f"/studies?StudyInstanceUID={study}")).ok() == []
    assert (await asked(stranger, "/studies?PatientID=LOCAL-1")).ok() == []
    assert (await asked(stranger, f"/instances?SOPInstanceUID={instance}")).ok() == []


async def test_a_token_in_the_clear_from_a_proxy_is_refused(gate: Gate) -> None:
    assert (await asked(gate, "/studies")).status == 200
    answer = await asked(gate, "/studies", None, **{"X-Forwarded-Proto": "http"})
    assert (answer.status, answer.code) == (403, "device-needs-tls")


@pytest.mark.parametrize(
    "query", ["ReferringUnicorn=x", "StudyDate=yesterday", "StudyInstanceUID=../etc", "limit=-1", "SeriesNumber=x"]
)
async def test_a_question_that_cannot_be_understood_is_said_to_be_so(gate: Gate, query: str) -> None:
    level = "series" if query.startswith("Series") else "studies"
    answer = await asked(gate, f"/{level}?{query}")
    assert (answer.status, answer.code) == (400, "bad-dicom-query")
    assert answer.body["parameter"] == query.partition("=")[0]


async def test_more_than_asked_for_is_announced(gate: Gate) -> None:
    assert (await sent(gate, parts([*a_scan(slices=1), *a_scan(slices=1)]))).status == 200
    assert "Warning" not in (await asked(gate, "/studies")).headers
    assert (await asked(gate, "/studies?limit=1")).headers["Warning"].startswith("299 ")


async def test_what_cannot_be_given_says_what_can(gate: Gate) -> None:
    (content,) = a_scan(slices=1)
    assert (await sent(gate, parts([content]))).status == 200
    study, series, instance = uids(content)
    path = f"/studies/{study}/series/{series}/instances/{instance}"
    for below, accept in {
        "": f'multipart/related; type="{DICOM}"; transfer-syntax=1.2.840.10008.1.2.4.50',
        "/frames/1": 'multipart/related; type="video/mp4"',
        "/metadata": "application/dicom+xml",
        "/rendered": "video/mp4",
    }.items():
        answer = await asked(gate, path + below, Accept=accept)
        assert (answer.status, answer.code) == (406, "not-acceptable"), below
        assert answer.body["offered"]
    assert (await asked(gate, f"{path}/frames/2")).status == 404
    assert (await asked(gate, f"{path}/frames/x")).code == "bad-dicom-query"
    assert (await asked(gate, f"{path}/rendered?window=1")).code == "bad-dicom-query"


async def _lines(gate: Gate, patient: Somebody) -> list[tuple[str, str | None, str, str]]:
    """Who read, as the patient finds it."""
    reads = (await gate.of(patient).get(f"/api/patients/{patient.id}/reads")).ok()
    return [(each["name"], each["organisation"], each["role"], each["what"]) for each in reads]


async def test_what_a_device_reads_is_one_line_a_day_in_the_patients_list(gate: Gate) -> None:
    patient = await gate.patient()
    scan = a_scan(slices=3)
    assert (await sent(gate, parts(scan))).status == 200
    study, series, instance = uids(scan[0])
    await _attach(gate, study, patient)
    worklist = await asked(gate, "/studies")
    assert [each["0020000D"]["Value"] for each in json.loads(worklist.raw)] == [[study]]
    assert await _lines(gate, patient) == [], "a list of everything names nobody in particular"
    assert (await asked(gate, f"/studies?StudyInstanceUID={study}")).status == 200
    line = ("测试设备", gate.hospital.name, "device", "study")
    assert await _lines(gate, patient) == [line]
    for content in scan:
        path = f"/studies/{study}/series/{series}/instances/{uids(content)[2]}"
        assert (await asked(gate, path, Accept="application/dicom")).status == 200
        assert (await asked(gate, f"{path}/rendered", Accept="image/jpeg")).status == 200
    assert (await asked(gate, f"/studies/{study}/metadata")).status == 200
    assert await _lines(gate, patient) == [line]
    other = await a_device(gate.of(gate.keeper), "dicom.read")
    path = f"/studies/{study}/series/{series}/instances/{instance}"
    assert (await asked(gate, path, other, Accept="application/dicom")).status == 200
    assert await _lines(gate, patient) == [line, line], "another device is another reader"


async def _attach(gate: Gate, study_uid: str, patient: Somebody) -> None:
    """Somebody says whose the study is."""
    async with unit_of_work(gate.ground, SYSTEM) as work:
        row = (await work.session.scalars(select(Study).where(Study.study_uid == study_uid))).one()
        await studies.match(work, row.id, patient.id)
