"""Decoding in children: the right values, and what happens to a child that is given a bomb."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.pixels.processing import apply_modality_lut, apply_windowing

from server.imaging.dicom.pool import DecoderPool, PoolLimits, Undecodable
from server.imaging.dicom.protocol import Message
from server.imaging.studies.errors import PictureNotShown

from . import hostile
from .frames import ask, pixels

DATA = Path(pydicom.__file__).parent / "data" / "test_files"
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


async def test_what_a_viewer_unfilters_is_what_was_stored(pool: DecoderPool) -> None:
    content = hostile.good(96)
    values, told = await pixels(pool, content)
    assert (told["type"], told["filter"], told["slope"], told["intercept"]) == ("uint16", "planes", 1, -1024)
    assert np.array_equal(values, hostile.read(content).pixel_array)


@pytest.mark.parametrize("name", ["JPEG-lossy.dcm", "JPGExtended.dcm"])
async def test_jpeg_of_twelve_bits_gives_the_published_value(pool: DecoderPool, name: str) -> None:
    values, _ = await pixels(pool, (DATA / name).read_bytes())
    assert values.shape == (1024, 256)
    assert values[420, 140] == 244


@pytest.mark.parametrize("window", [None, (40.0, 400.0), (-600.0, 1500.0), (0.0, 1.0)])
async def test_a_window_is_what_pydicom_makes_of_it(pool: DecoderPool, window: tuple[float, float] | None) -> None:
    content = hostile.good(96)
    answer = await ask(pool, content, 1, do="picture", size=None, window=window, form="png", fine=True)
    shown = np.asarray(Image.open(io.BytesIO(answer.blobs[0]))).astype(int)
    data = hostile.read(content)
    data.WindowCenter, data.WindowWidth = window or (-500, 1500)
    theirs = apply_windowing(apply_modality_lut(data.pixel_array, data), data)
    least, most = -1024.0, 4095.0 - 1024
    assert np.abs(shown - np.rint((theirs - least) / (most - least) * 255)).max() <= 1


async def test_monochrome1_is_drawn_the_right_way_round(pool: DecoderPool) -> None:
    plain, turned = hostile.good(64), hostile.read(hostile.good(64))
    turned.PhotometricInterpretation = "MONOCHROME1"
    facts = {"do": "picture", "size": None, "window": (-500.0, 1500.0), "form": "png", "fine": True}
    pictures = [
        np.asarray(Image.open(io.BytesIO((await ask(pool, content, 1, **facts)).blobs[0]))).astype(int)
        for content in (plain, hostile.written(turned))
    ]
    assert np.array_equal(pictures[0], 255 - pictures[1])


async def test_a_preview_is_small_and_says_its_window(pool: DecoderPool) -> None:
    content = hostile.good(512)
    answer = await ask(pool, content, 1, do="picture", size=128, window=None, form="webp", fine=False)
    assert answer.facts == {"ok": True, "columns": 128, "rows": 128, "window": [-500.0, 1500.0]}
    assert len(answer.blobs[0]) < 6000


async def test_a_stream_that_is_no_picture_is_refused_and_the_child_lives_on(pool: DecoderPool) -> None:
    with pytest.raises(PictureNotShown):
        await ask(pool, hostile.packed_claiming(512, 512), 1, do="pixels")
    assert (await pixels(pool, hostile.good(64)))[0].shape == (64, 64)


async def test_too_much_memory_costs_the_asker_and_nobody_else() -> None:
    small = DecoderPool(PoolLimits(size=1, memory_bytes=700 * 2**20))
    try:
        with pytest.raises(Undecodable):
            await small.ask(Message({"do": "inflate"}, (bytes(800 * 2**20),)))
        values, _ = await pixels(small, hostile.good(64))
        assert values.shape == (64, 64)
    finally:
        await small.close()


async def test_a_child_that_takes_too_long_is_ended_and_replaced() -> None:
    hasty = DecoderPool(PoolLimits(size=1, wall_s=0.001))
    try:
        with pytest.raises(Undecodable) as refused:
            await hasty.ask(Message({"do": "inflate"}, (hostile.deflate_bomb(8),)))
        assert refused.value.reason in ("too-slow", "crashed")
    finally:
        await hasty.close()


async def test_an_asker_who_goes_away_leaves_the_child_for_the_next(pool: DecoderPool) -> None:
    content = hostile.good(512)
    asking = [asyncio.create_task(pixels(pool, content)) for _ in range(6)]
    await asyncio.sleep(0)
    for task in asking[::2]:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    assert [task.cancelled() for task in asking[1::2]] == [False] * 3
    assert (await asking[1])[0].shape == (512, 512)


async def test_a_child_is_told_nothing_of_ours(pool: DecoderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANYI_SECRET_OF_THE_TEST", "do not pass on")
    fresh = DecoderPool(PoolLimits(size=1))
    try:
        await pixels(fresh, hostile.good(64))
        environments = [path.read_bytes() for path in _children()]
        assert environments
        assert not [found for found in environments if b"LIANYI_SECRET" in found]
    finally:
        await fresh.close()


def _children() -> list[Path]:
    processes = [path for path in Path("/proc").iterdir() if path.name.isdigit()]
    ours = []
    for process in processes:
        try:
            if b"server.imaging.dicom.child" in (process / "cmdline").read_bytes():
                ours.append(process / "environ")
        except OSError:
            continue
    return ours
