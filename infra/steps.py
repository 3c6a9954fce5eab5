"""A long step at the terminal: a line when it starts, a sign of life while it lasts, how long it took."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from infra.refusal import Refusal

_SIGN_OF_LIFE_S: Final = 15.0
_LAST_LINES: Final = 30


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what starts, and how long it took when it is done."""
    print(f"  {what} ...", flush=True)
    started = time.monotonic()
    over = threading.Event()
    threading.Thread(target=_signs_of_life, args=(what, started, over), daemon=True).start()
    try:
        yield
    finally:
        over.set()
    print(f"  {what}: {time.monotonic() - started:.1f} s", flush=True)


def run(what: str, command: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None, cwd: Path) -> None:
    """Run a command as a step; its output goes to the log, the end of it to the terminal when it fails.

    One of our own programs that refuses (exit code 2) has said why in its last line: that line is the refusal.
    Raises: Refusal.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with step(what), os.fdopen(handle, "ab") as output:
        begin = output.tell()
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=cwd, env=env or os.environ
        )
    ours = "server" in command
    if ours and done.returncode == 2:
        raise Refusal(last_lines(log, begin).rpartition("\n")[2])
    if done.returncode != 0:
        print(last_lines(log, begin), flush=True)
        raise Refusal(f"{what}: failed with exit code {done.returncode}; the whole output is in {log}.")


def last_lines(log: Path, begin: int = 0) -> str:
    """The end of what was written to a log since a position."""
    with log.open("rb") as stream:
        stream.seek(begin)
        return "\n".join(stream.read().decode("utf-8", "replace").splitlines()[-_LAST_LINES:])


def _signs_of_life(what: str, started: float, over: threading.Event) -> None:
    while not over.wait(_SIGN_OF_LIFE_S):
        print(f"  {what} ... {time.monotonic() - started:.0f} s so far", flush=True)
