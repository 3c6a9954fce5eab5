"""Signing pairs (ES256) and the rule of their lives: when one signs, how long it is believed, when the next is made.

Pure: which pairs exist is in `key_store.py`, who keeps them in memory is `keys.py`, what they sign is `tokens.py` and
`audit_seal.py`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)


class Use(StrEnum):
    """What a pair may sign; a signature of one use is never believed for another."""

    TOKENS = "tokens"
    TICKETS = "tickets"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Life:
    """How long a pair of one use signs, and how long after that it is still believed (None: for ever)."""

    signs: timedelta
    believed_after: timedelta | None


LIVES = {
    Use.TOKENS: Life(timedelta(days=30), timedelta(days=2)),
    Use.TICKETS: Life(timedelta(days=30), timedelta(days=2)),
    Use.AUDIT: Life(timedelta(days=365), None),  # an old log must stay verifiable
}
MADE_AHEAD = timedelta(days=1)  # the successor exists this long before it signs, so every process knows it by then
TOLD_WITHIN = timedelta(minutes=2)  # a pair made in haste signs when processes that look every minute have seen it


@dataclass(frozen=True, slots=True)
class Term:
    """The dates of a pair."""

    signs_from: datetime
    signs_until: datetime
    believed_until: datetime | None

    def believed_at(self, now: datetime) -> bool:
        """Whether a signature of this pair still counts."""
        return self.believed_until is None or now < self.believed_until


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An ES256 pair; its kid is the RFC 7638 thumbprint of the public key."""

    use: Use
    term: Term
    private: ec.EllipticCurvePrivateKey = field(repr=False)
    kid: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kid", thumbprint(self.private.public_key()))

    @property
    def public(self) -> ec.EllipticCurvePublicKey:
        """The half that may be shown."""
        return self.private.public_key()

    def private_der(self) -> bytes:
        """PKCS #8, in clear: only ever to be sealed at once."""
        return self.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def thumbprint(public: ec.EllipticCurvePublicKey) -> str:
    """RFC 7638 thumbprint (SHA-256, base64url) of a P-256 public key."""
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    x, y = _base64url(point[1:33]), _base64url(point[33:])
    return _base64url(hashlib.sha256(f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'.encode()).digest())


def fresh_pair(use: Use, signs_from: datetime) -> KeyPair:
    """A new pair that signs from that instant for its use's ordinary life."""
    life = LIVES[use]
    until = signs_from + life.signs
    believed = None if life.believed_after is None else until + life.believed_after
    return KeyPair(use, Term(signs_from, until, believed), ec.generate_private_key(ec.SECP256R1()))


def pair_from_der(use: Use, term: Term, der: bytes) -> KeyPair:
    """A stored pair. Raises: ValueError when it is no P-256 key."""
    private = load_der_private_key(der, password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise ValueError("not a P-256 private key")
    return KeyPair(use, term, private)


def signing_pair(pairs: Iterable[KeyPair], now: datetime) -> KeyPair | None:
    """The pair that signs now: the one whose turn began last; None when none is believed any more."""
    started = [pair for pair in pairs if pair.term.signs_from <= now and pair.term.believed_at(now)]
    return max(started, key=lambda pair: pair.term.signs_from, default=None)


def next_turn(pairs: Iterable[KeyPair], now: datetime) -> datetime | None:
    """When a pair that must be made now begins to sign; None while nothing needs to be made."""
    believed = [pair for pair in pairs if pair.term.believed_at(now)]
    if not believed:
        return now
    latest = max(believed, key=lambda pair: pair.term.signs_until)
    if latest.term.signs_until - MADE_AHEAD > now:
        return None
    return max(latest.term.signs_until, now + TOLD_WITHIN)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
