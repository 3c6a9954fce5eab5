"""Symmetric sealing: AES-256-GCM with associated data, HKDF, and the id of the key inside every ciphertext.

One layout for everything that is sealed: `version | key id (8) | nonce (12) | ciphertext and tag`. Which keys exist and
where they come from is `keys.py`; what is sealed under which label is `fields.py`, `vault.py` and `key_store.py`.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .randomness import random_bytes

KEY_BYTES = 32
KEY_ID_BYTES = 8
NONCE_BYTES = 12
TAG_BYTES = 16
_VERSION = b"\x01"
OVERHEAD_BYTES = len(_VERSION) + KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES


class CannotOpen(Exception):
    """A sealed value did not open: `unknown-key`, `damaged` or `not-sealed`. Never says what was inside."""

    def __init__(self, reason: str, key_id: str = "") -> None:
        super().__init__(f"{reason} {key_id}".strip())
        self.reason = reason
        self.key_id = key_id


@dataclass(frozen=True, slots=True)
class SecretKey:
    """32 secret bytes and the id derived from them, so that an id always tells which key it was."""

    secret: bytes = field(repr=False)
    id: bytes = field(init=False)
    aes: AESGCM = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")
        object.__setattr__(self, "aes", AESGCM(self.secret))
        object.__setattr__(self, "id", hashlib.sha256(b"lianyi key id" + self.secret).digest()[:KEY_ID_BYTES])


def fresh_key() -> SecretKey:
    """A new random key."""
    return SecretKey(secrets.token_bytes(KEY_BYTES))


def derive(master: bytes, purpose: str) -> SecretKey:
    """The key that HKDF-SHA256 gives for one purpose of a master secret."""
    hkdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"lianyi/1/" + purpose.encode())
    return SecretKey(hkdf.derive(master))


def label(*parts: str) -> bytes:
    """Associated data of several parts; each with its length, so that `ab|c` can never pass for `a|bc`."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def seal(key: SecretKey, plain: bytes, aad: bytes) -> bytes:
    """`plain` encrypted and bound to `aad`."""
    nonce = random_bytes(NONCE_BYTES)
    return _VERSION + key.id + nonce + key.aes.encrypt(nonce, plain, aad)


def key_id_of(sealed: bytes) -> bytes:
    """The id of the key that sealed this. Raises: CannotOpen `not-sealed`."""
    if len(sealed) < OVERHEAD_BYTES or sealed[:1] != _VERSION:
        raise CannotOpen("not-sealed")
    return sealed[1 : 1 + KEY_ID_BYTES]


def unseal(keys: Iterable[SecretKey], sealed: bytes, aad: bytes) -> bytes:
    """The plain bytes, opened with whichever of `keys` sealed them.

    Raises: CannotOpen, when none of the keys did, or a bit of the ciphertext or of `aad` differs.
    """
    key_id = key_id_of(sealed)
    key = next((key for key in keys if key.id == key_id), None)
    if key is None:
        raise CannotOpen("unknown-key", key_id.hex())
    start = 1 + KEY_ID_BYTES
    nonce, body = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
    try:
        return key.aes.decrypt(nonce, body, aad)
    except InvalidTag:
        raise CannotOpen("damaged", key_id.hex()) from None


class Cipher:
    """The keys of one purpose: the first seals, every one of them opens (so keys can be changed under load)."""

    def __init__(self, keys: Sequence[SecretKey]) -> None:
        if not keys:
            raise ValueError("a cipher needs at least one key")
        self._keys = tuple(keys)

    @property
    def current(self) -> SecretKey:
        """The key that seals."""
        return self._keys[0]

    def seal(self, plain: bytes, aad: bytes) -> bytes:
        """`plain` sealed with the current key and bound to `aad`."""
        return seal(self._keys[0], plain, aad)

    def open(self, sealed: bytes, aad: bytes) -> bytes:
        """The plain bytes. Raises: CannotOpen."""
        return unseal(self._keys, sealed, aad)

    def is_current(self, sealed: bytes) -> bool:
        """Whether the current key sealed this; otherwise it waits to be sealed anew."""
        return key_id_of(sealed) == self._keys[0].id
