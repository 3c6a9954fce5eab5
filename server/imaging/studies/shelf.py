"""What one process holds for pictures: the archive, our packs beneath it, the decoding children, previews made lately."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import Final, Generic, TypeVar

from server.imaging.archive.keeping import Archive
from server.imaging.archive.packs import Packs
from server.imaging.dicom.pool import DecoderPool

Thing = TypeVar("Thing")
_PREVIEW_BYTES: Final = 48 * 2**20
_MOST_OPENINGS: Final = 10_000


class Lately(Generic[Thing]):
    """Small things made lately, the one longest unused given up first; bounded by their sizes."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._held = 0
        self._things: OrderedDict[str, tuple[Thing, int]] = OrderedDict()

    def get(self, key: str) -> Thing | None:
        """The thing, if it is still there."""
        found = self._things.get(key)
        if found is None:
            return None
        self._things.move_to_end(key)
        return found[0]

    def put(self, key: str, thing: Thing, size: int) -> None:
        """Hold it, and let go of others."""
        if key in self._things:
            self._held -= self._things.pop(key)[1]
        self._things[key] = (thing, size)
        self._held += size
        while self._held > self._most:
            _, (_, gone) = self._things.popitem(last=False)
            self._held -= gone


class Openings:
    """Who opened which study in this process lately, so that a sitting makes one line and not one for each slice."""

    def __init__(self) -> None:
        self._at: OrderedDict[str, datetime] = OrderedDict()

    def get(self, sitting: str, now: datetime, within_s: int) -> bool:
        """Whether it was noted within so many seconds."""
        at = self._at.get(sitting)
        return at is not None and (now - at).total_seconds() < within_s

    def note(self, sitting: str, now: datetime) -> None:
        """Remember it; the oldest are forgotten."""
        self._at[sitting] = now
        self._at.move_to_end(sitting)
        while len(self._at) > _MOST_OPENINGS:
            self._at.popitem(last=False)


class Shelf:
    """A part of the ground. `archive` is where new files go and any file is read from."""

    def __init__(self, archive: Archive, packs: Packs, decoders: DecoderPool) -> None:
        self.archive = archive
        self.packs = packs
        self.decoders = decoders
        self.openings = Openings()
        self.previews: Lately[tuple[bytes, dict[str, object]]] = Lately(_PREVIEW_BYTES)

    async def close(self) -> None:
        """Let the children go, and the archive's connections."""
        await self.decoders.close()
        await self.archive.close()
