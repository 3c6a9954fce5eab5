"""`make test`, `check`, `e2e`, `test-more`, `fmt`: which steps each is made of, and how they are run.

Steps are data. Those that only read run two at a time; pytest runs last, alone, so that its summary closes the output.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra import browser, web
from infra.refusal import Refusal

ROOT: Final = Path(__file__).resolve().parent.parent
_AT_ONCE: Final = 2
# Two workers, each with a database, a server and what else its tests ask for; tests/conftest.py says what stays together.
# In order, because the browsers take longest and come early.
_SHARED: Final = ("-n", str(_AT_ONCE), "--dist", "loadscope", "--no-loadscope-reorder")
_PYTHON: Final = (sys.executable, "-m")


@dataclass(frozen=True)
class Step:
    """A command that only reads: a title, its words, and whether npm runs it."""

    title: str
    command: tuple[str, ...]
    npm: bool = False


@dataclass(frozen=True)
class Target:
    """What a make target does: preparations in order, steps side by side, then pytest with these arguments."""

    prepare: tuple[Callable[[], None], ...] = ()
    steps: tuple[Step, ...] = ()
    pytest: tuple[str, ...] = ()


def _lint_imports() -> tuple[str, ...]:
    return (str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo")


def _install_pages() -> None:
    web.install(web.find_node())


# The slow ones first, so that two cores end together.
STATIC: Final = (
    Step("types (mypy)", (*_PYTHON, "mypy")),
    Step("types of the pages (vue-tsc)", ("run", "check"), npm=True),
    Step("import contracts", _lint_imports()),
    Step("lint (ruff)", (*_PYTHON, "ruff", "check")),
    Step("format (ruff)", (*_PYTHON, "ruff", "format", "--check")),
)
PAGES: Final = (
    Step("units of the pages (vitest)", ("run", "test"), npm=True),
    Step("format of the pages (prettier)", ("run", "fmt:check"), npm=True),
    Step("size of the pages", ("run", "size"), npm=True),
)
TARGETS: Final = {
    "test": Target((browser.ensure, web.build), STATIC + PAGES, ("tests", "-m", "not more", *_SHARED)),
    "check": Target((_install_pages,), STATIC, ("tests/unit", "tests/architecture", "-m", "not more")),
    "e2e": Target((browser.ensure, web.build), (), ("tests/e2e", "-m", "not more")),
    "test-more": Target((browser.ensure, web.build), (), ("tests", "-m", "more")),
}
FORMATTERS: Final = (
    Step("Python's imports", (*_PYTHON, "ruff", "check", "--select", "I", "--fix")),
    Step("Python", (*_PYTHON, "ruff", "format")),
    Step("the pages", ("run", "fmt"), npm=True),
)


def main(arguments: Sequence[str]) -> int:
    """Run one target; 0 only when every part of it succeeded."""
    name, *more = arguments
    try:
        if name == "fmt":
            _install_pages()
            return 0 if all([_run(step) for step in FORMATTERS]) else 1
        return _target(TARGETS[name], more)
    except Refusal as refusal:
        print(f"\n{refusal}", file=sys.stderr, flush=True)
        return 2


def _target(target: Target, more: Sequence[str]) -> int:
    for prepare in target.prepare:
        prepare()
    failed = side_by_side(target.steps)
    for title in failed:
        print(f"  FAILED: {title} (output above); the tests run all the same.", flush=True)
    command = [*_PYTHON, "pytest", *target.pytest, *more]
    code = subprocess.run(command, cwd=ROOT, env=_environment()).returncode
    return code or (1 if failed else 0)


def side_by_side(steps: Sequence[Step]) -> list[str]:
    """Run steps two at a time; gives the titles of those that failed."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        done = list(pool.map(_run, steps))
    return [step.title for step, good in zip(steps, done, strict=True) if not good]


def _run(step: Step) -> bool:
    """Run one step to its end, then say how it went; its output is shown only when it failed."""
    started = time.monotonic()
    environment = _environment()
    command: Sequence[str] = step.command
    folder = ROOT
    if step.npm:
        node = web.find_node()
        command, folder, environment = [*node.npm, *step.command], web.CLIENT, {**environment, **node.environment}
    done = subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    took = time.monotonic() - started
    good = done.returncode == 0
    said = "" if good else f"\n{done.stdout}{done.stderr}".rstrip()
    print(f"  {step.title}: {'ok' if good else 'FAILED'}, {took:.1f} s{said}", flush=True)
    return good


def _environment() -> dict[str, str]:
    """Ours without the settings of an installation: tests make their own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIANYI_")}
    return {**kept, "LIANYI_CHROMIUM": browser.path() or "", "PYTHONUNBUFFERED": "1"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
