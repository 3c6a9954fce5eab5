"""What the files say of Chinese medicines: which never meet, what pregnancy forbids, daily caps, western drugs. By index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from .agreement import herbs_of
from .entries import Formulary, HerbGroup, HerbRule
from .spelling import plain

_CONTAINING: Final = "含"  # how the rules name patent medicines: by what they contain
_PREGNANCY: Final = frozenset({HerbGroup.PREGNANCY_FORBIDDEN, HerbGroup.PREGNANCY_CAUTION})
_ALONE: Final = _PREGNANCY | {HerbGroup.DAILY_CAP_G, HerbGroup.WITH_WESTERN}


class Herbs:
    """The rules of Chinese medicine of one formulary. A herb is asked for by any of its names."""

    def __init__(self, formulary: Formulary) -> None:
        own = herbs_of(formulary.herb_rules)
        names = {plain(name): name for name in own}
        names |= {plain(alias.name): alias.stands_for for alias in formulary.herb_aliases}
        between: defaultdict[tuple[str, str], list[HerbRule]] = defaultdict(list)
        pregnancy: defaultdict[str, list[HerbRule]] = defaultdict(list)
        western: defaultdict[tuple[str, str], list[HerbRule]] = defaultdict(list)
        for rule in formulary.herb_rules:
            if rule.group in _PREGNANCY:
                pregnancy[rule.herb].append(rule)
            elif rule.drug_id:
                western[rule.herb, rule.drug_id].append(rule)
            elif rule.group not in _ALONE:
                between[rule.herb, rule.other].append(rule)
                between[rule.other, rule.herb].append(rule)
        self.pieces: Final = tuple(sorted(name for name in own if not name.startswith(_CONTAINING)))
        self._names: Final[Mapping[str, str]] = names
        self._between: Final = {pair: tuple(rules) for pair, rules in between.items()}
        self._pregnancy: Final = {name: tuple(rules) for name, rules in pregnancy.items()}
        self._western: Final = {pair: tuple(rules) for pair, rules in western.items()}
        self._caps: Final = {rule.herb: rule for rule in formulary.herb_rules if rule.cap_g is not None}

    def called(self, name: str) -> str | None:
        """The name under which rules speak of it."""
        return self._names.get(plain(name))

    def between(self, a: str, b: str) -> tuple[HerbRule, ...]:
        """十八反 and 十九畏 of two herbs."""
        return self._between.get((self._known(a), self._known(b)), ())

    def in_pregnancy(self, name: str) -> tuple[HerbRule, ...]:
        """Forbidden, or to be used with caution."""
        return self._pregnancy.get(self._known(name), ())

    def daily_cap(self, name: str) -> HerbRule | None:
        """The daily cap in grams."""
        return self._caps.get(self._known(name))

    def with_drug(self, name: str, subjects: Iterable[str]) -> tuple[HerbRule, ...]:
        """What it does with a western drug of these subjects."""
        herb = self._known(name)
        return tuple(rule for subject in subjects for rule in self._western.get((herb, subject), ()))

    def _known(self, name: str) -> str:
        return self._names.get(plain(name), name)
