"""The texts that people consent to: data files with Chinese and English, each version kept for ever and never edited.

`data/consents/<purpose>/<version>.toml`; the newest version is the one that is signed, older ones stay readable because
somebody signed them. The SHA-256 of what was shown is kept with each consent.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from server.foundation.canonical import canonical
from server.foundation.translation import ENGLISH

from .rules import Purpose

FOLDER: Final = Path(__file__).parent / "data" / "consents"
_VERSION: Final = re.compile(r"\d{4}-\d{2}(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Section:
    """One heading and its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version of one text in one language, as it is shown."""

    purpose: Purpose
    version: str
    rule: str
    language: str
    title: str
    summary: str
    sections: tuple[Section, ...]
    agree: str
    min_read_s: int

    @property
    def sha256(self) -> str:
        """The digest of exactly what was shown."""
        return hashlib.sha256(
            canonical(
                {
                    "purpose": self.purpose.value,
                    "version": self.version,
                    "language": self.language,
                    "title": self.title,
                    "summary": self.summary,
                    "sections": [[each.heading, *each.paragraphs] for each in self.sections],
                    "agree": self.agree,
                }
            )
        ).hexdigest()


def read_text(purpose: Purpose, version: str, raw: str) -> dict[str, ConsentText]:
    """Both languages of a data file. Raises: ValueError when a part is missing or the languages do not match."""
    if not _VERSION.fullmatch(version):
        raise ValueError(f"{purpose}: {version!r} is not a version like 2026-11")
    data = tomllib.loads(raw)
    found = {language: _read(purpose, version, language, data) for language in ("zh", "en")}
    zh, en = found["zh"], found["en"]
    shapes = [[len(each.paragraphs) for each in text.sections] for text in (zh, en)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"{purpose} {version}: Chinese and English do not have the same sections and paragraphs")
    return found


def _read(purpose: Purpose, version: str, language: str, data: dict[str, Any]) -> ConsentText:
    text = data[language]
    sections = tuple(
        Section(
            each["heading"].strip(), tuple(line.strip() for line in each["text"].strip().splitlines() if line.strip())
        )
        for each in text["section"]
    )
    if not sections or not all(each.heading and each.paragraphs for each in sections):
        raise ValueError(f"{purpose} {version} {language}: a section is empty")
    return ConsentText(
        purpose=purpose,
        version=version,
        rule=data["rule"],
        language=language,
        title=text["title"],
        summary=text["summary"],
        sections=sections,
        agree=text["agree"],
        min_read_s=int(data["min_read_s"]),
    )


@cache
def _all() -> dict[Purpose, dict[str, dict[str, ConsentText]]]:
    found: dict[Purpose, dict[str, dict[str, ConsentText]]] = {}
    for purpose in Purpose:
        files = sorted((FOLDER / purpose).glob("*.toml"))
        found[purpose] = {file.stem: read_text(purpose, file.stem, file.read_text("utf-8")) for file in files}
        assert found[purpose], f"no text for {purpose}"
    return found


def current(purpose: Purpose, language: str) -> ConsentText:
    """The version to be signed today."""
    by_version = _all()[purpose]
    return by_version[max(by_version)][ENGLISH if language == ENGLISH else "zh"]


def text(purpose: Purpose, version: str, language: str) -> ConsentText | None:
    """Any version, for reading what was signed."""
    by_language = _all()[purpose].get(version)
    return None if by_language is None else by_language[ENGLISH if language == ENGLISH else "zh"]
