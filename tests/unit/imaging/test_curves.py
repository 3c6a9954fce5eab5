"""Curves and functions of windows: what the server draws is what pydicom makes of the file."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.pixels.processing import apply_modality_lut, apply_windowing

from server.imaging.dicom.curves import Curve, curves_of
from server.imaging.dicom.inspecting import inspect
from server.imaging.dicom.pool import DecoderPool

from . import curved, hostile
from .frames import ask, pixels

FILES = curved.files()


@pytest.mark.parametrize("name", FILES)
async def test_a_file_is_drawn_by_its_own_curve_or_function(pool: DecoderPool, name: str) -> None:
    content = FILES[name]
    answer = await ask(pool, content, 1, do="picture", size=None, window=None, form="png", fine=True)
    shown = np.asarray(Image.open(io.BytesIO(answer.blobs[0]))).astype(float)
    data = hostile.read(content)
    real = np.asarray(apply_modality_lut(data.pixel_array, data), float)
    expected = curved.as_pydicom_shows(real, data) if "VOILUTSequence" in data else _windowed(real, content)
    assert shown.std() > 20, "a picture of one grey would say nothing"
    assert np.abs(shown - expected).max() <= 1


def _windowed(real: curved.Array, content: bytes) -> curved.Array:
    data = hostile.read(content)
    with np.errstate(over="ignore"):
        drawn = apply_windowing(np.append(real.ravel(), [-1e9, 1e9]), data)
    grey = ((drawn[:-2] - drawn[-2]) / (drawn[-1] - drawn[-2]) * 255).reshape(real.shape)
    turned: curved.Array = 255 - grey
    return turned if data.PhotometricInterpretation == "MONOCHROME1" else grey


async def test_a_window_that_is_asked_for_comes_before_the_curve(pool: DecoderPool) -> None:
    plain, curve = FILES["two curves"], hostile.good(96)
    facts = {"do": "picture", "size": None, "window": (40.0, 400.0), "form": "png", "fine": True}
    one, other = [(await ask(pool, content, 1, **facts)).blobs[0] for content in (plain, curve)]
    assert one == other


async def test_a_modality_table_is_applied_before_values_are_sent(pool: DecoderPool) -> None:
    content = FILES["modality table"]
    values, told = await pixels(pool, content)
    data = hostile.read(content)
    assert (told["type"], told["slope"], told["intercept"]) == ("uint16", 1, 0)
    assert np.array_equal(values, apply_modality_lut(data.pixel_array, data))


def test_viewers_are_told_the_function_and_the_curves() -> None:
    def told(name: str) -> dict[str, Any]:
        header = inspect(FILES[name]).header
        assert header is not None
        return header.attributes

    assert told("sigmoid")["voi_function"] == "SIGMOID"
    assert told("modality table")["voi_function"] == "LINEAR"
    first, second = told("two curves")["curves"]
    assert (first["name"], second["name"], first["first"], first["count"]) == ("PRINT", "FALLING", -1024, 4096)
    assert first["steps"][0][1] < 6 < 249 < first["steps"][-1][1]
    assert second["steps"][-1][1] < 6 < 249 < second["steps"][0][1]
    assert len(first["steps"]) < 300
    assert told("sigmoid")["curves"] == []


def test_a_curve_is_told_by_the_places_where_its_grey_changes() -> None:
    curve = Curve("", -2, np.array([0, 0, 10, 10, 10, 255], np.uint8))
    assert curve.steps == [[0, 0], [2, 10], [5, 255]]
    assert curve.of(np.array([-99.0, -1.0, 0.0, 2.0, 99.0])).tolist() == [0, 0, 10, 10, 255]


def test_the_window_most_like_a_curve_has_its_slope() -> None:
    line = np.clip(np.rint((np.arange(1000) - 300) / 400 * 255), 0, 255).astype(np.uint8)
    for levels in (line, 255 - line):
        centre, width = Curve("", -100, levels).window
        assert abs(centre - 400) < 3
        assert abs(width - 400) < 8


@pytest.mark.parametrize("descriptor", [[4, 0, 12], [4, 0], [4, 0, 40], [0, 0, 16], "x"])
def test_a_broken_table_is_no_table_and_the_picture_is_shown_without_it(descriptor: object) -> None:
    data = hostile.read(FILES["two curves"])
    del data.VOILUTSequence[1]
    sound = curves_of([data])
    assert len(sound) == 1
    item = data.VOILUTSequence[0]
    item.LUTData = []
    item["LUTDescriptor"]._value = descriptor
    assert curves_of([data]) == []


def test_a_table_that_would_run_past_sixteen_bits_begins_below_zero() -> None:
    data = hostile.read(FILES["two curves"])
    data.VOILUTSequence[0].LUTDescriptor = [
        4096,
        65536 - 1024,
        12,
    ]  # as written where only the dictionary says the sign
    assert [curve.first for curve in curves_of([data])] == [-1024, -1024]


def test_two_entries_of_eight_bits_in_one_word_are_told_apart() -> None:
    data = hostile.read(FILES["two curves"])
    item = data.VOILUTSequence[0]
    item.LUTDescriptor = [4, 0, 8]
    item.LUTData = [0x4000, 0xFF80]
    (curve,) = curves_of([data])[:1]
    assert curve.levels.tolist() == [0, 64, 128, 255]
