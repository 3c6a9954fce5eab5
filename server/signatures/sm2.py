"""SM2 signatures with SM3 (GB/T 32918, GM/T 0009) through libcrypto: keys, signatures, certificates.

The signer's distinguishing id is GM/T 0009's default, 1234567812345678. A signature in a JWS is r and s, 32 bytes each,
like ES256's; the `alg` is `SM2`, which IANA has not registered. P-256's side of the same interface is `es256.py`.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_size_t, c_void_p
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from .encoding import b64url, joined, split
from .libcrypto import Refused, libcrypto, read, require, written

ALGORITHM: Final = "SM2"
DISTINGUISHING_ID: Final = b"1234567812345678"
_LONGEST: Final = 80  # of a DER signature: 72 at most
# Everything before the point in the SubjectPublicKeyInfo of an uncompressed key on the curve sm2p256v1.
_BEFORE_POINT: Final = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")


@dataclass(frozen=True, slots=True)
class Sm2Public:
    """A public key on the SM2 curve. `spki` is its SubjectPublicKeyInfo in DER."""

    spki: bytes

    def __post_init__(self) -> None:
        if not self.spki.startswith(_BEFORE_POINT + b"\x04") or len(self.spki) != len(_BEFORE_POINT) + 65:
            raise ValueError("not an SM2 public key")

    @property
    def algorithm(self) -> str:
        """The `alg` of its signatures."""
        return ALGORITHM

    @property
    def kid(self) -> str:
        """RFC 7638 thumbprint, with the curve named SM2."""
        point = self.spki[-64:]
        x, y = b64url(point[:32]), b64url(point[32:])
        return b64url(hashlib.sha256(f'{{"crv":"SM2","kty":"EC","x":"{x}","y":"{y}"}}'.encode()).digest())

    def verify(self, raw: bytes, data: bytes) -> bool:
        """Whether `raw` (r and s) is this key's signature over the data."""
        numbers = split(raw)
        if numbers is None:
            return False
        der = encode_dss_signature(*numbers)
        try:
            with _key("d2i_PUBKEY", self.spki) as key, _digesting(key) as context:
                started = libcrypto().EVP_DigestVerifyInit(context, None, libcrypto().EVP_sm3(), None, key)
                require(started == 1, "EVP_DigestVerifyInit")
                fits: int = libcrypto().EVP_DigestVerify(context, der, len(der), data, len(data))
        except Refused:  # a point that is not on the curve
            return False
        libcrypto().ERR_clear_error()
        return fits == 1


@dataclass(frozen=True, slots=True)
class Sm2Key:
    """A key pair on the SM2 curve. `der` is the private part in clear: only ever to be sealed at once."""

    der: bytes = field(repr=False)
    public: Sm2Public

    @classmethod
    def fresh(cls) -> Sm2Key:
        """A new pair. Raises: NoSm2."""
        context = libcrypto().EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
        made = c_void_p()
        try:
            require(libcrypto().EVP_PKEY_keygen_init(context) == 1, "EVP_PKEY_keygen_init")
            require(libcrypto().EVP_PKEY_keygen(context, byref(made)) == 1, "EVP_PKEY_keygen")
        finally:
            libcrypto().EVP_PKEY_CTX_free(context)
        assert made.value is not None, "keygen gave a key"
        try:
            return cls(written("i2d_PrivateKey", made.value), Sm2Public(written("i2d_PUBKEY", made.value)))
        finally:
            libcrypto().EVP_PKEY_free(made)

    @classmethod
    def from_der(cls, der: bytes) -> Sm2Key:
        """A stored pair. Raises: ValueError when it is no SM2 key."""
        try:
            with _key("d2i_AutoPrivateKey", der) as key:
                return cls(der, Sm2Public(written("i2d_PUBKEY", key)))
        except Refused:
            raise ValueError("not an SM2 private key") from None

    def sign(self, data: bytes) -> bytes:
        """r and s over SM3 of the distinguishing id, the curve, the key and the data."""
        with _key("d2i_AutoPrivateKey", self.der) as key, _signing(key) as context:
            room = ctypes.create_string_buffer(_LONGEST)
            size = c_size_t(_LONGEST)
            done = libcrypto().EVP_DigestSign(context, room, byref(size), data, len(data))
            require(done == 1, "EVP_DigestSign")
        return joined(*decode_dss_signature(room.raw[: size.value]))

    def certified(self, certificate: bytes, public: Sm2Public) -> bytes:
        """That certificate (DER) with this public key in place of its own, signed anew by this pair."""
        with _certificate(certificate) as x509, _key("d2i_PUBKEY", public.spki) as theirs:
            require(libcrypto().X509_set_pubkey(x509, theirs) == 1, "X509_set_pubkey")
            with _key("d2i_AutoPrivateKey", self.der) as key, _signing(key) as context:
                require(libcrypto().X509_sign_ctx(x509, context) > 0, "X509_sign_ctx")
            return written("i2d_X509", x509)


