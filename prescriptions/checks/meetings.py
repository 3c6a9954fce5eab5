"""Who meets whom: every two lines of a prescription, and every line with what the patient takes already.

Duplicate therapy, interactions and Chinese medicine all ask about meetings, so that a pair is made once and in one way.
A patient with twenty drugs makes more than a hundred: whoever asks about each looks up, never searches.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from prescriptions.formulary.entries import Drug, HerbRule, Substance
from prescriptions.formulary.knowledge import Knowledge

from .finding import Finding, Level
from .picture import Item, Picture, Taking
from .sentence import Sentence

_STEP_DOWN = {Level.STOP: Level.CONFIRM, Level.CONFIRM: Level.WARNING, Level.WARNING: Level.INFORMATION}


class Party(NamedTuple):
    """A line or something taken already, with what the data know it as: a drug or substance, a herb, or nothing."""

    of: Item | Taking
    known: Drug | Substance | None
    herb: str | None  # the name under which rules of Chinese medicine speak of it

    @property
    def drug(self) -> Drug | None:
        """The drug it is, when it is one."""
        return self.known if isinstance(self.known, Drug) else None

    @property
    def who(self) -> str:
        """The same for two that are the same medicine."""
        return self.known.id if self.known else self.herb or self.of.name.strip().casefold()

    @property
    def is_over(self) -> bool:
        """Whether it was taken and its supply is over."""
        days = self.of.remaining_days if isinstance(self.of, Taking) else None
        return days is not None and days <= 0

    @property
    def name(self) -> str:
        """The Chinese name for people; what was written when the data do not know it."""
        return self.known.name_zh if self.known else self.of.name

    @property
    def said_zh(self) -> str:
        """How a sentence speaks of it: what is taken already says so."""
        over = "，余药已用完" if self.is_over else ""
        return f"“{self.name}”（在用{over}）" if isinstance(self.of, Taking) else f"“{self.name}”"

    @property
    def said_en(self) -> str:
        """The same in English."""
        name = self.known.name_en if self.known else self.of.name
        over = ", supply over" if self.is_over else ""
        return f"{name} (taken already{over})" if isinstance(self.of, Taking) else name


class Meeting(NamedTuple):
    """A line and its partner: a later line, or something taken already."""

    one: Party
    other: Party

    @property
    def is_taken(self) -> bool:
        """Whether the partner is taken already, and no line of this prescription."""
        return isinstance(self.other.of, Taking)

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines it concerns."""
        return tuple(party.of.line for party in self if isinstance(party.of, Item))

    def lessened(self, level: Level) -> Level:
        """The level, one step down when the partner's supply is over: the patient may still have some."""
        return _STEP_DOWN.get(level, level) if self.other.is_over else level


def parties(picture: Picture, knowledge: Knowledge) -> tuple[list[Party], list[Party]]:
    """The lines in order, and what is taken already: each medicine once, without what is prescribed again.

    That is a refill, not a meeting: the new line speaks for both (E12).
    """
    lines = [_party(item, knowledge) for item in sorted(picture.items, key=lambda item: item.line)]
    again = {line.who for line in lines}
    longest: dict[str, Party] = {}
    for taking in picture.current:
        party = _party(taking, knowledge)
        held = longest.get(party.who)
        if party.who not in again and (held is None or _lasts(party) > _lasts(held)):
            longest[party.who] = party
    return lines, list(longest.values())


def meetings(picture: Picture, knowledge: Knowledge) -> Iterator[Meeting]:
    """Every pair once."""
    lines, taken = parties(picture, knowledge)
    for one, other in combinations(lines, 2):
        yield Meeting(one, other)
    for other in taken:
        for one in lines:
            yield Meeting(one, other)


def herb_rules(meeting: Meeting, knowledge: Knowledge) -> Iterator[HerbRule]:
    """What the rows of Chinese medicine say of a herb or patent medicine that meets a western drug, either way round."""
    for herb, drug in (meeting, meeting[::-1]):
        if herb.herb is not None and drug.known is not None:
            yield from knowledge.herb_with_drug(herb.herb, drug.known.id)


def say(
    sentence: Sentence,
    meeting: Meeting,
    *,
    rule: str = "",
    level: Level | None = None,
    source: str = "",
    confidence: str = "",
    **facts: object,
) -> Finding:
    """The finding about a meeting; the sentence may name {one.said_zh}, {other.said_en} ... beside its own facts."""
    one, other = meeting
    return sentence.of(
        *meeting.lines,
        rule=rule,
        level=level,
        met=(one.name, other.name),
        key=other.who if meeting.is_taken else "",
        source=source,
        confidence=confidence,
        one=one,
        other=other,
        given=facts,
    )


def _party(of: Item | Taking, knowledge: Knowledge) -> Party:
    known = (knowledge.drug(of.drug_id) or knowledge.substances.get(of.drug_id)) if of.drug_id else None
    return Party(of, known, None if known else knowledge.herb(of.name))


def _lasts(party: Party) -> float:
    """How many days it lasts; an unknown supply counts as still taken."""
    days = party.of.remaining_days if isinstance(party.of, Taking) else None
    return float("inf") if days is None else days
