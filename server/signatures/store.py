"""SQL of signatures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from .model import AuthorityRow, CertificateRow, SignatureRow

_ISSUING_LOCK = 0x6C79_6361  # two first signatures of one person must not make two certificates


async def lock_issuing(session: AsyncSession) -> None:
    """Only one transaction at a time may make an authority or a certificate."""
    await session.execute(select(func.pg_advisory_xact_lock(_ISSUING_LOCK)))


async def authority(session: AsyncSession) -> AuthorityRow | None:
    """The test authority, once it was made."""
    return (await session.scalars(select(AuthorityRow))).one_or_none()


async def certificate_in_force(
    session: AsyncSession, person_id: UUID, organisation_id: UUID | None, licence: str, now: datetime
) -> CertificateRow | None:
    """The person's newest certificate for this organisation and licence that is valid now."""
    same_organisation = (
        CertificateRow.organisation_id.is_(None)
        if organisation_id is None
        else CertificateRow.organisation_id == organisation_id
    )
    statement = select(CertificateRow).where(
        CertificateRow.person_id == person_id,
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
