"""`make run` with the real hospital: it serves, keeps its data, closes its folders, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_port

from .start_stand_in import ROOT, Started
from .test_embedded_postgres import as_nobody

PRIVATE = ("keys", "vault", "run", "logs", "heads", "media", "pg")


@pytest.fixture(scope="module")
def started() -> Iterator[Started]:
    """The second of two starts on the same data: the first one's work is what the tests look at."""
    folder = Path(tempfile.mkdtemp(prefix="ly-"))
    port = free_port(neighbours=2)
    try:
        first = Started(ROOT, port, folder).ready(240)
        assert first.stop() == 0, first.said
        second = Started(ROOT, port, folder)
        try:
            yield second.ready(120)
        finally:
            second.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def answer_of(started: Started, path: str) -> tuple[int, bytes]:
    with urllib.request.urlopen(f"http://127.0.0.1:{started.port}{path}", timeout=10) as answer:
        return answer.status, answer.read()


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not path.is_dir() and not path.is_symlink()]


def test_the_page_and_the_api_are_served(started: Started) -> None:
    assert answer_of(started, "/readyz")[0] == 200
    assert b"<!doctype html>" in answer_of(started, "/")[1].lower()
    assert b'"openapi"' in answer_of(started, "/api/openapi.json")[1]


def test_a_second_start_repeats_no_long_step(started: Started) -> None:
    for step in ("Making the database", "Bringing the schema", "Seeding the demo county"):
        assert step not in started.said
    assert "联医已启动" in started.said


def test_every_private_folder_and_each_file_in_it_is_closed(started: Started) -> None:
    assert started.data_dir.stat().st_mode & 0o066 == 0
    for name in PRIVATE:
        assert (started.data_dir / name).stat().st_mode & 0o777 == 0o700, name
    for name in ("keys", "vault", "run", "logs", "heads", "media"):
        assert [path for path in files_in(started.data_dir / name) if path.stat().st_mode & 0o077] == [], name
    assert (started.data_dir / "keys" / "master") in files_in(started.data_dir / "keys")


def test_only_this_machine_is_served_without_tls(started: Started) -> None:
    addresses = {found[4][0] for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in addresses - {"127.0.0.1"}:
        if not str(address).startswith("127."):
            with pytest.raises(OSError, match="refused"):
                socket.create_connection((str(address), started.port), timeout=2)
    socket.create_connection(("127.0.0.1", started.port), timeout=2).close()


def test_another_local_user_can_read_nothing_and_reach_no_socket(started: Started) -> None:
    doors = [started.data_dir / "run" / "media-1.sock", started.data_dir / "pg" / ".s.PGSQL.5432"]
    for door in doors:
        with socket.socket(socket.AF_UNIX) as ours:
            ours.connect(str(door))
    if os.geteuid() != 0:  # an ordinary user cannot become another one; the modes are asserted above
        return
    with as_nobody():
        for name in PRIVATE:
            with pytest.raises(PermissionError):
                os.listdir(started.data_dir / name)
        for door in doors:
            with socket.socket(socket.AF_UNIX) as theirs, pytest.raises(PermissionError):
                theirs.connect(str(door))
