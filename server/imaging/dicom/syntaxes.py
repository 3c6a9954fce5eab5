"""The transfer syntaxes we read, and how each lays out its data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Syntax:
    """How a data set is written."""

    uid: str
    implicit: bool = False
    little: bool = True
    deflated: bool = False
    encapsulated: bool = False
    lossy: bool = False


_JPEG: Final = "1.2.840.10008.1.2.4."

NATIVE: Final = (
    Syntax("1.2.840.10008.1.2", implicit=True),
    Syntax("1.2.840.10008.1.2.1"),
    Syntax("1.2.840.10008.1.2.1.99", deflated=True),
    Syntax("1.2.840.10008.1.2.2", little=False),
)
_PACKED: Final = (
    *(Syntax(_JPEG + last, encapsulated=True, lossy=True) for last in ("50", "51", "81", "91", "203")),
    *(Syntax(_JPEG + last, encapsulated=True) for last in ("57", "70", "80", "90", "201", "202")),
    Syntax("1.2.840.10008.1.2.5", encapsulated=True),
)
SYNTAXES: Final[dict[str, Syntax]] = {syntax.uid: syntax for syntax in (*NATIVE, *_PACKED)}
# MPEG-2, MPEG-4, HEVC: pictures that move, which need a player and not a decoder.
VIDEO: Final = frozenset(_JPEG + str(last) for last in range(100, 109)) | frozenset(
    f"{_JPEG}{last}.1" for last in range(100, 107)
)
