"""Single values of a header, whatever form a stranger wrote them in: what cannot be read is not there."""

from __future__ import annotations

import math
import struct
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, Final

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag, Tag

# Values of these forms are read from their bytes: pydicom's conversion takes ten times as long, and a CT has 300 headers.
_PLAIN_TEXT: Final = frozenset({"AE", "AS", "CS", "DA", "DS", "IS", "TM", "UI"})
_WORDS: Final = frozenset({"LO", "PN", "SH"})  # in the file's own characters, but ASCII is ASCII in all of them
_ESCAPE: Final = b"\x1b"  # unless it switches to others
_DECIMAL: Final = frozenset({"DS", "IS"})
_SHORT: Final = {"US": "H", "SS": "h"}
_PADDING: Final = " \0"


def text(header: Dataset, keyword: str) -> str:
    """One value as text, empty when it is missing or cannot be read."""
    element = _element(header, keyword)
    if element is None:
        return ""
    if _is_raw(element, _PLAIN_TEXT) or (_is_raw(element, _WORDS) and _is_ascii(element.value)):
        return "\\".join(_split(element.value))
    try:
        value = header.get(keyword)
    except Exception:  # a value in a broken form is no value
        return ""
    if value is None:
        return ""
    if isinstance(value, MultiValue):
        value = "\\".join(map(str, value))
    return str(value).replace("\0", "").strip()


def number(header: Dataset, keyword: str) -> float | None:
    """One value as a finite number."""
    found = numbers(header, keyword)
    return found[0] if found else None


def numbers(header: Dataset, keyword: str) -> list[float]:
    """All values as numbers; none when any is not finite."""
    element = _element(header, keyword)
    if element is None:
        return []
    try:
        found = _numbers(header, keyword, element)
    except Exception:  # a value in a broken form is no value
        return []
    return found if all(map(math.isfinite, found)) else []


def _numbers(header: Dataset, keyword: str, element: Any) -> list[float]:
    if _is_raw(element, _DECIMAL):
        said = _split(element.value)
        return [float(each) for each in said] if any(said) else []
    if _is_raw(element, _SHORT):
        form = ("<" if element.is_little_endian else ">") + _SHORT[element.VR]
        return [float(each) for (each,) in struct.iter_unpack(form, element.value)]
    value = header.get(keyword)
    if value is None or value == "":
        return []
    return [float(each) for each in ([value] if isinstance(value, (str, int, float)) else value)]


def _element(header: Dataset, keyword: str) -> Any:
    """The element as it stands there, converted or not; None when there is none."""
    return header.get_item(_tag(keyword))


@cache
def _tag(keyword: str) -> BaseTag:
    return Tag(keyword)


def _is_raw(element: Any, forms: Collection[str]) -> bool:
    return isinstance(element, RawDataElement) and element.VR in forms and isinstance(element.value, bytes)


def _is_ascii(value: bytes) -> bool:
    return value.isascii() and _ESCAPE not in value


def _split(value: bytes) -> list[str]:
    return [each.strip(_PADDING) for each in value.decode("latin-1").split("\\")]


def whole(header: Dataset, keyword: str) -> int | None:
    """One value as a whole number that a 32-bit column holds."""
    found = number(header, keyword)
    return int(found) if found is not None and abs(found) < 2**31 else None


def items(header: Dataset, keyword: str) -> list[Dataset]:
    """The items of a sequence; none when it is missing or cannot be read."""
    if _element(header, keyword) is None:
        return []
    try:
        value = header.get(keyword)
        return list(value) if isinstance(value, Sequence) else []
    except RecursionError:
        raise
    except Exception:  # a sequence that cannot be read says nothing
        return []


def plain(name: str) -> str:
    """A window's name, when it is no more than a name."""
    return name[:24] if name[:24].isascii() else ""
