"""Media types: what an Accept header allows, in its order of preference, with DICOM's parameters. Pure.

`multipart/related; type="application/dicom"; transfer-syntax=*` reads as multipart, of application/dicom, in any transfer syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

ANY: Final = "*"
EXPLICIT_LITTLE: Final = "1.2.840.10008.1.2.1"
MULTIPART: Final = "multipart/related"
_LONGEST: Final = 4096
_MOST: Final = 40
_SPLIT: Final = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')
_PARAMETER: Final = re.compile(r';\s*([A-Za-z-]+)\s*=\s*(?:"([^"]*)"|([^;]*))')


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing a caller would take: a media type, alone or in parts, perhaps in one transfer syntax."""

    media_type: str
    in_parts: bool
    transfer_syntax: str | None = None
    weight: float = 1.0
    either: bool = False  # `*/*`: in parts or alone

    def takes(self, media_type: str) -> bool:
        """Whether that type satisfies it."""
        kind, _, name = media_type.partition("/")
        own_kind, _, own_name = self.media_type.partition("/")
        return own_kind in (ANY, kind) and own_name in (ANY, name, "")

    def takes_syntax(self, transfer_syntax: str, default: str = EXPLICIT_LITTLE) -> bool:
        """Whether that transfer syntax satisfies it; unsaid means the default."""
        asked = self.transfer_syntax or default
        return asked in (ANY, transfer_syntax)


def wanted(accept: str | None, also: str | None = None) -> list[Wanted]:
    """What the caller would take, best first. `also` is the query's `accept`, which wins. Nothing said: anything."""
    text = (also or accept or "*/*")[:_LONGEST]
    found = [_read(item) for item in _SPLIT.split(text)[:_MOST] if item.strip()]
    return sorted((each for each in found if each.weight > 0), key=lambda each: -each.weight)


def _read(item: str) -> Wanted:
    media_type = item.partition(";")[0].strip().casefold()
    parameters = {name.casefold(): (quoted or plain).strip() for name, quoted, plain in _PARAMETER.findall(item)}
    syntax = parameters.get("transfer-syntax") or None
    weight = _weight(parameters.get("q", "1"))
    if media_type == MULTIPART:
        return Wanted(parameters.get("type", "*/*").casefold(), True, syntax, weight)
    return Wanted(media_type, False, syntax, weight, either=media_type == "*/*")


def _weight(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 0.0


def choose(asked: Iterable[Wanted], offers: Sequence[str], *, in_parts: bool) -> tuple[str, Wanted] | None:
    """The best of the offers (ours in order of preference), in parts or alone as given; None when none is taken."""
    for each in asked:
        if each.in_parts is not in_parts and not each.either:
            continue
        for offer in offers:
            if each.takes(offer):
                return offer, each
    return None


def parameters_of(content_type: str) -> dict[str, str]:
    """The parameters of a Content-Type header, names in lower case."""
    found = _PARAMETER.findall(content_type[:_LONGEST])
    return {name.casefold(): (quoted or plain).strip() for name, quoted, plain in found}
