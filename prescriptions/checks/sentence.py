"""The sentences checks say to people, kept as data apart from the rules: what met what, then the way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .finding import Finding, Level

_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One thing a check may say, in both languages; `{places}` are filled with the facts of the case."""

    check: str
    level: Level
    zh: str
    en: str
    advice_zh: str
    advice_en: str
    rule: str = ""  # a rule of docs/rules.md; empty: the check's own
    source: str = ""

    def of(
        self,
        *lines: int,
        check: str = "",
        rule: str = "",
        level: Level | None = None,
        met: tuple[str, ...] = (),
        key: str = "",
        source: str = "",
        confidence: str = "",
        given: Mapping[str, object] = _NOTHING,
        **facts: object,
    ) -> Finding:
        """The finding about these lines; `rule` names a row of the data, `level` where that row sets its own,
        `check` where several checks share the sentence. `given` are facts put together before.
        """
        places = {**given, **facts}
        return Finding(
            check=check or self.check,
            rule=rule or self.rule or check or self.check,
            level=level or self.level,
            lines=tuple(sorted(lines)),
            sentence_zh=self.zh.format_map(places),
            sentence_en=self.en.format_map(places),
            advice_zh=self.advice_zh.format_map(places),
            advice_en=self.advice_en.format_map(places),
            met=met,
            key=key,
            source=source or self.source,
            confidence=confidence,
        )
