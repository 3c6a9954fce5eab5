"""One frame's stored values out of its bytes, and those values as viewers get them. Runs in the child.

Decoding is pydicom's with the plugins that are installed (Pillow, openjpeg, RLE, JPEG-LS, GDCM); colour spaces other than RGB
and palettes are converted here, so a viewer meets grey or RGB only.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut

from .syntaxes import Syntax
from .values import number, text, whole

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame's values: rows x columns (x 3); what they mean is value * slope + intercept."""

    values: Array
    slope: float = 1.0
    intercept: float = 0.0

    @property
    def samples(self) -> int:
        """1: grey; 3: RGB."""
        return 3 if self.values.ndim == 3 else 1


def decode(header: Dataset, syntax: Syntax, raw: bytes, element: bytes, *, index: int, frames: int) -> Array:
    """The stored values of one frame; colour as RGB.

    `raw` holds `frames` frames, of which `index` (from 0) is meant; `element` is how the file's pixel element begins.
    """
    for keyword in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"):
        if keyword in header:
            delattr(header, keyword)
    header.NumberOfFrames = frames
    tag, vr = _tag_and_vr(element, syntax)
    header[tag] = DataElement(tag, vr, raw)
    values, _ = get_decoder(syntax.uid).as_array(header, index=index)
    return values


def _tag_and_vr(element: bytes, syntax: Syntax) -> tuple[int, str]:
    group, number_in_group = struct.unpack("<HH" if syntax.little else ">HH", element[:4])
    return group << 16 | number_in_group, "OW" if syntax.implicit else element[4:6].decode("ascii")


def joined(items: bytes) -> bytes:
    """The fragments of one frame, as they lie in the file with their items, as one encapsulated frame."""
    parts, at = [], 0
    while at + 8 <= len(items):
        length = int.from_bytes(items[at + 4 : at + 8], "little")
        parts.append(items[at + 8 : at + 8 + length])
        at += 8 + length
    return encapsulate([b"".join(parts)], has_bot=False)


def as_sent(values: Array, header: Dataset, slope: float, intercept: float) -> Frame:
    """The values as `pixels` sends them: palette looked up, RGB of 8 bits, grey of at most 16.

    What grey cannot be sent as it is stored (a modality LUT, floats, 32 bits) brings its own slope and intercept.
    """
    if text(header, "PhotometricInterpretation") == "PALETTE COLOR" and values.ndim == 2:
        return Frame(_eight(apply_color_lut(values, header), None))
    if values.ndim == 3:
        return Frame(_eight(values[..., :3], whole(header, "BitsStored")))
    if "ModalityLUTSequence" in header:
        return Frame(apply_modality_lut(values, header).astype(np.uint16))
    if values.dtype.kind == "f" or values.dtype.itemsize > 2:
        return _squeezed(values, slope, intercept)
    return Frame(_narrow(values), slope, intercept)


def _narrow(values: Array) -> Array:
    """8 bits unsigned, or 16 bits with or without sign, little-endian."""
    if values.dtype.itemsize == 1:
        return values if values.dtype.kind == "u" else values.astype("<i2")
    return values.astype(values.dtype.newbyteorder("<"), copy=False)


def _eight(values: Array, bits: int | None) -> Array:
    """Colour with 8 bits a sample."""
    if values.dtype.itemsize == 1:
        return values
    stored = bits or values.dtype.itemsize * 8
    return (values >> max(0, stored - 8)).astype(np.uint8)


def _squeezed(values: Array, slope: float, intercept: float) -> Frame:
    """Wide or fractional values as 16 bits, spread over the whole range that this frame uses."""
    finite = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    least, most = float(finite.min()), float(finite.max())
    if values.dtype.kind != "f" and least >= 0 and most <= 0xFFFF:
        return Frame(values.astype("<u2"), slope, intercept)
    step = (most - least) / 0xFFFF or 1.0
    return Frame(np.rint((finite - least) / step).astype("<u2"), slope * step, intercept + slope * least)


def planes(values: Array) -> bytes:
    """Differences of 16-bit values, folded (0, -1, 1, -2 as 0, 1, 2, 3), all low bytes before all high ones: packs best."""
    change = _differences(values).view("<i2")
    folded = ((change << 1) ^ (change >> 15)).view(np.uint8).reshape(-1, 2)
    return folded[:, 0].tobytes() + folded[:, 1].tobytes()


def delta(values: Array) -> bytes:
    """Differences, for values of 8 bits."""
    return _differences(values).tobytes()


def _differences(values: Array) -> Array:
    """From the value left of it (of the same colour); in the first column from the one above."""
    flat = values if values.ndim == 3 else values[:, :, None]
    change = flat.copy()
    change[:, 1:] -= flat[:, :-1]
    change[1:, 0] -= flat[:-1, 0]
    return change


def padding_of(header: Dataset) -> tuple[float, float] | None:
    """The range of stored values that mean nothing was measured there."""
    value = number(header, "PixelPaddingValue")
    if value is None:
        return None
    limit = number(header, "PixelPaddingRangeLimit")
    return (min(value, limit), max(value, limit)) if limit is not None else (value, value)
