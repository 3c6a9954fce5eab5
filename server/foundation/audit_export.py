"""Reading the audit log out of the database: for the verifier, as a folder to hand over, and the online check.

The database is read with one snapshot, row by row, whatever the log's length. What is right or wrong with it is decided
only in `audit_verify.py`.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from .audit import AuditHead, AuditPosition, AuditRow, record_of
from .audit_heads import HeadsFolder, public_keys
from .audit_seal import signed_head
from .audit_verify import Report, verify
from .keys import Keyring

_PIECE: Final = 2_000


async def one_snapshot(session: AsyncSession) -> None:
    """Let everything this transaction reads be of one moment; must come first in it."""
    await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


async def rows(session: AsyncSession) -> AsyncIterator[dict[str, Any]]:
    """Every row as the verifier takes it: the sealed ones by position, then those still waiting."""
    sealed = select(AuditPosition, AuditRow).outerjoin(AuditRow, AuditRow.id == AuditPosition.row_id)
    async for position, row in await session.stream(
        sealed.order_by(AuditPosition.position).execution_options(yield_per=_PIECE)
    ):
        record = None if row is None else record_of(row)
        place = position.position
        yield {"position": place, "row_id": str(position.row_id), "leaf": position.leaf.hex(), "record": record}
    waiting = select(AuditRow).outerjoin(AuditPosition, AuditRow.id == AuditPosition.row_id)
    waiting = waiting.where(AuditPosition.row_id.is_(None)).order_by(AuditRow.tx, AuditRow.id)
    async for row in await session.stream_scalars(waiting.execution_options(yield_per=_PIECE)):
        yield {"position": None, "row_id": str(row.id), "leaf": None, "record": record_of(row)}


async def heads(session: AsyncSession) -> list[dict[str, Any]]:
    """Every signed head by number."""
    return [signed_head(head) for head in await session.scalars(select(AuditHead).order_by(AuditHead.seq))]
