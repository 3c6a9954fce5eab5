"""The one interface of the archive: keep files, read them by range, remove them. What `keep` has returned is on the disk."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from .places import Place


class ArchiveUnavailable(Exception):
    """The store does not answer, or says something we cannot rely on; nothing is lost by trying again."""


@dataclass(frozen=True, slots=True)
class Whole:
    """One file to keep; `aside` is what was quarantined, which no other server shall meet."""

    content: bytes = field(repr=False)
    aside: bool = False


class Archive(Protocol):
    """A store of whole DICOM files."""

    async def keep(self, files: AsyncIterable[Whole]) -> list[Place]:
        """Store what comes, in order; where each lies. Either all of them are kept, or (on any error) none.

        Raises: VaultFull, ArchiveUnavailable, and what the stream raises.
        """
        ...

    def read(self, place: Place, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of [start, end) of a file; past its end there is nothing.

        Raises: NoSuchFile, VaultDamaged, ArchiveUnavailable.
        """
        ...

    async def discard(self, places: Collection[Place]) -> None:
        """Take back what was just kept, when its rows could not be written."""
        ...

    async def sweep(self, known: Collection[str], written_before: datetime) -> int:
        """Remove packs that nobody knows of, written before then; how many."""
        ...

    async def close(self) -> None:
        """Let go of whatever is held open, when the process ends."""
        ...


async def whole(archive: Archive, place: Place, start: int = 0, end: int | None = None) -> bytes:
    """The same as `read`, in one piece."""
    return b"".join([piece async for piece in archive.read(place, start, end)])
