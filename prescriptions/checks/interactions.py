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
from .meetings import Meeting, is_known, meetings, say
from .picture import Picture
from .sentence import Sentence

_E11: Final = "E11"
_ZH: Final = "{one_zh}与{other_zh}：{why_zh}。"
_EN: Final = "{one_en} with {other_en}: {why_en}."
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
    for meeting in meetings(picture):
        rules = best_of(rules_of(meeting, knowledge), knowledge)
        if rules:
            yield _finding(meeting, rules, knowledge)


def rules_of(meeting: Meeting, knowledge: Knowledge) -> list[Interaction]:
    """The rules about this pair that are not about duplicates, gravest first."""
    one, other = meeting.item.drug_id, meeting.other.drug_id
    if not one or not other:
        return []
    return [rule for rule in knowledge.rules_between(one, other) if rule.subject_a != rule.subject_b]


def best_of(rules: Sequence[Interaction], knowledge: Knowledge) -> list[Interaction]:
    """The rules without those that a more exact one replaces, in their order."""
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
    """Lines nobody knows, and lines beside something unknown that is taken (E0 raises the alarm)."""
    strange = [taking.name for taking in picture.current if not is_known(taking, knowledge)]
    for item in picture.items:
        if not is_known(item, knowledge):
            yield Coverage(item.line, _E11, Covered.NOT_COVERED, "药品数据中没有这个药", "not in the drug data")
        elif strange:
            yield Coverage(
                item.line,
                _E11,
                Covered.NOT_COVERED,
                f"未能核对与在用药{'、'.join(strange)}的相互作用",
                f"not checked against {', '.join(strange)}, taken already",
            )


def _finding(meeting: Meeting, rules: Sequence[Interaction], knowledge: Knowledge) -> Finding:
    gravest = rules[0]
    level = meeting.lessened(OF_SEVERITY[gravest.severity])
    return say(
        _sentence(level, meeting),
        meeting,
        knowledge,
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
        return _STOP if meeting.taking is None else _STOP_TAKEN
    return _CONFIRM if level is Level.CONFIRM else _WARNING
