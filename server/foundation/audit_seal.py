"""The sealer: gives finished audit rows their places in the Merkle log and signs its head at least every minute.

A row may be sealed once no transaction that could still write an earlier one is running: `tx` below the snapshot's
xmin. Ids alone would lose rows that commit late. What is copied out of the database is `audit_heads.py`; whether the
log is whole is for `audit_verify.py`, which trusts nothing here.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import cast, func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from .audit import AuditHead, AuditPosition, AuditRow, Xid8, instant_text, record_bytes
from .audit_heads import HeadsFolder
from .canonical import canonical
from .clock import Clock
from .database import Database
from .ids import new_id
from .keys import Keyring
from .merkle import HASH_BYTES, Frontier, leaf_hash
from .metrics import AUDIT_HEAD_AT_SECONDS, AUDIT_SEALED_ROWS

log = structlog.get_logger(__name__)

SEAL_EVERY_S: Final = 45.0
HEAD_AT_LEAST_EVERY: Final = timedelta(seconds=40)  # so every round signs one, also when nothing happened
_ROWS_A_HEAD: Final = 5_000
_SEALER_LOCK: Final = 0x6C79_7365
_NO_HEAD: Final = bytes(HASH_BYTES)


class LogRunsBackwards(Exception):
    """The database counts its transactions anew (loaded from a dump): new rows would sort before sealed ones."""


def head_body(head: AuditHead) -> dict[str, Any]:
    """What of a head is signed."""
    return {
        "v": 1,
        "log": str(head.log),
        "seq": head.seq,
        "size": head.size,
        "root": head.root.hex(),
        "at": instant_text(head.at),
        "previous": head.previous.hex(),
    }


def signed_head(head: AuditHead) -> dict[str, Any]:
    """A head as it is exported and copied out."""
    return {"head": head_body(head), "kid": head.kid, "signature": head.signature.hex()}


async def seal(session: AsyncSession, keyring: Keyring, now: datetime) -> AuditHead | None:
    """Seal what is ready, at most 5 000 rows, and sign the new head; None when nothing is due or another seals.

    The caller commits, and calls again while a full portion came.
    """
    if not (await session.execute(select(func.pg_try_advisory_xact_lock(_SEALER_LOCK)))).scalar_one():
        return None
    last = await _last_head(session)
    rows = await _ready(session, last)
    if not rows and last is not None and now - last.at < HEAD_AT_LEAST_EVERY:
        return None
    frontier = Frontier.read(last.size, last.frontier) if last else Frontier()
    await _place(session, frontier, rows)
    head = next_head(last, frontier, now, keyring)
    session.add(head)
    await session.flush()
    return head


async def unsealed_since(session: AsyncSession) -> datetime | None:
    """When the oldest row still waiting for its place was written; None when none waits. For the metrics page."""
    sealed = select(AuditPosition.row_id).where(AuditPosition.row_id == AuditRow.id).exists()
    newest = select(AuditRow.tx).join(AuditPosition, AuditPosition.row_id == AuditRow.id)
    newest = newest.order_by(AuditPosition.position.desc()).limit(1)
    after = func.coalesce(newest.scalar_subquery(), cast("0", Xid8))
    oldest = select(func.min(AuditRow.at)).where(AuditRow.tx >= after, ~sealed)
    found: datetime | None = (await session.execute(oldest)).scalar_one()
    return found


class Sealer:
    """Seals in the background of one process; several may run, one at a time works."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock, folder: HeadsFolder) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._folder = folder

    async def once(self) -> None:
        """Seal everything that is ready, then copy the heads out."""
        full = True
        while full:
            async with self._database.session() as session:
                before = await _last_head(session)
                head = await seal(session, self._keyring, self._clock.now())
                await session.commit()
            full = head is not None and head.size - (before.size if before else 0) >= _ROWS_A_HEAD
        async with self._database.session() as session:
            await self._copy_out(session)

    async def run(self) -> None:
        """Seal every 45 seconds until cancelled; a failure is logged and tried again."""
        while True:
            try:
                await self.once()
            except Exception:
                log.exception("audit.seal_failed")
            await asyncio.sleep(SEAL_EVERY_S)

    async def _copy_out(self, session: AsyncSession) -> None:
        last = await _last_head(session)
        if last is None:
            return
        copied = await asyncio.to_thread(self._folder.last_seq, str(last.log))
        statement = select(AuditHead).where(AuditHead.seq > copied).order_by(AuditHead.seq)
        heads = (await session.scalars(statement)).all()
        await asyncio.to_thread(self._folder.append, [signed_head(head) for head in heads])
        await asyncio.to_thread(self._folder.write_keys, self._keyring)
        AUDIT_SEALED_ROWS.set(last.size)
        AUDIT_HEAD_AT_SECONDS.set(last.at.timestamp())


async def _last_head(session: AsyncSession) -> AuditHead | None:
    return (await session.scalars(select(AuditHead).order_by(AuditHead.seq.desc()).limit(1))).one_or_none()


async def _ready(session: AsyncSession, last: AuditHead | None) -> Sequence[AuditRow]:
    finished = AuditRow.tx < func.pg_snapshot_xmin(func.pg_current_snapshot())
    statement = select(AuditRow).where(finished).order_by(AuditRow.tx, AuditRow.id).limit(_ROWS_A_HEAD)
    edge = await _edge(session, last)
    if edge is not None:
        statement = statement.where(tuple_(AuditRow.tx, AuditRow.id) > tuple_(cast(edge[0], Xid8), edge[1]))
    return (await session.scalars(statement)).all()


async def _edge(session: AsyncSession, last: AuditHead | None) -> tuple[str, UUID] | None:
    """(tx, id) of the last sealed row; None while nothing is sealed."""
    if last is None or last.size == 0:
        return None
    statement = (
        select(AuditRow.tx, AuditRow.id, AuditRow.tx < func.pg_snapshot_xmax(func.pg_current_snapshot()))
        .join(AuditPosition, AuditPosition.row_id == AuditRow.id)
        .where(AuditPosition.position == last.size - 1)
    )
    tx, row_id, forwards = (await session.execute(statement)).one()
    if not forwards:
        raise LogRunsBackwards(f"the log was sealed up to transaction {tx}")
    return tx, row_id


async def _place(session: AsyncSession, frontier: Frontier, rows: Sequence[AuditRow]) -> None:
    places = []
    for row in rows:
        leaf = leaf_hash(record_bytes(row))
        places.append({"position": frontier.size, "row_id": row.id, "leaf": leaf})
        frontier.add(leaf)
    if places:
        await session.execute(insert(AuditPosition), places)


def next_head(last: AuditHead | None, frontier: Frontier, now: datetime, keyring: Keyring) -> AuditHead:
    """The signed head over a tree, following the one before it."""
    head = AuditHead(
        seq=last.seq + 1 if last else 0,
        log=last.log if last else new_id(now),
        size=frontier.size,
        root=frontier.root(),
        at=max(now, last.at) if last else now,
        previous=hashlib.sha256(canonical(head_body(last))).digest() if last else _NO_HEAD,
        frontier=frontier.stored(),
    )
    pair = keyring.signer("audit").at(head.at)
    head.kid = pair.kid
    head.signature = pair.private.sign(canonical(head_body(head)), ec.ECDSA(SHA256()))
    return head
