"""One data key per person: made, fetched, wrapped anew, and destroyed to make all that was sealed with it unreadable.

What is sealed with them, and whether a person's retention allows destroying theirs, is for the capabilities to decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from . import key_store
from .fields import DataKey, FieldCipher
from .key_store import DataKeyRow

_PIECE = 500


class DataKeyDestroyed(Exception):
    """The person's key is gone by decision: what was sealed with it can never be read again."""

    def __init__(self, owner_id: UUID) -> None:
        super().__init__(str(owner_id))
        self.owner_id = owner_id


async def make(session: AsyncSession, fields: FieldCipher, owner_id: UUID, now: datetime) -> DataKey:
    """A new key for a person who has none yet, stored with the transaction."""
    key, wrapped = fields.new_data_key(owner_id)
    session.add(DataKeyRow(owner_id=owner_id, wrapped=wrapped, created_at=now))
    await session.flush()
    return key


async def fetch(session: AsyncSession, fields: FieldCipher, owner_id: UUID) -> DataKey:
    """A person's key. Raises: DataKeyDestroyed; LookupError when none was ever made."""
    found = await fetch_all(session, fields, [owner_id])
    if owner_id in found:
        return found[owner_id]
    if await key_store.data_keys(session, [owner_id]):
        raise DataKeyDestroyed(owner_id)
    raise LookupError(f"no data key was made for {owner_id}")


async def fetch_all(session: AsyncSession, fields: FieldCipher, owner_ids: Iterable[UUID]) -> dict[UUID, DataKey]:
    """The keys of many people in one query, for lists; whose key was destroyed is left out."""
    rows = await key_store.data_keys(session, list(set(owner_ids)))
    return {row.owner_id: fields.unwrap(row.owner_id, row.wrapped) for row in rows if row.wrapped is not None}


async def destroy(session: AsyncSession, owner_id: UUID, now: datetime) -> bool:
    """Make everything sealed with a person's key unreadable for good; False when it was so already."""
    return await key_store.destroy_data_key(session, owner_id, now)


async def rewrap_after(session: AsyncSession, fields: FieldCipher, after: UUID | None) -> tuple[int, UUID | None]:
    """Wrap the next piece of keys with the current master key; how many changed, and where to go on (None: done)."""
    rows = await key_store.data_keys_after(session, after, _PIECE)
    changed = 0
    for row in rows:
        assert row.wrapped is not None
        wrapped = fields.rewrap(row.owner_id, row.wrapped)
        if wrapped is not None:
            row.wrapped = wrapped
            changed += 1
    return changed, rows[-1].owner_id if len(rows) == _PIECE else None
