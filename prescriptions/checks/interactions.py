"""E11: drugs that do not go together, on the prescription and with what the patient takes already.

One finding per pair: a rule about a drug goes before one about its class, the gravest speaks, the others are added to its
sentence. Two drugs of one class or ingredient are duplicate therapy (E5) and not told again here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from prescriptions.formulary.entries import Interaction
from prescriptions.formulary.knowledge import Knowledge

from .finding import Coverage, Covered, Finding, Level
from .levels import OF_SEVERITY
from .meetings import Meeting, meetings, parties, say
from .picture import Item, Picture
from .sentence import Sentence

_E11: Final = "E11"
_ZH: Final = "{one.said_zh}与{other.said_zh}：{why_zh}。"
_EN: Final = "{one.said_en} with {other.said_en}: {why_en}."
_STOP: Final = Sentence(
    check=_E11,
    level=Level.STOP,
    zh=_ZH,
    en=_EN,
    advice_zh="{way_zh}请删去或更换其中一种。",
    advice_en="{way_en}Remove or change one of them.",
)
_STOP_TAKEN: Final = Sentence(
    check=_E11,
    level=Level.STOP,
    zh=_ZH,
    en=_EN,
    advice_zh="{way_zh}请换用其他药品；若患者确已停用在用药，请先在用药记录中注明停用。",
    advice_en="{way_en}Choose another drug; if the patient has really stopped the other, note that in the medication list first.",
)
_CONFIRM: Final = Sentence(
    check=_E11,
    level=Level.CONFIRM,
    zh=_ZH,
    en=_EN,
    advice_zh="{way_zh}可更换其中一种；确需合用的，请注明理由并再次确认。",
    advice_en="{way_en}Change one of them; if both are needed, give the reason and confirm again.",
)
_WARNING: Final = Sentence(
    check=_E11,
    level=Level.WARNING,
    zh=_ZH,
    en=_EN,
    advice_zh="{way_zh}请告知患者并按此观察。",
    advice_en="{way_en}Tell the patient and watch for it.",
)


def interactions(picture: Picture, knowledge: Knowledge) -> Iterator[Finding | Coverage]:
    """What meets what, with prescriptions of the last 90 days. Rule: E11"""
    yield from _uncovered(picture, knowledge)
    for meeting in meetings(picture, knowledge):
        rules = rules_of(meeting, knowledge)
        if rules:
            yield _finding(meeting, best_of(rules, knowledge))


def rules_of(meeting: Meeting, knowledge: Knowledge) -> list[Interaction]:
    """The rules about this pair that are not about duplicates, gravest first."""
    one, other = meeting.one.known, meeting.other.known
    if one is None or other is None:
        return []
    return [rule for rule in knowledge.rules_between(one.id, other.id) if rule.subject_a != rule.subject_b]


def best_of(rules: Sequence[Interaction], knowledge: Knowledge) -> list[Interaction]:
    """The rules without those that a more exact one replaces, in their order."""
    if len(rules) == 1:
        return list(rules)
    return [rule for rule in rules if not any(_replaces(other, rule, knowledge) for other in rules)]


def _replaces(exact: Interaction, wide: Interaction, knowledge: Knowledge) -> bool:
    """Whether `exact` names drugs where `wide` names the classes of these very drugs."""
    if {exact.subject_a, exact.subject_b} == {wide.subject_a, wide.subject_b}:
        return False
    pairs = ((wide.subject_a, wide.subject_b), (wide.subject_b, wide.subject_a))
    return any(
        _within(exact.subject_a, one, knowledge) and _within(exact.subject_b, other, knowledge) for one, other in pairs
    )


def _within(exact: str, wide: str, knowledge: Knowledge) -> bool:
    drug = knowledge.drug(exact)
    return exact == wide or (drug is not None and wide in drug.subjects)


def _uncovered(picture: Picture, knowledge: Knowledge) -> Iterator[Coverage]:
    """Lines no interaction speaks of, and lines beside something unknown that is taken (for which E0 raises the alarm)."""
    lines, taken = parties(picture, knowledge)
    strange = [party.of.name for party in taken if party.known is None and party.herb is None]
    zh, en = (
        f"未能核对与在用药{'、'.join(strange)}的相互作用",
        f"not checked against {', '.join(strange)}, taken already",
    )
    for party in lines:
        if party.known is None or not isinstance(party.of, Item):
            continue
        if not knowledge.has_interactions(party.known.id):
            no_zh, no_en = "数据没有该药的相互作用", "the data hold no interactions of this drug"
            yield Coverage(party.of.line, _E11, Covered.NOT_COVERED, no_zh, no_en)
        elif strange:
            yield Coverage(party.of.line, _E11, Covered.NOT_COVERED, zh, en)


def _finding(meeting: Meeting, rules: Sequence[Interaction]) -> Finding:
    gravest = rules[0]
    level = meeting.lessened(OF_SEVERITY[gravest.severity])
    return say(
        _sentence(level, meeting),
        meeting,
        rule=gravest.id,
        level=level,
        source="interactions.csv",
        confidence=gravest.confidence,
        why_zh="；".join([gravest.reason_zh, *(f"{rule.reason_zh}（{rule.id}）" for rule in rules[1:])]),
        why_en="; ".join([gravest.effect_en, *(f"{rule.effect_en} ({rule.id})" for rule in rules[1:])]),
        way_zh=way_zh(gravest),
        way_en=way_en(gravest),
    )


def way_zh(rule: Interaction) -> str:
    """What the data advise, as a sentence; empty when they advise nothing."""
    return f"{rule.management_zh}。" if rule.management_zh else ""


def way_en(rule: Interaction) -> str:
    """The same in English."""
    return f"{rule.management_en[:1].upper()}{rule.management_en[1:]}. " if rule.management_en else ""


def _sentence(level: Level, meeting: Meeting) -> Sentence:
    if level is Level.STOP:
        return _STOP_TAKEN if meeting.is_taken else _STOP
    return _CONFIRM if level is Level.CONFIRM else _WARNING