def public_in(certificate: bytes) -> Sm2Public | None:
    """The SM2 key in a certificate (DER); None when it holds a key of another kind."""
    try:
        with _certificate(certificate) as x509:
            key = libcrypto().X509_get_pubkey(x509)
            require(bool(key), "X509_get_pubkey")
            try:
                return Sm2Public(written("i2d_PUBKEY", key)) if libcrypto().EVP_PKEY_is_a(key, b"SM2") == 1 else None
            finally:
                libcrypto().EVP_PKEY_free(key)
    except (Refused, ValueError):
        return None


def issued(certificate: bytes, root: Sm2Public) -> bool:
    """Whether the signature on a certificate (DER) is this root's; names are the caller's to compare."""
    try:
        with _certificate(certificate) as x509, _key("d2i_PUBKEY", root.spki) as key:
            text = libcrypto().ASN1_OCTET_STRING_new()
            libcrypto().ASN1_OCTET_STRING_set(text, DISTINGUISHING_ID, len(DISTINGUISHING_ID))
            libcrypto().X509_set0_distinguishing_id(x509, text)  # the certificate frees it
            fits: int = libcrypto().X509_verify(x509, key)
    except Refused:
        return False
    libcrypto().ERR_clear_error()
    return fits == 1


@contextmanager
def _key(function: str, der: bytes) -> Iterator[int]:
    key = read(function, der)
    try:
        require(libcrypto().EVP_PKEY_is_a(key, b"SM2") == 1, "not an SM2 key")
        yield key
    finally:
        libcrypto().EVP_PKEY_free(key)


@contextmanager
def _certificate(der: bytes) -> Iterator[int]:
    x509 = read("d2i_X509", der)
    try:
        yield x509
    finally:
        libcrypto().X509_free(x509)


@contextmanager
def _digesting(key: int) -> Iterator[int]:
    """A digest context that knows the distinguishing id; not yet begun."""
    of_key = libcrypto().EVP_PKEY_CTX_new_from_pkey(None, key, None)
    context = libcrypto().EVP_MD_CTX_new()
    try:
        named = libcrypto().EVP_PKEY_CTX_set1_id(of_key, DISTINGUISHING_ID, len(DISTINGUISHING_ID))
        require(named == 1, "EVP_PKEY_CTX_set1_id")
        libcrypto().EVP_MD_CTX_set_pkey_ctx(context, of_key)
        yield context
    finally:
        libcrypto().EVP_MD_CTX_free(context)
        libcrypto().EVP_PKEY_CTX_free(of_key)


@contextmanager
def _signing(key: int) -> Iterator[int]:
    with _digesting(key) as context:
        started = libcrypto().EVP_DigestSignInit(context, None, libcrypto().EVP_sm3(), None, key)
        require(started == 1, "EVP_DigestSignInit")
        yield context
