"""Where each frame's bytes lie in a file, so that one frame is read without the others."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from .walking import Fragments

_ENTRY: Final = struct.Struct(">QQ")


@dataclass(frozen=True, slots=True)
class PixelShape:
    """What the length of a native frame follows from."""

    rows: int
    columns: int
    samples: int
    bits_allocated: int
    photometric: str

    @property
    def frame_bits(self) -> int:
        """Bits of one frame as it lies in an uncompressed file."""
        samples = 2 if self.photometric in ("YBR_FULL_422", "YBR_PARTIAL_422") else self.samples
        return self.rows * self.columns * samples * self.bits_allocated

    def native_length(self, frames: int) -> int:
        """The bytes that uncompressed pixels must have."""
        return -(-self.frame_bits * frames // 8)

    def native_range(self, frame: int) -> tuple[int, int] | None:
        """[start, end) of a frame from 0 within the value; None when frames do not begin on whole bytes."""
        if self.frame_bits % 8:
            return None
        length = self.frame_bits // 8
        return frame * length, (frame + 1) * length


def frame_table(found: Fragments, frames: int) -> bytes | None:
    """The range in the file of each frame's fragments, items and all; None when only decoding can tell which are whose."""
    if not found.items:
        return None
    if frames == 1:
        return _packed([(found.items[0][0], _end(found.items[-1]))])
    if len(found.items) == frames:
        return _packed([(at, at + 8 + length) for at, length in found.items])
    return _by_offsets(found, frames)


def frame_range(table: bytes, frame: int) -> tuple[int, int]:
    """[start, end) of a frame from 0, by the table."""
    start, end = _ENTRY.unpack_from(table, frame * _ENTRY.size)
    return start, end


def _by_offsets(found: Fragments, frames: int) -> bytes | None:
    first = found.items[0][0]
    starts = [first + offset for offset in found.offsets]
    known = {at for at, _ in found.items}
    if len(starts) != frames or starts != sorted(set(starts)) or not set(starts) <= known:
        return None
    ends = [*starts[1:], _end(found.items[-1])]
    return _packed(list(zip(starts, ends, strict=True)))


def _end(item: tuple[int, int]) -> int:
    return item[0] + 8 + item[1]


def _packed(ranges: list[tuple[int, int]]) -> bytes:
    return b"".join(_ENTRY.pack(*each) for each in ranges)
