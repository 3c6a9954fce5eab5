"""SQL of signatures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from .model import AuthorityRow, CertificateRow, PractitionerKeyRow, SignatureRow

_ISSUING_LOCK = 0x6C79_6361  # two first signatures of one person must not make two certificates


async def lock_issuing(session: AsyncSession) -> None:
    """Only one transaction at a time may make an authority or a certificate."""
    await session.execute(select(func.pg_advisory_xact_lock(_ISSUING_LOCK)))


async def own_authority(session: AsyncSession, algorithm: str) -> AuthorityRow | None:
    """Our test authority for this algorithm, once it was made."""
    own = (AuthorityRow.algorithm == algorithm) & AuthorityRow.wrapped_key.is_not(None)
    return (await session.scalars(select(AuthorityRow).where(own))).one_or_none()


async def authority_with(session: AsyncSession, certificate: str) -> AuthorityRow | None:
    """The authority of this certificate (PEM), once it was noted down."""
    statement = select(AuthorityRow).where(AuthorityRow.certificate == certificate).limit(1)
    return (await session.scalars(statement)).first()


async def authority(session: AsyncSession, authority_id: UUID) -> AuthorityRow | None:
    """One authority."""
    return await session.get(AuthorityRow, authority_id)


async def key_in_use(session: AsyncSession, person_id: UUID, *, lock: bool = False) -> PractitionerKeyRow | None:
    """The key that a person signs with as it is now; held until the transaction ends when asked to."""
    statement = select(PractitionerKeyRow).where(
        PractitionerKeyRow.person_id == person_id, PractitionerKeyRow.retired_at.is_(None)
    )
    if lock:
        statement = statement.with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one_or_none()


async def keys_in_use(session: AsyncSession, people: Sequence[UUID]) -> set[UUID]:
    """Which of these people have a key."""
    statement = select(PractitionerKeyRow.person_id).where(
        PractitionerKeyRow.person_id.in_(people), PractitionerKeyRow.retired_at.is_(None)
    )
    return set((await session.scalars(statement)).all())


async def retire_key(session: AsyncSession, key_id: UUID, reason: str, now: datetime) -> Sequence[str]:
    """End a key, and revoke its certificates; which ones that were."""
    standing = (PractitionerKeyRow.id == key_id) & PractitionerKeyRow.retired_at.is_(None)
    ended = update(PractitionerKeyRow).where(standing).values(retired_at=now, retired_because=reason)
    await session.execute(ended.execution_options(synchronize_session=False))
    counting = (CertificateRow.key_id == key_id) & CertificateRow.revoked_at.is_(None)
    revoked = update(CertificateRow).where(counting).values(revoked_at=now, revoked_because=reason)
    done = revoked.returning(CertificateRow.serial).execution_options(synchronize_session=False)
    return (await session.scalars(done)).all()


async def certificate_in_force(
    session: AsyncSession, key_id: UUID, organisation_id: UUID | None, licence: str, now: datetime
) -> CertificateRow | None:
    """The key's newest certificate for this organisation and licence that is valid now."""
    same_organisation = (
        CertificateRow.organisation_id.is_(None)
        if organisation_id is None
        else CertificateRow.organisation_id == organisation_id
    )
    statement = select(CertificateRow).where(
        CertificateRow.key_id == key_id,
        same_organisation,
        CertificateRow.licence == licence,
        or_(CertificateRow.revoked_at.is_(None), CertificateRow.revoked_at > now),
        CertificateRow.not_before <= now,
        CertificateRow.not_after > now,
    )
    return (await session.scalars(statement.order_by(CertificateRow.not_before.desc()).limit(1))).first()


async def certificate(session: AsyncSession, serial: str) -> CertificateRow | None:
    """One certificate as it stands now."""
    return await session.get(CertificateRow, serial, populate_existing=True)


async def certificates_of(session: AsyncSession, person_id: UUID) -> Sequence[CertificateRow]:
    """A person's certificates, newest first."""
    statement = select(CertificateRow).where(CertificateRow.person_id == person_id)
    return (await session.scalars(statement.order_by(CertificateRow.not_before.desc()))).all()


async def certificates_at(session: AsyncSession, organisation_id: UUID, limit: int) -> Sequence[CertificateRow]:
    """The certificates of an organisation's staff, newest first."""
    statement = select(CertificateRow).where(CertificateRow.organisation_id == organisation_id)
    return (await session.scalars(statement.order_by(CertificateRow.not_before.desc()).limit(limit))).all()


async def revoke(session: AsyncSession, serial: str, reason: str, now: datetime) -> bool:
    """Revoke once; False when it was revoked before."""
    standing = (CertificateRow.serial == serial) & CertificateRow.revoked_at.is_(None)
    statement = update(CertificateRow).where(standing).values(revoked_at=now, revoked_because=reason)
    done = await session.execute(
        statement.returning(CertificateRow.serial).execution_options(synchronize_session=False)
    )
    return done.first() is not None


async def signature(session: AsyncSession, signature_id: UUID) -> SignatureRow | None:
    """One signature."""
    return await session.get(SignatureRow, signature_id)


async def newest_certificate(
    session: AsyncSession, key_id: UUID, organisation_id: UUID | None, now: datetime
) -> CertificateRow | None:
    """The key's newest certificate that is valid now; the acting organisation's before another's."""
    statement = select(CertificateRow).where(
        CertificateRow.key_id == key_id, CertificateRow.revoked_at.is_(None), CertificateRow.not_after > now
    )
    here = (CertificateRow.organisation_id == organisation_id).desc()
    return (await session.scalars(statement.order_by(here, CertificateRow.not_before.desc()).limit(1))).first()
