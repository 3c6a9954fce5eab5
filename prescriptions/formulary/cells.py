"""One CSV file cell by cell: encoding, columns, numbers, words of a list. Every mistake is kept, none stops the reading."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final, TypeVar

Word = TypeVar("Word", bound=StrEnum)

_NUMBER: Final = re.compile(r"\d{1,9}(\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, and where: the file as people name it, the line as an editor counts it (0: the whole file)."""

    file: str
    line: int
    zh: str
    en: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}  {self.zh}  {self.en}"


@dataclass(slots=True)
class Row:
    """One line of a file. A cell that cannot be read adds a mistake, and the row is `spoiled`."""

    file: str
    line: int
    cells: dict[str, str]
    mistakes: list[Mistake]
    spoiled: bool = field(default=False)

    def wrong(self, zh: str, en: str) -> None:
        """Keep one mistake of this line."""
        self.spoiled = True
        self.mistakes.append(Mistake(self.file, self.line, zh, en))

    def text(self, column: str, *, longest: int = 400) -> str:
        """The cell without blanks around it, possibly empty."""
        text = self.cells.get(column, "").strip()
        if len(text) > longest:
            self.wrong(f"“{column}”超过{longest}个字", f"{column} is longer than {longest} characters")
        return text

    def needed(self, column: str) -> str:
        """The cell, which must not be empty."""
        text = self.text(column)
        if not text:
            self.wrong(f"缺少“{column}”", f"{column} is missing")
        return text

    def number(self, column: str) -> Decimal | None:
        """A number that is not negative; None for an empty cell."""
        return self.as_number(column, self.text(column))

    def as_number(self, column: str, text: str) -> Decimal | None:
        """A text of this column as a number that is not negative; None for an empty one."""
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            self.wrong(f"“{column}”应为非负数，现为“{text}”", f"{column} must be a number, not {text!r}")
            return None
        try:
            return Decimal(text)
        except InvalidOperation:  # pragma: no cover  # the pattern lets only numbers pass
            return None

    def needed_number(self, column: str) -> Decimal:
        """A number that must be there; 0 in its place when it is not."""
        if not self.text(column):
            self.wrong(f"缺少“{column}”", f"{column} is missing")
        return self.number(column) or Decimal(0)

    def word(self, column: str, kind: type[Word], default: Word | None = None) -> Word:
        """One of a list of words."""
        text = self.text(column)
        try:
            return default if default is not None and not text else kind(text)
        except ValueError:
            words = ", ".join(kind)
            self.wrong(f"“{column}”不能是“{text}”，可用：{words}", f"{column} is {text!r}; must be one of: {words}")
            return next(iter(kind))

    def yes(self, column: str) -> bool:
        """Y or N."""
        text = self.text(column)
        if text not in ("Y", "N"):
            self.wrong(f"“{column}”应为Y或N，现为“{text}”", f"{column} must be Y or N, not {text!r}")
        return text == "Y"

    def words(self, column: str, separator: str = ";") -> tuple[str, ...]:
        """The parts of a cell, without empty ones."""
        return tuple(part.strip() for part in self.text(column).split(separator) if part.strip())

    def day(self, column: str) -> date | None:
        """A day like 2026-11-22; None for an empty cell."""
        text = self.text(column)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.wrong(f"“{column}”应为日期，如2026-11-22", f"{column} must be a day like 2026-11-22, not {text!r}")
            return None


def rows(
    file: str, content: bytes, columns: Sequence[str], mistakes: list[Mistake], optional: Sequence[str] = ()
) -> Iterator[Row]:
    """The lines of a file with these columns, in any order; mistakes of the whole file are kept and give no lines."""
    text = decoded(file, content, mistakes)
    if text is None:
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = [cell.strip() for cell in next(reader, [])]
        if not _head_fits(file, head, columns, optional, mistakes):
            return
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            row = Row(file, reader.line_num, dict(zip(head, cells, strict=False)), mistakes)
            if len(cells) != len(head):
                row.wrong(f"有{len(cells)}列，应为{len(head)}列", f"{len(cells)} columns instead of {len(head)}")
            yield row
    except csv.Error as error:
        mistakes.append(Mistake(file, reader.line_num, "CSV格式有误，请检查引号", f"not readable as CSV: {error}"))


def decoded(file: str, content: bytes, mistakes: list[Mistake]) -> str | None:
    """The file's text, UTF-8 with or without its mark; otherwise None, and the line of the first wrong byte is kept."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        mistakes.append(
            Mistake(file, line, "文件编码不是UTF-8，请另存为UTF-8后再试", "not encoded as UTF-8: save it as UTF-8")
        )
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        mistakes.append(Mistake(file, line, "文件不是文本文件", "not a text file"))
        return None
    return text


def _head_fits(
    file: str, head: list[str], columns: Sequence[str], optional: Sequence[str], mistakes: list[Mistake]
) -> bool:
    missing = [column for column in columns if column not in head]
    strange = [column for column in head if column not in (*columns, *optional)]
    if missing:
        names = ", ".join(missing)
        mistakes.append(Mistake(file, 1, f"缺少列：{names}", f"missing columns: {names}"))
    if strange:
        names = ", ".join(strange)
        mistakes.append(Mistake(file, 1, f"多出列：{names}", f"unknown columns: {names}"))
    if len(set(head)) != len(head):
        mistakes.append(Mistake(file, 1, "列名重复", "a column stands twice"))
    return not missing and not strange and len(set(head)) == len(head)
