"""Processes that must not outlive us, and whether a process of an earlier start still lives."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def ends_with_us(word: signal.Signals) -> Callable[[], None] | None:
    """What a child does before it becomes its program, so that the kernel sends it `word` when we are killed.

    Only Linux knows this; elsewhere the next start ends what was left. It is tied to the thread that starts the child,
    so children are started from the main thread.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    us = os.getpid()

    def arrange() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(word))
        if os.getppid() != us:  # we died in between
            os._exit(1)

    return arrange


def alive(pid: int) -> bool:
    """Whether a process with this id exists and is not merely waiting to be collected."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) != "Z"


def gone_within(pid: int, seconds: float) -> bool:
    """Wait for a process that is not our child to end."""
    deadline = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def command_of(pid: int) -> str:
    """The command line of a process; empty when there is none."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            return ""
    asked = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
    return asked.stdout.strip()


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""
