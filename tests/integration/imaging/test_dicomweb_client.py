"""A stock DICOMweb client stores, finds and fetches; what it gets is what was sent, whichever archive holds it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import pydicom
import pytest
from PIL import Image

from server.demo.phantom import Subject
from server.foundation.ground import Ground
from tests.api import Api

from .gateway import BORN, Gate, a_gate, a_scan

R = TypeVar("R")


async def aside(call: Callable[..., R], *arguments: Any, **options: Any) -> R:
    """Run the blocking client in a thread: the server is on this loop."""
    return await asyncio.to_thread(lambda: call(*arguments, **options))


@pytest.fixture
async def gate(ground: Ground, api: Api, back_end: str) -> Gate:
    assert back_end
    return await a_gate(ground, api)


def read(scan: list[bytes]) -> list[pydicom.Dataset]:
    """The files as pydicom reads them."""
    return [pydicom.dcmread(io.BytesIO(content)) for content in scan]


async def stored(gate: Gate, scan: list[bytes]) -> list[pydicom.Dataset]:
    """A scan sent by the institution's scanner."""
    sent = read(scan)
    await aside(gate.client(gate.storing).store_instances, sent)
    return sent


async def test_what_was_stored_is_acknowledged_instance_by_instance(gate: Gate) -> None:
    sent = read(a_scan(slices=4))
    answer = await aside(gate.client(gate.storing).store_instances, sent)
    kept = {each.ReferencedSOPInstanceUID for each in answer.ReferencedSOPSequence}
    assert kept == {each.SOPInstanceUID for each in sent}
    assert "FailedSOPSequence" not in answer
    again = await aside(gate.client(gate.storing, basic=True).store_instances, sent)
    assert {each.ReferencedSOPInstanceUID for each in again.ReferencedSOPSequence} == kept


async def test_a_study_is_found_by_each_of_its_keys(gate: Gate) -> None:
    subject = Subject("Wang^Deshun=王^德顺", "P-77", "M", BORN)
    sent = await stored(gate, a_scan(subject, accession="ACC-7"))
    client = gate.client(gate.reading)
    uid = sent[0].StudyInstanceUID
    for key, value in {
        "StudyInstanceUID": uid,
        "PatientID": "P-77",
        "PatientName": "wang^*",
        "00100010": "王^德顺",
        "StudyDate": "20260301-20260303",
        "StudyTime": "0200-0300",
        "AccessionNumber": "ACC-?",
        "ModalitiesInStudy": "CT",
        "PatientBirthDate": "19680302",
        "StudyDescription": "胸部*",
    }.items():
        found = await aside(client.search_for_studies, search_filters={key: value})
        assert [each["0020000D"]["Value"][0] for each in found] == [uid], key
    (study,) = await aside(client.search_for_studies, search_filters={"PatientID": "P-77"})
    assert study["00201208"]["Value"] == [3]
    assert study["00100010"]["Value"] == [{"Alphabetic": "Wang^Deshun", "Ideographic": "王^德顺"}]
    for key, value in {"PatientID": "P-7", "PatientName": "Zhang*", "StudyDate": "20250101-20251231"}.items():
        assert await aside(client.search_for_studies, search_filters={key: value}) == [], key


async def test_names_are_found_as_they_sound_when_asked_fuzzily(gate: Gate) -> None:
    await stored(gate, a_scan(Subject("王^德顺", "P-1", "M", BORN)))
    client = gate.client(gate.reading)
    assert len(await aside(client.search_for_studies, fuzzymatching=True, search_filters={"PatientName": "wang"})) == 1
    assert await aside(client.search_for_studies, search_filters={"PatientName": "wang"}) == []


async def test_limit_and_offset_walk_through_everything_once(gate: Gate) -> None:
    for _ in range(3):
        await stored(gate, a_scan(slices=1))
    client = gate.client(gate.reading)
    pages = [await aside(client.search_for_studies, limit=1, offset=offset) for offset in range(4)]
    assert [len(page) for page in pages] == [1, 1, 1, 0]
    assert len({page[0]["0020000D"]["Value"][0] for page in pages[:3]}) == 3


async def test_series_and_instances_are_found_below_their_study(gate: Gate) -> None:
    sent = await stored(gate, a_scan(slices=5))
    client, uid = gate.client(gate.reading), sent[0].StudyInstanceUID
    (series,) = await aside(client.search_for_series, uid)
    assert series["00201209"]["Value"] == [5]
    assert series["00080060"]["Value"] == ["CT"]
    found = await aside(client.search_for_instances, uid, search_filters={"InstanceNumber": "3"})
    assert [each["00080018"]["Value"][0] for each in found] == [
        each.SOPInstanceUID for each in sent if each.InstanceNumber == 3
    ]
    everything = await aside(client.search_for_instances, uid, series["0020000E"]["Value"][0])
    assert [each["00200013"]["Value"][0] for each in everything] == [1, 2, 3, 4, 5]


