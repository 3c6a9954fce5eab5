"""The diagnoses that a note may name: `data/icd10_chronic.csv`, checked when first used, searched in memory.

A subset of WHO ICD-10 with Chinese names. A hospital puts its own table (国家临床版) in the same form in the same place.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from server.foundation.pinyin import sounds

FILE: Final = Path(__file__).parent / "data" / "icd10_chronic.csv"
_COLUMNS: Final = ["icd10", "name_zh", "name_en", "disease_group", "acute_block_online"]
_CODE: Final = re.compile(r"[A-Z]\d{2}(\.\d{1,2})?")
_UNSPOKEN: Final = re.compile(r"[^a-z0-9]")


class Online(StrEnum):
    """Whether the diagnosis may be followed up online."""

    YES = "N"
    NEVER = "Y"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Code:
    """One diagnosis. `initials` are those of the Chinese name's pinyin: 高血压 = gxy."""

    code: str
    zh: str
    en: str
    group: str
    online: Online
    initials: str


class BadTable(ValueError):
    """The data file is not what it must be; says the line."""


def read_table(lines: Iterable[str]) -> list[Code]:
    """The codes of a CSV table. Raises: BadTable with the line of the first mistake."""
    reader = csv.reader(lines)
    if next(reader, None) != _COLUMNS:
        raise BadTable(f"line 1: the columns must be {','.join(_COLUMNS)}")
    found: dict[str, Code] = {}
    for row in reader:
        code = _read_row(row, reader.line_num)
        if code.code in found:
            raise BadTable(f"line {reader.line_num}: {code.code} stands twice")
        found[code.code] = code
    if not found:
        raise BadTable("line 2: the table is empty")
    return list(found.values())


def _read_row(row: list[str], line: int) -> Code:
    if len(row) != len(_COLUMNS):
        raise BadTable(f"line {line}: {len(row)} columns instead of {len(_COLUMNS)}")
    code, zh, en, group, online = (cell.strip() for cell in row)
    if not _CODE.fullmatch(code):
        raise BadTable(f"line {line}: {code!r} is not an ICD-10 code")
    if not (zh and en and group):
        raise BadTable(f"line {line}: a name or the group is missing")
    if online not in set(Online):
        raise BadTable(f"line {line}: acute_block_online is {online!r}")
    return Code(code, zh, en, group, Online(online), _initials(zh))


def _initials(zh: str) -> str:
    return _UNSPOKEN.sub("", sounds(zh)[1])


@cache
def table() -> dict[str, Code]:
    """Every code of the product's file, by code."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {code.code: code for code in read_table(file)}


def diagnosis_groups() -> dict[str, str]:
    """The disease group of every code."""
    return {each.code: each.group for each in table().values()}


def code(text: str) -> Code | None:
    """The code written like this, or None when the file has none."""
    return table().get(text.strip().upper())


def search(text: str, limit: int = 20) -> list[Code]:
    """The codes that fit what somebody types: a code, part of the Chinese or English name, or pinyin initials.

    Best first: the code itself, codes and names that begin so, then those that contain it.
    """
    wanted = text.strip().lower()
    if not wanted:
        return []
    ranked = [(rank, each.code, each) for each in table().values() if (rank := _rank(each, wanted)) is not None]
    return [each for _, _, each in sorted(ranked, key=lambda found: found[:2])][:limit]


def _rank(each: Code, wanted: str) -> int | None:
    code_text = each.code.lower()
    if code_text == wanted:
        return 0
    beginnings = (code_text, code_text.replace(".", ""), each.zh, each.initials)
    if any(name.startswith(wanted) for name in beginnings):
        return 1
    if wanted in each.zh or each.en.lower().startswith(wanted):
        return 2
    if len(wanted) >= 2 and (wanted in each.initials or wanted in each.en.lower()):
        return 3
    return None
