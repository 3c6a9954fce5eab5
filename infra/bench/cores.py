"""Cores: what is measured runs on one, the load on another, so that neither borrows from the other."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

from infra.refusal import Refusal

MEASURED: Final = 0
LOAD: Final = 1


def need_two() -> None:
    """Nothing, where processes can be pinned to two cores. Raises: Refusal."""
    if not hasattr(os, "sched_setaffinity"):
        raise Refusal("Processes cannot be pinned to cores on this system: run the benchmark on Linux.")
    if not {MEASURED, LOAD} <= os.sched_getaffinity(0):
        raise Refusal(f"The benchmark needs cores {MEASURED} and {LOAD}: one for the product, one for the load.")


def pin(core: int, pid: int = 0) -> None:
    """Keep a process on one core (0: this one), as `taskset -pc` does; what it starts from now on stays there too."""
    os.sched_setaffinity(pid, {core})


def pin_all(core: int, pid: int) -> None:
    """Keep a process and the children it already has on one core."""
    for each in (pid, *_children(pid)):
        pin(core, each)


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return [int(each) for each in listed.split()]


class Busy:
    """How much of its core this process used since it began to look."""

    def __init__(self) -> None:
        self._cpu_s, self._wall_s = time.process_time(), time.monotonic()

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return (time.process_time() - self._cpu_s) / max(time.monotonic() - self._wall_s, 1e-9)
