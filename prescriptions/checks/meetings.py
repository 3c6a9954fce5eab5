"""Who meets whom: every two lines of a prescription, and every line with what the patient takes already.

Duplicate therapy, interactions and Chinese medicine all ask about meetings, so that a pair is made once and in one way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from prescriptions.formulary.entries import Drug, HerbRule, Substance
from prescriptions.formulary.knowledge import Knowledge

from .finding import Finding, Level
from .picture import Item, Picture, Taking
from .sentence import Sentence


@dataclass(frozen=True, slots=True)
class Meeting:
    """A line and its partner: a later line (`taking` is None), or something taken already."""

    item: Item
    other: Item | Taking

    @property
    def taking(self) -> Taking | None:
        """The partner, when the patient takes it already."""
        return self.other if isinstance(self.other, Taking) else None

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines it concerns."""
        return (self.item.line, self.other.line) if isinstance(self.other, Item) else (self.item.line,)

    @property
    def key(self) -> str:
        """What tells two meetings of one line apart."""
        return "" if isinstance(self.other, Item) else self.other.drug_id or self.other.name

    @property
    def has_ended(self) -> bool:
        """Whether the partner's supply is over; a patient may still have some, so it is only a lesser alarm."""
        return self.taking is not None and _is_over(self.taking)

    def lessened(self, level: Level) -> Level:
        """The level, one step down when the partner's supply is over."""
        return _STEP_DOWN.get(level, level) if self.has_ended else level


_STEP_DOWN = {Level.STOP: Level.CONFIRM, Level.CONFIRM: Level.WARNING, Level.WARNING: Level.INFORMATION}


def meetings(picture: Picture) -> Iterator[Meeting]:
    """Every pair once. What is prescribed again is a refill, not a meeting: the new line speaks for both (E12)."""
    items = sorted(picture.items, key=lambda item: item.line)
    yield from (Meeting(one, other) for one, other in combinations(items, 2))
    again = {_who(item) for item in items}
    for taking in _latest_of_each(picture.current):
        if _who(taking) not in again:
            yield from (Meeting(item, taking) for item in items)


def _latest_of_each(current: tuple[Taking, ...]) -> list[Taking]:
    """Each drug once: the supply that lasts longest, an unknown one counting as still taken."""
    longest: dict[str, Taking] = {}
    for taking in current:
        known = longest.get(_who(taking))
        if known is None or _lasts(taking) > _lasts(known):
            longest[_who(taking)] = taking
    return list(longest.values())


def _lasts(taking: Taking) -> float:
    return float("inf") if taking.remaining_days is None else taking.remaining_days


def _who(one: Item | Taking) -> str:
    return one.drug_id or one.name.strip().casefold()


def is_known(one: Item | Taking, knowledge: Knowledge) -> bool:
    """Whether it is a drug or a substance of the data."""
    return _known(one, knowledge) is not None


def herb_rules(meeting: Meeting, knowledge: Knowledge) -> Iterator[HerbRule]:
    """What the rows of Chinese medicine say of a herb or patent medicine that meets a western drug, either way round."""
    for herb, drug in ((meeting.item, meeting.other), (meeting.other, meeting.item)):
        if drug.drug_id and not is_known(herb, knowledge):
            yield from knowledge.herb_with_drug(herb.name, drug.drug_id)


def say(
    sentence: Sentence,
    meeting: Meeting,
    knowledge: Knowledge,
    *,
    rule: str = "",
    level: Level | None = None,
    source: str = "",
    confidence: str = "",
    **facts: object,
) -> Finding:
    """The finding about a meeting; the sentence may name {one_zh}, {other_zh}, {one_en}, {other_en} beside its own facts."""
    return sentence.of(
        *meeting.lines,
        rule=rule,
        level=level,
        met=tuple(_name(each, knowledge) for each in (meeting.item, meeting.other)),
        key=meeting.key,
        source=source,
        confidence=confidence,
        one_zh=_said_zh(meeting.item, knowledge),
        other_zh=_said_zh(meeting.other, knowledge),
        one_en=_said_en(meeting.item, knowledge),
        other_en=_said_en(meeting.other, knowledge),
        given=facts,
    )


def _name(one: Item | Taking, knowledge: Knowledge) -> str:
    known = _known(one, knowledge)
    return known.name_zh if known else one.name


def _said_zh(one: Item | Taking, knowledge: Knowledge) -> str:
    name = f"“{_name(one, knowledge)}”"
    if isinstance(one, Item):
        return name
    return f"{name}（在用，余药已用完）" if _is_over(one) else f"{name}（在用）"


def _said_en(one: Item | Taking, knowledge: Knowledge) -> str:
    known = _known(one, knowledge)
    name = known.name_en if known else one.name
    if isinstance(one, Item):
        return name
    return f"{name} (taken already, supply over)" if _is_over(one) else f"{name} (taken already)"


def _known(one: Item | Taking, knowledge: Knowledge) -> Drug | Substance | None:
    if not one.drug_id:
        return None
    return knowledge.drug(one.drug_id) or knowledge.substances.get(one.drug_id)


def _is_over(taking: Taking) -> bool:
    return taking.remaining_days is not None and taking.remaining_days <= 0
