"""The command: finds the running demo, or starts one of its own for the tour, and plays one visit."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from .caller import Refused
from .steps import Steps, TourFailed
from .visit import Tour

_ROOT: Final = Path(__file__).resolve().parents[2]
_START_WITHIN_S: Final = 240.0


def main() -> int:
    """Play the tour; exit code 1 when it could not be played to its end."""
    folder = _ROOT / ".tour" / f"{datetime.now():%Y%m%d-%H%M%S}"  # noqa: DTZ005  # a folder's name, for the person here
    folder.mkdir(parents=True)
    steps = Steps()
    try:
        with _server(steps) as address:
            steps.say(f"Tour of {address} 演示一次完整的视频复诊")
            asyncio.run(Tour(address, folder, steps).run())
    except (Refused, TourFailed, TimeoutError) as failure:
        steps.say(f"The tour stopped: {str(failure) or type(failure).__name__}")
        return 1
    finally:
        (folder / "tour.txt").write_text("\n".join(steps.lines) + "\n", encoding="utf-8")
        print(f"\nLeft in 已保存到 {folder}: {', '.join(sorted(path.name for path in folder.iterdir()))}")
    return 0


@contextmanager
def _server(steps: Steps) -> Iterator[str]:
    """The demo that runs on PORT (8080), or one started for the tour and stopped after it."""
    running = f"http://localhost:{os.environ.get('PORT', '8080')}"
    if _is_demo(running):
        yield running
        return
    port = _free_port()
    data = _ROOT / ".tour" / "data"
    steps.say("No demo runs here: starting one for the tour 正在启动一个演示环境 ...")
    environment = {**os.environ, "PORT": str(port), "LIANYI_DATA_DIR": str(data)}
    with (_ROOT / ".tour" / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.start"],
            cwd=_ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait_for(process, f"http://localhost:{port}")
        yield f"http://localhost:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)
        shutil.rmtree(data, ignore_errors=True)


def _is_demo(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/api/about", timeout=2) as answer:  # noqa: S310  # our own address
            return bool(json.load(answer)["demo"])
    except (OSError, ValueError, KeyError):
        return False


def _wait_for(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + _START_WITHIN_S
    while not _is_demo(address):
        if process.poll() is not None or time.monotonic() > deadline:
            raise TourFailed("the demo did not start; see .tour/server.log")
        time.sleep(0.3)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
