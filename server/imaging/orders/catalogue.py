"""What can be ordered and the coded reasons, from `data/catalogue.toml`, checked when first read. Texts and codes only."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

FILE: Final = Path(__file__).parent / "data" / "catalogue.toml"


@dataclass(frozen=True, slots=True)
class Word:
    """A code that stays, and its words in both languages."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Procedure(Word):
    """An examination that can be ordered."""

    modality: str
    body_part: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All of it, by code, in the order of the file."""

    modalities: Mapping[str, Word]
    body_parts: Mapping[str, Word]
    procedures: Mapping[str, Procedure]
    quality: Mapping[str, Word]
    cancel: Mapping[str, Word]
    not_recognised: Mapping[str, Word]
    critical: Mapping[str, Word]


class BadCatalogue(ValueError):
    """The data file is not what it must be."""


def read_catalogue(raw: str) -> Catalogue:
    """The catalogue of a data file. Raises: BadCatalogue with what is wrong."""
    data = tomllib.loads(raw)
    try:
        words = {
            name: _words(data[name])
            for name in ("modalities", "body_parts", "quality", "cancel", "not_recognised", "critical")
        }
        procedures = {code: Procedure(code=code, **each) for code, each in data["procedures"].items()}
    except (KeyError, TypeError) as error:
        raise BadCatalogue(f"{error} is missing or wrong") from None
    for each in procedures.values():
        if each.modality not in words["modalities"] or each.body_part not in words["body_parts"]:
            raise BadCatalogue(f"{each.code}: its modality or part of the body is not in the file")
    return Catalogue(procedures=MappingProxyType(procedures), **words)


def _words(data: dict[str, dict[str, Any]]) -> Mapping[str, Word]:
    return MappingProxyType({code: Word(code, each["zh"], each["en"]) for code, each in data.items()})


@cache
def catalogue() -> Catalogue:
    """The product's catalogue."""
    return read_catalogue(FILE.read_text("utf-8"))
