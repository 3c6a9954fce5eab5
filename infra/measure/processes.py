"""What the product's processes use, read from /proc: processor seconds and memory, by their names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICK_S: Final = 1 / os.sysconf("SC_CLK_TCK")
_NAMES: Final = {"-m server serve": "application", "-m server worker": "worker", "-m media": "media node"}
_DATABASE: Final = "postgres"


@dataclass(frozen=True, slots=True)
class Use:
    """Processor seconds since its start, and resident memory in MB."""

    cpu_s: float
    rss_mb: float

    def __add__(self, other: Use) -> Use:
        return Use(self.cpu_s + other.cpu_s, self.rss_mb + other.rss_mb)


def uses(data_dir: Path) -> dict[str, Use]:
    """Of every process of the installation on this data folder; all of PostgreSQL's are one."""
    own = {pid: command for pid, command in _commands() if _belongs(pid, command, data_dir)}
    postmasters = {pid for pid, command in own.items() if "postgres" in command}
    found: dict[str, Use] = {}
    for pid, command in [*own.items(), *_children_of(postmasters)]:
        name = _DATABASE if "postgres" in command else next((_NAMES[each] for each in _NAMES if each in command), None)
        use = _use(pid) if name else None
        if name and use:
            found[name] = found.get(name, Use(0, 0)) + use
    return dict(sorted(found.items()))


def _commands() -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            yield int(folder.name), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:  # it has ended meanwhile
            continue


def _belongs(pid: int, command: str, data_dir: Path) -> bool:
    if str(data_dir) in command:
        return True
    try:
        return f"LIANYI_DATA_DIR={data_dir}\0".encode() in Path(f"/proc/{pid}/environ").read_bytes() + b"\0"
    except OSError:
        return False


def _children_of(parents: set[int]) -> Iterator[tuple[int, str]]:
    for pid, command in _commands():
        try:
            parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent in parents:
            yield pid, command


def _use(pid: int) -> Use | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        # Of PostgreSQL's shared memory each process is counted its share: otherwise the sum says it many times.
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return None
    kilobytes = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return Use((int(fields[11]) + int(fields[12])) * _TICK_S, kilobytes / 1024)
