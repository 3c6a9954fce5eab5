"""`make run` by itself: what it prepares, refuses, keeps running and takes down. The hospital is a stand-in here."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import parting
from infra.preflight import check_disk
from infra.refusal import Refusal

from .start_stand_in import Project, Started, a_project, until


@pytest.fixture
def project() -> Iterator[Project]:
    with a_project() as project:
        yield project


def media_of(project: Project) -> dict[str, str]:
    found: dict[str, str] = json.loads((project.data_dir / "run" / "media.json").read_text())
    return found


def postgres_of(started: Started) -> int:
    return int((started.data_dir / "pg" / "cluster" / "postmaster.pid").read_text().splitlines()[0])


def test_a_first_start_prepares_everything_and_a_second_keeps_it(project: Project) -> None:
    first = project.start().ready()
    assert first.state()["seeded"] == 1
    for said in ("Making the database", "Bringing the schema up to date", "Seeding the demo county", "联医已启动"):
        assert said in first.said
    key = (project.data_dir / "keys" / "master").read_bytes()
    assert first.stop() == 0
    second = project.start().ready()
    until(lambda: second.state()["seeded"] == 2)  # the county is brought up to today while pages are served
    assert "Bringing the schema" not in second.said
    assert (project.data_dir / "keys" / "master").read_bytes() == key


def test_ctrl_c_stops_everything_that_was_started(project: Project) -> None:
    started = project.start().ready()
    until(lambda: media_of(project))
    pids = [int(str(started.state()["pid"])), int(media_of(project)["pid"]), postgres_of(started)]
    assert all(parting.alive(pid) for pid in pids)
    assert started.stop(signal.SIGINT) == 0
    assert "Stopped. 已停止。" in started.said
    assert not any(parting.alive(pid) for pid in pids)


def test_nothing_outlives_a_killed_start_script_for_long_and_the_next_start_serves(project: Project) -> None:
    started = project.start().ready()
    pid = postgres_of(started)
    started.process.kill()
    started.ended()
    again = project.start().ready()
    assert not parting.alive(pid)
    assert int(str(again.state()["seeded"])) >= 1


@pytest.mark.parametrize("who", ["application", "media"])
def test_a_process_that_dies_runs_again(project: Project, who: str) -> None:
    started = project.start().ready()
    until(lambda: media_of(project))

    def pid() -> int:
        return int(str((started.state() if who == "application" else media_of(project))["pid"]))

    first = pid()
    os.kill(first, signal.SIGKILL)
    until(lambda: pid() != first and "runs again" in started.said)
    assert "signal SIGKILL" in started.said


def test_a_database_that_dies_runs_again(project: Project) -> None:
    started = project.start().ready()
    os.kill(postgres_of(started), signal.SIGKILL)
    until(lambda: "The database runs again" in started.said and started.state()["seeded"])


def test_a_database_that_cannot_run_again_yet_is_tried_again(project: Project) -> None:
    started = project.start().ready()
    (control,) = project.data_dir.resolve().glob("pg/**/pg_control")
    away = control.rename(control.with_suffix(".away"))
    os.kill(postgres_of(started), signal.SIGKILL)
    until(lambda: "did not start" in started.said and "Trying again" in started.said)
    away.rename(control)
    until(lambda: "The database runs again" in started.said and started.state()["seeded"])


def test_private_folders_and_files_are_closed_after_a_start(project: Project) -> None:
    project.start().ready()
    until(lambda: media_of(project))
    for name in ("keys", "vault", "run", "logs", "heads", "pg"):
        folder = project.data_dir / name
        assert folder.stat().st_mode & 0o777 == 0o700, name
        files = [path for path in folder.iterdir() if not path.is_dir()]
        assert [path for path in files if path.stat().st_mode & 0o077] == [], name
    assert (project.data_dir / "keys" / "master").stat().st_mode & 0o777 == 0o600


def test_a_media_node_is_given_no_way_into_the_database(project: Project) -> None:
    started = project.start().ready()
    until(lambda: media_of(project))
    given = started.state()["environment"]
    assert isinstance(given, dict)
    assert "LIANYI_EMBEDDED_DSN" in given
    assert "LIANYI_EMBEDDED_OWNER_DSN" not in given
    assert set(media_of(project)) >= {"LIANYI_DATA_DIR"}
    assert not [name for name in media_of(project) if "DSN" in name or "KEY" in name]


def test_a_second_copy_on_the_same_data_is_refused_with_the_address_of_the_first(project: Project) -> None:
    project.start().ready()
    second = project.start(PORT=str(project.port + 10))
    assert second.ended() == 2
    assert f"already runs on {project.data_dir} at http://localhost:{project.port} (process" in second.said


def test_a_taken_port_is_said_with_the_way_out(project: Project) -> None:
    with socket.create_server(("127.0.0.1", project.port)):
        refused = project.start()
        assert refused.ended() == 2
    assert f"Port {project.port} (PORT) is taken by another program" in refused.said
    assert f"make run PORT={project.port + 1000}" in refused.said
    project.start().ready()


def test_a_missing_master_key_is_refused_while_its_database_exists(project: Project) -> None:
    project.start().ready().stop()
    key = project.data_dir / "keys" / "master"
    key.rename(key.with_suffix(".away"))
    refused = project.start()
    assert refused.ended() == 2
    assert "master is missing but its database exists" in refused.said
    assert not key.exists()
    key.with_suffix(".away").rename(key)
    project.start().ready()


def test_a_real_database_without_a_master_key_is_refused(project: Project) -> None:
    refused = project.start(LIANYI_DATABASE_URL="postgresql://app@localhost/lianyi")
    assert refused.ended() == 2
    assert "openssl rand -base64 32" in refused.said
    assert not (project.data_dir / "pg").exists()


def test_an_application_that_refuses_is_quoted_and_everything_is_taken_down(project: Project) -> None:
    refused = project.start(STAND_IN_REFUSES="1")
    assert refused.ended() == 2
    assert "The application did not start (exit code 2): The stand-in refuses to serve." in refused.said
    assert not (project.data_dir / "pg" / "cluster" / "postmaster.pid").exists()


def test_a_full_disk_is_said_with_the_way_out() -> None:
    check_disk(1_000_000_000, Path("/data"))
    with pytest.raises(Refusal, match="Only 999 MB are free at /data"):
        check_disk(999_999_999, Path("/data"))


def test_no_sentence_shows_a_traceback(project: Project) -> None:
    with socket.create_server(("127.0.0.1", project.port + 1)):
        refused = project.start()
        assert refused.ended() == 2
    assert "metrics, which is PORT + 1" in refused.said
    assert "Traceback" not in refused.said
