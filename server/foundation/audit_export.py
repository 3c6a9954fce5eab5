"""Reading the audit log out of the database: as a folder to hand over, and for the online check, which verifies one.

Everything is read in one snapshot and row by row, whatever the log's length. What is right or wrong with it is decided
only in `audit_verify.py`.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from . import audit_verify
from .audit import AuditHead, AuditPosition, AuditRow, record_of
from .audit_heads import KEYS_FILE, public_keys
from .audit_seal import signed_head
from .ground import Ground
from .keys import Keyring

_PIECE: Final = 2_000


async def export(session: AsyncSession, folder: Path) -> None:
    """Write `rows.jsonl` and `heads.jsonl` into a folder. The session must be fresh: the snapshot is its first act."""
    await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    await _write(folder / "heads.jsonl", (signed_head(head) async for head in heads(session)))
    await _write(folder / "rows.jsonl", rows(session))


async def verify_online(session: AsyncSession, keyring: Keyring, heads_folder: Path) -> audit_verify.Report:
    """The whole log of this database, checked against the heads copied outside and the keyring's own audit keys."""
    with tempfile.TemporaryDirectory() as made:
        folder, copies = Path(made), Path(made) / "copies"
        # The copies first: a head sealed meanwhile must not look like one that the database has lost.
        await asyncio.to_thread(shutil.copytree, heads_folder, copies, ignore=shutil.ignore_patterns(KEYS_FILE))
        await export(session, folder)
        return await asyncio.to_thread(audit_verify.verify_folder, folder, public_keys(keyring), copies)


async def verify_database(ground: Ground, heads_folder: Path) -> int:
    """The command `audit-verify`: prints what was found; 0 when the log is whole, else 1."""
    async with ground.database.session() as session:
        report = await verify_online(session, ground.keys, heads_folder)
    sys.stdout.write(f"{report}\n")
    return 0 if report.whole else 1


async def rows(session: AsyncSession) -> AsyncIterator[dict[str, Any]]:
    """Every row as the verifier takes it: the sealed ones by position, then those still waiting."""
    sealed = select(AuditPosition, AuditRow).outerjoin(AuditRow, AuditRow.id == AuditPosition.row_id)
    sealed = sealed.order_by(AuditPosition.position).execution_options(yield_per=_PIECE)
    async for position, row in await session.stream(sealed):
        yield _sealed(position, row)
    waiting = select(AuditRow).outerjoin(AuditPosition, AuditRow.id == AuditPosition.row_id)
    waiting = waiting.where(AuditPosition.row_id.is_(None)).order_by(AuditRow.tx, AuditRow.id)
    async for row in await session.stream_scalars(waiting.execution_options(yield_per=_PIECE)):
        yield {"position": None, "row_id": str(row.id), "leaf": None, "record": record_of(row)}


async def heads(session: AsyncSession) -> AsyncIterator[AuditHead]:
    """Every signed head by number."""
    statement = select(AuditHead).order_by(AuditHead.seq).execution_options(yield_per=_PIECE)
    async for head in await session.stream_scalars(statement):
        yield head


def _sealed(position: AuditPosition, row: AuditRow | None) -> dict[str, Any]:
    return {
        "position": position.position,
        "row_id": str(position.row_id),
        "leaf": position.leaf.hex(),
        "record": None if row is None else record_of(row),
    }


async def _write(path: Path, entries: AsyncIterator[dict[str, Any]]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        async for entry in entries:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
