"""ES256 signatures (P-256 with SHA-256) through `cryptography`: keys, signatures, certificates.

The same interface for SM2 is `sm2.py`; `keys.py` chooses between them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from .encoding import b64url, joined, split

ALGORITHM: Final = "ES256"


@dataclass(frozen=True, slots=True)
class Es256Public:
    """A public key on P-256."""

    key: ec.EllipticCurvePublicKey

    @property
    def algorithm(self) -> str:
        """The `alg` of its signatures."""
        return ALGORITHM

    @property
    def kid(self) -> str:
        """RFC 7638 thumbprint."""
        point = self.key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        x, y = b64url(point[1:33]), b64url(point[33:])
        return b64url(hashlib.sha256(f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'.encode()).digest())

    def verify(self, raw: bytes, data: bytes) -> bool:
        """Whether `raw` (r and s) is this key's signature over the data."""
        numbers = split(raw)
        if numbers is None:
            return False
        try:
            self.key.verify(encode_dss_signature(*numbers), data, ec.ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Es256Key:
    """A key pair on P-256."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def fresh(cls) -> Es256Key:
        """A new pair."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_der(cls, der: bytes) -> Es256Key:
        """A stored pair. Raises: ValueError when it is no P-256 key."""
        private = load_der_private_key(der, password=None)
        if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
            raise ValueError("not a P-256 private key")
        return cls(private)

    @property
    def der(self) -> bytes:
        """PKCS #8, in clear: only ever to be sealed at once."""
        return self.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    @property
    def public(self) -> Es256Public:
        """The half that may be shown."""
        return Es256Public(self.private.public_key())

    def sign(self, data: bytes) -> bytes:
        """r and s."""
        return joined(*decode_dss_signature(self.private.sign(data, ec.ECDSA(SHA256()))))


def public_of(key: object) -> Es256Public:
    """That key of `cryptography`. Raises: ValueError when it is not on P-256."""
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 public key")
    return Es256Public(key)


def public_in(certificate: x509.Certificate) -> Es256Public | None:
    """The P-256 key in a certificate; None when it holds a key of another kind.

    Raises: UnsupportedAlgorithm for a curve that `cryptography` does not know.
    """
    try:
        return public_of(certificate.public_key())
    except ValueError:
        return None


def issued(certificate: x509.Certificate, root: x509.Certificate) -> bool:
    """Whether the root's key signed this certificate in its own name."""
    try:
        certificate.verify_directly_issued_by(root)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
