"""What a whole start leaves open to others: no file to read, no door to knock at, no evidence to change.

The cluster's own folder, its passwords and the audit tables are tested where they are made; here is the rest.
"""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from server.migrations.rights import APPEND_ONLY, READ_ONLY
from tests.integration.test_embedded_postgres import as_nobody

from .installation import Installation
from .story import Story

_PRIVATE = ("keys", "vault", "run", "logs", "heads")


def test_every_file_is_its_owners_alone(installation: Installation, story: Story) -> None:
    assert story.sought
    roots = [installation.folder / name for name in _PRIVATE] + [installation.cluster.home]
    assert all(root.is_dir() for root in roots)
    open_to_others = [
        f"{oct(stat.S_IMODE(path.lstat().st_mode))} {path}"
        for root in roots
        for path in (root, *root.rglob("*"))
        if not path.is_symlink() and stat.S_IMODE(path.lstat().st_mode) & 0o077
    ]
    assert open_to_others == []


def test_another_local_user_reads_nothing_and_reaches_no_door(installation: Installation, story: Story) -> None:
    assert story.sought
    files = [path for name in _PRIVATE for path in (installation.folder / name).rglob("*") if path.is_file()]
    doors = [installation.plan.media_socket, installation.cluster.socket_dir / ".s.PGSQL.5432"]
    assert {path.relative_to(installation.folder).parts[0] for path in files} >= {"keys", "vault", "logs"}
    assert all(_opens(path) for path in files)
    assert all(_connects(door) for door in doors)
    if os.geteuid() != 0:  # an ordinary user cannot become another one; the modes are asserted above
        return
    with as_nobody():
        opened = [path for path in files if _opens(path)]
        connected = [door for door in doors if _connects(door)]
    assert (opened, connected) == ([], [])


def _opens(path: Path) -> bool:
    try:
        with path.open("rb"):
            return True
    except PermissionError:
        return False


def _connects(door: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as ours:
        try:
            ours.connect(str(door))
        except PermissionError:
            return False
        return True


@pytest.mark.parametrize("table", sorted(APPEND_ONLY | READ_ONLY))
def test_the_application_cannot_change_evidence(installation: Installation, story: Story, table: str) -> None:
    assert story.sought
    column = installation.rows(
        f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}' LIMIT 1"  # noqa: S608  # our own names
    )[0][0]
    with psycopg.connect(installation.cluster.application_dsn, autocommit=True) as application:
        assert application.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() is not None  # noqa: S608  # likewise
        for refused in (
            f"UPDATE {table} SET {column} = {column}",  # noqa: S608  # likewise
            f"DELETE FROM {table}",  # noqa: S608  # likewise
            f"TRUNCATE {table}",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TABLE {table}",
        ):
            with pytest.raises(InsufficientPrivilege):
                application.execute(refused.encode())


def test_the_media_node_is_given_no_database_and_no_key(installation: Installation) -> None:
    (node,) = [child for child in installation.running.children if child.name == "media-1"]
    assert node.process is not None
    secrets = [installation.cluster.application_dsn, installation.cluster.owner_dsn, "LIANYI_MASTER_KEY"]
    environment = Path(f"/proc/{node.process.pid}/environ")
    shown = environment.read_text("utf-8", "replace") if environment.exists() else str(node.environment)
    assert [each for each in secrets if each in shown] == []
