"""SQL of messages. Time is always an argument."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from .model import MessageRow


async def message(session: AsyncSession, message_id: UUID, *, lock: bool = False) -> MessageRow | None:
    """One message."""
    statement = select(MessageRow).where(MessageRow.id == message_id)
    return (await session.scalars(statement.with_for_update() if lock else statement)).one_or_none()


async def inbox(session: AsyncSession, people: Sequence[UUID], limit: int) -> Sequence[MessageRow]:
    """The in-app messages of these people, newest first."""
    statement = select(MessageRow).where(MessageRow.person_id.in_(people), MessageRow.channel == "inbox")
    return (
        await session.scalars(statement.order_by(MessageRow.created_at.desc(), MessageRow.id.desc()).limit(limit))
    ).all()


async def unread(session: AsyncSession, people: Sequence[UUID]) -> int:
    """How many in-app messages these people have not read."""
    statement = select(func.count()).where(
        MessageRow.person_id.in_(people), MessageRow.channel == "inbox", MessageRow.read_at.is_(None)
    )
    return (await session.scalars(statement)).one()


async def mark_read(session: AsyncSession, people: Sequence[UUID], message_id: UUID | None, now: datetime) -> int:
    """Mark one of these people's messages, or all of them, as read; how many there were, read before or not."""
    statement = update(MessageRow).where(MessageRow.person_id.in_(people), MessageRow.channel == "inbox")
    if message_id is not None:
        statement = statement.where(MessageRow.id == message_id)
    statement = statement.values(read_at=func.coalesce(MessageRow.read_at, now)).returning(MessageRow.id)
    return len((await session.execute(statement.execution_options(synchronize_session=False))).all())


async def outward(session: AsyncSession, now: datetime, limit: int) -> Sequence[MessageRow]:
    """The newest messages that left by SMS or e-mail and have not expired; for the demo's telephone."""
    alive = or_(MessageRow.expires_at.is_(None), MessageRow.expires_at > now)
    statement = select(MessageRow).where(MessageRow.channel != "inbox", MessageRow.state == "delivered", alive)
    return (
        await session.scalars(statement.order_by(MessageRow.created_at.desc(), MessageRow.id.desc()).limit(limit))
    ).all()


async def forget(session: AsyncSession, message_id: UUID) -> None:
    """Delete a message for good."""
    await session.execute(delete(MessageRow).where(MessageRow.id == message_id))


async def forget_expired(session: AsyncSession, now: datetime) -> int:
    """Delete every message whose time is over; how many."""
    done = await session.execute(delete(MessageRow).where(MessageRow.expires_at <= now).returning(MessageRow.id))
    return len(done.all())
