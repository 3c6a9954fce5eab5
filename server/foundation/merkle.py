"""The Merkle tree of RFC 6962, grown at its right edge. Hashes only: it knows no rows and no database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final, Self

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


def leaf_hash(record: bytes) -> bytes:
    """The leaf of a record: SHA-256 over 0x00 and its bytes."""
    return hashlib.sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The node over two subtrees: SHA-256 over 0x01 and both."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The complete subtrees along the right edge, largest first: enough to add leaves and to know the root."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self._hashes = list(hashes)
        if len(self._hashes) != size.bit_count():
            raise ValueError("a frontier has one hash for every set bit of its size")

    @classmethod
    def read(cls, size: int, stored: bytes) -> Self:
        """A frontier from its stored form."""
        return cls(size, [stored[at : at + HASH_BYTES] for at in range(0, len(stored), HASH_BYTES)])

    def stored(self) -> bytes:
        """The form for a column: the hashes one after another."""
        return b"".join(self._hashes)

    def add(self, leaf: bytes) -> None:
        """Add one leaf at the right."""
        node = leaf
        full = self.size
        while full & 1:  # every set bit at the end is a complete subtree as large as the one in hand
            node = node_hash(self._hashes.pop(), node)
            full >>= 1
        self._hashes.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The hash of the whole tree."""
        if not self._hashes:
            return EMPTY_ROOT
        root = self._hashes[-1]
        for subtree in reversed(self._hashes[:-1]):
            root = node_hash(subtree, root)
        return root
