"""A demo to play on: the one that runs here already, or one started for this and stopped after it.

Not here: what is played on it (tour, screens, measure).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.ports import free_port
from infra.refusal import Refusal

_ROOT: Final = Path(__file__).resolve().parent.parent
_START_WITHIN_S: Final = 240.0
_STOP_WITHIN_S: Final = 40.0


@dataclass(frozen=True, slots=True)
class Demo:
    """Where it answers; its data folder when it is ours."""

    address: str
    data_dir: Path | None = None


@contextmanager
def demo_server(folder: Path, say: Callable[[str], None]) -> Iterator[Demo]:
    """The demo that runs on PORT (8080), or one of our own. Raises: Refusal."""
    running = f"http://localhost:{os.environ.get('PORT', '8080')}"
    if _is_demo(running):
        yield Demo(running)
        return
    say("No demo runs here: starting one for this 正在启动一个演示环境 ...")
    with own_demo(folder) as demo:
        yield demo


@contextmanager
def own_demo(folder: Path) -> Iterator[Demo]:
    """A demo with its log in this folder, a port of its own, and data that nobody has touched. Raises: Refusal."""
    port, data = free_port(neighbours=2), folder / f"data-{os.getpid()}"
    environment = {**os.environ, "PORT": str(port), "LIANYI_DATA_DIR": str(data)}
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.start"],
            cwd=_ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait_for(process, f"http://localhost:{port}", folder)
        yield Demo(f"http://localhost:{port}", data)
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_WITHIN_S)
        shutil.rmtree(data, ignore_errors=True)


def _is_demo(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/api/about", timeout=2) as answer:  # noqa: S310  # our own address
            return bool(json.load(answer)["demo"])
    except (OSError, ValueError, KeyError):
        return False


def _wait_for(process: subprocess.Popen[bytes], address: str, folder: Path) -> None:
    deadline = time.monotonic() + _START_WITHIN_S
    while not _is_demo(address):
        if process.poll() is not None or time.monotonic() > deadline:
            raise Refusal(f"The demo did not start; see {folder / 'server.log'}.")
        time.sleep(0.3)
