"""The project's own files, as git knows them."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def tracked() -> tuple[Path, ...]:
    """Every file under version control, or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return tuple(ROOT / line for line in listed if (ROOT / line).is_file())


def files(*suffixes: str, under: str = "") -> list[Path]:
    """Tracked files with one of these endings below a folder."""
    return [path for path in tracked() if path.suffix in suffixes and path.is_relative_to(ROOT / under)]


def shown(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()
