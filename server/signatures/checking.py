"""Whether a signature counts: the whole decision over plain values, shared by the service and the stand-alone verifier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509

from . import jws
from .acts import fits
from .certificates import fingerprint, named, why_not
from .encoding import NotASignature
from .keys import public_in


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome. `reason` is a word for programs, empty when valid; who and when are told only of a valid signature."""

    valid: bool
    reason: str = ""
    person_id: str = ""
    name: str = ""
    licence: str = ""
    organisation: str = ""
    signed_at: datetime | None = None


def check(
    signature: str,
    document: Mapping[str, Any],
    *,
    act: str,
    typ: str,
    certificate: x509.Certificate,
    root: x509.Certificate,
    revoked_at: datetime | None,
) -> Finding:
    """Whether the signature is on this document, for this act, by a certificate that counted when it was made.

    A certificate revoked after the signing leaves the signature valid; the time of signing is the signer's claim, which our
    service compares with the time it wrote down itself.
    """
    try:
        header = jws.read_header(signature)
        reason = _why_not(header, signature, document, act, typ, certificate, root, revoked_at)
    except NotASignature:
        return Finding(False, "not-a-signature")
    if reason is not None:
        return Finding(False, reason)
    subject = named(certificate)
    return Finding(True, "", subject.person_id, subject.name, subject.licence, subject.organisation, header.signed_at)


def _why_not(
    header: jws.Header,
    signature: str,
    document: Mapping[str, Any],
    act: str,
    typ: str,
    certificate: x509.Certificate,
    root: x509.Certificate,
    revoked_at: datetime | None,
) -> str | None:
    if header.typ != typ:
        return "wrong-typ"
    if header.act != act:
        return "wrong-act"
    if not fits(act, typ):
        return "act-does-not-fit"
    return _why_not_by_key(header, signature, document, certificate, root, revoked_at)


def _why_not_by_key(
    header: jws.Header,
    signature: str,
    document: Mapping[str, Any],
    certificate: x509.Certificate,
    root: x509.Certificate,
    revoked_at: datetime | None,
) -> str | None:
    if header.certificate_sha256 != fingerprint(certificate):
        return "another-certificate"
    if reason := why_not(certificate, root, header.signed_at):
        return reason
    if revoked_at is not None and header.signed_at >= revoked_at:
        return "certificate-revoked"
    public = public_in(certificate)
    if public is None or header.algorithm != public.algorithm or header.kid != public.kid:
        return "another-key"  # the certificate says which algorithm counts, never the header
    if not jws.holds(signature, document, public):
        return "changed"
    return None
