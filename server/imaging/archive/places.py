"""Where one file lies in the archive."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Store(StrEnum):
    """Which store holds it."""

    PACK = "pack"
    ORTHANC = "orthanc"


@dataclass(frozen=True, slots=True)
class Place:
    """A range of a pack, or the whole of an instance at Orthanc (`pack` is its id there, `offset` 0)."""

    store: Store
    pack: str
    offset: int
    length: int
