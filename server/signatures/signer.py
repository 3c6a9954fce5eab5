"""What signs: one method and two facts, so that another algorithm or a licensed CA's service can take the place."""

from __future__ import annotations

from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from . import jws
from .certificates import fingerprint


class Signer(Protocol):
    """A person's signing key, wherever it lies."""

    @property
    def kid(self) -> str:
        """The id of the key."""
        ...

    @property
    def certificate_sha256(self) -> str:
        """The fingerprint of the certificate that names its owner."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The signature over these bytes, in the form that the algorithm has in a JWS."""
        ...


class Es256Signer:
    """A P-256 key held by us, opened for one signature."""

    def __init__(self, kid: str, private: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._kid = kid
        self._private = private
        self._fingerprint = fingerprint(certificate)

    @property
    def kid(self) -> str:
        """The id of the key."""
        return self._kid

    @property
    def certificate_sha256(self) -> str:
        """The fingerprint of the certificate that names its owner."""
        return self._fingerprint

    def sign(self, data: bytes) -> bytes:
        """r and s, 32 bytes each."""
        return jws.es256(self._private, data)
