"""Processes kept running: started again when they die, stopped when asked, quiet at the terminal."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.children import Child, ended_by, warnings_in

STEADY = "import signal; print('up', flush=True); signal.pause()"
DEAF = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\nwhile True: signal.pause()"
)


def until(reached: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "not reached in time"
        time.sleep(0.01)


def tended(child: Child, reached: Callable[[], bool]) -> None:
    """Look after the child until the state is reached."""

    def look() -> bool:
        child.tend()
        return reached()

    until(look)


class Bench:
    """One child at a time, and what was said about it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.children: list[Child] = []

    def child(self, program: str, *, once: bool = False) -> Child:
        command = [sys.executable, "-c", program]
        log = self.folder / "child.log"
        made = Child("child", command, os.environ, self.folder, log, say=self.said.append, once=once)
        self.children.append(made)
        made.start()
        return made


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    for child in made.children:
        child.kill()


def test_a_child_that_is_killed_runs_again(bench: Bench) -> None:
    child = bench.child(STEADY)
    assert child.process is not None
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    tended(child, lambda: child.process is not None and child.process.pid != first)
    assert "signal SIGKILL" in bench.said[0]
    assert "starting it again in 0.5 s" in bench.said[0]
    assert bench.said[1] == "  child runs again."


def test_a_child_that_dies_at_once_is_started_later_each_time(bench: Bench) -> None:
    child = bench.child("raise SystemExit(3)")
    tended(child, lambda: child.failures == 3)
    waits = [line.partition(" again in ")[2].split()[0] for line in bench.said if "exit code 3" in line]
    assert waits == ["0.5", "1.0", "2.0"]


def test_a_child_that_works_once_is_not_started_again(bench: Bench) -> None:
    child = bench.child("print('done')", once=True)
    tended(child, lambda: child.process is None)
    child.tend()
    assert not child.running
    assert bench.said == []


def test_a_child_that_works_once_and_fails_says_so(bench: Bench) -> None:
    child = bench.child("raise SystemExit('no county')", once=True)
    tended(child, lambda: child.process is None)
    assert "no county" in bench.said[0]


def test_stopping_lets_a_child_end_by_itself(bench: Bench) -> None:
    child = bench.child(STEADY)
    until(lambda: child.last_words() == "up")
    child.stop()
    assert child.process is not None
    assert child.process.returncode == -signal.SIGTERM


def test_a_stopped_process_is_woken_to_hear_that_it_shall_end(bench: Bench) -> None:
    child = bench.child(STEADY)
    until(lambda: child.last_words() == "up")
    assert child.process is not None
    os.kill(child.process.pid, signal.SIGSTOP)
    child.stop()
    assert child.process.returncode == -signal.SIGTERM


def test_a_child_that_does_not_listen_is_ended(bench: Bench) -> None:
    child = bench.child(DEAF)
    child.stop_within_s = 0.2
    until(lambda: child.last_words() == "up")
    child.stop()
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL
    assert "did not stop" in bench.said[0]


def test_only_warnings_reach_the_terminal(bench: Bench) -> None:
    lines = [{"level": "info", "event": "quiet"}, {"level": "warning", "event": "media.lost", "error": "OSError"}]
    program = (
        f"import signal\nfor line in {[json.dumps(line) for line in lines]!r}: print(line, flush=True)\nsignal.pause()"
    )
    child = bench.child(program)
    tended(child, lambda: bool(bench.said))
    assert bench.said == ["  [child] media.lost OSError"]


def test_many_warnings_become_one_line_that_names_the_log(bench: Bench) -> None:
    line = json.dumps({"level": "error", "event": "again"})
    child = bench.child(
        f"import signal\nfor _ in range(50): print({line!r}, flush=True)\nprint('up', flush=True); signal.pause()"
    )
    until(lambda: child.last_words() == "up")
    child.tend()
    assert len(bench.said) == 6
    assert "more warnings are in" in bench.said[-1]


def test_lines_that_are_not_logs_are_left_to_the_file() -> None:
    assert list(warnings_in('Traceback\n{"level": "error"\n{"level": "info", "event": "x"}\n')) == []


def test_how_a_process_ended_is_said_in_words() -> None:
    assert (ended_by(0), ended_by(-9), ended_by(-100)) == ("exit code 0", "signal SIGKILL", "signal 100")
