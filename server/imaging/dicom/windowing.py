"""Grey values to 8 bits as pydicom's functions do it (PS3.3 C.11.2), by a table over the stored values. Runs in the child."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_voi

from .attributes import numbers, text
from .pixels import Array, Frame, padding_of

_DARKEST, _BRIGHTEST = 0.5, 99.5  # percentiles of a picture whose file names no window


@dataclass(frozen=True, slots=True)
class Window:
    """Centre and width after slope and intercept; how it is applied."""

    centre: float
    width: float
    function: str = "LINEAR"


def window_of(header: Dataset, frame: Frame, asked: tuple[float, float] | None) -> Window:
    """The window asked for, or the file's first, or one that shows nearly every value of this frame."""
    function = text(header, "VOILUTFunction").upper() or "LINEAR"
    if asked is not None:
        return Window(*asked, function)
    centres, widths = numbers(header, "WindowCenter"), numbers(header, "WindowWidth")
    if centres and widths and widths[0] > 0:
        return Window(centres[0], widths[0], function)
    return _fitting(header, frame)


def _fitting(header: Dataset, frame: Frame) -> Window:
    values, padding = frame.values, padding_of(header)
    if padding is not None:
        measured = values[(values < padding[0]) | (values > padding[1])]
        values = measured if measured.size else values
    least, most = np.percentile(values, (_DARKEST, _BRIGHTEST)) * frame.slope + frame.intercept
    if most <= least:
        least, most = float(values.min()) * frame.slope + frame.intercept, float(values.max()) * frame.slope
        most = max(most + frame.intercept, least + 1)
    return Window((float(least) + float(most)) / 2, float(most) - float(least), "LINEAR_EXACT")


def grey(header: Dataset, frame: Frame, asked: tuple[float, float] | None) -> tuple[Array, Window]:
    """The frame in 8 bits, bright as it is meant to be (MONOCHROME1 turned), and the window it was drawn with."""
    window = window_of(header, frame, asked)
    if asked is None and header.get("VOILUTSequence") and _is_whole(frame):
        shown = _by_table(header, frame)
    else:
        shown = _windowed(frame, window)
    if text(header, "PhotometricInterpretation") == "MONOCHROME1":
        shown = 255 - shown
    return shown, window


def _is_whole(frame: Frame) -> bool:
    return frame.slope == int(frame.slope) and frame.intercept == int(frame.intercept)


def _by_table(header: Dataset, frame: Frame) -> Array:
    """A VOI LUT of the file, which no centre and width describes."""
    values = frame.values.astype(np.int32) * int(frame.slope) + int(frame.intercept)
    looked_up = apply_voi(values, header).astype(np.float32)
    depth = int(header.VOILUTSequence[0].LUTDescriptor[2])
    shown: Array = np.rint(looked_up * (255 / (2**depth - 1))).clip(0, 255).astype(np.uint8)
    return shown


def _windowed(frame: Frame, window: Window) -> Array:
    values = frame.values
    if values.dtype.itemsize == 1:
        every = np.arange(256, dtype=np.float64)
        return _curve(every * frame.slope + frame.intercept, window)[values]
    every = np.arange(65536, dtype=np.float64)
    if values.dtype.kind == "i":
        every = np.where(every > 0x7FFF, every - 0x10000, every)  # the table is indexed by the bits as unsigned
    drawn: Array = _curve(every * frame.slope + frame.intercept, window)[values.view(np.uint16)]
    return drawn


def _curve(x: Array, window: Window) -> Array:
    """0 to 255 for values in the window's unit."""
    centre, width = window.centre, window.width
    if window.function == "SIGMOID":
        share = 1 / (1 + np.exp(np.clip(-4 * (x - centre) / width, -700, 700)))
    else:
        if window.function != "LINEAR_EXACT":
            centre, width = centre - 0.5, max(width - 1, 1e-9)
        share = np.clip((x - centre) / width + 0.5, 0, 1)
    shown: Array = np.rint(share * 255).astype(np.uint8)
    return shown
