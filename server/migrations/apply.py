"""Bring a database to the newest schema, then state the application role's rights anew.

Runs as the owner role, once at a time (an advisory lock), and refuses a database that is newer than the code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from server.foundation.database import driver_url

from .rights import grant_application_rights

_LOCK: Final = 7_261_100_417  # any number, the same for every process that migrates
_HERE: Final = Path(__file__).parent


class SchemaIsNewer(Exception):
    """The database was migrated by a newer release; starting this one could lose data."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    return config


def newest() -> str:
    """The revision that this code expects."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def owner_engine(owner_dsn: str) -> Engine:
    """A short-lived engine for schema work."""
    return create_engine(driver_url(owner_dsn), poolclass=NullPool)


def migrate(owner_dsn: str, application_role: str) -> str:
    """Upgrade to the newest revision and grant the application role its rights; gives the revision.

    Raises: SchemaIsNewer.
    """
    engine = owner_engine(owner_dsn)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        connection.commit()
        try:
            _refuse_newer(connection)
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            grant_application_rights(connection, application_role)
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
            connection.commit()
    engine.dispose()
    return newest()


def _refuse_newer(connection: Connection) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if current is not None and current not in known:
        raise SchemaIsNewer(current)
