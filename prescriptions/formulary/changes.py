"""What changed between two versions of the formulary, as a report that a pharmacist reads: row by row, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from .cells import Mistake, rows
from .reading import COLUMNS, KEYS, BadFormulary

_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Change:
    """One row that came, went or changed; `cells` names what was and what is, for a changed one only."""

    file: str
    row: str
    kind: str
    cells: tuple[tuple[str, str, str], ...] = ()

    def __str__(self) -> str:
        if not self.cells:
            return f"{_MARKS[self.kind]} {self.row}"
        said = "; ".join(f"{column}: {_short(was)} -> {_short(is_now)}" for column, was, is_now in self.cells)
        return f"{_MARKS[self.kind]} {self.row}  {said}"


ADDED: Final = "added"
REMOVED: Final = "removed"
CHANGED: Final = "changed"
_MARKS: Final = {ADDED: "+ 新增", REMOVED: "- 删除", CHANGED: "~ 修改"}


def changes(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[Change]:
    """Every change from the old files to the new ones, file by file in the rows' order. Raises: BadFormulary."""
    found: list[Change] = []
    mistakes: list[Mistake] = []
    for file in COLUMNS:
        before, after = _table(file, old, mistakes), _table(file, new, mistakes)
        found += _between(file, before, after)
    if mistakes:
        raise BadFormulary(mistakes)
    return found


def report(found: list[Change]) -> str:
    """The changes in words, with a count for each file."""
    if not found:
        return "没有变化 no changes"
    lines: list[str] = []
    for file in COLUMNS:
        of_file = [each for each in found if each.file == file]
        if of_file:
            counts = "，".join(
                f"{name}{sum(each.kind == kind for each in of_file)}"
                for kind, name in ((ADDED, "新增"), (REMOVED, "删除"), (CHANGED, "修改"))
            )
            lines += [f"{file}（{counts}）", *(f"  {each}" for each in of_file)]
    return "\n".join(lines)


def _table(file: str, files: Mapping[str, bytes], mistakes: list[Mistake]) -> dict[str, dict[str, str]]:
    key = KEYS.get(file, COLUMNS[file][:1])
    if file not in files:
        return {}
    return {
        " ".join(row.text(column) for column in key): {column: row.text(column) for column in COLUMNS[file]}
        for row in rows(file, files[file], COLUMNS[file], mistakes)
    }


def _between(file: str, before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> Iterator[Change]:
    for row, cells in after.items():
        old = before.get(row)
        if old is None:
            yield Change(file, row, ADDED)
        elif old != cells:
            cells_changed = tuple((name, old[name], now) for name, now in cells.items() if old[name] != now)
            yield Change(file, row, CHANGED, cells_changed)
    yield from (Change(file, row, REMOVED) for row in before if row not in after)


def _short(text: str) -> str:
    if not text:
        return "（空）"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
