"""Finding a drug while somebody types: pinyin and its initials, Chinese, English, trade names, ids. In memory, best first."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from enum import IntEnum
from itertools import accumulate
from typing import Final

from server.foundation.pinyin import sounds

from .entries import Drug
from .knowledge import Knowledge
from .spelling import plain

_END: Final = "\U0010ffff"
_LEAST_INSIDE: Final = 2  # one letter inside a word finds too much


class Rank(IntEnum):
    """How well a name fits, the best first."""

    WHOLE = 0
    BEGINS = 1
    FURTHER_BEGINS = 2
    INSIDE = 3


def spoken(name: str) -> tuple[str, ...]:
    """How a Chinese name is typed: its pinyin, and its initials; nothing for a name without Chinese."""
    if name.isascii():
        return ()
    return tuple(each for each in (plain(part) for part in sounds(name)) if each)


class DrugSearch:
    """The index over the names of one Knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._drugs: Final = knowledge.drugs
        own = ((key, drug.id, Rank.BEGINS) for drug in knowledge.drugs.values() for key in _own(drug))
        further = (
            (key, drug_id, Rank.FURTHER_BEGINS)
            for drug_id in knowledge.drugs
            for name in knowledge.names_of(drug_id)
            for key in (plain(name), *spoken(name))
        )
        self._keys: Final = sorted({*own, *further})
        self._text: Final = "\n".join(key for key, _, _ in self._keys)
        self._starts: Final = [0, *accumulate(len(key) + 1 for key, _, _ in self._keys)]
        self._order: Final = {drug_id: place for place, drug_id in enumerate(knowledge.drugs)}

    def find(self, text: str, limit: int = 20) -> list[Drug]:
        """The drugs that fit, best first; none for an empty text."""
        wanted = plain(text)
        if not wanted:
            return []
        found = _best(self._beginning(wanted))
        if len(found) < limit and len(wanted) >= _LEAST_INSIDE:
            found = _best(self._holding(wanted), found)
        ranked = sorted(found, key=lambda drug_id: (found[drug_id], self._order[drug_id]))
        return [self._drugs[drug_id] for drug_id in ranked[:limit]]

    def _beginning(self, wanted: str) -> Iterator[tuple[str, Rank]]:
        for place in range(bisect_left(self._keys, (wanted,)), bisect_left(self._keys, (wanted + _END,))):
            key, drug_id, rank = self._keys[place]
            yield drug_id, Rank.WHOLE if key == wanted else rank

    def _holding(self, wanted: str) -> Iterator[tuple[str, Rank]]:
        """One search through all names written one after the other: much faster than name by name."""
        at = self._text.find(wanted)
        while at >= 0:
            place = bisect_right(self._starts, at) - 1
            yield self._keys[place][1], Rank.INSIDE
            at = self._text.find(wanted, self._starts[place + 1])


def _own(drug: Drug) -> tuple[str, ...]:
    return (plain(drug.name_zh), *spoken(drug.name_zh), plain(drug.name_en), plain(drug.id))


def _best(found: Iterable[tuple[str, Rank]], known: dict[str, Rank] | None = None) -> dict[str, Rank]:
    best = dict(known or {})
    for drug_id, rank in found:
        if rank < best.get(drug_id, len(Rank)):
            best[drug_id] = rank
    return best
