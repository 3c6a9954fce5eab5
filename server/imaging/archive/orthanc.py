"""Files kept by an Orthanc server over its REST interface, behind the same interface as our packs.

Orthanc decides by itself what is one instance, for all institutions together. So what it says it has already is believed only
when its content is ours; what it will not take, or holds otherwise, and what was set aside, goes into our packs. Files
there are as safe and as secret as that server's own disk. Nothing of it is ever deleted from here: another institution may
hold the same instance.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Collection
from datetime import datetime
from typing import Final

import aiohttp

from .keeping import ArchiveUnavailable, Whole
from .packs import Packs
from .places import Place, Store

_AT_ONCE: Final = 4
_PIECE: Final = 256 * 1024
_TIMEOUT: Final = aiohttp.ClientTimeout(total=120, connect=5)
_NEW: Final = "Success"


class OrthancArchive:
    """An archive at an address, with our packs beneath it."""

    def __init__(self, address: str, user: str | None, password: str | None, packs: Packs) -> None:
        self._address = address.rstrip("/")
        self._auth = aiohttp.BasicAuth(user, password or "") if user else None
        self._packs = packs
        self._session: aiohttp.ClientSession | None = None

    async def keep(self, files: AsyncIterable[Whole]) -> list[Place]:
        """Store what comes: each with Orthanc, a few at a time; what that does not take, in a pack of ours."""
        places: list[Place | None] = []
        ours: list[tuple[int, Whole]] = []
        turns = asyncio.Semaphore(_AT_ONCE)
        sending: list[asyncio.Task[None]] = []

        async def send(number: int, file: Whole) -> None:
            try:
                places[number] = None if file.aside else await self._sent(file.content)
            finally:
                turns.release()
            if places[number] is None:
                ours.append((number, file))

        try:
            async for file in files:
                places.append(None)
                await turns.acquire()
                sending.append(asyncio.create_task(send(len(places) - 1, file)))
            await asyncio.gather(*sending)
        finally:
            for task in sending:
                task.cancel()
        kept = await self._packs.keep(_each(ours)) if ours else []
        for (number, _), place in zip(ours, kept, strict=True):
            places[number] = place
        return [place for place in places if place is not None]

    async def _sent(self, content: bytes) -> Place | None:
        """Where Orthanc keeps it; None when it will not, or holds something else under the same identifiers."""
        try:
            async with self._client().post(f"{self._address}/instances", data=content) as answer:
                if answer.status in (400, 403, 409):
                    return None
                answer.raise_for_status()
                told = await answer.json()
            identifier = str(told["ID"])
            if told["Status"] != _NEW and not await self._is_there(identifier, content):
                return None
        except (aiohttp.ClientError, TimeoutError, KeyError, ValueError) as error:
            raise ArchiveUnavailable(type(error).__name__) from None
        return Place(Store.ORTHANC, identifier, 0, len(content))

    async def _is_there(self, identifier: str, content: bytes) -> bool:
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()  # the digest that Orthanc keeps
        async with self._client().get(f"{self._address}/instances/{identifier}/attachments/dicom/md5") as answer:
            answer.raise_for_status()
            return (await answer.text()).strip() == digest

    async def read(self, place: Place, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of [start, end) of one file, wherever it is kept."""
        if place.store is Store.PACK:
            async for piece in self._packs.read(place, start, end):
                yield piece
            return
        stop = place.length if end is None else min(end, place.length)
        if start >= stop:
            return
        path = f"{self._address}/instances/{place.pack}/attachments/dicom/data"
        try:
            async with self._client().get(path, headers={"Range": f"bytes={start}-{stop - 1}"}) as answer:
                answer.raise_for_status()
                at = start if answer.status == 206 else 0
                async for piece in answer.content.iter_chunked(_PIECE):
                    wanted = piece[max(0, start - at) : max(0, stop - at)]
                    at += len(piece)
                    if wanted:
                        yield wanted
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ArchiveUnavailable(type(error).__name__) from None

    async def discard(self, places: Collection[Place]) -> None:
        """Take back what lies in our packs; what Orthanc took stays there, unknown to anybody here."""
        await self._packs.discard([place for place in places if place.store is Store.PACK])

    async def sweep(self, known: Collection[str], written_before: datetime) -> int:
        """Remove our packs that nobody knows of."""
        return await self._packs.sweep(known, written_before)

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(auth=self._auth, timeout=_TIMEOUT)
        return self._session


async def _each(files: list[tuple[int, Whole]]) -> AsyncIterator[Whole]:
    for _, file in files:
        yield file
