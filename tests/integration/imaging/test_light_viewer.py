"""The light viewer shows what pydicom shows: over every picture that ships with pydicom, within two grey levels.

With them: every file of pydicom-data, as far as it is installed, whose grey is more than a straight line between two values,
and generated ones of that kind. Files go in as any upload does, frames come out by the viewer's own routes, and the viewer's
own TypeScript turns them into grey levels in Node. What it is compared with is pydicom's: decoding (with the one plugin that
we add to it, for JPEG of 12 bits), modality LUT, the file's own curve (VOI LUT) where it has one, else windowing with the
file's function.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_windowing

from infra.web import find_node
from server.foundation.ground import Ground
from server.imaging.dicom import twelve_bits
from server.imaging.studies.service import Fate
from tests.api import Api
from tests.unit.imaging import curved

from .pictures import House, a_house

_FILES: Final = Path(pydicom.__file__).parent / "data" / "test_files"
_ENGINE: Final = Path(__file__).resolve().parents[3] / "web-client" / "src" / "imaging"
_RUNNER: Final = Path(__file__).with_name("light_viewer.mjs")
_CURVED: Final = ("VOILUTSequence", "VOILUTFunction", "ModalityLUTSequence")
_MOST_LEVELS: Final = 2
_MOST_FRAMES: Final = 3
Array = NDArray[Any]

# One of each kind must be among what was compared; if the server refused it, the test would say nothing about it.
KINDS: Final = {
    "16 bits, signed": "CT_small.dcm",
    "big-endian": "MR_small_bigendian.dcm",
    "deflated": "image_dfl.dcm",
    "RLE": "MR_small_RLE.dcm",
    "JPEG 2000": "JPEG2000.dcm",
    "JPEG-LS": "MR_small_jpeg_ls_lossless.dcm",
    "JPEG, 12 bits": "JPGExtended.dcm",
    "colour": "examples_rgb_color.dcm",
    "YBR": "SC_ybr_full_422_uncompressed.dcm",
    "palette": "examples_palette.dcm",
    "16 bits of colour, many frames": "SC_rgb_rle_16bit_2frame.dcm",
    "32 bits of colour": "SC_rgb_rle_32bit.dcm",
    "32 bits, many frames": "rtdose.dcm",
    **{name: f"{name}.dcm" for name in curved.files()},
}


@dataclass(frozen=True, slots=True)
class Served:
    """One file as the server shows it."""

    path: Path
    house: House
    instance: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One frame in one window, and what pydicom makes of it."""

    name: str
    told: dict[str, Any]
    expected: Array


def _pictures(folder: Path) -> list[Path]:
    shipped = [path for path in sorted(_FILES.glob("*.dcm")) if path.name != "DICOMDIR"]
    made = []
    for name, content in curved.files().items():
        made.append(folder / f"{name}.dcm")
        made[-1].write_bytes(content)
    return [*shipped, *_curved_ones(), *made]


def _curved_ones() -> list[Path]:
    """Those of pydicom-data that have a curve, a function or a table of the modality."""
    spec = find_spec("data_store")
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    found = [path for folder in folders for path in sorted(Path(folder).rglob("*.dcm"))]
    return [path for path in found if any(keyword in _header(path) for keyword in _CURVED)]


def _header(path: Path) -> Dataset:
    try:
        return pydicom.dcmread(path, stop_before_pixels=True)
    except Exception:  # what is no picture file has nothing to compare
        return Dataset()


async def _taken_in(ground: Ground, api: Api, paths: Sequence[Path]) -> list[Served]:
    """Every file that the server took, each where no other file has its UID: variants of one picture share theirs."""
    houses: list[tuple[House, set[str]]] = []
    served = []
    for path in paths:
        for house, held in houses:
            outcome = await _offered(house, held, path)
            if outcome is not _ELSEWHERE:
                break
        else:
            house, held = await a_house(ground, api), set[str]()
            houses.append((house, held))
            outcome = await _offered(house, held, path)
        if isinstance(outcome, dict):
            served.append(Served(path, house, outcome))
    return served


_ELSEWHERE: Final = object()


async def _offered(house: House, held: set[str], path: Path) -> object:
    """The instance as the study's view tells it; None when it was not taken; `_ELSEWHERE` when its UID is held already."""
    (outcome,) = await house.take([await asyncio.to_thread(path.read_bytes)])
    if outcome.fate is Fate.SAME or outcome.reason == "same-uid-other-content":
        return _ELSEWHERE
    if outcome.fate is not Fate.KEPT or outcome.kind != "image":
        return None
    assert outcome.sop_uid is not None
    held.add(outcome.sop_uid)
    study = (await house.of(house.worker).get(f"/api/imaging/studies/{outcome.study_id}")).ok()
    told = [each for series in study["series"] for each in series["instances"]]
    return next(each for each in told if UUID(each["id"]) == outcome.instance_id)


async def _frames(served: Served, folder: Path) -> list[Wanted]:
    """What is to be compared of one file: its first frames, colour as it is, grey in three windows."""
    instance, wanted = served.instance, []
    for frame in range(1, min(instance["frames"], _MOST_FRAMES) + 1):
        api = served.house.of(served.house.worker)
        answer = await api.get(f"/api/imaging/instances/{instance['id']}/frames/{frame}/pixels")
        if answer.code == "picture-not-shown":
            assert _frame_of(served.path, frame) is None, f"{served.path.name}: pydicom shows it"
            return []
        answer.ok()
        pixels = folder / f"{instance['id']}-{frame}.raw"
        pixels.write_bytes(answer.raw)
        kind = answer.headers["X-Pixel-Type"]
        told = {
            **{key: instance[key] for key in ("rows", "columns", "samples", "photometric", "padding")},
            "pixels": str(pixels),
            "filter": answer.headers["X-Pixel-Filter"],
            "bits": 8 if kind == "uint8" else 16,
            "signed": kind == "int16",
            "slope": float(answer.headers["X-Pixel-Slope"]),
            "intercept": float(answer.headers["X-Pixel-Intercept"]),
            "by": instance["voi_function"],
        }
        wanted += _windows(served, frame, told, folder)
    return wanted


