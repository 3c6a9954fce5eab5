"""A database of these tests' own in the shared cluster, so that they may damage it and change its keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from infra.embedded_postgres import Cluster
from infra.postgres_making import APPLICATION, OWNER
from server.foundation.audit_heads import HeadsFolder
from server.foundation.audit_seal import Sealer
from server.foundation.clock import Clock
from server.foundation.database import Database
from server.foundation.keys import Keyring, make_master_key
from server.migrations.apply import migrate

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class OwnDatabase:
    """A migrated database: how its owner and the application reach it, and its master key."""

    owner_dsn: str = field(repr=False)
    application_dsn: str = field(repr=False)
    master_key: Path


@pytest.fixture(scope="module")
def own_database(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnDatabase]:
    """Made for one module of tests, dropped after it."""
    name = f"own_{uuid4().hex[:12]}"

    def reach(dsn: str) -> str:
        return make_url(dsn).set(database=name).render_as_string(hide_password=False)

    def run(statement: sql.Composed) -> None:
        with psycopg.connect(cluster.superuser_dsn, autocommit=True) as connection:
            connection.execute(statement)

    named = sql.Identifier(name)
    run(sql.SQL("CREATE DATABASE {} OWNER {}").format(named, sql.Identifier(OWNER)))
    migrate(reach(cluster.owner_dsn), APPLICATION)
    master_key = tmp_path_factory.mktemp("keys") / "master"
    make_master_key(master_key)
    yield OwnDatabase(reach(cluster.owner_dsn), reach(cluster.application_dsn), master_key)
    run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(named))


@pytest.fixture
async def database(own_database: OwnDatabase) -> AsyncIterator[Database]:
    """It, as the application role."""
    database = Database(own_database.application_dsn)
    yield database
    await database.close()


@pytest.fixture
async def as_owner(own_database: OwnDatabase) -> AsyncIterator[Database]:
    """It, as the role that owns the tables."""
    database = Database(own_database.owner_dsn)
    yield database
    await database.close()


@pytest.fixture
async def keyring(own_database: OwnDatabase, database: Database) -> Keyring:
    """Its keys, as a process holds them after its start."""
    keyring = Keyring.load(own_database.master_key)
    async with database.session() as session:
        await keyring.ensure(session, NOON)
        await session.commit()
    return keyring


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder outside the database."""
    return tmp_path_factory.mktemp("outside") / "heads"


@pytest.fixture
def sealer(database: Database, keyring: Keyring, heads: Path) -> Sealer:
    """A sealer for whom it is always noon."""
    return Sealer(database, keyring, Clock(lambda: NOON, lambda: 0.0), HeadsFolder(heads))
