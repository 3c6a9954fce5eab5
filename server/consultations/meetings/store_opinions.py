"""Every statement about opinions, their versions and the report's editions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from server.consultations.remote.model import RemoteRequest

from .model_opinions import Opinion, OpinionVersion, ReportEdition


async def hold_request(session: AsyncSession, request_id: UUID) -> RemoteRequest | None:
    """A request, held until the transaction ends: of signing and cancelling at one moment one comes first."""
    found = select(RemoteRequest).where(RemoteRequest.id == request_id).with_for_update()
    return (await session.execute(found.execution_options(populate_existing=True))).scalar_one_or_none()


async def of_author(session: AsyncSession, request_id: UUID, sort: str, author_id: UUID) -> Opinion | None:
    """What somebody wrote on a request."""
    found = select(Opinion).where(
        Opinion.request_id == request_id, Opinion.kind == sort, Opinion.author_id == author_id
    )
    return (await session.execute(found.execution_options(populate_existing=True))).scalar_one_or_none()


async def of_request(session: AsyncSession, request_id: UUID) -> Sequence[Opinion]:
    """Everything written on a request, drafts too; the caller shows them to nobody but their authors."""
    found = select(Opinion).where(Opinion.request_id == request_id).order_by(Opinion.kind, Opinion.id)
    return (await session.execute(found.execution_options(populate_existing=True))).scalars().all()


async def start(session: AsyncSession, values: dict[str, object]) -> bool:
    """The first draft; False when another window was first."""
    statement = insert(Opinion).values(**values).on_conflict_do_nothing().returning(Opinion.id)
    return (await session.execute(statement)).first() is not None


async def save(session: AsyncSession, opinion_id: UUID, seq: int, draft: bytes, now: datetime) -> bool:
    """The next draft over the one with this count; False when it is not that one any more, or signed."""
    statement = (
        update(Opinion)
        .where(Opinion.id == opinion_id, Opinion.seq == seq, Opinion.version == 0)
        .values(draft=draft, seq=seq + 1, saved_at=now)
        .returning(Opinion.id)
    )
    return (await session.execute(statement)).first() is not None


async def count_version(session: AsyncSession, opinion_id: UUID, version: int) -> bool:
    """One version more; False when another signature was first. The draft has become the version."""
    statement = (
        update(Opinion)
        .where(Opinion.id == opinion_id, Opinion.version == version - 1)
        .values(version=version, draft=None)
        .returning(Opinion.id)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.execute(statement)).first() is not None


async def versions(session: AsyncSession, opinion_ids: Sequence[UUID]) -> Sequence[OpinionVersion]:
    """Every signed version of these, the original first."""
    found = select(OpinionVersion).where(OpinionVersion.opinion_id.in_(opinion_ids))
    return (await session.execute(found.order_by(OpinionVersion.opinion_id, OpinionVersion.version))).scalars().all()


async def editions(session: AsyncSession, request_id: UUID) -> Sequence[ReportEdition]:
    """Every edition of a report, the first first."""
    found = select(ReportEdition).where(ReportEdition.request_id == request_id).order_by(ReportEdition.edition)
    return (await session.execute(found)).scalars().all()
