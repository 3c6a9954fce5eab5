"""Sealing a private key by its owner's PIN: argon2id gives the key that seals it, and its parameters are stored beside it.

A PIN is short: what makes guessing hopeless is the master key, which seals the result once more (`own_keys.py`), and the
count of wrong tries (`pins.py`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from argon2.low_level import Type, hash_secret_raw

from server.foundation.crypto import KEY_BYTES, CannotOpen, SecretKey, label, seal, unseal

_SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Stretching:
    """How a PIN becomes a key; stored with what it sealed, so that later settings change nothing made earlier."""

    salt: bytes
    passes: int
    memory_kib: int

    @classmethod
    def fresh(cls, *, passes: int, memory_kib: int) -> Stretching:
        """With a salt of its own."""
        return cls(secrets.token_bytes(_SALT_BYTES), passes, memory_kib)

    @classmethod
    def stored(cls, told: dict[str, Any]) -> Stretching:
        """As `as_stored` wrote it."""
        return cls(bytes.fromhex(told["salt"]), told["passes"], told["memory_kib"])

    def as_stored(self) -> dict[str, Any]:
        """For the table."""
        return {"kdf": "argon2id", "salt": self.salt.hex(), "passes": self.passes, "memory_kib": self.memory_kib}

    def key(self, pin: str) -> SecretKey:
        """The key of that PIN; takes as long as the parameters say."""
        return SecretKey(hash_secret_raw(pin.encode(), self.salt, self.passes, self.memory_kib, 1, KEY_BYTES, Type.ID))


def sealed_by_pin(der: bytes, pin: str, stretching: Stretching, key_id: str) -> bytes:
    """The private key sealed by the PIN and bound to its row."""
    return seal(stretching.key(pin), der, _cell(key_id))


def opened_by_pin(sealed: bytes, pin: str, stretching: Stretching, key_id: str) -> bytes | None:
    """The private key; None when the PIN is another."""
    try:
        return unseal((stretching.key(pin),), sealed, _cell(key_id))
    except CannotOpen:  # the id of the key inside tells a wrong PIN from a right one
        return None


def pin_is_weak(pin: str) -> bool:
    """Whether a PIN is among the first guesses: one digit, a run, or a group repeated."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps <= {0} or steps <= {1} or steps <= {9}:
        return True
    return any(pin == pin[:size] * (len(pin) // size) for size in (2, 3) if len(pin) % size == 0)


def _cell(key_id: str) -> bytes:
    return label("practitioner_keys", "pin", key_id)
