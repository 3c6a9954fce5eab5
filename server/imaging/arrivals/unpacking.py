"""A zip opened safely where it lies encrypted: entry by entry, counted as they unpack, their names never used as paths.

Blocking reads run in a thread and fetch what they need of the vault through the loop, so that a zip is never whole in memory
and never in clear on the disk.
"""

from __future__ import annotations

import asyncio
import io
import zipfile
import zlib
from collections.abc import AsyncIterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from server.foundation.vault import Vault

from .errors import ZipExpandsTooFar, ZipUnreadable

MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06")
MOST_ENTRIES: Final = 20_000
LARGEST_RATIO: Final = 200  # of the whole; air in pictures packs well, bombs better
FREE_BYTES: Final = 64 * 2**20
_BLOCK: Final = 2**20
_FETCH_S: Final = 60
_LEFT_ASIDE: Final = frozenset({"__macosx", ".ds_store", "thumbs.db", "desktop.ini", "autorun.inf"})


class Stored(io.RawIOBase):
    """Files of the vault, one behind the other, as one seekable file for a thread."""

    def __init__(self, vault: Vault, pieces: Sequence[tuple[str, int]], loop: asyncio.AbstractEventLoop) -> None:
        self._vault, self._loop = vault, loop
        self._pieces: list[tuple[int, int, str]] = []
        self._size = 0
        for name, size in pieces:
            self._pieces.append((self._size, self._size + size, name))
            self._size += size
        self._at = 0
        self._block: tuple[int, bytes] = (-1, b"")

    def seekable(self) -> bool:
        """It is."""
        return True

    def readable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go there."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # narrower than the stub's Buffer
        """Fill as much as one block gives."""
        if self._at >= self._size:
            return 0
        number, offset = divmod(self._at, _BLOCK)
        if self._block[0] != number:
            self._block = (number, self._fetch(number * _BLOCK, min((number + 1) * _BLOCK, self._size)))
        piece = self._block[1][offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _fetch(self, start: int, end: int) -> bytes:
        return asyncio.run_coroutine_threadsafe(self._range(start, end), self._loop).result(_FETCH_S)

    async def _range(self, start: int, end: int) -> bytes:
        found = bytearray()
        for first, last, name in self._pieces:
            if first < end and last > start:
                async for part in self._vault.read(name, max(start - first, 0), min(end, last) - first):
                    found += part
        return bytes(found)

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return self._size


async def unpacked(stored: Stored, *, most_bytes: int, most_entry_bytes: int) -> AsyncIterator[tuple[str, bytes]]:
    """The files in a zip: what each is called, and its bytes; one that is too large or closed comes empty.

    Raises: ZipUnreadable, ZipExpandsTooFar.
    """
    try:
        archive = await asyncio.to_thread(zipfile.ZipFile, io.BufferedReader(stored, _BLOCK))
    except (zipfile.BadZipFile, ValueError, RuntimeError, OverflowError):
        raise ZipUnreadable from None
    entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _left_aside(entry.filename)]
    if len(entries) > MOST_ENTRIES:
        raise ZipExpandsTooFar
    allowance = min(most_bytes, FREE_BYTES + stored.size * LARGEST_RATIO)
    for entry in entries:
        content = await asyncio.to_thread(_read, archive, entry, min(most_entry_bytes, allowance))
        if content is None and allowance < most_entry_bytes:
            raise ZipExpandsTooFar
        allowance -= len(content or b"")
        yield shown_name(entry.filename), content or b""


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes | None:
    """An entry's bytes; None when there are more of them than allowed, whatever its header says. Encrypted: empty."""
    if entry.flag_bits & 0x1:
        return b""
    try:
        with archive.open(entry) as opened:
            content = opened.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, ValueError):
        raise ZipUnreadable from None
    return None if len(content) > most else content


def shown_name(name: str) -> str:
    """The last part of an entry's name, to be shown back; never opened."""
    return PurePosixPath(name.replace("\\", "/")).name[:120]


def _left_aside(name: str) -> bool:
    parts = {part.casefold() for part in PurePosixPath(name.replace("\\", "/")).parts}
    return bool(parts & _LEFT_ASIDE)
