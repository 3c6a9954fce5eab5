"""The embedded PostgreSQL: started for a data folder, stopped again. Used by `make run` and by the tests alike.

It listens on a Unix socket only, asks everybody for a password, and ends when the process that started it ends.
How a cluster is made is `postgres_making`'s, who runs it and where is `postgres_account`'s.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

from infra import parting, sockets
from infra.folders import prepare
from infra.postgres_account import Place, as_account, place_for
from infra.postgres_making import APPLICATION, DATABASE, OWNER, SUPERUSER, make, passwords
from infra.refusal import Refusal

_SOCKET_NAME: Final = ".s.PGSQL.5432"
_START_WITHIN_S: Final = 60.0  # recovery after a crash can take a while
_STOP_WITHIN_S: Final = 20.0
_ASK_AGAIN_AFTER_S: Final = 0.5
_STILL_IN_USE: Final = "is still in use"  # PostgreSQL's word for shared memory of servers that outlive their postmaster
_SETTINGS: Final = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # statements carry what people typed; their errors are the application's to log
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}


@dataclass
class Cluster:
    """A running PostgreSQL. The owner's role migrates; the application's owns nothing."""

    owner_dsn: str = field(repr=False)
    application_dsn: str = field(repr=False)
    superuser_dsn: str = field(repr=False)
    socket_dir: Path
    home: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        return self.process.pid

    @property
    def running(self) -> bool:
        """Whether the postmaster is alive."""
        return self.process.poll() is None

    def stop(self) -> None:
        """Let connections go and stop; no harm when it is stopped already."""
        if self.running:
            self.process.send_signal(signal.SIGCONT)  # a stopped process hears nothing else
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(_STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(_STOP_WITHIN_S)


def start(data_dir: Path, *, fsync: bool = True, log: Path | None = None) -> Cluster:
    """A running PostgreSQL for this data folder, made the first time.

    `fsync=False` is for tests whose data may be lost. The log goes to `logs/postgres.log` of the data folder.
    Raises: Refusal.
    """
    data_dir = data_dir.resolve()
    prepare(data_dir)
    place = place_for(data_dir)
    folder = place.home / "cluster"
    made = folder.exists()
    secrets = passwords(data_dir, made=made)
    if made:
        _end_leftover(folder)
    else:
        make(place, folder, secrets, sync=fsync)
    owner = (place.account.uid, place.account.gid) if place.account else None
    socket_dir = sockets.folder_for(place.home, _SOCKET_NAME, owner)
    log = log or data_dir / "logs" / "postgres.log"
    process = _ready(lambda: _launch(place, folder, socket_dir, log, fsync=fsync), folder, log)
    return Cluster(
        owner_dsn=_dsn(OWNER, secrets[OWNER], socket_dir),
        application_dsn=_dsn(APPLICATION, secrets[APPLICATION], socket_dir),
        superuser_dsn=_dsn(SUPERUSER, secrets[SUPERUSER], socket_dir),
        socket_dir=socket_dir,
        home=place.home,
        process=process,
    )


@contextmanager
def temporary() -> Iterator[Cluster]:
    """A cluster for tests, fast and forgotten afterwards."""
    data_dir = Path(tempfile.mkdtemp(prefix="lianyi-pg-"))
    cluster = start(data_dir, fsync=False)
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(cluster.home, ignore_errors=True)
        shutil.rmtree(data_dir, ignore_errors=True)


def exists(data_dir: Path) -> bool:
    """Whether a cluster was made for this data folder."""
    return any((data_dir / "pg").glob("*"))


def _launch(place: Place, folder: Path, socket_dir: Path, log: Path, *, fsync: bool) -> subprocess.Popen[bytes]:
    settings = _SETTINGS | {"unix_socket_directories": str(socket_dir)}
    if not fsync:
        settings |= {"fsync": "off", "full_page_writes": "off"}  # a killed process still loses nothing
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            [place.program("postgres"), "-D", str(folder), *options],
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            cwd=place.home,
            start_new_session=True,  # Ctrl-C at the terminal is the start script's: PostgreSQL stops last
            preexec_fn=parting.ends_with_us(signal.SIGINT),
            **as_account(place.account),
        )
    finally:
        os.close(handle)


def _ready(launch: Callable[[], subprocess.Popen[bytes]], folder: Path, log: Path) -> subprocess.Popen[bytes]:
    """A postmaster that takes connections.

    After one was killed, a server in the middle of a statement lives until that statement ends, at the latest by its
    limit; until then PostgreSQL refuses to start, so it is asked again.
    """
    deadline = time.monotonic() + _START_WITHIN_S
    while True:
        process = launch()
        if _serves(process, folder, deadline):
            return process
        said = _last_words(log)
        if _STILL_IN_USE not in said or time.monotonic() > deadline:
            raise Refusal(f"The embedded PostgreSQL did not start: {said} (more in {log}).")
        time.sleep(_ASK_AGAIN_AFTER_S)


def _serves(process: subprocess.Popen[bytes], folder: Path, deadline: float) -> bool:
    """Wait until it takes connections; False when it ended, or was ended because it took too long."""
    while _postmaster(folder) != (process.pid, "ready"):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            return False
        time.sleep(0.02)
    return True


def _postmaster(folder: Path) -> tuple[int, str] | None:
    """Process id and state from the cluster's own note; None while there is none."""
    try:
        lines = (folder / "postmaster.pid").read_text("utf-8").splitlines()
        return int(lines[0]), lines[7].strip() if len(lines) > 7 else ""
    except (OSError, ValueError, IndexError):
        return None


def _end_leftover(folder: Path) -> None:
    """End what an earlier start left: a postmaster that outlived it, or the note of one that was killed.

    PostgreSQL refuses a note whose process id lives, also when that is by now another program's.
    """
    noted = _postmaster(folder)
    if noted is None:
        return
    pid = noted[0]
    if not _is_postmaster(pid, folder):
        if parting.alive(pid):
            (folder / "postmaster.pid").unlink()
        return
    for word in (signal.SIGINT, signal.SIGQUIT):
        with suppress(ProcessLookupError):
            os.kill(pid, word)
        if parting.gone_within(pid, _STOP_WITHIN_S):
            return
    raise Refusal(f"A PostgreSQL (process {pid}) of an earlier start does not stop: end it, then start again.")


def _is_postmaster(pid: int, folder: Path) -> bool:
    words = parting.command_of(pid)
    return "postgres" in words and str(folder) in words


def _dsn(role: str, password: str, socket_dir: Path) -> str:
    return f"postgresql://{role}:{password}@/{DATABASE}?host={quote(str(socket_dir), safe='')}"


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    told = [line for line in lines if "FATAL" in line or "ERROR" in line or "PANIC" in line]
    return (told or lines or ["it said nothing"])[-1]
