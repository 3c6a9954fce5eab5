"""Use cases of certificates: issued on first use for an organisation and a licence, listed, revoked with their key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography import x509

from server.foundation.actor import OrganisationId, PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity

from . import store
from .certificates import Subject, pem
from .custody import Signing
from .errors import AlreadyRevoked
from .model import AuthorityRow, CertificateRow, PractitionerKeyRow
from .signer import Signer

_LONGEST_LIST = 500


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


async def root_certificate(work: Work) -> tuple[str, bool]:
    """The certificate (PEM) of the authority that certifies now, and whether a licensed CA stands behind it."""
    custody = work.part(Signing).custody
    return (await custody.authority(work)).certificate, custody.licensed


async def own_certificates(work: Work) -> list[CertificateView]:
    """The acting person's certificates."""
    return [_view(row) for row in await store.certificates_of(work.session, work.actor.person)]


async def certificates_of_staff(work: Work) -> list[CertificateView]:
    """The certificates of the acting administrator's organisation."""
    rows = await store.certificates_at(work.session, work.actor.organisation, _LONGEST_LIST)
    return [_view(row) for row in rows]


async def revoke(work: Work, serial: str, reason: str) -> CertificateView:
    """Revoke a certificate of the own organisation, or the acting person's own; earlier signatures stay valid.

    Its key ends with it, and the key's other certificates: the person sets a new PIN, which makes a new key.
    Raises: Unknown, AlreadyRevoked. Rule: B61
    """
    row = await store.certificate(work.session, serial)
    if row is None or not _may_revoke(work, row):
        raise Unknown
    if not await store.revoke(work.session, serial, reason, work.now):
        raise AlreadyRevoked
    work.audit("certificate.revoke", "certificate", serial)
    key_id = row.key_id
    if key_id is not None:
        await retire(work, key_id, reason)
    row = await store.certificate(work.session, serial)
    assert row is not None, "certificates are never deleted"
    return _view(row)


async def retire(work: Work, key_id: UUID, reason: str) -> None:
    """End a key: it signs no more here from now on, elsewhere from the commit on; its certificates are revoked."""
    for serial in await store.retire_key(work.session, key_id, reason, work.now):
        work.audit("certificate.revoke", "certificate", serial)
    work.audit("signing-key.retire", "signing-key", key_id)
    work.part(Signing).unlocked.forget_key(key_id)


async def certificate_for(work: Work, key: PractitionerKeyRow, signer: Signer) -> CertificateRow:
    """The key's certificate for the acting organisation; made under a lock on first use."""
    subject, organisation_id = await _subject(work, PersonId(key.person_id))
    wanted = (key.id, organisation_id, subject.licence, work.now)
    row = await store.certificate_in_force(work.session, *wanted)
    if row is not None:
        return row
    authority = await work.part(Signing).custody.authority(work)
    await store.lock_issuing(work.session)
    row = await store.certificate_in_force(work.session, *wanted)
    return row or await _issue(work, key, signer, subject, organisation_id, authority)


async def chain(work: Work, serial: str) -> tuple[CertificateRow, AuthorityRow]:
    """A certificate and who issued it."""
    certificate = await store.certificate(work.session, serial)
    assert certificate is not None, "certificates are never deleted"
    root = await store.authority(work.session, certificate.authority_id)
    assert root is not None, "an authority is never deleted"
    return certificate, root


def _may_revoke(work: Work, row: CertificateRow) -> bool:
    if row.person_id == work.actor.person_id:
        return True
    return work.actor.role is Role.ADMINISTRATOR and row.organisation_id == work.actor.organisation_id


async def _subject(work: Work, person_id: PersonId) -> tuple[Subject, OrganisationId | None]:
    organisation_id = work.actor.organisation_id
    if work.actor.role is Role.DOCTOR and organisation_id is not None:
        card = await identity.doctor(work, person_id, organisation_id)
        return Subject(str(person_id), card.name, card.organisation, card.licence_number), organisation_id
    organisation = (await identity.organisation(work, organisation_id)).name if organisation_id else ""
    person, licence = await identity.person(work, person_id), await identity.pharmacist_licence(work, person_id)
    return Subject(str(person_id), person.name, organisation, licence), organisation_id


async def _issue(
    work: Work,
    key: PractitionerKeyRow,
    signer: Signer,
    subject: Subject,
    organisation_id: OrganisationId | None,
    authority: AuthorityRow,
) -> CertificateRow:
    certificate: x509.Certificate = await work.part(Signing).custody.certify(work, key, signer, subject, work.now)
    row = CertificateRow(
        serial=f"{certificate.serial_number:040x}",
        person_id=key.person_id,
        authority_id=authority.id,
        key_id=key.id,
        kid=signer.kid,
        licence=subject.licence,
        organisation_id=organisation_id,
        certificate=pem(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )
    work.session.add(row)
    await work.session.flush()
    work.audit("certificate.issue", "certificate", row.serial)
    return row


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