async def test_a_study_a_series_and_an_instance_come_back_as_they_were(gate: Gate) -> None:
    sent = await stored(gate, a_scan(slices=3))
    client, first = gate.client(gate.reading), sent[0]
    by_uid = {each.SOPInstanceUID: each for each in sent}
    for found in (
        await aside(client.retrieve_study, first.StudyInstanceUID),
        await aside(client.retrieve_series, first.StudyInstanceUID, first.SeriesInstanceUID),
        [await aside(client.retrieve_instance, first.StudyInstanceUID, first.SeriesInstanceUID, first.SOPInstanceUID)],
    ):
        assert all(each == by_uid[each.SOPInstanceUID] for each in found)
    assert {each.SOPInstanceUID for each in await aside(client.retrieve_study, first.StudyInstanceUID)} == set(by_uid)


async def test_metadata_says_all_but_the_pixels_and_gives_their_address(gate: Gate) -> None:
    sent = await stored(gate, a_scan(slices=2))
    client, first = gate.client(gate.reading), sent[0]
    found = await aside(client.retrieve_study_metadata, first.StudyInstanceUID)
    told = {each["00080018"]["Value"][0]: each for each in found}[first.SOPInstanceUID]
    header = pydicom.Dataset.from_json({tag: each for tag, each in told.items() if "BulkDataURI" not in each})
    for keyword in (
        "PatientName",
        "PatientID",
        "Rows",
        "Columns",
        "PixelSpacing",
        "ImagePositionPatient",
        "WindowCenter",
    ):
        assert header[keyword].value == first[keyword].value, keyword
    pixels = await aside(client.retrieve_bulkdata, told["7FE00010"]["BulkDataURI"])
    assert b"".join(pixels) == first.PixelData


async def test_frames_are_the_stored_values(gate: Gate) -> None:
    first, *_ = await stored(gate, a_scan(slices=1))
    where = (first.StudyInstanceUID, first.SeriesInstanceUID, first.SOPInstanceUID)
    for media_types in (None, (("application/octet-stream", "*"),), ("application/octet-stream",)):
        (frame,) = await aside(gate.client(gate.reading).retrieve_instance_frames, *where, [1], media_types=media_types)
        assert frame == first.PixelData, media_types


async def test_compressed_frames_are_given_as_they_lie_or_plainly(gate: Gate) -> None:
    (first,) = read(a_scan(slices=1))
    values = first.pixel_array.copy()
    first.compress("1.2.840.10008.1.2.5")
    out = io.BytesIO()
    first.save_as(out, enforce_file_format=True)
    (packed,) = await stored(gate, [out.getvalue()])
    where = (packed.StudyInstanceUID, packed.SeriesInstanceUID, packed.SOPInstanceUID)
    client = gate.client(gate.reading)
    (plain,) = await aside(client.retrieve_instance_frames, *where, [1])
    assert np.array_equal(np.frombuffer(plain, "<u2").reshape(values.shape), values)
    as_it_lies = await aside(client.retrieve_instance, *where)
    assert as_it_lies.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.5"
    assert as_it_lies.PixelData == packed.PixelData
    unpacked = await aside(
        client.retrieve_instance, *where, media_types=(("application/dicom", "1.2.840.10008.1.2.1"),)
    )
    assert unpacked.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    assert np.array_equal(unpacked.pixel_array, values)


async def test_rendered_pictures_obey_window_viewport_and_type(gate: Gate) -> None:
    first, *_ = await stored(gate, a_scan(slices=3))
    where = (first.StudyInstanceUID, first.SeriesInstanceUID, first.SOPInstanceUID)
    client = gate.client(gate.reading)

    async def seen(**params: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
        content = await aside(
            client.retrieve_instance_rendered, *where, media_types=("image/png",), params=params or None
        )
        with Image.open(io.BytesIO(content)) as image:
            assert image.format == "PNG"
            return np.asarray(image.convert("L"))

    whole = await seen()
    assert whole.shape == (64, 64)
    assert (await seen(viewport="32,128")).shape == (32, 32)
    assert np.array_equal(await seen(viewport="16,16,8,8,16,16"), whole[8:24, 8:24])
    dark, bright = await seen(window="3000,1"), await seen(window="-3000,1")
    assert (int(dark.max()), int(bright.min())) == (0, 255)
    rough = await aside(
        client.retrieve_series_rendered, *where[:2], media_types=("image/jpeg",), params={"quality": "40"}
    )
    with Image.open(io.BytesIO(rough)) as image:
        assert (image.format, image.size) == ("JPEG", (64, 64))
