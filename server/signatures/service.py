"""Use cases of signatures: sign, verify, make a proof for strangers, revoke. Certificates are made on first use."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from server.foundation.actor import OrganisationId, PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.key_pairs import thumbprint
from server.foundation.work import Work
from server.identity import service as identity

from . import jws, store
from .certificates import Subject, certify, make_root, pem
from .checking import Finding, check
from .errors import AlreadyRevoked
from .model import AuthorityRow, CertificateRow, SignatureRow
from .signer import Es256Signer, Signer

_LONGEST_LIST = 500


@dataclass(frozen=True, slots=True)
class SignatureView:
    """A signature that was made."""

    id: UUID
    jws: str
    kid: str
    certificate_serial: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found; `reason` is empty when valid."""

    valid: bool
    signer_id: PersonId | None
    signed_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A signer's certificate, without its key."""

    serial: str
    person_id: PersonId
    licence: str
    not_before: datetime
    not_after: datetime
    revoked_at: datetime | None
    revoked_because: str | None
    certificate: str


async def sign(work: Work, signer_id: PersonId, act: str, typ: str, document: Mapping[str, Any]) -> SignatureView:
    """Sign a document for an act as the acting person, who must be `signer_id`.

    Raises: Unknown when somebody signs for another. Rule: B61
    """
    if work.actor.person_id != signer_id:
        raise Unknown
    row = await _certificate(work, signer_id)
    signer = _signer(work, row)
    header = jws.Header(signer.kid, typ, act, _milliseconds(work.now), signer.certificate_sha256)
    made = SignatureRow(
        id=work.new_id(),
        signer_id=signer_id,
        certificate_serial=row.serial,
        act=act,
        typ=typ,
        sha256=hashlib.sha256(jws.canonical(document)).hexdigest(),
        jws=jws.create(header, document, signer.sign),
        at=header.signed_at,
    )
    work.session.add(made)
    await work.session.flush()
    work.audit("signature.make", "signature", made.id, act=act, typ=typ)
    return SignatureView(made.id, made.jws, signer.kid, row.serial, made.at)


async def verify(work: Work, signature_id: UUID, document: Mapping[str, Any], act: str, typ: str) -> Verdict:
    """Whether a stored signature is on this document, for this act, by a certificate that counted then."""
    row = await store.signature(work.session, signature_id)
    if row is None:
        return Verdict(False, None, None, "no-such-signature")
    certificate, root = await _chain(work, row)
    found = _checked(row, document, act, typ, certificate, root)
    if not found.valid:
        return Verdict(False, None, None, found.reason)
    if found.person_id != str(row.signer_id) or found.signed_at != row.at:
        return Verdict(False, None, None, "not-as-stored")
    return Verdict(True, PersonId(row.signer_id), row.at, "")


async def package(work: Work, signature_id: UUID, document: Mapping[str, Any]) -> dict[str, Any]:
    """A proof that a stranger checks with `python -m server.signatures.verify`. The caller checked who may have it.

    Raises: Unknown.
    """
    row = await store.signature(work.session, signature_id)
    if row is None:
        raise Unknown
    certificate, root = await _chain(work, row)
    revoked = certificate.revoked_at
    return {
        "document": dict(document),
        "act": row.act,
        "typ": row.typ,
        "jws": row.jws,
        "certificate": certificate.certificate,
        "root": root.certificate,
        "revoked_at": revoked.isoformat() if revoked else None,
    }


async def root_certificate(work: Work) -> str:
    """The authority's certificate (PEM); made now when nobody has signed yet."""
    return (await _authority(work)).certificate


async def own_certificates(work: Work) -> list[CertificateView]:
    """The acting person's certificates."""
    return [_view(row) for row in await store.certificates_of(work.session, work.actor.person)]


async def certificates_of_staff(work: Work) -> list[CertificateView]:
    """The certificates of the acting administrator's organisation."""
    rows = await store.certificates_at(work.session, work.actor.organisation, _LONGEST_LIST)
    return [_view(row) for row in rows]


async def revoke(work: Work, serial: str, reason: str) -> CertificateView:
    """Revoke a certificate of the own organisation, or the acting person's own; earlier signatures stay valid.

    Raises: Unknown, AlreadyRevoked. Rule: B61
    """
    row = await store.certificate(work.session, serial)
    if row is None or not _may_revoke(work, row):
        raise Unknown
    if not await store.revoke(work.session, serial, reason, work.now):
        raise AlreadyRevoked
    work.audit("certificate.revoke", "certificate", serial)
    row = await store.certificate(work.session, serial)
    assert row is not None, "certificates are never deleted"
    return _view(row)


def _may_revoke(work: Work, row: CertificateRow) -> bool:
    if row.person_id == work.actor.person_id:
        return True
    return work.actor.role is Role.ADMINISTRATOR and row.organisation_id == work.actor.organisation_id


