"""Every statement about invitations: links known by the digest of their secret."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from .model import Invitation


async def by_id(session: AsyncSession, invitation_id: UUID) -> Invitation | None:
    """An invitation as it stands now."""
    return await session.get(Invitation, invitation_id, populate_existing=True)


async def by_secret(session: AsyncSession, digest: bytes) -> Invitation | None:
    """The invitation of a link, held until the transaction ends: two browsers that open it come one after the other."""
    found = select(Invitation).where(Invitation.digest == digest).with_for_update()
    return (await session.execute(found.execution_options(populate_existing=True))).scalar_one_or_none()


async def of_login(session: AsyncSession, login_id: UUID) -> Invitation | None:
    """The invitation by which a guest is here."""
    found = select(Invitation).where(Invitation.login_id == login_id, Invitation.revoked_at.is_(None))
    return (await session.execute(found)).scalar_one_or_none()


async def of_meeting(session: AsyncSession, meeting_id: UUID) -> Sequence[Invitation]:
    """Every invitation that was not revoked, the first first."""
    found = select(Invitation).where(Invitation.meeting_id == meeting_id, Invitation.revoked_at.is_(None))
    return (await session.execute(found.order_by(Invitation.made_at, Invitation.id))).scalars().all()


async def count(session: AsyncSession, meeting_id: UUID) -> int:
    """How many links stand open or are in use."""
    wanted = select(func.count()).where(Invitation.meeting_id == meeting_id, Invitation.revoked_at.is_(None))
    return int((await session.execute(wanted)).scalar_one())


async def revoke(session: AsyncSession, invitation_id: UUID, now: datetime) -> Invitation | None:
    """Take an invitation back; None when it was already."""
    statement = (
        update(Invitation)
        .where(Invitation.id == invitation_id, Invitation.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(Invitation)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none()
