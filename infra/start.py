"""`make run`: brings everything up, keeps it up, and takes it down again on Ctrl-C.

The story is told here in order; each part's how is a module of its own (plan, preflight, web, embedded_postgres,
running, certificate). Nothing here knows what the processes do.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from types import FrameType

from infra import preflight, web
from infra.announcement import announce
from infra.certificate import certificate_for_now
from infra.folders import prepare
from infra.plan import Plan, read_plan
from infra.refusal import Refusal
from infra.running import Running

_LOOK_EVERY_S = 0.3


def main() -> int:
    """Start, watch until asked to stop, stop. 2 when starting was refused."""
    begun = time.monotonic()
    for word in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(word, _interrupt)
    try:
        plan = read_plan(os.environ)
        prepare(plan.data_dir)
        with preflight.alone(plan):
            preflight.check(plan)
            web.build()
            return _serve(plan, begun)
    except Refusal as refusal:
        print(f"\n{refusal}", file=sys.stderr, flush=True)
        return 2
    except KeyboardInterrupt:
        return 130


def _serve(plan: Plan, begun: float) -> int:
    running = Running(plan)
    try:
        bring_up(running)
        announce(plan, time.monotonic() - begun)
        while True:
            running.tend()
            time.sleep(_LOOK_EVERY_S)
    except KeyboardInterrupt:
        print("\n  Stopping ... 正在停止 (Ctrl-C again: at once)", flush=True)
        return 0
    finally:
        _take_down(running)


def bring_up(running: Running) -> None:
    """Everything that serves, in order; returns when pages are answered. Raises: Refusal."""
    plan = running.plan
    if plan.embedded:
        running.start_database()
    certificate = certificate_for_now(plan.data_dir / "keys") if plan.tls else None
    environment = plan.application(running.cluster, certificate)
    migrated = running.migrate(environment)
    if plan.demo and migrated:
        running.seed(environment)
    running.start_serving(environment)
    running.await_ready()
    running.start_worker(environment)
    if plan.demo and not migrated:
        running.seed_meanwhile(environment)


def _take_down(running: Running) -> None:
    """Stop what runs; a second Ctrl-C ends it at once."""
    try:
        running.stop()
    except KeyboardInterrupt:
        for word in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(word, signal.SIG_IGN)
        running.kill()
    print("  Stopped. 已停止。", flush=True)


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
