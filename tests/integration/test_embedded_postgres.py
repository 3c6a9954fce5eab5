"""The embedded PostgreSQL: who may do what in it, who may reach it, and how it survives being killed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from infra import embedded_postgres, parting
from infra.embedded_postgres import Cluster, start
from infra.postgres_account import NOTE
from infra.refusal import Refusal

NOBODY = 65534
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def a_folder(parent: Path | None = None) -> Iterator[Path]:
    """A data folder with a short path, and the end of whatever was started in it."""
    folder = Path(tempfile.mkdtemp(prefix="ly-", dir=parent))
    started: list[Cluster] = []
    clusters[folder] = started
    try:
        yield folder
    finally:
        for cluster in started:
            cluster.stop()
            shutil.rmtree(cluster.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


clusters: dict[Path, list[Cluster]] = {}


def started_in(folder: Path) -> Cluster:
    """A cluster of this folder, stopped when the folder goes."""
    cluster = start(folder, fsync=False)
    clusters[folder].append(cluster)
    return cluster


def one(dsn: str, query: str) -> object:
    """The single value that a query gives."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def until(reached: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for a state."""
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "not reached in time"
        time.sleep(0.01)


@contextmanager
def as_nobody() -> Iterator[None]:
    """This process as another local user for a moment; only root can do so."""
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Path, Cluster]]:
    with a_folder() as folder:
        yield folder, started_in(folder)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder whose cluster each test starts, and leaves as it likes."""
    with a_folder() as folder:
        yield folder


def test_the_owner_makes_tables_and_the_application_owns_nothing(running: tuple[Path, Cluster]) -> None:
    _, cluster = running
    with psycopg.connect(cluster.owner_dsn) as owner:
        owner.execute("CREATE TABLE owned (n int)")
        owner.execute("GRANT SELECT ON owned TO lianyi_app")
    with psycopg.connect(cluster.application_dsn, autocommit=True) as application:
        assert application.execute("SELECT count(*) FROM owned").fetchone() == (0,)
        for refused in (
            "DROP TABLE owned",
            "CREATE TABLE mine (n int)",
            "CREATE TEMP TABLE mine (n int)",
            "CREATE SCHEMA mine",
            "TRUNCATE owned",
        ):
            with pytest.raises(InsufficientPrivilege):
                application.execute(refused)
    for dsn in (cluster.owner_dsn, cluster.application_dsn):
        assert one(dsn, "SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = user") is False


def test_the_application_has_limits_and_universal_time(running: tuple[Path, Cluster]) -> None:
    dsn = running[1].application_dsn
    names = ("statement_timeout", "lock_timeout", "timezone", "max_connections", "listen_addresses", "server_encoding")
    assert [one(dsn, f"SHOW {name}") for name in names] == ["15s", "5s", "UTC", "200", "", "UTF8"]


def test_everybody_is_asked_for_a_password(running: tuple[Path, Cluster]) -> None:
    _, cluster = running
    assert one(cluster.application_dsn, "SELECT 1") == 1
    password = urlsplit(cluster.application_dsn).password
    assert password
    for wrong in (
        cluster.application_dsn.replace(password, "guess"),
        cluster.application_dsn.replace(f":{password}", ""),
    ):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(wrong)


def test_private_folders_and_secrets_are_closed(running: tuple[Path, Cluster]) -> None:
    folder, cluster = running
    for private in (folder / "keys", folder / "vault", folder / "run", folder / "logs", cluster.home):
        assert private.stat().st_mode & 0o777 == 0o700, private
    secrets = [path for path in (folder / "keys").iterdir() if path.is_file()]
    assert len(secrets) == 3
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}
    assert folder.stat().st_mode & 0o066 == 0


def test_another_local_user_can_neither_read_nor_connect(running: tuple[Path, Cluster]) -> None:
    folder, cluster = running
    files = [
        folder / "keys" / "database-lianyi_app",
        folder / "logs" / "postgres.log",
        cluster.home / "cluster" / "PG_VERSION",
    ]
    door = str(cluster.socket_dir / ".s.PGSQL.5432")
    for file in files:
        assert file.read_bytes() or file.name == "postgres.log"
    with socket.socket(socket.AF_UNIX) as ours:
        ours.connect(door)
    if os.geteuid() != 0:  # an ordinary user cannot become another one; the modes are asserted above
        return
    with as_nobody():
        for file in files:
            with pytest.raises(PermissionError):
                file.read_bytes()
        with socket.socket(socket.AF_UNIX) as theirs, pytest.raises(PermissionError):
            theirs.connect(door)


def test_what_was_acknowledged_survives_a_killed_postmaster(folder: Path) -> None:
    first = started_in(folder)
    with psycopg.connect(first.owner_dsn) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 7 AS n")
    first.process.kill()
    first.process.wait()
    assert (first.home / "cluster" / "postmaster.pid").exists()
    second = started_in(folder)
    assert second.owner_dsn == first.owner_dsn
    assert one(second.owner_dsn, "SELECT n FROM kept") == 7


def test_a_killed_postmaster_comes_back_when_the_statements_under_way_have_ended(folder: Path) -> None:
    first = started_in(folder)
    with psycopg.connect(first.owner_dsn) as busy, ThreadPoolExecutor() as aside:
        # Servers notice while they wait for something, not while they count.
        counting = aside.submit(
            busy.execute, "SELECT count(*) FROM generate_series(1, 6000000) n WHERE md5(n::text) = ''"
        )
        until(lambda: one(first.owner_dsn, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%md5%'") == 2)
        first.process.kill()
        first.process.wait()
        second = started_in(folder)
        with suppress(psycopg.OperationalError):
            counting.result()
        busy.close()
    assert "is still in use" in (folder / "logs" / "postgres.log").read_text()
    assert one(second.application_dsn, "SELECT 1") == 1


def test_the_note_of_a_dead_postmaster_whose_number_was_given_away_is_no_obstacle(folder: Path) -> None:
    first = started_in(folder)
    first.process.kill()
    first.process.wait()
    note = first.home / "cluster" / "postmaster.pid"
    with subprocess.Popen(["sleep", "60"]) as other:
        lines = note.read_text().splitlines()
        note.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        second = started_in(folder)
        assert one(second.application_dsn, "SELECT 1") == 1
        assert parting.alive(other.pid)
        other.kill()


def test_a_postmaster_that_was_left_running_is_ended_first(folder: Path) -> None:
    first = started_in(folder)
    second = started_in(folder)
    assert not first.running
    assert one(second.application_dsn, "SELECT 1") == 1


def test_it_ends_with_the_process_that_started_it(folder: Path) -> None:
    program = "import sys, time\nfrom pathlib import Path\nfrom infra.embedded_postgres import start\n"
    program += "print(start(Path(sys.argv[1]), fsync=False).pid, flush=True); time.sleep(60)"
    command = [sys.executable, "-c", program, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        assert parting.alive(pid)
        starter.send_signal(signal.SIGKILL)
    if sys.platform.startswith("linux"):  # elsewhere the next start ends it
        until(lambda: not parting.alive(pid))
    assert one(started_in(folder).application_dsn, "SELECT 1") == 1
    assert not parting.alive(pid)


def test_lost_passwords_of_an_existing_database_are_said_in_a_sentence(folder: Path) -> None:
    started_in(folder).stop()
    assert embedded_postgres.exists(folder)
    file = folder / "keys" / "database-lianyi_app"
    file.rename(file.with_suffix(".away"))
    with pytest.raises(Refusal, match=r"database-lianyi_app is missing in .*put the keys folder back"):
        start(folder)
    file.with_suffix(".away").rename(file)
    assert one(started_in(folder).application_dsn, "SELECT 1") == 1


def test_a_first_start_that_was_cut_off_is_begun_again() -> None:
    with a_folder() as folder:
        cluster = started_in(folder)
        cluster.stop()
        (cluster.home / "cluster").rename(cluster.home / "cluster.draft")
        (cluster.home / "cluster.draft" / "PG_VERSION").unlink()
        assert one(started_in(folder).application_dsn, "SELECT 1") == 1


def test_a_deep_project_gets_a_short_private_socket() -> None:
    with a_folder() as parent:
        parent.chmod(0o711)
        folder = parent / ("deep-" * 18)
        folder.mkdir()
        clusters[folder] = clusters[parent]
        cluster = started_in(folder)
        assert len(str(cluster.socket_dir)) < 40
        assert cluster.socket_dir.stat().st_mode & 0o777 == 0o700
        assert one(cluster.application_dsn, "SELECT 1") == 1
        cluster.stop()
        shutil.rmtree(cluster.socket_dir)


def test_a_closed_parent_folder_stays_closed() -> None:
    with a_folder() as parent:
        parent.chmod(0o700)
        folder = parent / "data"
        folder.mkdir()
        clusters[folder] = clusters[parent]
        cluster = started_in(folder)
        assert one(cluster.application_dsn, "SELECT 1") == 1
        assert parent.stat().st_mode & 0o777 == 0o700
        if os.geteuid() == 0:  # an ordinary user's own closed folder is no obstacle
            assert (folder / "pg" / NOTE).read_text().startswith(f"{cluster.home}\n")
        again = started_in(folder)
        assert again.home == cluster.home
