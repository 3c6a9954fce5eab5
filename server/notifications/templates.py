"""What messages say: `data/templates.toml`, checked when first used. Texts only; who is told what is decided above."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel.dates import format_date

from server.foundation.translation import ENGLISH

FILE: Final = Path(__file__).parent / "data" / "templates.toml"
_LONGEST_SMS: Final = 140


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in words."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of message. `secret` ones are deleted once delivered or expired."""

    name: str
    zh: Rendered
    en: Rendered
    sms: bool
    secret: bool
    lifetime_s: int | None

    def render(self, values: Mapping[str, str], language: str) -> Rendered:
        """The message in one language; its `day` is stored as 2026-11-23. Raises: KeyError when a value is missing."""
        words = self.en if language == ENGLISH else self.zh
        if "day" in values:
            values = {**values, "day": _said(date.fromisoformat(values["day"]), language)}
        return Rendered(words.title.format_map(values), words.text.format_map(values))

    @property
    def fields(self) -> frozenset[str]:
        """The values that the texts need."""
        return _fields(self.zh) | _fields(self.en)


class BadTemplates(ValueError):
    """The data file is not what it must be."""


def read_templates(raw: str) -> dict[str, Template]:
    """The templates of a data file. Raises: BadTemplates with the name of the first that is wrong."""
    found = {}
    for name, data in tomllib.loads(raw).items():
        try:
            found[name] = _read(name, data)
        except (KeyError, TypeError) as error:
            raise BadTemplates(f"{name}: {error} is missing or wrong") from None
    return found


def _read(name: str, data: dict[str, Any]) -> Template:
    zh, en = (Rendered(data[language]["title"], data[language]["text"]) for language in ("zh", "en"))
    if _fields(zh) != _fields(en):
        raise BadTemplates(f"{name}: Chinese and English do not name the same values")
    if data.get("sms") and len(zh.text) > _LONGEST_SMS:
        raise BadTemplates(f"{name}: longer than {_LONGEST_SMS} characters, too long for an SMS")
    secret = bool(data.get("secret", False))
    if secret and "lifetime_s" not in data:
        raise BadTemplates(f"{name}: a secret message needs a lifetime")
    return Template(name, zh, en, bool(data.get("sms", False)), secret, data.get("lifetime_s"))


def _said(day: date, language: str) -> str:
    return format_date(day, "d MMM", locale="en") if language == ENGLISH else f"{day.month}月{day.day}日"


def _fields(words: Rendered) -> frozenset[str]:
    parts = [*string.Formatter().parse(words.title), *string.Formatter().parse(words.text)]
    return frozenset(field for _, field, _, _ in parts if field)


@cache
def _all() -> dict[str, Template]:
    return read_templates(FILE.read_text("utf-8"))


def template(name: str) -> Template:
    """A template by its name; an error of ours when there is none."""
    return _all()[name]


def names() -> list[str]:
    """Every template there is."""
    return sorted(_all())
