"""What a leg's recording says of itself: instants, tracks, gaps, segments, and a seal by the recording's key."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseModel, ConfigDict, Field

NONCE_BYTES = 12
GAP_MS = 1000

TrackKind = Literal["audio", "video"]
Reason = Literal[
    "not-sent",  # the person sent nothing: muted, camera off, no device
    "lost",  # packets were lost on the way and did not come again
    "recording-off",  # recording of the room was switched off
    "not-stored",  # the disk did not take a segment
    "node-died",  # the node ended without closing the leg; `to` is unknown
]


class Gap(BaseModel):
    """A time of more than a second without frames of a track. Instants in ms since 1970, node's clock."""

    model_config = ConfigDict(populate_by_name=True, frozen=True)

    from_: int = Field(alias="from")
    to: int | None
    track: Literal["audio", "video", "all"]
    reason: Reason


class Track(BaseModel):
    """One track of the file. `offset_ms` is where its first frame lies after the leg's start; None without frames."""

    kind: TrackKind
    codec: Literal["opus", "vp8"]
    frames: int = 0
    first_ms: int | None = None
    last_ms: int | None = None
    offset_ms: int | None = None
    width: int | None = None
    height: int | None = None


class Segment(BaseModel):
    """One encrypted piece of the file; `sha256` is of the stored bytes."""

    n: int
    bytes: int
    sha256: str


class Manifest(BaseModel):
    """A leg's recording. Time zero of its WebM is `started_ms`, so legs of a recording line up by that alone."""

    version: Literal[1] = 1
    recording: str
    room: str
    seat: str
    leg: str
    started_ms: int
    ended_ms: int
    complete: bool  # False when the node died and a later life closed this; the last seconds are then missing
    ended_by: str
    tracks: list[Track]
    gaps: list[Gap]
    segments: list[Segment]
    mac: str | None = None  # HMAC-SHA256 under a key derived from the recording's; None when closed by a later life

    def sealed(self, key: bytes) -> Manifest:
        """The manifest with its seal."""
        return self.model_copy(update={"mac": self._mac(key)})

    def seal_holds(self, key: bytes) -> bool:
        """Whether the seal is the key's."""
        return self.mac is not None and hmac.compare_digest(self.mac, self._mac(key))

    def _mac(self, key: bytes) -> str:
        said = self.model_dump(mode="json", by_alias=True, exclude={"mac"})
        canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"lianyi media manifest").derive(key)
        return hmac.new(derived, canonical, hashlib.sha256).hexdigest()


def seal_segment(key: bytes, leg: str, n: int, plain: bytes, nonce: bytes) -> bytes:
    """The stored form of segment `n` of a leg: nonce, ciphertext, tag; bound to the leg and its place."""
    return nonce + AESGCM(key).encrypt(nonce, plain, _bound_to(leg, n))


def open_segment(key: bytes, leg: str, n: int, stored: bytes) -> bytes:
    """The plain bytes of a stored segment.

    Raises: cryptography.exceptions.InvalidTag when key, leg, place or bytes are not those of the segment.
    """
    return AESGCM(key).decrypt(stored[:NONCE_BYTES], stored[NONCE_BYTES:], _bound_to(leg, n))


def _bound_to(leg: str, n: int) -> bytes:
    return f"{leg}|{n}".encode()
