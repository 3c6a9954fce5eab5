"""The sentences checks say to people, kept as data apart from the rules: what met what, then the way out."""

from __future__ import annotations

from dataclasses import dataclass

from .finding import Finding, Level


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
        rule: str = "",
        level: Level | None = None,
        met: tuple[str, ...] = (),
        key: str = "",
        source: str = "",
        confidence: str = "",
        **facts: object,
    ) -> Finding:
        """The finding about these lines; `rule` names a row of the data, `level` where that row sets its own."""
        return Finding(
            check=self.check,
            rule=rule or self.rule or self.check,
            level=level or self.level,
            lines=tuple(sorted(lines)),
            sentence_zh=self.zh.format_map(facts),
            sentence_en=self.en.format_map(facts),
            advice_zh=self.advice_zh.format_map(facts),
            advice_en=self.advice_en.format_map(facts),
            met=met,
            key=key,
            source=source or self.source,
            confidence=confidence,
        )
