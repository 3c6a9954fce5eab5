"""A database of its own for all tests of the pool: their scans run days ahead, and would reach everybody else's people."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
import pytest
from pydantic import SecretStr

from infra.embedded_postgres import Cluster
from server.app import standing_on
from server.foundation.ground import Ground
from server.migrations.apply import migrate
from server.settings import HttpSettings, Settings
from tests.ports import free_port
from tests.serving import Served, serving

_NAME = "lianyi_pool"


@pytest.fixture(scope="session")
def settings(cluster: Cluster, settings: Settings) -> Settings:
    """The same installation on another database, and on another port."""
    with psycopg.connect(cluster.superuser_dsn, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_NAME} OWNER lianyi_owner")
        connection.execute(f"GRANT CONNECT ON DATABASE {_NAME} TO lianyi_app")
    owner, application = (dsn.replace("/lianyi?", f"/{_NAME}?") for dsn in (cluster.owner_dsn, cluster.application_dsn))
    migrate(owner, "lianyi_app")
    own = {
        "embedded_dsn": SecretStr(application),
        "embedded_owner_dsn": SecretStr(owner),
        "http": HttpSettings(port=free_port()),
    }
    return settings.model_copy(update=own)


@pytest.fixture(scope="session")
async def ground(settings: Settings) -> AsyncIterator[Ground]:
    """The ground of a process on it."""
    async with standing_on(settings) as ground:
        yield ground


@pytest.fixture(scope="session")
async def served(settings: Settings, ground: Ground) -> AsyncIterator[Served]:
    """The application on it."""
    async with serving(settings, ground) as served:
        yield served
