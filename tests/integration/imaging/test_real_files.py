"""Every DICOM file that comes with pydicom, as it lies on this disk: taken in, indexed, drawn; a table says what happened.

Nothing is downloaded: the files are listed from the installed packages' folders.
"""

from __future__ import annotations

import io
import warnings
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut

from server.foundation.ground import Ground
from server.imaging.dicom import twelve_bits
from server.imaging.studies.service import Outcome
from tests.api import Api
from tests.unit.imaging.frames import unfiltered

from .pictures import House, a_house

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

# What is not a sound picture file among them, and why; everything else must be kept.
NOT_KEPT = {
    "bad_sequence.dcm": "bad-uid",
    "emri_small_jpeg_2k_lossless_too_short.dcm": "truncated",
    "OT-PAL-8-face.dcm": "no-meta",
    "chrSQEncoding.dcm": "no-sop-class",
    "chrSQEncoding1.dcm": "no-sop-class",
    "ExplVR_BigEndNoMeta.dcm": "no-meta",
    "ExplVR_LitEndNoMeta.dcm": "no-meta",
    "JPEGLSNearLossless_08.dcm": "no-uids",
    "JPEGLSNearLossless_16.dcm": "no-uids",
    "MR_truncated.dcm": "truncated",
    "SC_rgb_jls_lossy_line.dcm": "no-uids",
    "SC_rgb_jls_lossy_sample.dcm": "no-uids",
    "SC_rgb_jpeg.dcm": "wrong-transfer-syntax",  # says JPEG, is written implicitly
    "UN_sequence.dcm": "no-sop-class",
    "empty_charset_LEI.dcm": "no-sop-class",
    "meta_missing_tsyntax.dcm": "no-meta",
    "nested_priv_SQ.dcm": "no-sop-class",
    "no_meta.dcm": "not-dicom",
    "no_meta_group_length.dcm": "no-sop-class",
    "priv_SQ.dcm": "no-sop-class",
    "rtplan_truncated.dcm": "truncated",
    "rtstruct.dcm": "no-meta",
}
_PALETTES = "no-uids"
# Kept, but no decoder that we have (nor pydicom with any of them) reads its pixels.
NOT_DRAWN = {"JPEG2000-embedded-sequence-delimiter.dcm"}


def _files() -> list[Path]:
    folders = []
    for package, inside in (("pydicom", "data"), ("data_store", "data")):
        spec = find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            folders += [Path(place) / inside for place in spec.submodule_search_locations]
    found = [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file()]
    return [file for file in found if file.suffix in ("", ".dcm")]


@pytest.fixture
async def house(ground: Ground, api: Api) -> House:
    """An institution."""
    return await a_house(ground, api)


