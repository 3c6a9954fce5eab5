"""SQL of resumable uploads. Time is always an argument."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from .model import FileUpload, UploadPart


async def upload(session: AsyncSession, upload_id: UUID, *, lock: bool = False) -> FileUpload | None:
    """One upload."""
    statement = select(FileUpload).where(FileUpload.id == upload_id).execution_options(populate_existing=True)
    return (await session.scalars(statement.with_for_update() if lock else statement)).one_or_none()


async def unfinished_of(session: AsyncSession, person_id: UUID) -> tuple[int, int]:
    """How many files of this person are on their way, and how many bytes they will have."""
    statement = select(func.count(), func.coalesce(func.sum(FileUpload.size), 0)).where(
        FileUpload.added_by == person_id, FileUpload.attachment_id.is_(None)
    )
    count, size = (await session.execute(statement)).one()
    return count, int(size)


async def touch(session: AsyncSession, upload_id: UUID, at: datetime) -> None:
    """A part arrived: its week begins anew."""
    await session.execute(update(FileUpload).where(FileUpload.id == upload_id).values(touched_at=at))


async def finish(session: AsyncSession, upload_id: UUID, digest: str, at: datetime, attachment_id: UUID | None) -> bool:
    """Mark it whole; False when another window was first."""
    statement = (
        update(FileUpload)
        .where(FileUpload.id == upload_id, FileUpload.finished_at.is_(None))
        .values(digest=digest, finished_at=at, touched_at=at, attachment_id=attachment_id)
        .returning(FileUpload.id)
    )
    done = await session.execute(statement.execution_options(synchronize_session=False))
    return done.first() is not None


async def parts(session: AsyncSession, upload_id: UUID) -> Sequence[UploadPart]:
    """The parts that have arrived, in their order."""
    statement = select(UploadPart).where(UploadPart.upload_id == upload_id).order_by(UploadPart.number)
    return (await session.scalars(statement)).all()


async def part(session: AsyncSession, upload_id: UUID, number: int) -> UploadPart | None:
    """One part."""
    return await session.get(UploadPart, (upload_id, number), populate_existing=True)


async def keep_part(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert a part; False when it was there."""
    statement = insert(UploadPart).values(**values).on_conflict_do_nothing().returning(UploadPart.number)
    return (await session.execute(statement)).first() is not None


async def forget_parts(session: AsyncSession, upload_id: UUID) -> list[str]:
    """Delete the rows of all parts; their names in the vault."""
    statement = delete(UploadPart).where(UploadPart.upload_id == upload_id).returning(UploadPart.vault_name)
    return list((await session.execute(statement)).scalars())


async def forget(session: AsyncSession, upload_id: UUID) -> None:
    """Delete the upload's own row."""
    await session.execute(delete(FileUpload).where(FileUpload.id == upload_id))


async def untouched(session: AsyncSession, before: datetime, limit: int) -> Sequence[UUID]:
    """Uploads that nobody touched since; locked, and those that another scan holds are left to it."""
    statement = (
        select(FileUpload.id)
        .where(FileUpload.touched_at < before)
        .order_by(FileUpload.touched_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(statement)).all()
