"""The face of signatures: sign, verify, make a proof for strangers; with `events` and `errors`, all that others may call.

PINs and keys are in `pins.py`, certificates in `certification.py`, the keepers of keys behind `custody.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography import x509

from server.foundation.actor import Kind, LoginId, PersonId
from server.foundation.errors import Unknown
from server.foundation.ground import Ground
from server.foundation.work import Work
from server.settings import SettingsRefused, SigningSettings

from . import jws, store
from .acts import APPROVE, CHECK, DISPENSE, DISPENSING, IMAGING, NOTE, OPINION, PRESCRIBE, PRESCRIPTION, REVIEW, fits
from .certificates import fingerprint
from .certification import (
    CertificateView,
    certificate_for,
    certificates_of_staff,
    chain,
    own_certificates,
    revoke,
    root_certificate,
)
from .chain import APPROVED, review_document
from .checking import Finding, check
from .cloud import CloudKeys
from .custody import Custody, Signing
from .errors import SigningLocked
from .jws import digest
from .libcrypto import NoSm2, libcrypto
from .model import AuthorityRow, CertificateRow, SignatureRow
from .own_keys import OwnKeys
from .pins import DEMO_PIN, KeyState, give_pins, lock, opened_for, set_pin, state, unlock, usable_key
from .unlocked import Unlocked


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


def attach(ground: Ground) -> None:
    """Give a process its keeper of keys. Raises: SettingsRefused, where this machine cannot do what the settings say."""
    settings = ground.part(SigningSettings)
    if settings.algorithm == "SM2":
        try:
            libcrypto()
        except NoSm2 as lacking:
            raise SettingsRefused(str(lacking)) from None
    custody: Custody = CloudKeys(settings) if settings.cloud_address else OwnKeys(settings)
    ground.provide(Signing(custody, Unlocked()))


def login_ended(ground: Ground, login_id: LoginId) -> None:
    """A login was ended in another process: its key is locked here too."""
    ground.part(Signing).unlocked.forget(login_id)


async def sign(work: Work, signer_id: PersonId, act: str, typ: str, document: Mapping[str, Any]) -> SignatureView:
    """Sign a document for an act as the acting person, who must be `signer_id` and have unlocked their key.

    Raises: Unknown when somebody signs for another or no person acts; SigningPinMissing, SigningLocked,
    SigningServiceAway. Rule: B61
    """
    assert fits(act, typ), f"{act} is not done on {typ}: see acts.py"
    if work.actor.person_id != signer_id or work.actor.kind is not Kind.HUMAN:
        raise Unknown
    key = await usable_key(work, signer_id)
    signer = opened_for(work, key.id)
    if signer is None:
        raise SigningLocked
    row = await certificate_for(work, key, signer)
    certificate = x509.load_pem_x509_certificate(row.certificate.encode())
    header = jws.Header(
        signer.kid, typ, act, _milliseconds(work.now), fingerprint(certificate), algorithm=signer.algorithm
    )
    unsigned = jws.prepared(header, document)
    made = SignatureRow(
        id=work.new_id(),
        signer_id=signer_id,
        certificate_serial=row.serial,
        act=act,
        typ=typ,
        sha256=digest(document),
        jws=unsigned.signed(await signer.sign(unsigned.data)),
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
    certificate, root = await chain(work, row.certificate_serial)
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
    certificate, root = await chain(work, row.certificate_serial)
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


async def signature(work: Work, signature_id: UUID) -> SignatureView:
    """A signature as it was made, for whoever prints it. Raises: Unknown."""
    row = await store.signature(work.session, signature_id)
    if row is None:
        raise Unknown
    return SignatureView(row.id, row.jws, jws.read_header(row.jws).kid, row.certificate_serial, row.at)


async def jws_of(work: Work, signature_id: UUID) -> str:
    """The signature itself, for whoever signs its digest. Raises: Unknown."""
    row = await store.signature(work.session, signature_id)
    if row is None:
        raise Unknown
    return row.jws


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


def _milliseconds(now: datetime) -> datetime:
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


__all__ = [
    "APPROVE",
    "APPROVED",
    "CHECK",
    "DEMO_PIN",
    "DISPENSE",
    "DISPENSING",
    "IMAGING",
    "NOTE",
    "OPINION",
    "PRESCRIBE",
    "PRESCRIPTION",
    "REVIEW",
    "CertificateView",
    "KeyState",
    "SignatureView",
    "Verdict",
    "attach",
    "certificates_of_staff",
    "digest",
    "give_pins",
    "jws_of",
    "lock",
    "login_ended",
    "own_certificates",
    "package",
    "review_document",
    "revoke",
    "root_certificate",
    "set_pin",
    "sign",
    "signature",
    "state",
    "unlock",
    "verify",
]
