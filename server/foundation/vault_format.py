"""How one file lies in the vault: a sealed head of fixed size, then AES-256-GCM chunks of 64 KiB. Pure, no disk.

    magic (4) | head sealed with the vault key, bound to the file's name | chunk 0 | chunk 1 | ...

The head holds the file's own key, its size and its SHA-256. A chunk's nonce is its number, under a key that is used for
this one file and written once. So a chunk moved, changed, added or missing shows, and a file under another name too.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .crypto import KEY_BYTES, NONCE_BYTES, OVERHEAD_BYTES, TAG_BYTES, CannotOpen, Cipher, label

MAGIC: Final = b"LYV1"
CHUNK_BYTES: Final = 64 * 1024
SEALED_CHUNK_BYTES: Final = CHUNK_BYTES + TAG_BYTES
NO_DIGEST: Final = bytes(32)  # of a file whose digest nobody asked for: its chunks are authenticated anyway
_HEAD: Final = struct.Struct(f">{KEY_BYTES}sQ32s")
HEAD_BYTES: Final = len(MAGIC) + OVERHEAD_BYTES + _HEAD.size


class VaultDamaged(Exception):
    """A stored file is not what was written: changed, cut, moved, or sealed by a key that we do not have."""


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a stored file says; `sha256` is `NO_DIGEST` where none was asked for."""

    key: bytes = field(repr=False)
    size: int
    sha256: bytes

    @property
    def chunks(self) -> int:
        """How many chunks the file has."""
        return -(-self.size // CHUNK_BYTES)

    @property
    def stored_bytes(self) -> int:
        """How long the stored file must be."""
        return HEAD_BYTES + self.size + self.chunks * TAG_BYTES

    def plain_length(self, number: int) -> int:
        """How many bytes chunk `number` holds."""
        return min(CHUNK_BYTES, self.size - number * CHUNK_BYTES)


def seal_head(vault_key: Cipher, name: str, head: Head) -> bytes:
    """The bytes at the start of the stored file."""
    return MAGIC + vault_key.seal(_HEAD.pack(head.key, head.size, head.sha256), _bound_to(name))


def open_head(vault_key: Cipher, name: str, stored: bytes) -> Head:
    """The head of the file of that name. Raises: VaultDamaged."""
    if len(stored) != HEAD_BYTES or not stored.startswith(MAGIC):
        raise VaultDamaged("head cut or foreign")
    try:
        return Head(*_HEAD.unpack(vault_key.open(stored[len(MAGIC) :], _bound_to(name))))
    except CannotOpen as error:
        raise VaultDamaged(f"head {error.reason}") from None


def rewrapped_head(vault_key: Cipher, name: str, stored: bytes) -> bytes | None:
    """The same head sealed with the current vault key; None when it is already. Raises: VaultDamaged."""
    head = open_head(vault_key, name, stored)
    return None if vault_key.is_current(stored[len(MAGIC) :]) else seal_head(vault_key, name, head)


def seal_chunk(key: AESGCM, number: int, plain: bytes | bytearray | memoryview) -> bytes:
    """Chunk `number` as it is stored."""
    return key.encrypt(_nonce(number), plain, None)


def open_chunk(key: AESGCM, head: Head, number: int, stored: bytes) -> bytes:
    """The bytes of chunk `number`. Raises: VaultDamaged."""
    if len(stored) != head.plain_length(number) + TAG_BYTES:
        raise VaultDamaged(f"chunk {number} cut")
    try:
        return key.decrypt(_nonce(number), stored, None)
    except InvalidTag:
        raise VaultDamaged(f"chunk {number} changed") from None


def chunk_at(number: int) -> int:
    """Where chunk `number` begins in the stored file."""
    return HEAD_BYTES + number * SEALED_CHUNK_BYTES


def _nonce(number: int) -> bytes:
    return number.to_bytes(NONCE_BYTES, "big")


def _bound_to(name: str) -> bytes:
    return label("vault", name)
