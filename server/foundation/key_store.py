"""The tables of keys: signing pairs wrapped by the master key, and data keys wrapped by its purpose `fields`.

Columns are for migration 0001. The application role may SELECT, INSERT, UPDATE and DELETE here; the rows are useless
without the master key file, which is never in the database nor in its backup. What the dates mean is in `key_pairs.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary, Text, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from .database import Row

_ROTATION_LOCK = 0x6C79_6B65  # two processes that start together must not both make a pair


class SigningKeyRow(Row):
    """One ES256 pair. `kid` is the thumbprint of its public key; `believed_until` is empty for audit pairs."""

    __tablename__ = "signing_keys"
    __table_args__ = (
        CheckConstraint("use IN ('tokens', 'tickets', 'audit')", name="use_known"),
        CheckConstraint("signs_from < signs_until", name="signs_forward"),
    )

    kid: Mapped[str] = mapped_column(Text, primary_key=True)
    use: Mapped[str] = mapped_column(Text)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    signs_from: Mapped[datetime]
    signs_until: Mapped[datetime]
    believed_until: Mapped[datetime | None]


class DataKeyRow(Row):
    """The key of everything that is sealed about one person; once `destroyed_at` is set, nothing of it opens again."""

    __tablename__ = "data_keys"
    __table_args__ = (CheckConstraint("(wrapped IS NULL) = (destroyed_at IS NOT NULL)", name="wrapped_or_destroyed"),)

    owner_id: Mapped[UUID] = mapped_column(primary_key=True)
    wrapped: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    destroyed_at: Mapped[datetime | None]


async def lock(session: AsyncSession) -> None:
    """Only one transaction at a time may make or change keys."""
    await session.execute(select(func.pg_advisory_xact_lock(_ROTATION_LOCK)))


async def signing_keys(session: AsyncSession) -> Sequence[SigningKeyRow]:
    """Every stored pair, oldest first, as the database has it now."""
    statement = select(SigningKeyRow).order_by(SigningKeyRow.signs_from, SigningKeyRow.kid)
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def data_keys(session: AsyncSession, owners: Sequence[UUID]) -> Sequence[DataKeyRow]:
    """The data keys of these owners, destroyed ones included."""
    return (await session.scalars(select(DataKeyRow).where(DataKeyRow.owner_id.in_(owners)))).all()


async def data_keys_after(session: AsyncSession, owner: UUID | None, limit: int) -> Sequence[DataKeyRow]:
    """The next living data keys in the order of their owners; for going through all of them in pieces."""
    statement = select(DataKeyRow).where(DataKeyRow.wrapped.is_not(None)).order_by(DataKeyRow.owner_id).limit(limit)
    if owner is not None:
        statement = statement.where(DataKeyRow.owner_id > owner)
    return (await session.scalars(statement)).all()


async def destroy_data_key(session: AsyncSession, owner: UUID, now: datetime) -> bool:
    """Forget the wrapped key for good; False when there was none to forget."""
    living = (DataKeyRow.owner_id == owner) & DataKeyRow.wrapped.is_not(None)
    statement = update(DataKeyRow).where(living).values(wrapped=None, destroyed_at=now).returning(DataKeyRow.owner_id)
    return (await session.execute(statement)).first() is not None
