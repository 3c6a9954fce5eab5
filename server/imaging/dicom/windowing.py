"""Grey values to 8 bits as pydicom's functions do it (PS3.3 C.11.2), by a table over the stored values. Runs in the child."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from pydicom.dataset import Dataset

from .attributes import shared
from .curves import curves_of
from .pixels import Array, Frame, padding_of
from .values import text

_DARKEST, _BRIGHTEST = 0.5, 99.5  # percentiles of a picture whose file names no window


@dataclass(frozen=True, slots=True)
class Window:
    """Centre and width after slope and intercept; how it is applied."""

    centre: float
    width: float
    function: str = "LINEAR"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The window asked for, if one was; the first that the file names for this frame; the function of either."""

    asked: tuple[float, float] | None
    own: tuple[float, float] | None
    function: str

    def window(self, header: Dataset, frame: Frame) -> Window:
        """The window asked for, or the file's, or one that shows nearly every value of this frame."""
        named = self.asked or self.own
        return Window(*named, self.function) if named is not None else _fitting(header, frame)


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


def grey(header: Dataset, frame: Frame, wanted: Wanted) -> tuple[Array, Window]:
    """The frame in 8 bits, bright as it is meant to be (MONOCHROME1 turned), and the window it was drawn with.

    A file's own curve comes before its windows, as pydicom has it; the window told is then the one most like it.
    """
    curves = curves_of(shared(header)) if wanted.asked is None else []
    if curves:
        window = Window(*curves[0].window)
        shown = _looked_up(frame, curves[0].of)
    else:
        window = wanted.window(header, frame)
        shown = _looked_up(frame, partial(_windowed, window=window))
    if text(header, "PhotometricInterpretation") == "MONOCHROME1":
        shown = 255 - shown
    return shown, window


def _looked_up(frame: Frame, grey_of: Callable[[Array], Array]) -> Array:
    """Every pixel through a table of all the values that can be stored."""
    values = frame.values
    if values.dtype.itemsize == 1:
        every = np.arange(256, dtype=np.float64)
        return grey_of(every * frame.slope + frame.intercept)[values]
    every = np.arange(65536, dtype=np.float64)
    if values.dtype.kind == "i":
        every = np.where(every > 0x7FFF, every - 0x10000, every)  # the table is indexed by the bits as unsigned
    drawn: Array = grey_of(every * frame.slope + frame.intercept)[values.view(np.uint16)]
    return drawn


def _windowed(x: Array, window: Window) -> Array:
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
