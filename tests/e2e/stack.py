"""The whole stack as `make run` starts it, on a folder and ports of its own, and its processes by name."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from infra.postgres_making import DATABASE, OWNER, passwords
from tests.ports import free_port, port_range

ROOT: Final = Path(__file__).resolve().parents[2]
_START_WITHIN_S: Final = 180.0
_MEDIA_PORTS: Final = 200
_LAST_LINES: Final = 12


@dataclass(frozen=True, slots=True)
class Stack:
    """A running product."""

    address: str
    data_dir: Path
    process: subprocess.Popen[bytes]

    def about(self) -> dict[str, Any]:
        """What the application says of itself. Raises: OSError while it does not answer."""
        with urllib.request.urlopen(f"{self.address}/api/about", timeout=2) as answer:  # noqa: S310  # our own address
            found: dict[str, Any] = json.load(answer)
            return found

    def ready(self) -> bool:
        """Whether the application says that all its parts answer."""
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=5):  # noqa: S310  # our own address
                return True
        except OSError:
            return False

    def pid_of(self, words: str) -> int:
        """The process of this stack whose command line has these words, such as `-m media`."""
        listed = subprocess.run(["ps", "-axo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        for line in listed.splitlines():
            pid, parent, args = line.split(None, 2)
            if int(parent) == self.process.pid and words in args:
                return int(pid)
        raise AssertionError(f"no process with {words!r} belongs to this stack")

    def kill(self, words: str) -> int:
        """End one of its processes without a warning; the supervisor starts it again."""
        pid = self.pid_of(words)
        os.kill(pid, signal.SIGKILL)
        return pid

    def postmaster(self) -> int:
        """The embedded PostgreSQL's process, by its own note."""
        (note,) = self.data_dir.glob("pg/**/postmaster.pid")
        return int(note.read_text(encoding="ascii").splitlines()[0])

    def owner_dsn(self) -> str:
        """The embedded PostgreSQL as the owner of its tables: for what otherwise only time brings about."""
        (note,) = self.data_dir.glob("pg/**/postmaster.pid")
        folder = note.read_text(encoding="utf-8").splitlines()[4]
        password = passwords(self.data_dir, made=True)[OWNER]
        return f"postgresql://{OWNER}:{password}@/{DATABASE}?host={quote(folder, safe='')}"

    def log(self, name: str) -> str:
        """What a process wrote."""
        path = self.data_dir / "logs" / f"{name}.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def last_words(self) -> str:
        """The end of what the start script and every process wrote, for whoever reads of a failed test."""
        logs = [self.data_dir.parent / "start.log", *sorted((self.data_dir / "logs").glob("*.log"))]
        told = [
            (log.name, log.read_text("utf-8", "replace").splitlines()[-_LAST_LINES:]) for log in logs if log.exists()
        ]
        return "\n".join(f"{name}\n  " + "\n  ".join(lines) for name, lines in told)


@contextmanager
def started(data_dir: Path, log: Path) -> Iterator[Stack]:
    """Start it and stop it, as Ctrl-C does."""
    port = free_port(neighbours=2)
    environment = {
        **os.environ,
        "PORT": str(port),
        "LIANYI_DATA_DIR": str(data_dir),
        "LIANYI_MEDIA__UDP_PORTS": port_range(_MEDIA_PORTS),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.start"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    stack = Stack(f"http://localhost:{port}", data_dir, process)
    try:
        _await(stack, log)
        yield stack
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(40)
        process.kill()
        process.wait()


def _await(stack: Stack, log: Path) -> None:
    deadline = time.monotonic() + _START_WITHIN_S
    while True:
        with suppress(OSError, urllib.error.URLError):
            if stack.about()["demo"]:
                return
        told = log.read_text(encoding="utf-8", errors="replace")
        assert stack.process.poll() is None, told
        assert time.monotonic() < deadline, told
        time.sleep(0.2)
