"""The one database: PostgreSQL through psycopg 3, limits on every statement, and the declarative root of all tables."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import DateTime, MetaData, Uuid
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(DeclarativeBase):
    """A table. Columns and constraints only; nothing here decides."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True), UUID: Uuid()}


def driver_url(dsn: str) -> str:
    """A libpq URL (`postgresql://...`) as SQLAlchemy's, with psycopg as the driver."""
    return make_url(dsn).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


class Database:
    """Pools and transactions. No driver has a default time limit, so every connection gets ours."""

    def __init__(
        self,
        dsn: str,
        *,
        pool_size: int = 20,
        overflow: int = 0,
        statement_timeout_s: float = 10,
        lock_timeout_s: float = 5,
        pool_timeout_s: float = 10,
    ) -> None:
        self.dsn = dsn
        options = (
            f"-c statement_timeout={int(statement_timeout_s * 1000)} -c lock_timeout={int(lock_timeout_s * 1000)}"
            f" -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
        )
        self.engine: AsyncEngine = create_async_engine(
            driver_url(dsn),
            pool_size=pool_size,
            max_overflow=overflow,
            pool_timeout=pool_timeout_s,
            pool_pre_ping=True,
            pool_use_lifo=True,  # the one used last has its statements prepared and its pages at hand
            connect_args={"options": options, "connect_timeout": 5, "application_name": "lianyi"},
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=True)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session whose transaction the caller commits; rolled back when it does not."""
        async with self._sessions() as session:
            yield session

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


async def raw_connection(session: AsyncSession) -> AsyncConnection[Any]:
    """The psycopg connection of the session's transaction, for hot statements and for jobs."""
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, AsyncConnection)
    return driver


def violated(error: DBAPIError) -> str | None:
    """The name of the constraint that refused, when one did."""
    diagnostic = getattr(error.orig, "diag", None)
    name = getattr(diagnostic, "constraint_name", None)
    return name if isinstance(name, str) else None
