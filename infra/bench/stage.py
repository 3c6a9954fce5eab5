"""The stage: a fresh PostgreSQL in a temporary folder and the application on it, both on the measured core."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from pydantic import SecretStr

from infra import embedded_postgres
from infra.embedded_postgres import Cluster
from infra.ports import free_port
from infra.refusal import Refusal
from server.foundation.keys import make_master_key
from server.migrations.apply import migrate
from server.settings import HttpSettings, Settings, SignInSettings

from .cores import MEASURED, pin, pin_all

_ROOT: Final = Path(__file__).resolve().parents[2]
_READY_WITHIN_S: Final = 60.0
_STOP_WITHIN_S: Final = 30.0
# Tokens are as long good as the benchmark takes, and each login was looked up when its token was warmed.
_SIGN_IN_S: Final = 6 * 3600
_WRITTEN: Final = "bookings, visits, encounters, care_relationships, idempotency_keys"


@dataclass(frozen=True, slots=True)
class Stage:
    """What runs."""

    cluster: Cluster
    settings: Settings
    folder: Path
    application: subprocess.Popen[bytes]

    def reset(self) -> None:
        """Nobody has booked: the next run finds what the last one found. Audit rows stay; nothing removes those."""
        with psycopg.connect(self.cluster.superuser_dsn, autocommit=True) as connection:
            connection.execute(f"TRUNCATE {_WRITTEN} CASCADE")
            connection.execute(
                "UPDATE quotas SET taken = 0 WHERE taken > 0 AND slot_id IN (SELECT id FROM slots WHERE numbered > 30)"
            )
            connection.execute("VACUUM (ANALYZE) quotas")
            connection.execute("CHECKPOINT")


@contextmanager
def database() -> Iterator[tuple[Cluster, Settings, Path]]:
    """A migrated database on the measured core; with fsync, as in a hospital."""
    folder = Path(tempfile.mkdtemp(prefix="ly-bench-"))
    cluster = embedded_postgres.start(folder)
    try:
        pin_all(MEASURED, cluster.pid)
        make_master_key(folder / "keys" / "master")
        migrate(cluster.owner_dsn, "lianyi_app")
        yield cluster, _settings(cluster, folder), folder
    finally:
        cluster.stop()
        shutil.rmtree(cluster.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def _settings(cluster: Cluster, folder: Path) -> Settings:
    return Settings(
        env="test",
        demo=True,
        data_dir=folder,
        embedded_dsn=SecretStr(cluster.application_dsn),
        embedded_owner_dsn=SecretStr(cluster.owner_dsn),
        log_level="warning",
        http=HttpSettings(port=free_port(neighbours=2)),  # the next one is for metrics
        sign_in=SignInSettings(access_lifetime_s=_SIGN_IN_S, login_seen_every_s=_SIGN_IN_S),
    )


@contextmanager
def stage(cluster: Cluster, settings: Settings, folder: Path) -> Iterator[Stage]:
    """The application, ready. Raises: Refusal when it does not come up."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LIANYI_")},
        "LIANYI_ENV": settings.env,
        "LIANYI_DEMO": "1",
        "LIANYI_DATA_DIR": str(folder),
        "LIANYI_EMBEDDED_DSN": cluster.application_dsn,
        "LIANYI_LOG_LEVEL": settings.log_level,
        "LIANYI_HTTP__PORT": str(settings.http.port),
        "LIANYI_SIGN_IN__ACCESS_LIFETIME_S": str(_SIGN_IN_S),
        "LIANYI_SIGN_IN__LOGIN_SEEN_EVERY_S": str(_SIGN_IN_S),
    }
    log = (folder / "application.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.bench.served"],
        cwd=_ROOT,
        env=environment,
        stdout=log,
        stderr=log,
        preexec_fn=lambda: pin(MEASURED),
    )
    try:
        _await_ready(process, settings.http.port, folder / "application.log")
        yield Stage(cluster, settings, folder, process)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_WITHIN_S)
        process.kill()
        log.close()


def _await_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while True:
        with suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
            return
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text("utf-8", "replace").strip().splitlines()
            raise Refusal("The application did not start:\n" + "\n".join(said[-12:] or ["it said nothing"]))
        time.sleep(0.1)
