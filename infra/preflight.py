"""What must be true before anything is started; each refusal is one sentence with the way out."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from infra import embedded_postgres
from infra.plan import Plan
from infra.refusal import Refusal

LEAST_FREE_BYTES: Final = 1_000_000_000


@contextmanager
def alone(plan: Plan) -> Iterator[None]:
    """Hold the data folder for one start script; the kernel lets go of it however that one ends.

    Raises: Refusal that names the address where the other copy serves.
    """
    lock = plan.data_dir / "run" / "start.lock"
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refusal(_other_copy(lock, plan.data_dir)) from None
        os.ftruncate(handle, 0)
        os.write(handle, json.dumps({"pid": os.getpid(), "address": plan.address}).encode())
        yield
    finally:
        os.close(handle)


def check(plan: Plan) -> None:
    """Refuse a full disk, a taken port, a missing key."""
    check_disk(shutil.disk_usage(plan.data_dir).free, plan.data_dir)
    check_port(plan.host, plan.port, "PORT")
    check_port("127.0.0.1", plan.port + 1, "metrics, which is PORT + 1")
    check_master_key(plan)


def check_disk(free: int, folder: Path) -> None:
    """Refuse to start where records could not be written."""
    if free < LEAST_FREE_BYTES:
        raise Refusal(f"Only {free // 1_000_000} MB are free at {folder}: free at least 1 GB, or set LIANYI_DATA_DIR.")


def check_port(host: str, port: int, what: str) -> None:
    """Refuse a port that another program listens on, or that we may not listen on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as refused:
            raise Refusal(_port_refused(refused, host, port, what)) from None


def check_master_key(plan: Plan) -> None:
    """Make the master key for a new embedded database; refuse one that is missing for a database that exists."""
    path = plan.master_key
    if path.exists():
        return
    if not plan.embedded:
        raise Refusal(
            f"There is no master key at {path}: put back the one of this database; for a new database make one with "
            f"`(umask 077; openssl rand -base64 32 > {path})` and set LIANYI_MASTER_KEY_FILE."
        )
    if embedded_postgres.exists(plan.data_dir):
        raise Refusal(
            f"The master key {path} is missing but its database exists in {plan.data_dir / 'pg'}: put the key back from "
            f"its backup (nothing can be read without it), or remove {plan.data_dir} to begin anew."
        )
    from server.foundation.keys import make_master_key  # only now: importing it costs half a second of every start

    make_master_key(path)


def _other_copy(lock: Path, data_dir: Path) -> str:
    told = {}
    with suppress(OSError, ValueError):
        told = json.loads(lock.read_text("utf-8"))
    where = f" at {told['address']} (process {told['pid']})" if told else ""
    return f"Lianyi already runs on {data_dir}{where}: use that one, stop it, or set LIANYI_DATA_DIR to another folder."


def _port_refused(refused: OSError, host: str, port: int, what: str) -> str:
    if refused.errno == errno.EADDRINUSE:
        return f"Port {port} ({what}) is taken by another program: stop that one, or use `make run PORT={port + 1000}`."
    if refused.errno == errno.EACCES:
        return f"Port {port} is reserved for administrators: use `make run PORT=8080`."
    return f"The address {host} port {port} cannot be listened on: {os.strerror(refused.errno or 0)}."
