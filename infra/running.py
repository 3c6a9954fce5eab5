"""What one start script runs: the database, the processes, and the two commands that prepare them."""

from __future__ import annotations

import hashlib
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from infra import embedded_postgres, steps
from infra.children import Child, ended_by
from infra.embedded_postgres import Cluster
from infra.folders import write_secret
from infra.plan import ROOT, Plan
from infra.refusal import Refusal

_READY_WITHIN_S: Final = 90.0
_DATABASE_AGAIN_AFTER_S: Final = 5.0
_SERVER: Final = (sys.executable, "-m", "server")
_MEDIA: Final = (sys.executable, "-m", "media")


class Running:
    """Everything that was started, in the order in which it is stopped: application first, database last."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.cluster: Cluster | None = None
        self.children: list[Child] = []
        self._database_at = 0.0

    def start_database(self) -> None:
        """Start the embedded PostgreSQL; making it is a step of its own."""
        if embedded_postgres.exists(self.plan.data_dir):
            self.cluster = embedded_postgres.start(self.plan.data_dir)
        else:
            with steps.step("Making the database"):
                self.cluster = embedded_postgres.start(self.plan.data_dir)

    def migrate(self, environment: Mapping[str, str]) -> bool:
        """Bring the schema up to date; False when the embedded database has been at these very migrations before."""
        stamp = self.cluster.home / "migrated.sha256" if self.cluster else None
        key = _hash(sorted((ROOT / "server" / "migrations").rglob("*.py")))
        if stamp and stamp.exists() and stamp.read_text("ascii") == key:
            return False
        owner = self.plan.owner(environment, self.cluster)
        self._command("Bringing the schema up to date", "migrate", owner)
        if stamp:
            write_secret(stamp, key.encode())
        return True

    def seed(self, environment: Mapping[str, str]) -> None:
        """Seed the demo county, before anybody comes."""
        self._command("Seeding the demo county", "demo", environment)

    def seed_meanwhile(self, environment: Mapping[str, str]) -> None:
        """Bring the demo county up to today while the application already serves."""
        self._add("demo", (*_SERVER, "demo"), environment, once=True)

    def start_serving(self, environment: Mapping[str, str]) -> None:
        """Start the application and one media node: what somebody who opens the page needs."""
        self._add("application", (*_SERVER, "serve"), environment)
        node = self.plan.media(environment)
        self._add("media-1", (*_MEDIA, "--socket", str(self.plan.media_socket)), node)

    def start_worker(self, environment: Mapping[str, str]) -> None:
        """Start the worker, which nobody waits for: after the page is there, so that it does not slow that down."""
        self._add("worker", (*_SERVER, "worker"), environment)

    def await_ready(self) -> None:
        """Wait until the application says that it is ready.

        Raises: Refusal with the last words of a process that died, or with what readiness waits for.
        """
        deadline = time.monotonic() + _READY_WITHIN_S
        while (waiting_for := _not_ready(self.plan.probe)) is not None:
            for child in self.children:
                if child.process is not None and child.process.poll() is not None:
                    code = ended_by(child.process.returncode)
                    raise Refusal(f"The {child.name} did not start ({code}): {child.last_words()}\nLog: {child.log}")
            if time.monotonic() > deadline:
                raise Refusal(f"The application is not ready after {_READY_WITHIN_S:.0f} s: {waiting_for}")
            time.sleep(0.05)

    def tend(self) -> None:
        """One look at everything that runs."""
        if self.cluster and not self.cluster.running and time.monotonic() >= self._database_at:
            self._start_database_again()
        for child in self.children:
            child.tend()

    def stop(self) -> None:
        """Stop everything, in order."""
        for child in self.children:
            child.stop()
        if self.cluster:
            self.cluster.stop()

    def kill(self) -> None:
        """End everything at once; only the database is let stop cleanly."""
        for child in self.children:
            child.kill()
        if self.cluster:
            self.cluster.stop()

    def _start_database_again(self) -> None:
        """Start the database that ended; refused, as on a full disk, it is tried again: what serves waits for it."""
        _say("  The database ended; starting it again.")
        try:
            self.cluster = embedded_postgres.start(self.plan.data_dir)
        except Refusal as refused:
            self._database_at = time.monotonic() + _DATABASE_AGAIN_AFTER_S
            _say(f"  {refused}\n  Trying again in {_DATABASE_AGAIN_AFTER_S:.0f} s.")
        else:
            _say("  The database runs again.")

    def _add(self, name: str, command: tuple[str, ...], environment: Mapping[str, str], *, once: bool = False) -> None:
        child = Child(name, command, environment, ROOT, self._log(name), say=_say, once=once)
        self.children.append(child)
        child.start()

    def _command(self, what: str, name: str, environment: Mapping[str, str]) -> None:
        steps.run(what, [*_SERVER, name], log=self._log(name), env=environment, cwd=ROOT)

    def _log(self, name: str) -> Path:
        return self.plan.data_dir / "logs" / f"{name}.log"


def _not_ready(address: str) -> str | None:
    """What readiness waits for; None when there is nothing."""
    trusting = ssl._create_unverified_context() if address.startswith("https") else None  # noqa: S323  # our own, on loopback
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5, context=trusting):  # noqa: S310  # http(s) to ourselves
            return None
    except urllib.error.HTTPError as answered:
        return answered.read(2000).decode("utf-8", "replace")
    except OSError as refused:
        return str(refused)


def _hash(files: list[Path] | Iterator[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        total.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _say(line: str) -> None:
    print(line, flush=True)
