"""A frame as a small file: its pixels packed for the viewer, or 8 bits for previews, print and film. Runs in the child."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset

from .pixels import Frame, delta, planes
from .values import numbers
from .windowing import Wanted, Window, grey

_TYPES: Final = {"u1": "uint8", "u2": "uint16", "i2": "int16"}
_FAST: Final = 1  # deflate's level: on weak lines the bytes that level 6 saves are fewer than the time it takes costs
_PREVIEW_QUALITY: Final = 62
_PRINT_QUALITY: Final = 92
_LONGEST_SIDE: Final = 16384


class Form(StrEnum):
    """In which form a picture is given."""

    WEBP = "webp"
    JPEG = "jpeg"
    PNG = "png"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as a file: its bytes, its size, and the window it was drawn with."""

    content: bytes
    columns: int
    rows: int
    window: Window | None


def packed(frame: Frame) -> tuple[dict[str, Any], bytes]:
    """What a viewer must know of the stream, and the stream: filtered, then gzip."""
    values = np.ascontiguousarray(frame.values)
    wide = values.dtype.itemsize == 2
    packer = zlib.compressobj(
        _FAST, zlib.DEFLATED, zlib.MAX_WBITS | 16, 8, zlib.Z_RLE if wide else zlib.Z_DEFAULT_STRATEGY
    )
    content = packer.compress(planes(values) if wide else delta(values)) + packer.flush()
    told = {
        "filter": "planes" if wide else "delta",
        "type": _TYPES[f"{values.dtype.kind}{values.dtype.itemsize}"],
        "rows": values.shape[0],
        "columns": values.shape[1],
        "samples": frame.samples,
        "slope": frame.slope,
        "intercept": frame.intercept,
    }
    return told, content


def draw(header: Dataset, frame: Frame, *, size: int | None, wanted: Wanted, form: Form, fine: bool) -> Drawn:
    """The frame in 8 bits, every pixel as it is; or its longer side at most `size`, in square pixels."""
    window: Window | None = None
    if frame.samples == 3:
        image = Image.fromarray(np.ascontiguousarray(frame.values), "RGB")
        image = _fitted(image, header, size)
    else:
        shown, window = grey(header, _coarse(frame, size), wanted)
        image = _fitted(Image.fromarray(shown), header, size, (frame.values.shape[1], frame.values.shape[0]))
    out = io.BytesIO()
    quality = _PRINT_QUALITY if fine else _PREVIEW_QUALITY
    image.save(out, form.value.upper(), **_options(form, quality))
    return Drawn(out.getvalue(), image.width, image.height, window)


def _options(form: Form, quality: int) -> dict[str, Any]:
    if form is Form.PNG:
        return {"compress_level": 6}
    return {"quality": quality, "method": 2} if form is Form.WEBP else {"quality": quality}


def _coarse(frame: Frame, size: int | None) -> Frame:
    """Means of whole blocks of values, where the picture will be much smaller: less to window, and less noise."""
    rows, columns = frame.values.shape
    step = max(rows, columns) // size if size else 1
    if step < 2:
        return frame
    kept = frame.values[: rows // step * step, : columns // step * step]
    sums = np.zeros((rows // step, columns // step), np.int32)
    for down in range(step):
        for across in range(step):
            sums += kept[down::step, across::step]
    means = (sums // (step * step)).astype(frame.values.dtype)
    return Frame(means, frame.slope, frame.intercept)


def _fitted(image: Image.Image, header: Dataset, size: int | None, whole: tuple[int, int] | None = None) -> Image.Image:
    if size is None:
        return image
    columns, rows = whole or image.size
    ratio = _pixel_ratio(header)
    wide, high = float(columns), rows * ratio
    share = min(1.0, size / max(wide, high))
    target = (_side(wide * share), _side(high * share))
    if target == image.size:
        return image
    return image.resize(target, Image.Resampling.BILINEAR, reducing_gap=2.0)


def _side(value: float) -> int:
    return max(1, min(_LONGEST_SIDE, round(value)))


def _pixel_ratio(header: Dataset) -> float:
    """How much higher than wide a pixel is; 1 where the file says nothing sensible."""
    spacing = numbers(header, "PixelSpacing") or numbers(header, "PixelAspectRatio")
    if len(spacing) != 2 or min(spacing) <= 0:
        return 1.0
    ratio = spacing[0] / spacing[1]
    return ratio if 0.1 < ratio < 10 else 1.0
