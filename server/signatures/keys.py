"""The two kinds of keys that we know, ES256 and SM2, by one interface; which one an installation uses is a setting. Pure."""

from __future__ import annotations

from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

from . import es256, sm2
from .es256 import Es256Key, Es256Public
from .sm2 import Sm2Key, Sm2Public

Key = Es256Key | Sm2Key
Public = Es256Public | Sm2Public
_KINDS: Final[dict[str, type[Es256Key] | type[Sm2Key]]] = {es256.ALGORITHM: Es256Key, sm2.ALGORITHM: Sm2Key}
ALGORITHMS: Final = frozenset(_KINDS)


def fresh_key(algorithm: str) -> Key:
    """A new pair. Raises: NoSm2."""
    return _KINDS[algorithm].fresh()


def key_from_der(algorithm: str, der: bytes) -> Key:
    """A stored pair. Raises: ValueError when it is of another kind."""
    return _KINDS[algorithm].from_der(der)


def public_in(certificate: x509.Certificate) -> Public | None:
    """The key that a certificate certifies; None for a kind that we do not know. Raises: NoSm2."""
    try:
        return es256.public_in(certificate)
    except UnsupportedAlgorithm:  # `cryptography` does not know the SM2 curve
        return sm2.public_in(certificate.public_bytes(Encoding.DER))


def issued(certificate: x509.Certificate, root: x509.Certificate) -> bool:
    """Whether the root's key signed this certificate in its own name. Raises: NoSm2."""
    public = public_in(root)
    if isinstance(public, Sm2Public):
        named = certificate.issuer == root.subject
        return named and sm2.issued(certificate.public_bytes(Encoding.DER), public)
    return public is not None and es256.issued(certificate, root)


def public_from_spki(spki: bytes) -> Public:
    """A public key by its SubjectPublicKeyInfo. Raises: ValueError for a kind that we do not know."""
    try:
        return es256.public_of(load_der_public_key(spki))
    except UnsupportedAlgorithm:
        return Sm2Public(spki)
