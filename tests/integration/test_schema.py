"""The migrations and the models say the same."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from server.capabilities import CAPABILITIES  # with them come every capability's models
from server.foundation.audit import Xid8
from server.foundation.database import Row
from server.migrations.apply import owner_engine
from server.settings import Settings


def _ours(thing: object, name: str | None, kind: str, reflected: bool, compared: object) -> bool:
    """The queue's tables are procrastinate's."""
    return not (name or "").startswith("procrastinate") and name != "alembic_version"


def test_migrating_from_nothing_gives_what_the_models_describe(settings: Settings) -> None:
    assert CAPABILITIES
    engine = owner_engine(settings.owner_dsn)
    engine.dialect.ischema_names["xid8"] = Xid8  # type: ignore[attr-defined]  # the reflection's own table of types
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _ours, "compare_type": True})
        differences = compare_metadata(context, Row.metadata)
    engine.dispose()
    assert differences == []
