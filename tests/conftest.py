"""One real PostgreSQL, one ground and one running server for all tests; every test makes its own people."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr
from xdist.remote import Producer  # type: ignore[import-untyped]  # it ships no types
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # as above

from infra import embedded_postgres
from infra.embedded_postgres import Cluster
from server.app import standing_on
from server.foundation.ground import Ground
from server.foundation.keys import make_master_key
from server.foundation.logs import configure_logs
from server.migrations.apply import migrate
from server.settings import HttpSettings, Settings, SigningSettings

from .api import Api
from .ports import free_port
from .serving import Served, serving

# What shares something that is dear to make runs in one worker: the started product, the world of the permission matrix.
TOGETHER = ("tests/e2e/", "tests/integration/permissions/", "tests/integration/api/")


class Together(LoadScopeScheduling):  # type: ignore[misc]  # a class without types
    """Where two workers share the tests: the folders that stay together, and each other file as a whole."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    """How workers share the tests. Not by groups: xdist 3.8 marks them in a place where pytest 9.2 does not look."""
    return Together(config, log)


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """A short path: Unix sockets have room for 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="ly-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(data_dir: Path) -> Iterator[Cluster]:
    """The embedded PostgreSQL, without fsync: what survives a power cut is tested elsewhere."""
    started = embedded_postgres.start(data_dir, fsync=False)
    yield started
    started.stop()


@pytest.fixture(autouse=True)
def the_log_is_as_it_was() -> Iterator[None]:
    """What a command said of logging ends with its test: its stream may have been that test's own, and is closed then."""
    root, before = logging.getLogger(), structlog.get_config()
    ours, level = [each for each in root.handlers if not _is_pytests(each)], root.level
    yield
    root.handlers = [*filter(_is_pytests, root.handlers), *ours]
    root.setLevel(level)
    structlog.configure(**before)


def _is_pytests(handler: logging.Handler) -> bool:
    return type(handler).__module__.startswith("_pytest")


@pytest.fixture(scope="session")
def settings(cluster: Cluster, data_dir: Path) -> Settings:
    """Settings of a demo installation on a port of its own, migrated."""
    configure_logs("warning")
    make_master_key(data_dir / "keys" / "master")
    migrate(cluster.owner_dsn, "lianyi_app")
    return Settings(
        env="test",
        demo=True,
        data_dir=data_dir,
        embedded_dsn=SecretStr(cluster.application_dsn),
        embedded_owner_dsn=SecretStr(cluster.owner_dsn),
        http=HttpSettings(port=free_port()),
        signing=SigningSettings(pin_memory_kib=8 * 1024, pin_passes=1),
    )


@pytest.fixture(scope="session")
async def ground(settings: Settings) -> AsyncIterator[Ground]:
    """The ground of a process on that database."""
    async with standing_on(settings) as ground:
        yield ground


@pytest.fixture(scope="session")
async def served(settings: Settings, ground: Ground) -> AsyncIterator[Served]:
    """The application, listening on loopback, with sockets; jobs are run by the tests that need them."""
    async with serving(settings, ground) as served:
        yield served


@pytest.fixture
async def api(served: Served) -> AsyncIterator[Api]:
    """Somebody at the API who has not signed in."""
    async with Api(served.address) as api:
        yield api
