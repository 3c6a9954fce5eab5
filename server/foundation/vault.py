"""The vault: files of patients, encrypted before they reach the disk, under names that say nothing.

Whose file it is, what it is called and who may see it is in the tables of the capability that stored it. All disk work
runs in threads. A file is written under a passing name, brought to the disk, then renamed: it is there whole or not.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from .crypto import Cipher
from .errors import TooLarge, Unavailable
from .keys import Keyring
from .metrics import VAULT_BYTES
from .vault_disk import INCOMING, IncomingFile, NoSuchFile, StoredFile, make_folder, path_of, sync_folder
from .vault_format import CHUNK_BYTES, HEAD_BYTES, Head, VaultDamaged, rewrapped_head

__all__ = ["FileTooLarge", "NoSuchFile", "Vault", "VaultDamaged", "VaultFile", "VaultFull"]

_CHUNKS_A_STEP: Final = 8  # one hop to a thread reads 512 KiB
_STEP_BYTES: Final = 2 * 2**20  # and seals so much: a hop costs more than sealing a kilobyte
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class FileTooLarge(TooLarge):
    """The stream went past the limit; nothing of it was kept."""

    code = "file-too-large"
    zh = "文件超过 {limit_mb} MB，请压缩或分开后再上传"
    en = "The file is larger than {limit_mb} MB; make it smaller or split it"


class VaultFull(Unavailable):
    """The disk has no room; nothing of the file was kept."""

    code = "storage-full"
    zh = "服务器存储空间不足，文件没有保存。请稍后再试，或联系医院管理员"
    en = "The server has run out of storage and the file was not kept. Try later, or tell the hospital's administrator"


@dataclass(frozen=True, slots=True)
class VaultFile:
    """A stored file: its name in the vault, its size and the SHA-256 of its content (hex; zeros when none was asked for)."""

    id: str
    size: int
    sha256: str


class Vault:
    """A folder of encrypted files."""

    def __init__(self, root: Path, keyring: Keyring) -> None:
        self._root = root
        self._key: Cipher = keyring.vault
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_folder(root)
        make_folder(root / INCOMING)

    async def put(self, stream: AsyncIterable[bytes], limit_bytes: int, *, digested: bool = True) -> VaultFile:
        """Store what the stream brings; it is on the disk when this returns. Without a digest it takes less time.

        Raises: FileTooLarge as soon as the limit is passed; VaultFull. Neither leaves anything behind, nor does the
        stream's own error or cancellation.
        """
        try:
            incoming = await asyncio.to_thread(IncomingFile, self._root, self._key, digested=digested)
            try:
                await _fill(incoming, stream, limit_bytes)
                name, head = await asyncio.to_thread(incoming.finish)
            except BaseException:
                await asyncio.shield(asyncio.to_thread(incoming.abandon))
                raise
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise VaultFull from error
            raise
        VAULT_BYTES.labels("in").inc(head.size)
        return _described(name, head)

    async def stat(self, name: str) -> VaultFile:
        """Size and digest of a stored file. Raises: NoSuchFile, VaultDamaged."""
        stored = await asyncio.to_thread(StoredFile, self._root, self._key, name)
        await asyncio.to_thread(stored.close)
        return _described(name, stored.head)

    async def read(self, name: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of [start, end), decrypted piece by piece; past the file's end there is nothing.

        Raises: NoSuchFile; VaultDamaged, at the latest at the piece that is damaged, which is never handed out.
        """
        stored = await asyncio.to_thread(StoredFile, self._root, self._key, name)
        try:
            stop = stored.head.size if end is None else min(end, stored.head.size)
            at = max(start, 0)
            while at < stop:
                first = at // CHUNK_BYTES
                needed = -(-stop // CHUNK_BYTES) - first  # no chunk beyond the range is read
                plain = await asyncio.to_thread(stored.chunks, first, min(needed, _CHUNKS_A_STEP))
                offset = at - first * CHUNK_BYTES
                piece = plain[offset : offset + stop - at]
                VAULT_BYTES.labels("out").inc(len(piece))
                yield piece
                at += len(piece)
        finally:
            await asyncio.shield(asyncio.to_thread(stored.close))

    async def delete(self, name: str) -> None:
        """Remove a file for good; one that is not there is no error, so that a retry may follow a crash."""
        await asyncio.to_thread(_delete, path_of(self._root, name))

    async def sweep(self, written_before: datetime) -> int:
        """Remove what writers killed half-way left behind and nobody has touched since that instant. How many files."""
        return await asyncio.to_thread(_sweep, self._root / INCOMING, written_before.timestamp())

    async def names(self, written_before: datetime) -> list[str]:
        """The files that were written before then; for finding those that nobody knows of."""
        return await asyncio.to_thread(_names, self._root, written_before.timestamp())

    async def rewrap(self, name: str) -> bool:
        """Seal a file's head with the current master key's vault key; False when it was already."""
        return await asyncio.to_thread(_rewrap, self._root, self._key, name)


def _described(name: str, head: Head) -> VaultFile:
    return VaultFile(name, head.size, head.sha256.hex())


async def _fill(incoming: IncomingFile, stream: AsyncIterable[bytes], limit_bytes: int) -> None:
    taken = held = 0
    waiting: list[bytes] = []
    async for part in stream:
        taken += len(part)
        if taken > limit_bytes:
            raise FileTooLarge(limit_mb=max(1, limit_bytes // 2**20))
        waiting.append(part)
        held += len(part)
        if held >= _STEP_BYTES:
            await asyncio.to_thread(incoming.add, *waiting)
            held = 0
            waiting.clear()
    await asyncio.to_thread(incoming.add, *waiting)


def _delete(path: Path) -> None:
    path.unlink(missing_ok=True)
    if path.parent.exists():
        sync_folder(path.parent)


def _names(root: Path, before: float) -> list[str]:
    folders = [folder for folder in root.iterdir() if folder.is_dir() and folder.name != INCOMING]
    return [file.name for folder in folders for file in folder.iterdir() if file.stat().st_mtime < before]


def _sweep(incoming: Path, before: float) -> int:
    left = [path for path in incoming.iterdir() if path.stat().st_mtime < before]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _rewrap(root: Path, key: Cipher, name: str) -> bool:
    path = path_of(root, name)
    with path.open("r+b") as file:
        head = rewrapped_head(key, name, file.read(HEAD_BYTES))
        if head is None:
            return False
        # In place: the head keeps its size and lies inside one disk block, and the file's own key stays the same.
        file.seek(0)
        file.write(head)
        file.flush()
        os.fsync(file.fileno())
    return True
