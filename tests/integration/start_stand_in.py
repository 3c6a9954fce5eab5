"""A small project around the real start script: stand-ins for the hospital, so that starting is tested by itself.

The stand-in application answers /readyz, remembers its environment, and needs its table to have been migrated; the real
ones are started by test_start_real.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]

_SERVER = """
import http.server, json, os, signal, sys
import psycopg

def migrate():
    dsn = os.environ.get("LIANYI_EMBEDDED_OWNER_DSN") or os.environ["LIANYI_DATABASE_URL"]
    with psycopg.connect(dsn) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS county (seeded int)")
        owner.execute("GRANT SELECT, INSERT ON county TO lianyi_app")

def demo():
    with psycopg.connect(os.environ["LIANYI_EMBEDDED_DSN"]) as application:
        application.execute("INSERT INTO county VALUES (1)")

def serve():
    if os.environ.get("STAND_IN_REFUSES"):
        sys.stderr.write("The stand-in refuses to serve.\\n")
        sys.exit(2)

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            with psycopg.connect(os.environ["LIANYI_EMBEDDED_DSN"]) as application:
                seeded = application.execute("SELECT count(*) FROM county").fetchone()[0]
            body = json.dumps({"seeded": seeded, "pid": os.getpid(), "environment": dict(os.environ)}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    where = (os.environ["LIANYI_HTTP__HOST"], int(os.environ["LIANYI_HTTP__PORT"]))
    http.server.ThreadingHTTPServer(where, Answers).serve_forever()

def worker():
    signal.pause()

{"migrate": migrate, "demo": demo, "serve": serve, "worker": worker}[sys.argv[1]]()
"""
_MEDIA = """
import json, os, pathlib, signal, socket, sys
path = pathlib.Path(sys.argv[2])
path.unlink(missing_ok=True)
os.umask(0o077)
with socket.socket(socket.AF_UNIX) as door:
    door.bind(str(path))
    told = {name: value for name, value in os.environ.items() if name.startswith("LIANYI_")}
    pathlib.Path(os.environ["LIANYI_DATA_DIR"], "run", "media.json").write_text(json.dumps({"pid": os.getpid(), **told}))
    signal.pause()
"""


def until(reached: Callable[[], object], seconds: float = 60) -> None:
    """Wait for a state; refusals of connections count as not reached."""
    deadline = time.monotonic() + seconds
    while True:
        with suppress(OSError, ValueError):
            if reached():
                return
        assert time.monotonic() < deadline, "not reached in time"
        time.sleep(0.02)


class Started:
    """A start script that runs: what it said, and how to stop it."""

    def __init__(self, folder: Path, port: int, data_dir: Path, **variables: str) -> None:
        self.port = port
        self.data_dir = data_dir
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LIANYI_")}
        environment = {**kept, "LIANYI_DATA_DIR": str(data_dir), "PORT": str(port), **variables}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "infra.start"],
            cwd=folder,
            env=environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as said:
            self.lines.extend(said)

    @property
    def said(self) -> str:
        """Everything it printed; whole once it has ended."""
        return "".join(self.lines)

    def ready(self, seconds: float = 60) -> Started:
        """Wait until it announced itself."""
        until(lambda: "Ready in" in self.said or self.process.poll() is not None, seconds)
        assert self.process.poll() is None, self.said
        return self

    def state(self) -> dict[str, object]:
        """What the stand-in application answers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
            found: dict[str, object] = json.load(answer)
            return found

    def ended(self, seconds: float = 60) -> int:
        """Wait until it has ended by itself; gives its exit code."""
        code = self.process.wait(seconds)
        self._reader.join()
        return code

    def stop(self, word: signal.Signals = signal.SIGINT) -> int:
        """Ask it to stop; gives its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(word)
        return self.ended()


class Project:
    """A copy of what starts the product, with stand-ins for what is started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data_dir = folder / ".data"
        self.port = free_port(neighbours=2)  # the next one is for metrics
        self.running: list[Started] = []
        without = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "infra", folder / "infra", ignore=without)
        shutil.copytree(ROOT / "server" / "foundation", folder / "server" / "foundation", ignore=without)
        for path, text in {
            "server/__init__.py": "",
            "server/__main__.py": _SERVER,
            "media/__init__.py": "",
            "media/__main__.py": _MEDIA,
            "web-client/dist/index.html": "<title>stand-in</title>",
        }.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)

    def start(self, **variables: str) -> Started:
        """Run the start script; ended with the project."""
        started = Started(self.folder, self.port, self.data_dir, **variables)
        self.running.append(started)
        return started


@contextmanager
def a_project() -> Iterator[Project]:
    """A stand-in project under a short path, and the end of what was started in it."""
    folder = Path(tempfile.mkdtemp(prefix="ly-"))
    folder.chmod(0o711)
    project = Project(folder)
    try:
        yield project
    finally:
        for started in project.running:
            started.stop()
        shutil.rmtree(folder, ignore_errors=True)