def _windows(served: Served, frame: int, told: dict[str, Any], folder: Path) -> list[Wanted]:
    values, dataset = _frame_of(served.path, frame), pydicom.dcmread(served.path)
    if values is None:
        return []
    windows: Sequence[tuple[float, float]] = [(128.0, 256.0)]
    if told["samples"] == 1:
        real = apply_modality_lut(values, dataset) * float(dataset.get("DoseGridScaling") or 1)
        windows = _worth_seeing(served.instance, real)
    wanted = []
    for number, (centre, width) in enumerate(windows):
        expected = _colour(values, dataset) if told["samples"] == 3 else _grey(real, dataset, centre, width)
        name = f"{served.path.name} frame {frame} window {centre:g},{width:g}"
        shown = folder / f"{served.instance['id']}-{frame}-{number}.shown"
        wanted.append(Wanted(name, {**told, "window": [centre, width], "shown": str(shown)}, expected))
    if served.instance["curves"]:
        name, shown = f"{served.path.name} frame {frame} own curve", folder / f"{served.instance['id']}-{frame}.shown"
        expected = curved.as_pydicom_shows(real, dataset).ravel()
        wanted.append(Wanted(name, {**told, "curve": served.instance["curves"][0], "shown": str(shown)}, expected))
    assert bool(served.instance["curves"]) == bool(dataset.get("VOILUTSequence")), served.path.name
    return wanted


def _frame_of(path: Path, frame: int) -> Array | None:
    """The values as pydicom decodes them; None where it cannot, so that there is nothing to compare with."""
    dataset = pydicom.dcmread(path)
    try:
        values = np.asarray(dataset.pixel_array)
        return values[frame - 1] if int(dataset.get("NumberOfFrames") or 1) > 1 else values
    except Exception:  # each plugin and each broken header has its own
        return None


def _worth_seeing(instance: dict[str, Any], real: Array) -> list[tuple[float, float]]:
    """The file's own window, one over everything, and a narrow one."""
    least_width = 1 if instance["voi_function"] == "LINEAR" else 0
    own = [(centre, width) for centre, width, _ in instance["windows"] if width >= least_width][:1]
    least, most = float(real.min()), float(real.max())
    span = max(most - least, 2.0)
    return [*own, ((least + most) / 2, span + 1), (least + span / 3, max(2.0, round(span / 8)))]


def _grey(real: Array, dataset: Dataset, centre: float, width: float) -> Array:
    """pydicom's windowing, in 0 to 255; two values far outside say what it calls black and white."""
    dataset.WindowCenter, dataset.WindowWidth = centre, width
    ends = np.array([-1e9, 1e9])
    with np.errstate(over="ignore"):
        windowed = apply_windowing(np.concatenate([real.astype(np.float64).ravel(), ends]), dataset)
    black, white = windowed[-2:]
    grey: Array = (windowed[:-2] - black) / (white - black) * 255
    return 255 - grey if dataset.PhotometricInterpretation == "MONOCHROME1" else grey


def _colour(values: Array, dataset: Dataset) -> Array:
    """pydicom gives RGB whatever the file holds; deeper colours by their upper eight bits, as a screen shows them."""
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        values = apply_color_lut(values, dataset)
        deep = 8 * values.dtype.itemsize
    else:
        deep = int(dataset.BitsStored)
    shown: Array = (values.astype(np.float64) / 2 ** (deep - 8)).ravel()
    return shown


async def _shown(wanted: Sequence[Wanted], folder: Path) -> None:
    listed = folder / "frames.json"
    listed.write_text(json.dumps([each.told for each in wanted]))
    node = find_node()
    path = node.environment["PATH"] if node.environment else None
    run = await asyncio.create_subprocess_exec(
        "node",
        "--disable-warning=ExperimentalWarning",
        str(_RUNNER),
        str(_ENGINE),
        str(listed),
        env={"PATH": path} if path else None,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await run.communicate()
    assert run.returncode == 0, said.decode()[-2000:]


# Some of these files are there to be warned of: padding, wrong lengths.
@pytest.mark.filterwarnings("ignore::UserWarning")
async def test_every_picture_of_pydicom_looks_as_pydicom_shows_it(ground: Ground, api: Api, tmp_path: Path) -> None:
    twelve_bits.install()
    served = await _taken_in(ground, api, await asyncio.to_thread(_pictures, tmp_path))
    wanted = [frame for each in served for frame in await _frames(each, tmp_path)]
    compared = {each.name.split(" frame ")[0] for each in wanted}
    assert set(KINDS.values()) <= compared, set(KINDS.values()) - compared
    await _shown(wanted, tmp_path)
    apart = {each.name: _apart(each) for each in wanted}
    assert {name: levels for name, levels in apart.items() if levels > _MOST_LEVELS} == {}


def _apart(wanted: Wanted) -> float:
    """By how many levels at most the viewer differs."""
    shown = np.frombuffer(Path(wanted.told["shown"]).read_bytes(), np.uint8)
    assert shown.size == wanted.expected.size, wanted.name
    return float(np.abs(shown - wanted.expected).max())
