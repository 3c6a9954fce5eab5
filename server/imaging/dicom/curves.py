"""The VOI LUTs of a file: its own curves from values (after slope and intercept, or the modality LUT) to grey, PS3.3 C.11.2.1.1.

A curve is told to viewers in full, as the places at which its grey of 8 bits changes: few, as curves rise or fall steadily.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from .values import items, plain, text

_MOST_CURVES: Final = 4
_MOST_STEPS: Final = 4096  # a table of 12 bits in any form, one of 16 bits that rises or falls
_DARK, _BRIGHT = 0.1, 0.9  # between these shares of its grey a curve is taken for a straight line


@dataclass(frozen=True, slots=True)
class Curve:
    """Grey (0 to 255) of the values from `first` on; values beyond either end have the grey of that end."""

    name: str
    first: int
    levels: NDArray[np.uint8]

    def of(self, values: NDArray[np.float64]) -> NDArray[np.uint8]:
        """The grey of values."""
        at = np.clip(np.rint(values) - self.first, 0, self.levels.size - 1).astype(np.int64)
        grey: NDArray[np.uint8] = self.levels[at]
        return grey

    @property
    def window(self) -> tuple[float, float]:
        """Centre and width of the straight line that is most like it: for dragging on from, and for small pictures."""
        low, high = sorted(float(np.abs(self.levels - share * 255.0).argmin()) for share in (_DARK, _BRIGHT))
        return self.first + (low + high) / 2, max(1.0, (high - low) / (_BRIGHT - _DARK))

    @property
    def steps(self) -> list[list[int]]:
        """[place from `first`, grey from there on], the first one at 0."""
        places = np.flatnonzero(np.diff(self.levels, prepend=self.levels[:1]))
        return [[int(at), int(self.levels[at])] for at in (0, *places)]

    @property
    def told(self) -> dict[str, Any]:
        """As viewers get it (`studies.views.ImagingCurveView`)."""
        return {
            "name": self.name,
            "first": self.first,
            "count": int(self.levels.size),
            "window": list(self.window),
            "steps": self.steps,
        }


def curves_of(groups: Iterable[Dataset]) -> list[Curve]:
    """The curves of the first of these that has any; one that cannot be read is left out, as one that few bytes cannot tell."""
    for group in groups:
        found = [_curve(item) for item in items(group, "VOILUTSequence")[:_MOST_CURVES]]
        if curves := [each for each in found if each is not None and len(each.steps) <= _MOST_STEPS]:
            return curves
    return []


def _curve(item: Dataset) -> Curve | None:
    try:
        count, first, bits = (int(each) for each in item.LUTDescriptor)
        values = _entries(item, count or 65536)
    except RecursionError:
        raise
    except Exception:  # a table in a broken form is no table
        return None
    if not values.size or not 8 <= bits <= 16:
        return None
    if first > 0x7FFF and first + values.size > 0x10000:
        first -= 0x10000  # where only the dictionary says what an element is, the sign is lost
    levels = np.rint(values.astype(np.float64) * (255 / (2**bits - 1))).clip(0, 255).astype(np.uint8)
    return Curve(plain(text(item, "LUTExplanation")), first, levels)


def _entries(item: Dataset, count: int) -> NDArray[Any]:
    """The table's values: numbers, words of 16 bits, or two of 8 bits in one word."""
    element = item["LUTData"]
    if isinstance(element.value, bytes):
        little = item.original_encoding[1] is not False
        if len(element.value) < 2 * count:
            return np.frombuffer(element.value, np.uint8)[:count]
        return np.frombuffer(element.value, "<u2" if little else ">u2")[:count]
    values = np.atleast_1d(np.asarray(element.value, np.int64)) & 0xFFFF
    if values.size < count <= 2 * values.size:
        return values.astype("<u2").view(np.uint8)[:count]
    return values[:count]
