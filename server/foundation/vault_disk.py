"""The blocking half of the vault: one open file being written or read. Always called in a thread, never on the loop."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from threading import Lock
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .crypto import TAG_BYTES, Cipher, fresh_key
from .vault_format import (
    CHUNK_BYTES,
    HEAD_BYTES,
    NO_DIGEST,
    Head,
    VaultDamaged,
    chunk_at,
    open_chunk,
    open_head,
    seal_chunk,
    seal_head,
)

NAME_DIGITS: Final = 40
INCOMING: Final = "incoming"
_CHUNKS_AHEAD: Final = 128  # 8 MiB


class NoSuchFile(LookupError):
    """No file of that name; also when the name has not the form of one."""


def path_of(root: Path, name: str) -> Path:
    """Where the file of that name lies. Raises: NoSuchFile for anything that is not 40 lower-case hex digits."""
    if len(name) != NAME_DIGITS or not set(name) <= set("0123456789abcdef"):
        raise NoSuchFile(name[:NAME_DIGITS])
    return root / name[:2] / name


def make_folder(folder: Path) -> None:
    """A folder for our account only, whatever the umask; its parent must exist."""
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)


def sync_folder(folder: Path) -> None:
    """Make what was renamed or removed in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class IncomingFile:
    """A file that is being written under a passing name, and gets its real one when it is whole and on the disk."""

    def __init__(self, root: Path, vault_key: Cipher, *, digested: bool = True) -> None:
        self._root = root
        self._vault_key = vault_key
        self._secret = fresh_key().secret
        self._key = AESGCM(self._secret)
        self._digest = hashlib.sha256() if digested else None
        self._size = 0
        self._chunks = 0
        self._rest = bytearray()
        self._using = Lock()  # a cancelled writer's thread may still be in `add` when `abandon` comes
        self._path = root / INCOMING / secrets.token_hex(16)
        self._file = os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        os.fchmod(self._file.fileno(), 0o600)
        self._file.write(bytes(HEAD_BYTES))

    def add(self, *parts: bytes) -> None:
        """Take the next bytes."""
        with self._using:
            for part in parts:
                self._take(part)

    def _take(self, part: bytes) -> None:
        if self._digest:
            self._digest.update(part)
        self._size += len(part)
        view = memoryview(part)
        if self._rest:  # what is left of the part before comes first
            missing = CHUNK_BYTES - len(self._rest)
            self._rest += view[:missing]
            view = view[missing:]
            if len(self._rest) < CHUNK_BYTES:
                return
            self._write_chunk(self._rest)
            self._rest = bytearray()
        whole = len(view) - len(view) % CHUNK_BYTES
        for start in range(0, whole, CHUNK_BYTES):
            self._write_chunk(view[start : start + CHUNK_BYTES])
        self._rest += view[whole:]

    def finish(self) -> tuple[str, Head]:
        """Write the head, bring everything to the disk, and give the file its name."""
        with self._using:
            if self._rest:
                self._write_chunk(self._rest)
            head = Head(self._secret, self._size, self._digest.digest() if self._digest else NO_DIGEST)
            name = self._name(head)
            self._file.seek(0)
            self._file.write(seal_head(self._vault_key, name, head))
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            target = path_of(self._root, name)
            make_folder(target.parent)
            self._path.rename(target)
            self._path = target
            sync_folder(target.parent)
            sync_folder(self._root)
            return name, head

    def abandon(self) -> None:
        """Leave nothing behind, not even what a `finish` that nobody waited for has just named."""
        with self._using:
            self._file.close()
            self._path.unlink(missing_ok=True)

    def _write_chunk(self, plain: bytes | bytearray | memoryview) -> None:
        self._file.write(seal_chunk(self._key, self._chunks, plain))
        self._chunks += 1
        if self._chunks % _CHUNKS_AHEAD == 0:
            self._begin_write_back()

    def _begin_write_back(self) -> None:
        """Let the disk begin with what was written so far, so that `finish` waits for the last of it only."""
        first, end = chunk_at(self._chunks - _CHUNKS_AHEAD), chunk_at(self._chunks)
        # Linux starts to write them and does not wait; what is not written yet stays in memory all the same.
        os.posix_fadvise(self._file.fileno(), first, end - first, os.POSIX_FADV_DONTNEED)

    def _name(self, head: Head) -> str:
        # Made from the content, but also from the file's own key: the same paper uploaded for two patients gets two
        # names, so nobody can tell that they are the same, and deleting one never takes the other.
        vault = self._vault_key.current.secret
        return hmac.digest(vault, b"vault name" + head.key + head.sha256, "sha256").hex()[:NAME_DIGITS]


class StoredFile:
    """A file of the vault opened for reading."""

    def __init__(self, root: Path, vault_key: Cipher, name: str) -> None:
        """Raises: NoSuchFile; VaultDamaged, also when the file is longer or shorter than its head says."""
        try:
            self._file = path_of(root, name).open("rb")
        except FileNotFoundError:
            raise NoSuchFile(name) from None
        try:
            self.head = open_head(vault_key, name, self._file.read(HEAD_BYTES))
            if os.fstat(self._file.fileno()).st_size != self.head.stored_bytes:
                raise VaultDamaged("cut or grown")
        except VaultDamaged:
            self._file.close()
            raise
        self._key = AESGCM(self.head.key)
        self._using = Lock()

    def chunks(self, first: int, count: int) -> bytes:
        """The bytes of `count` chunks from `first` on. Raises: VaultDamaged."""
        with self._using:
            self._file.seek(chunk_at(first))
            opened = []
            for number in range(first, min(first + count, self.head.chunks)):
                stored = self._file.read(self.head.plain_length(number) + TAG_BYTES)
                opened.append(open_chunk(self._key, self.head, number, stored))
            return b"".join(opened)

    def close(self) -> None:
        """Give the descriptor back, once nobody reads."""
        with self._using:
            self._file.close()
