"""Nobody may change the audit log, and whatever is changed by force is found by the verifier."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from server.foundation import audit_export, audit_verify
from server.foundation.audit import AuditHead, AuditPosition, AuditRow
from server.foundation.audit_heads import public_keys
from server.foundation.audit_seal import Sealer, seal, signed_head
from server.foundation.database import Database
from server.foundation.keys import Keyring
from tests.integration.foundation.audit_writing import counted, written
from tests.integration.foundation.conftest import NOON

TABLES = ("audit_rows", "audit_positions", "audit_heads")


@contextmanager
def refused(match: str) -> Iterator[None]:
    with pytest.raises(ProgrammingError, match=match):
        yield


@pytest.mark.parametrize("table", TABLES)
async def test_the_application_may_add_and_read_and_nothing_else(
    database: Database, sealer: Sealer, table: str
) -> None:
    await written(database)
    await sealer.once()
    assert await counted(database, table) > 0
    column = "leaf" if table == "audit_positions" else "at"
    forbidden = [
        f"UPDATE {table} SET {column} = {column}",  # noqa: S608  # our own table names
        f"DELETE FROM {table}",  # noqa: S608  # likewise
        f"TRUNCATE {table}",
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        f"DROP TABLE {table}",
    ]
    for statement in forbidden:
        async with database.session() as session:
            with refused("permission denied|must be owner"):
                await session.execute(text(statement))


async def test_the_application_cannot_say_to_which_transaction_a_row_belongs(database: Database) -> None:
    columns = "id, at, actor_kind, action, kind, subject, facts"
    values = "gen_random_uuid(), :now, 'system', 'a', 'k', 's', '{}'"
    async with database.session() as session:
        own = text(f"INSERT INTO audit_rows ({columns}) VALUES ({values})")  # noqa: S608  # constants above
        await session.execute(own, {"now": NOON})
        forged = text(f"INSERT INTO audit_rows ({columns}, tx) VALUES ({values}, '1')")  # noqa: S608  # likewise
        with refused("permission denied"):
            await session.execute(forged, {"now": NOON})


@pytest.mark.parametrize("table", TABLES)
async def test_the_owner_is_stopped_too(as_owner: Database, table: str) -> None:
    column = "leaf" if table == "audit_positions" else "at"
    statements = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"]  # noqa: S608  # our own names
    for statement in statements:
        async with as_owner.session() as session:
            with refused("never changed or removed"):
                await session.execute(text(statement))


# What each column can be changed to by someone who owns the tables and takes the triggers away.
FORGERIES = {
    "audit_rows": {
        "id": "gen_random_uuid()",
        "tx": "(tx::text::bigint + 1)::text::xid8",
        "at": "at + interval '1 microsecond'",
        "actor_kind": "'human'",
        "actor_id": "gen_random_uuid()",
        "role": "'doctor'",
        "login_id": "gen_random_uuid()",
        "organisation_id": "gen_random_uuid()",
        "action": "'visits.end'",
        "kind": "'note'",
        "subject": "subject || '1'",
        "patient_id": "gen_random_uuid()",
        "facts": "facts || '{\"count\": 2}'",
    },
    "audit_positions": {
        "position": "position + 1000000",
        "row_id": "gen_random_uuid()",
        "leaf": "sha256(leaf)",
    },
    "audit_heads": {
        "seq": "seq + 1000000",
        "log": "gen_random_uuid()",
        "size": "size - 1",
        "root": "sha256(root)",
        "at": "at + interval '1 microsecond'",
        "previous": "sha256(previous)",
        "kid": "'other'",
        "signature": "sha256(signature)",
    },
}
KEYS = {"audit_rows": "id", "audit_positions": "row_id", "audit_heads": "seq"}


@asynccontextmanager
async def by_force(as_owner: Database) -> AsyncIterator[AsyncSession]:
    """The owner with the triggers taken away; everything is undone at the end."""
    async with as_owner.session() as session:
        for table in TABLES:
            await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER never_changed"))
        yield session
        await session.rollback()


async def found(session: AsyncSession, keyring: Keyring, copies: list[dict[str, Any]]) -> set[str]:
    rows = [entry async for entry in audit_export.rows(session)]
    heads = [signed_head(head) async for head in audit_export.heads(session)]
    return {finding.kind for finding in audit_verify.verify(rows, heads, copies, public_keys(keyring)).findings}


@pytest.fixture
async def copies(database: Database, sealer: Sealer) -> list[dict[str, Any]]:
    """A log of some heads, and what was copied of them."""
    for _ in range(3):
        await written(database, 2)
        await sealer.once()
    async with database.session() as session:
        return [signed_head(head) async for head in audit_export.heads(session)]


CHANGES = [(table, column) for table, columns in FORGERIES.items() for column in columns]


@pytest.mark.parametrize(("table", "column"), CHANGES)
async def test_a_changed_column_is_found(
    as_owner: Database, keyring: Keyring, copies: list[dict[str, Any]], table: str, column: str
) -> None:
    key, value = KEYS[table], FORGERIES[table][column]
    async with by_force(as_owner) as session:
        assert await found(session, keyring, copies) == set()
        session.expunge_all()
        one = f"SELECT {key} FROM {table} ORDER BY {key} DESC OFFSET 1 LIMIT 1"  # noqa: S608  # our own names
        statement = f"UPDATE {table} SET {column} = {value} WHERE {key} = ({one})"  # noqa: S608  # likewise
        assert (await session.execute(text(statement))).rowcount == 1  # type: ignore[attr-defined]  # a cursor result
        assert await found(session, keyring, copies) != set()


def test_every_column_has_its_forgery() -> None:
    for model in (AuditRow, AuditPosition, AuditHead):
        columns = {column.name for column in model.__table__.columns} - {
            "frontier"
        }  # the sealer's shortcut, not evidence
        assert columns == set(FORGERIES[model.__tablename__])


DELETIONS = {
    "one row": [
        "DELETE FROM audit_rows WHERE id = (SELECT row_id FROM audit_positions ORDER BY position DESC LIMIT 1)"
    ],
    "one position": ["DELETE FROM audit_positions WHERE position = (SELECT max(position) FROM audit_positions)"],
    "the last head": ["DELETE FROM audit_heads WHERE seq = (SELECT max(seq) FROM audit_heads)"],
    "everything": ["DELETE FROM audit_rows", "DELETE FROM audit_positions", "DELETE FROM audit_heads"],
    "the end, tidily": [
        "DELETE FROM audit_heads WHERE seq = (SELECT max(seq) FROM audit_heads)",
        "DELETE FROM audit_rows WHERE id IN (SELECT row_id FROM audit_positions"
        " WHERE position >= (SELECT size FROM audit_heads ORDER BY seq DESC LIMIT 1))",
        "DELETE FROM audit_positions WHERE position >= (SELECT size FROM audit_heads ORDER BY seq DESC LIMIT 1)",
    ],
}


@pytest.mark.parametrize("what", DELETIONS)
async def test_a_deletion_is_found(
    as_owner: Database, keyring: Keyring, copies: list[dict[str, Any]], what: str
) -> None:
    async with by_force(as_owner) as session:
        assert await found(session, keyring, copies) == set()
        session.expunge_all()
        for statement in DELETIONS[what]:
            await session.execute(text(statement))
        assert await found(session, keyring, copies) & {"deleted", "truncated"}


async def test_a_row_added_under_an_old_transaction_is_found(
    as_owner: Database, keyring: Keyring, copies: list[dict[str, Any]]
) -> None:
    async with by_force(as_owner) as session:
        forged = (
            "INSERT INTO audit_rows (id, tx, at, actor_kind, action, kind, subject, facts)"
            " SELECT gen_random_uuid(), tx, at, 'human', action, kind, 's', '{}' FROM audit_rows ORDER BY tx LIMIT 1"
        )
        assert await found(session, keyring, copies) == set()
        session.expunge_all()
        await session.execute(text(forged))
        assert await found(session, keyring, copies) == {"inserted"}


async def test_a_frontier_changed_by_force_makes_no_head_that_verifies(
    as_owner: Database, keyring: Keyring, copies: list[dict[str, Any]]
) -> None:
    async with by_force(as_owner) as session:
        change = (
            "UPDATE audit_heads SET frontier = decode(repeat('00', length(frontier)), 'hex')"
            " WHERE seq = (SELECT max(seq) FROM audit_heads)"
        )
        await session.execute(text(change))
        session.expunge_all()
        head = await seal(session, keyring, NOON + timedelta(minutes=1))
        assert head is not None
        assert "edited" in await found(session, keyring, copies)
