"""Walking over a data set's elements by their lengths, touching no value: is it whole, how deep, how many, where are the pixels.

Everything that a decoder or pydicom would later trust is checked here first, in time and memory linear in the limits.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

from pydicom.datadict import dictionary_VR

from .syntaxes import Syntax
from .verdict import Limits, NotTaken, Reason

UNDEFINED: Final = 0xFFFFFFFF
_LONG: Final = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
_SHORT: Final = frozenset(
    {b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL", b"SS"}
    | {b"ST", b"TM", b"UI", b"UL", b"US"}
)
_ITEM: Final = 0xFFFEE000
_ITEM_END: Final = 0xFFFEE00D
_SEQUENCE_END: Final = 0xFFFEE0DD
PIXELS: Final = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_ENCRYPTED: Final = 0x04000500
_MOST_ZEROS: Final = 4096  # some writers pad their files; nothing else may follow a data set


@dataclass(slots=True)
class Fragments:
    """Encapsulated pixels: the offset table as written, and (where its item begins, how long its value is) of each fragment."""

    offsets: tuple[int, ...] = ()
    items: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Layout:
    """What was found: where the pixel element begins, its tag, where its value lies; fragments when it is encapsulated."""

    pixels_at: int | None = None
    pixels_tag: int = 0
    value_at: int = 0
    value_length: int = 0
    fragments: Fragments | None = None
    elements: int = 0


def walk(data: bytes | memoryview, start: int, syntax: Syntax, limits: Limits) -> Layout:
    """The layout of the data set in data[start:].

    Raises: NotTaken (truncated, malformed, wrong-transfer-syntax, too-deep, too-many-elements, trailing-bytes, encrypted).
    """
    _require_fitting(data, start, syntax)
    return _Walker(memoryview(data), syntax, limits).run(start)


class _Walker:
    def __init__(self, data: memoryview, syntax: Syntax, limits: Limits) -> None:
        self._data = data
        self._syntax = syntax
        self._limits = limits
        order = "<" if syntax.little else ">"
        self._tag = struct.Struct(order + "HH").unpack_from
        self._u16 = struct.Struct(order + "H").unpack_from
        self._u32 = struct.Struct(order + "I").unpack_from
        self._layout = Layout()

    def run(self, start: int) -> Layout:
        at, end = start, len(self._data)
        while at < end:
            if end - at < 8 or (self._data[at] == 0 and self._only_zeros(at)):
                self._require_zeros(at)
                break
            at = self._element(at, end, 0)
        return self._layout

    def _element(self, at: int, end: int, depth: int) -> int:
        """Step over one element; where the next begins."""
        tag, vr, value_at, length = self._head(at, end)
        if depth == 0:
            self._require_no_secret(tag)
            if tag in PIXELS:
                return self._pixels(tag, at, value_at, length)
        if length == UNDEFINED:
            return self._inside(vr)._items(value_at, end, depth + 1)
        if length > end - value_at:
            raise NotTaken(Reason.TRUNCATED)
        if vr == b"SQ":
            self._items(value_at, value_at + length, depth + 1, bounded=True)
        return value_at + length

    def _inside(self, vr: bytes) -> _Walker:
        """Who walks the items of an element of that VR: those of an unknown one are written implicitly (CP-246)."""
        if vr != b"UN" or self._syntax.implicit:
            return self
        other = _Walker(self._data, Syntax("", implicit=True), self._limits)
        other._layout = self._layout
        return other

    def _head(self, at: int, end: int) -> tuple[int, bytes, int, int]:
        """Tag, VR, where the value begins, how long it is."""
        self._count()
        if end - at < 8:
            raise NotTaken(Reason.TRUNCATED)
        group, element = self._tag(self._data, at)
        tag = group << 16 | element
        if group == 0xFFFE:
            raise NotTaken(Reason.MALFORMED)
        if self._syntax.implicit:
            return tag, _vr_of(tag), at + 8, self._u32(self._data, at + 4)[0]
        vr = bytes(self._data[at + 4 : at + 6])
        if vr in _LONG:
            if end - at < 12:
                raise NotTaken(Reason.TRUNCATED)
            return tag, vr, at + 12, self._u32(self._data, at + 8)[0]
        if vr not in _SHORT:
            raise NotTaken(Reason.MALFORMED)
        return tag, vr, at + 8, self._u16(self._data, at + 6)[0]

    def _items(self, at: int, end: int, depth: int, *, bounded: bool = False) -> int:
        """Step over the items of a sequence, to its delimiter or (when its length is known) to its end."""
        if depth > self._limits.depth:
            raise NotTaken(Reason.TOO_DEEP)
        while True:
            if bounded and at == end:
                return at
            tag, length = self._delimiter(at, end)
            at += 8
            if tag == _SEQUENCE_END and not bounded:
                return at
            if tag != _ITEM:
                raise NotTaken(Reason.MALFORMED)
            at = self._item(at, end, length, depth)

    def _item(self, at: int, end: int, length: int, depth: int) -> int:
        if length != UNDEFINED:
            if length > end - at:
                raise NotTaken(Reason.TRUNCATED)
            stop = at + length
            while at < stop:
                at = self._element(at, stop, depth)
            return at
        while True:
            tag, _ = self._delimiter(at, end)
            if tag == _ITEM_END:
                return at + 8
            at = self._element(at, end, depth)

    def _delimiter(self, at: int, end: int) -> tuple[int, int]:
        self._count()
        if end - at < 8:
            raise NotTaken(Reason.TRUNCATED)
        group, element = self._tag(self._data, at)
        return group << 16 | element, self._u32(self._data, at + 4)[0]

    def _pixels(self, tag: int, at: int, value_at: int, length: int) -> int:
        if self._layout.pixels_at is not None:
            raise NotTaken(Reason.MALFORMED)
        found = self._layout
        found.pixels_at, found.pixels_tag, found.value_at = at, tag, value_at
        if (length == UNDEFINED) != self._syntax.encapsulated:
            raise NotTaken(Reason.WRONG_SYNTAX)
        if length != UNDEFINED:
            if length > len(self._data) - value_at:
                raise NotTaken(Reason.TRUNCATED)
            found.value_length = length
            return value_at + length
        found.fragments, stop = self._fragments(value_at)
        found.value_length = stop - value_at
        return stop

    def _fragments(self, at: int) -> tuple[Fragments, int]:
        found, first, end = Fragments(), True, len(self._data)
        while True:
            tag, length = self._delimiter(at, end)
            if tag == _SEQUENCE_END:
                return found, at + 8
            if tag != _ITEM or length == UNDEFINED:
                raise NotTaken(Reason.MALFORMED)
            if length > end - at - 8:
                raise NotTaken(Reason.TRUNCATED)
            if first:
                found.offsets = struct.unpack_from(f"<{length // 4}I", self._data, at + 8)
                first = False
            else:
                found.items.append((at, length))
            if len(found.items) > self._limits.fragments:
                raise NotTaken(Reason.TOO_MANY_ELEMENTS)
            at += 8 + length

    def _count(self) -> None:
        self._layout.elements += 1
        if self._layout.elements > self._limits.elements:
            raise NotTaken(Reason.TOO_MANY_ELEMENTS)

    def _only_zeros(self, at: int) -> bool:
        return not any(self._data[at : at + 8])

    def _require_zeros(self, at: int) -> None:
        rest = self._data[at:]
        if any(rest[:_MOST_ZEROS]) or len(rest) > _MOST_ZEROS:
            raise NotTaken(Reason.TRAILING_BYTES if self._layout.pixels_at is not None else Reason.TRUNCATED)

    @staticmethod
    def _require_no_secret(tag: int) -> None:
        if tag == _ENCRYPTED:
            raise NotTaken(Reason.ENCRYPTED)


def _vr_of(tag: int) -> bytes:
    """The VR that the dictionary has for a tag of an implicit data set; private ones are stepped over by their length."""
    try:
        return dictionary_VR(tag).encode()
    except KeyError:
        return b"UN"


def _require_fitting(data: bytes | memoryview, start: int, syntax: Syntax) -> None:
    """Refuse a data set that is plainly not written as declared, before its lengths are believed."""
    if len(data) - start < 8:
        raise NotTaken(Reason.TRUNCATED)
    little, big = struct.unpack_from("<H", data, start)[0], struct.unpack_from(">H", data, start)[0]
    group, other = (little, big) if syntax.little else (big, little)
    explicit = bytes(data[start + 4 : start + 6])
    looks_explicit = explicit in _LONG or explicit in _SHORT
    if (group, other) == (0x0800, 0x0008) or looks_explicit == syntax.implicit:
        raise NotTaken(Reason.WRONG_SYNTAX)
