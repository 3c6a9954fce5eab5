"""A whole installation on a folder of its own, started as `make run` starts it: database, application, media, worker."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from pydantic import SecretStr

from infra.embedded_postgres import Cluster
from infra.folders import prepare
from infra.plan import Plan, read_plan
from infra.postgres_account import place_for
from infra.preflight import check
from infra.running import Running
from server.settings import HttpSettings, Settings
from tests.ports import free_port


@dataclass(frozen=True, slots=True)
class Installation:
    """What runs, and where it keeps its things."""

    plan: Plan
    running: Running
    cluster: Cluster
    settings: Settings

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.plan.data_dir

    @property
    def address(self) -> str:
        """Where it answers."""
        return self.plan.probe

    def dump(self, *options: str) -> bytes:
        """What pg_dump writes of the whole database."""
        program = place_for(self.folder).software / "bin" / "pg_dump"
        command = [str(program), *options, f"--dbname={self.cluster.superuser_dsn}"]
        return subprocess.run(command, check=True, capture_output=True).stdout

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the superuser reads."""
        with psycopg.connect(self.cluster.superuser_dsn) as connection:
            return connection.execute(query.encode()).fetchall()

    def files(self) -> list[Path]:
        """Every file of the data folder and of the database, the databases that PostgreSQL brings along left out."""
        roots = {self.folder, self.cluster.home}
        found = {path for root in roots for path in root.rglob("*") if path.is_file()}
        brought = {self.cluster.home / "cluster" / "base" / name for name in ("1", "4", "5")}
        return sorted(path for path in found if not brought & set(path.parents))


@contextmanager
def installed() -> Iterator[Installation]:
    """Start everything, and stop it again."""
    folder = Path(tempfile.mkdtemp(prefix="ly-"))
    folder.chmod(0o755)
    given = {name: value for name, value in os.environ.items() if not name.startswith("LIANYI_")}
    plan = read_plan(given | {"LIANYI_DATA_DIR": str(folder), "PORT": str(free_port(neighbours=2)), "LIANYI_DEMO": "1"})
    prepare(plan.data_dir)
    running = Running(plan)
    try:
        check(plan)
        running.start_database()
        assert running.cluster is not None
        environment = plan.application(running.cluster, None)
        running.migrate(environment)
        running.start_serving(environment)
        running.await_ready()
        running.start_worker(environment)
        yield Installation(plan, running, running.cluster, _settings(plan, running.cluster))
    finally:
        running.stop()
        if running.cluster is not None:
            shutil.rmtree(running.cluster.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _settings(plan: Plan, cluster: Cluster) -> Settings:
    """The settings of a process of this test on the same installation."""
    return Settings(
        env="test",
        demo=True,
        data_dir=plan.data_dir,
        embedded_dsn=SecretStr(cluster.application_dsn),
        embedded_owner_dsn=SecretStr(cluster.owner_dsn),
        http=HttpSettings(port=plan.port),
    )
