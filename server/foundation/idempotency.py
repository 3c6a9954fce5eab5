"""A retry never acts twice: the key's row is inserted first in the effect's own transaction, so a twin waits for it.

Only successes are kept, encrypted, for 24 hours; a refusal leaves nothing because its transaction is rolled back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import LargeBinary, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from .actor import Actor
from .crypto import Cipher
from .database import Row
from .errors import Invalid

KEPT: Final = timedelta(hours=24)
MAX_KEY: Final = 128


class IdempotencyKey(Row):
    """One answered request: `scope` = digest of actor, route and key."""

    __tablename__ = "idempotency_keys"

    scope: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    request_digest: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)


class KeyReused(Invalid):
    """The same key came with another request."""

    code = "idempotency-key-reused"
    zh = "同一个请求编号被用于不同的内容，本次没有执行"
    en = "The same Idempotency-Key was used for a different request; nothing was done"


@dataclass(frozen=True, slots=True)
class Kept:
    """A first answer, given again."""

    status: int
    body: bytes


def scope_of(actor: Actor, route: str, key: str) -> bytes:
    """Who, what and which key, as one digest."""
    return hashlib.sha256(f"{actor.person_id}|{route}|{key}".encode()).digest()


async def claim(
    session: AsyncSession, cipher: Cipher, scope: bytes, request_digest: bytes, now: datetime
) -> Kept | None:
    """Take the key for this transaction; the first answer when it was taken before. Waits for a running twin.

    Raises: KeyReused when the key came with another request.
    """
    fresh = await session.execute(
        insert(IdempotencyKey)
        .values(scope=scope, request_digest=request_digest, created_at=now)
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.scope)
    )
    if fresh.scalar_one_or_none() is not None:
        return None
    row = (await session.execute(select(IdempotencyKey).where(IdempotencyKey.scope == scope))).scalar_one()
    if row.request_digest != request_digest:
        raise KeyReused
    assert row.status is not None, "a committed key always has its answer"
    return Kept(row.status, cipher.open(row.answer, scope) if row.answer else b"")


@dataclass(frozen=True, slots=True)
class First:
    """What is stored of a key's first request."""

    request_digest: bytes
    kept: Kept


async def kept_of(session: AsyncSession, cipher: Cipher, scopes: Collection[bytes]) -> dict[bytes, First]:
    """The first answers of those keys that were used before; for a desk that serves many at once."""
    if not scopes:
        return {}
    found = await session.execute(
        select(IdempotencyKey.scope, IdempotencyKey.request_digest, IdempotencyKey.status, IdempotencyKey.answer).where(
            IdempotencyKey.scope.in_(scopes)
        )
    )
    return {
        row.scope: First(row.request_digest, Kept(row.status or 0, cipher.open(row.answer, row.scope)))
        for row in found
        if row.answer is not None
    }


async def keep(session: AsyncSession, cipher: Cipher, scope: bytes, status: int, body: bytes) -> None:
    """Keep the answer with its effect."""
    await session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.scope == scope)
        .values(status=status, answer=cipher.seal(body, scope) if body else None)
    )


async def release(session: AsyncSession, scope: bytes) -> None:
    """Give the key back: the request was refused, though something of it (a counted wrong code, say) is kept."""
    await session.execute(delete(IdempotencyKey).where(IdempotencyKey.scope == scope))


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Delete keys older than 24 hours."""
    await session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT))
