"""Certificates of signers: made by our test authority, read and checked by anybody. Pure.

A licensed CA replaces `make_root` and `certify`; reading and checking stay. An authority and its signers have keys of one
algorithm.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from .encoding import b64url
from .es256 import Es256Key, Es256Public
from .keys import Key, Public, issued
from .sm2 import Sm2Key, Sm2Public

ROOT_LIFE: Final = timedelta(days=20 * 365)
SIGNER_LIFE: Final = timedelta(days=2 * 365)
E = TypeVar("E", bound=x509.ExtensionType)
_BEFORE: Final = timedelta(minutes=5)  # a certificate is used by machines whose clocks differ


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a certificate names. `licence` is the practice licence's number, where there is one."""

    person_id: str
    name: str
    organisation: str
    licence: str


def make_root(private: Key, serial: int, now: datetime) -> x509.Certificate:
    """The self-signed certificate of the test authority; its name says what it is."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lianyi 联医"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Lianyi test authority, not a licensed CA 测试用"),
        ]
    )
    builder = _begun(name, name, serial, now, ROOT_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return _signed(builder.add_extension(_usage(ca=True), critical=True), private.public, private)


def certify(
    subject: Subject,
    public: Public,
    root: x509.Certificate,
    root_private: Key,
    serial: int,
    now: datetime,
) -> x509.Certificate:
    """A signer's certificate: name, licence, organisation and our id of the person."""
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
        x509.NameAttribute(NameOID.COMMON_NAME, subject.name[:64]),
        x509.NameAttribute(NameOID.USER_ID, subject.person_id),
    ]
    if subject.organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, subject.organisation[:64]))
    if subject.licence:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, subject.licence[:64]))
    builder = _begun(x509.Name(parts), root.subject, serial, now, SIGNER_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    return _signed(builder.add_extension(_usage(ca=False), critical=True), public, root_private)


def why_not(certificate: x509.Certificate, root: x509.Certificate, at: datetime) -> str | None:
    """Why a certificate does not count at an instant under this root, or None when it does."""
    if not issued(certificate, root):
        return "certificate-not-issued-by-this-authority"
    constraints = _extension(certificate, x509.BasicConstraints)
    usage = _extension(certificate, x509.KeyUsage)
    if constraints is None or constraints.ca or usage is None or not usage.digital_signature:
        return "certificate-not-for-signing"
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        return "certificate-not-valid-then"
    if not root.not_valid_before_utc <= at <= root.not_valid_after_utc:
        return "authority-not-valid-then"
    return None


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, base64url: the `x5t#S256` of a header."""
    return b64url(hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest())


def named(certificate: x509.Certificate) -> Subject:
    """Whom a certificate names."""

    def first(oid: x509.ObjectIdentifier) -> str:
        found = certificate.subject.get_attributes_for_oid(oid)
        return str(found[0].value) if found else ""

    return Subject(
        person_id=first(NameOID.USER_ID),
        name=first(NameOID.COMMON_NAME),
        organisation=first(NameOID.ORGANIZATION_NAME),
        licence=first(NameOID.SERIAL_NUMBER),
    )


def pem(certificate: x509.Certificate) -> str:
    """The certificate as text."""
    return certificate.public_bytes(Encoding.PEM).decode()


def _begun(
    subject: x509.Name, issuer: x509.Name, serial: int, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).serial_number(serial)
    return builder.not_valid_before(now - _BEFORE).not_valid_after(now + life)


def _signed(builder: x509.CertificateBuilder, public: Public, private: Key) -> x509.Certificate:
    if isinstance(public, Es256Public) and isinstance(private, Es256Key):
        return builder.public_key(public.key).sign(private.private, SHA256())
    if isinstance(public, Sm2Public) and isinstance(private, Sm2Key):
        # `cryptography` writes everything but key and signature, which libcrypto then puts in their places.
        stand_in = ec.generate_private_key(ec.SECP256R1())
        written = builder.public_key(stand_in.public_key()).sign(stand_in, SHA256())
        return x509.load_der_x509_certificate(private.certified(written.public_bytes(Encoding.DER), public))
    raise ValueError("an authority certifies keys of its own algorithm only")


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