async def test_every_file_of_pydicom_is_taken_in_indexed_and_drawn(
    house: House, ground: Ground, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    houses = [house]  # variants of one picture share its UIDs: each goes to an institution that has none of them
    table: list[tuple[str, str, str]] = []
    wrong: list[str] = []
    twelve_bits.install()
    files = _files()
    assert len(files) > 150
    for file in files:
        content = file.read_bytes()
        where, outcome = await _taken(houses, content)
        while outcome.reason == "same-uid-other-content":
            houses.append(await a_house(ground, api))
            where, outcome = await _taken(houses[-1:], content)
        expected = _expected(file)
        if not outcome.stored:
            table.append((file.name, str(outcome.fate), str(outcome.reason)))
            if outcome.reason != expected:
                wrong.append(f"{file.name}: {outcome.reason}, not {expected}")
            continue
        shown = await _shown(where, outcome.study_id, outcome.instance_id, content)
        table.append((file.name, str(outcome.fate), shown))
        if expected or (shown.startswith("not") and file.name not in NOT_DRAWN):
            wrong.append(f"{file.name}: {shown}, expected {expected}")
    with capsys.disabled():
        print(_summary(table))  # noqa: T201  # the table is what this test is for
    assert wrong == []


async def _taken(houses: list[House], content: bytes) -> tuple[House, Outcome]:
    """The first of these that does not hold another file under the same UID."""
    for house in houses:
        (outcome,) = await house.take([content])
        if outcome.reason != "same-uid-other-content":
            break
    return house, outcome


def _expected(file: Path) -> str | None:
    if file.name.startswith("DICOMDIR"):
        return "media-directory"
    if file.parent.name == "palettes":
        return _PALETTES
    if file.name in ("README", "LICENSE"):
        return "not-dicom"
    return NOT_KEPT.get(file.name)


async def _shown(house: House, study_id: object, instance_id: object, content: bytes) -> str:
    """How the file opened: drawn like pydicom draws it, as a document, or not at all."""
    api = house.of(house.worker)
    study = (await api.get(f"/api/imaging/studies/{study_id}")).ok()
    (instance,) = [each for series in study["series"] for each in series["instances"] if each["id"] == str(instance_id)]
    path = f"/api/imaging/instances/{instance_id}"
    if instance["kind"] != "image":
        answer = await api.get(f"{path}/document")
        return f"document, {len(answer.raw)} bytes" if answer.status == 200 and answer.raw else "not opened"
    last = instance["frames"]
    pixels = await api.get(f"{path}/frames/{last}/pixels")
    drawn = await api.get(f"{path}/frames/{last}/rendered")
    small = await api.get(f"{path}/frames/{last}/preview?size=128")
    if pixels.status != 200:
        return f"not decoded: {pixels.code}"
    assert (drawn.status, small.status) == (200, 200)
    away = _away(instance, pixels.headers, pixels.raw, drawn.raw, content)
    return f"drawn, {instance['columns']}x{instance['rows']}x{last}, {away}"


def _away(instance: dict[str, Any], headers: dict[str, str], raw: bytes, drawn: bytes, content: bytes) -> str:
    """How far the picture is from pydicom's own array and windowing; more than 2 grey levels is not drawn."""
    told = {
        "filter": headers["X-Pixel-Filter"],
        "type": headers["X-Pixel-Type"],
        "rows": instance["rows"],
        "columns": instance["columns"],
        "samples": instance["samples"],
    }
    values = unfiltered(raw, told)
    shown = np.asarray(Image.open(io.BytesIO(drawn)))
    theirs = _theirs(content, instance["frames"])
    if theirs is None:
        return "pydicom alone cannot decode it"
    if instance["samples"] == 3:
        assert np.abs(values.astype(int) - _eight(theirs, content)).max() <= 2
        assert np.array_equal(values, shown)
        return "as pydicom's colours"
    data = _read(content)
    real = values * float(headers["X-Pixel-Slope"]) + float(headers["X-Pixel-Intercept"])
    want = apply_modality_lut(theirs, data) * float(data.get("DoseGridScaling", 1))
    if "SharedFunctionalGroupsSequence" not in data:
        assert np.allclose(real, want, atol=float(headers["X-Pixel-Slope"]))
    windowed = _windowed(want, data)
    if windowed is None:
        return "as pydicom's values"
    away = np.abs(shown.astype(int) - windowed).max()
    assert away <= 2, f"{away} grey levels away"
    by = "curve" if data.get("VOILUTSequence") else "window"
    return f"within {away} grey levels of pydicom's {by}"


def _read(content: bytes) -> pydicom.FileDataset:
    return pydicom.dcmread(io.BytesIO(content))


def _theirs(content: bytes, frames: int) -> NDArray[Any] | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            array = _read(content).pixel_array
        except Exception:  # badVR.dcm has values that pydicom does not read
            return None
    return array[-1] if frames > 1 else array


def _eight(theirs: NDArray[Any], content: bytes) -> NDArray[Any]:
    """pydicom's colours with 8 bits a sample."""
    data = _read(content)
    if theirs.ndim == 2:
        theirs = apply_color_lut(theirs, data)
    elif theirs.dtype.itemsize > 1:
        theirs = theirs >> (data.BitsStored - 8)
        return theirs.astype(int, copy=False)
    shown: NDArray[Any] = theirs.astype(int) >> (8 if theirs.dtype.itemsize > 1 else 0)
    return shown


def _windowed(want: NDArray[Any], data: pydicom.FileDataset) -> NDArray[Any] | None:
    """pydicom's window of the file as 8 bits, MONOCHROME1 turned; None where the file names none."""
    named = data.get("WindowWidth") is not None and "SharedFunctionalGroupsSequence" not in data
    if not (named or data.get("VOILUTSequence")) or "DoseGridScaling" in data:
        return None
    shown = apply_voi_lut(want.astype(int) if data.get("VOILUTSequence") else want, data).astype(float)
    if data.get("VOILUTSequence"):
        least, most = 0.0, 2.0 ** data.VOILUTSequence[0].LUTDescriptor[2] - 1
    else:
        least, most = _range(data)
    grey = np.clip((shown - least) / (most - least) * 255, 0, 255)
    drawn: NDArray[Any] = np.rint(255 - grey if data.PhotometricInterpretation == "MONOCHROME1" else grey).astype(int)
    return drawn


def _range(data: pydicom.FileDataset) -> tuple[float, float]:
    """Between what pydicom spreads a window (its own rule, PS3.3 C.11.2.1.2)."""
    if data.get("ModalityLUTSequence"):
        return 0.0, 2.0 ** data.ModalityLUTSequence[0].LUTDescriptor[2] - 1
    signed, bits = data.PixelRepresentation, data.BitsStored
    ends = (-(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1) if signed else (0.0, 2.0**bits - 1)
    slope, intercept = float(data.get("RescaleSlope", 1)), float(data.get("RescaleIntercept", 0))
    return ends[0] * slope + intercept, ends[1] * slope + intercept


def _summary(table: list[tuple[str, str, str]]) -> str:
    counted = Counter(fate if fate != "kept" else how.split(",")[0] for _, fate, how in table)
    lines = [f"{name:48} {fate:12} {how}" for name, fate, how in table]
    return "\n" + "\n".join(lines) + f"\n{len(table)} files: " + ", ".join(f"{what} {n}" for what, n in counted.items())