def _checked(
    row: SignatureRow, document: Mapping[str, Any], act: str, typ: str, certificate: CertificateRow, root: AuthorityRow
) -> Finding:
    return check(
        row.jws,
        document,
        act=act,
        typ=typ,
        certificate=x509.load_pem_x509_certificate(certificate.certificate.encode()),
        root=x509.load_pem_x509_certificate(root.certificate.encode()),
        revoked_at=certificate.revoked_at,
    )


async def _chain(work: Work, row: SignatureRow) -> tuple[CertificateRow, AuthorityRow]:
    certificate = await store.certificate(work.session, row.certificate_serial)
    root = await store.authority(work.session)
    assert certificate is not None, "certificates are never deleted"
    assert root is not None, "the authority is never deleted"
    return certificate, root


async def _certificate(work: Work, person_id: PersonId) -> CertificateRow:
    """The signer's certificate for the acting organisation; made under a lock on first use."""
    subject, organisation_id = await _subject(work, person_id)
    wanted = (person_id, organisation_id, subject.licence, work.now)
    row = await store.certificate_in_force(work.session, *wanted)
    if row is not None:
        return row
    authority = await _authority(work)
    await store.lock_issuing(work.session)
    row = await store.certificate_in_force(work.session, *wanted)
    return row or await _issue(work, subject, organisation_id, authority)


async def _subject(work: Work, person_id: PersonId) -> tuple[Subject, OrganisationId | None]:
    organisation_id = work.actor.organisation_id
    if work.actor.role is Role.DOCTOR and organisation_id is not None:
        card = await identity.doctor(work, person_id, organisation_id)
        return Subject(str(person_id), card.name, card.organisation, card.licence_number), organisation_id
    organisation = (await identity.organisation(work, organisation_id)).name if organisation_id else ""
    person = await identity.person(work, person_id)
    return Subject(str(person_id), person.name, organisation, ""), organisation_id


async def _issue(
    work: Work, subject: Subject, organisation_id: OrganisationId | None, authority: AuthorityRow
) -> CertificateRow:
    private = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    root = x509.load_pem_x509_certificate(authority.certificate.encode())
    root_private = _open_key(work, authority.wrapped_key, "signing_authorities", str(authority.id))
    certificate = certify(subject, private.public_key(), root, root_private, serial, work.now)
    row = CertificateRow(
        serial=f"{serial:040x}",
        person_id=UUID(subject.person_id),
        kid=thumbprint(private.public_key()),
        licence=subject.licence,
        organisation_id=organisation_id,
        certificate=pem(certificate),
        wrapped_key=_wrap_key(work, private, "signing_certificates", f"{serial:040x}"),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )
    work.session.add(row)
    await work.session.flush()
    work.audit("certificate.issue", "certificate", row.serial)
    return row


async def _authority(work: Work) -> AuthorityRow:
    row = await store.authority(work.session)
    if row is not None:
        return row
    await store.lock_issuing(work.session)
    row = await store.authority(work.session)
    if row is not None:
        return row
    private = ec.generate_private_key(ec.SECP256R1())
    row = AuthorityRow(
        id=work.new_id(),
        certificate=pem(make_root(private, x509.random_serial_number(), work.now)),
        created_at=work.now,
    )
    row.wrapped_key = _wrap_key(work, private, "signing_authorities", str(row.id))
    work.session.add(row)
    await work.session.flush()
    work.audit("authority.make", "authority", row.id)
    return row


def _signer(work: Work, row: CertificateRow) -> Signer:
    private = _open_key(work, row.wrapped_key, "signing_certificates", row.serial)
    return Es256Signer(row.kid, private, x509.load_pem_x509_certificate(row.certificate.encode()))


def _wrap_key(work: Work, private: ec.EllipticCurvePrivateKey, table: str, row: str) -> bytes:
    der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return work.ground.fields.seal(base64.b64encode(der).decode(), table, "wrapped_key", row, None)


def _open_key(work: Work, wrapped: bytes, table: str, row: str) -> ec.EllipticCurvePrivateKey:
    der = base64.b64decode(work.ground.fields.open(wrapped, table, "wrapped_key", row, None))
    private = load_der_private_key(der, password=None)
    assert isinstance(private, ec.EllipticCurvePrivateKey), "we wrap nothing else"
    return private


def _milliseconds(now: datetime) -> datetime:
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _view(row: CertificateRow) -> CertificateView:
    return CertificateView(
        serial=row.serial,
        person_id=PersonId(row.person_id),
        licence=row.licence,
        not_before=row.not_before,
        not_after=row.not_after,
        revoked_at=row.revoked_at,
        revoked_because=row.revoked_because,
        certificate=row.certificate,
    )
