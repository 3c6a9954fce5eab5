"""The form of a signature: a detached JWS (RFC 7515 appendix F) over the canonical form, and how it is taken apart.

Pure, and free of everything but `cryptography` and `rfc8785`, because the stand-alone verifier is built on it. The document
itself is not in the signature, so signatures may be shown where the document may not.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

ALGORITHM: Final = "ES256"
_MEMBERS: Final = frozenset({"alg", "kid", "typ", "act", "sigT", "x5t#S256"})
_COORDINATE: Final = 32
_LARGEST: Final = 4096


class NotASignature(ValueError):
    """This text is no signature of ours; says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a signature says of itself, protected by it. `signed_at` is the signer's claim (JAdES `sigT`)."""

    kid: str
    typ: str
    act: str
    signed_at: datetime
    certificate_sha256: str

    def encoded(self) -> bytes:
        """The protected header as it is signed."""
        instant = self.signed_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return rfc8785.dumps(
            {
                "alg": ALGORITHM,
                "kid": self.kid,
                "typ": self.typ,
                "act": self.act,
                "sigT": instant,
                "x5t#S256": self.certificate_sha256,
            }
        )


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one byte sequence of a document. Raises: NotASignature for what JSON cannot say exactly."""
    try:
        return rfc8785.dumps(dict(document))
    except (rfc8785.CanonicalizationError, RecursionError, UnicodeError) as error:
        raise NotASignature("the document has no canonical form") from error


def create(header: Header, document: Mapping[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """A detached JWS; `sign` gives the 64 bytes of an ES256 signature over what it is handed."""
    protected = b64url(header.encoded())
    signature = sign(_signed_bytes(protected, document))
    return f"{protected}..{b64url(signature)}"


def read_header(jws: str) -> Header:
    """What a signature says of itself; nothing of it is proved yet. Raises: NotASignature."""
    protected, _ = _parts(jws)
    try:
        header = json.loads(un_b64url(protected))
    except ValueError:
        raise NotASignature("the header is not JSON") from None
    if not isinstance(header, dict) or set(header) != _MEMBERS or not all(isinstance(v, str) for v in header.values()):
        raise NotASignature("the header has other members than a signature of ours")  # also `crit`, `jwk`, `x5u`
    if header["alg"] != ALGORITHM:
        raise NotASignature("the algorithm is not ES256")
    try:
        signed_at = datetime.fromisoformat(header["sigT"])
    except ValueError:
        raise NotASignature("the signing time is not a time") from None
    if signed_at.tzinfo is None:
        raise NotASignature("the signing time has no zone")
    return Header(header["kid"], header["typ"], header["act"], signed_at, header["x5t#S256"])


def holds(jws: str, document: Mapping[str, Any], public: ec.EllipticCurvePublicKey) -> bool:
    """Whether this key signed this document under this header. Raises: NotASignature."""
    protected, raw = _parts(jws)
    signature = un_b64url(raw)
    if len(signature) != 2 * _COORDINATE:
        return False
    r, s = (int.from_bytes(half, "big") for half in (signature[:_COORDINATE], signature[_COORDINATE:]))
    try:
        public.verify(encode_dss_signature(r, s), _signed_bytes(protected, document), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def es256(private: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """An ES256 signature in the JWS form: r and s, 32 bytes each."""
    r, s = decode_dss_signature(private.sign(data, ec.ECDSA(SHA256())))
    return r.to_bytes(_COORDINATE, "big") + s.to_bytes(_COORDINATE, "big")


def b64url(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def un_b64url(text: str) -> bytes:
    """The bytes; only the one spelling of them is taken. Raises: NotASignature."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise NotASignature("not base64url") from None
    if b64url(data) != text:
        raise NotASignature("not base64url")
    return data


def _parts(jws: str) -> tuple[str, str]:
    parts = jws.split(".")
    if len(jws) > _LARGEST or len(parts) != 3 or parts[1]:
        raise NotASignature("not a detached JWS")
    return parts[0], parts[2]


def _signed_bytes(protected: str, document: Mapping[str, Any]) -> bytes:
    return protected.encode() + b"." + b64url(canonical(document)).encode()
