"""Packs: one batch of files as one encrypted file of a vault of their own, each instance a range of it.

Three fsyncs a batch instead of three for each of 300 slices. A pack is written once; it is removed when no row refers to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Collection
from datetime import datetime
from typing import Final

from server.foundation.vault import Vault

from .keeping import Whole
from .places import Place, Store

PACK_BYTES: Final = 512 * 2**20  # a longer batch becomes several packs


class Packs:
    """Our own store."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def keep(self, files: AsyncIterable[Whole]) -> list[Place]:
        """Store what comes, in order; on any error nothing of it is left."""
        places: list[Place] = []
        source = _Ahead(aiter(files))
        try:
            await source.advance()
            while source.next is not None:
                places += await self._pack(source)
        except BaseException:
            await asyncio.shield(self.discard(places))
            raise
        return places

    async def _pack(self, source: _Ahead) -> list[Place]:
        lengths: list[int] = []

        async def stream() -> AsyncIterator[bytes]:
            while source.next is not None and (not lengths or sum(lengths) + len(source.next.content) <= PACK_BYTES):
                lengths.append(len(source.next.content))
                yield source.next.content
                await source.advance()

        stored = await self._vault.put(stream(), limit_bytes=2**62, digested=False)  # each file has its own
        places, offset = [], 0
        for length in lengths:
            places.append(Place(Store.PACK, stored.id, offset, length))
            offset += length
        return places

    async def read(self, place: Place, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of [start, end) of one file."""
        stop = place.length if end is None else min(end, place.length)
        async for piece in self._vault.read(place.pack, place.offset + start, place.offset + stop):
            yield piece

    async def discard(self, places: Collection[Place]) -> None:
        """Remove the packs of these places."""
        for pack in {place.pack for place in places}:
            await self._vault.delete(pack)

    async def sweep(self, known: Collection[str], written_before: datetime) -> int:
        """Remove packs whose rows were never written, or are gone."""
        lost = set(await self._vault.names(written_before)) - set(known)
        for name in lost:
            await self._vault.delete(name)
        return len(lost) + await self._vault.sweep(written_before)

    async def close(self) -> None:
        """Nothing is held open between files."""


class _Ahead:
    """A stream looked at one file ahead, so that a pack ends before the file that would make it too long."""

    def __init__(self, files: AsyncIterator[Whole]) -> None:
        self._files = files
        self.next: Whole | None = None

    async def advance(self) -> None:
        """Take the next file, or None at the end."""
        self.next = await anext(self._files, None)
