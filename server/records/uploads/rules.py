"""The rules of resumable uploads, pure: how a file is parted, what a whole one's digest is, and how much may lie unfinished."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

PART_BYTES: Final = 2**20
KEPT_UNFINISHED: Final = timedelta(days=7)  # product default, counted from the last part
MOST_UNFINISHED: Final = 60  # files of one person that are on their way
MOST_UNFINISHED_BYTES: Final = 8 * 2**30
LARGEST_ZIP_BYTES: Final = 4 * 2**30


class UploadPurpose(StrEnum):
    """What the file is for."""

    REMOTE_MATERIAL = "remote_material"
    IMAGING_ZIP = "imaging_zip"


def part_count(size: int, part_bytes: int) -> int:
    """How many parts a file of that size has."""
    return -(-size // part_bytes)


def part_size(size: int, part_bytes: int, number: int) -> int | None:
    """The exact size of a part, numbered from 0; None when the file has no such part."""
    if not 0 <= number < part_count(size, part_bytes):
        return None
    return min(part_bytes, size - number * part_bytes)


def file_digest(parts: Mapping[int, str]) -> str:
    """The digest (hex) of a file by the digests (hex) of its parts."""
    whole = hashlib.sha256()
    for number in sorted(parts):
        whole.update(bytes.fromhex(parts[number]))
    return whole.hexdigest()


def missing(size: int, part_bytes: int, parts: Mapping[int, str]) -> list[int]:
    """The parts that have not arrived."""
    return [number for number in range(part_count(size, part_bytes)) if number not in parts]


def may_start(unfinished: int, unfinished_bytes: int, size: int) -> bool:
    """Whether this person may begin one more.

    Rule: records-3 (docs/rules.md)
    """
    return unfinished < MOST_UNFINISHED and unfinished_bytes + size <= MOST_UNFINISHED_BYTES
