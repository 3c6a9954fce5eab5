"""Single values of a header, whatever form a stranger wrote them in: what cannot be read is not there."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue


def text(header: Dataset, keyword: str) -> str:
    """One value as text, empty when it is missing or cannot be read."""
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
    try:
        value = header.get(keyword)
        if value is None or value == "":
            return []
        found = [float(each) for each in ([value] if isinstance(value, (str, int, float)) else value)]
    except Exception:  # a value in a broken form is no value
        return []
    return found if all(map(math.isfinite, found)) else []


def whole(header: Dataset, keyword: str) -> int | None:
    """One value as a whole number that a 32-bit column holds."""
    found = number(header, keyword)
    return int(found) if found is not None and abs(found) < 2**31 else None


def items(header: Dataset, keyword: str) -> list[Dataset]:
    """The items of a sequence; none when it is missing or cannot be read."""
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
