"""The form of a signature: a detached JWS (RFC 7515 appendix F) over the canonical form, and how it is taken apart.

Pure, and free of everything but `cryptography` and `rfc8785`, because the stand-alone verifier is built on it. The document
itself is not in the signature, so signatures may be shown where the document may not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import rfc8785

from .encoding import NotASignature, b64url, un_b64url
from .es256 import ALGORITHM as ES256
from .keys import ALGORITHMS, Public

_MEMBERS: Final = frozenset({"alg", "kid", "typ", "act", "sigT", "x5t#S256"})
_LARGEST: Final = 4096


@dataclass(frozen=True, slots=True)
class Header:
    """What a signature says of itself, protected by it. `signed_at` is the signer's claim (JAdES `sigT`)."""

    kid: str
    typ: str
    act: str
    signed_at: datetime
    certificate_sha256: str
    algorithm: str = ES256

    def encoded(self) -> bytes:
        """The protected header as it is signed."""
        instant = self.signed_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return rfc8785.dumps(
            {
                "alg": self.algorithm,
                "kid": self.kid,
                "typ": self.typ,
                "act": self.act,
                "sigT": instant,
                "x5t#S256": self.certificate_sha256,
            }
        )


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A header and a document made ready; `data` is what the key signs."""

    protected: str
    data: bytes

    def signed(self, raw: bytes) -> str:
        """The detached JWS with these 64 bytes of r and s."""
        return f"{self.protected}..{b64url(raw)}"


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one byte sequence of a document. Raises: NotASignature for what JSON cannot say exactly."""
    try:
        return rfc8785.dumps(dict(document))
    except (rfc8785.CanonicalizationError, RecursionError, UnicodeError) as error:
        raise NotASignature("the document has no canonical form") from error


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical form, in hexadecimal. Raises: NotASignature."""
    return hashlib.sha256(canonical(document)).hexdigest()


def prepared(header: Header, document: Mapping[str, Any]) -> Unsigned:
    """What is to be signed. Raises: NotASignature."""
    protected = b64url(header.encoded())
    return Unsigned(protected, _signed_bytes(protected, document))


def read_header(jws: str) -> Header:
    """What a signature says of itself; nothing of it is proved yet. Raises: NotASignature."""
    protected, _ = _parts(jws)
    try:
        header = json.loads(un_b64url(protected))
    except ValueError:
        raise NotASignature("the header is not JSON") from None
    if not isinstance(header, dict) or set(header) != _MEMBERS or not all(isinstance(v, str) for v in header.values()):
        raise NotASignature("the header has other members than a signature of ours")  # also `crit`, `jwk`, `x5u`
    if header["alg"] not in ALGORITHMS:
        raise NotASignature("the algorithm is none of ours")  # also `none` and HS256
    try:
        signed_at = datetime.fromisoformat(header["sigT"])
    except ValueError:
        raise NotASignature("the signing time is not a time") from None
    if signed_at.tzinfo is None:
        raise NotASignature("the signing time has no zone")
    return Header(header["kid"], header["typ"], header["act"], signed_at, header["x5t#S256"], header["alg"])


def holds(jws: str, document: Mapping[str, Any], public: Public) -> bool:
    """Whether this key signed this document under this header. Raises: NotASignature."""
    protected, raw = _parts(jws)
    return public.verify(un_b64url(raw), _signed_bytes(protected, document))


def _parts(jws: str) -> tuple[str, str]:
    parts = jws.split(".")
    if len(jws) > _LARGEST or len(parts) != 3 or parts[1]:
        raise NotASignature("not a detached JWS")
    return parts[0], parts[2]


def _signed_bytes(protected: str, document: Mapping[str, Any]) -> bytes:
    return protected.encode() + b"." + b64url(canonical(document)).encode()
