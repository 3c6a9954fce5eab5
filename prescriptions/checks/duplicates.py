"""E5: the same treatment twice, on the prescription or with what the patient takes already.

Twice means: one ingredient (also inside a combination), two drugs of a class of which one is enough, or a patent medicine
that contains a western drug. Prescribing the same drug again is a refill and belongs to E12.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prescriptions.formulary.entries import Drug, HerbRule, Interaction
from prescriptions.formulary.knowledge import Knowledge

from .finding import Finding, Level
from .interactions import way_en, way_zh
from .levels import OF_ACTION, OF_SEVERITY
from .meetings import Meeting, herb_rules, meetings, say
from .picture import Item, Picture
from .sentence import Sentence

_E5: Final = "E5"
_MEANS_TWICE: Final = ("重复", "同为")  # how the notes of Chinese medicine speak of duplicates

_SAME_LINE_TWICE: Final = Sentence(
    check=_E5,
    level=Level.STOP,
    zh="{one.said_zh}在处方中开了两行。",
    en="{one.said_en} stands on the prescription twice.",
    advice_zh="请合并为一行；确需分两行的（如两种规格），请在该行注明理由。",
    advice_en="Make it one line; if two are needed (two strengths, say), give the reason on the line.",
    source="drugs.csv",
)
_SAME_INGREDIENT: Final = Sentence(
    check=_E5,
    level=Level.STOP,
    zh="{one.said_zh}与{other.said_zh}含同一成分{shared_zh}，重复用药。",
    en="{one.said_en} and {other.said_en} hold the same ingredient ({shared_en}): duplicate therapy.",
    advice_zh="请删去其中一种。",
    advice_en="Remove one of them.",
    source="drugs.csv components, atc",
)
_SAME_INGREDIENT_TAKEN: Final = Sentence(
    check=_E5,
    level=Level.CONFIRM,
    zh="{one.said_zh}与{other.said_zh}含同一成分{shared_zh}，重复用药。",
    en="{one.said_en} and {other.said_en} hold the same ingredient ({shared_en}): duplicate therapy.",
    advice_zh="如为换药，请嘱患者停用原药，注明理由并再次确认；否则请删去。",
    advice_en="If this replaces it, have the old one stopped, give the reason and confirm again; otherwise remove it.",
    source="drugs.csv components, atc",
)
_SAME_CLASS: Final = Sentence(
    check=_E5,
    level=Level.CONFIRM,
    zh="{one.said_zh}与{other.said_zh}属同一类药：{why_zh}。",
    en="{one.said_en} and {other.said_en} are of one class: {why_en}.",
    advice_zh="{way_zh}请删去或更换其中一种。",
    advice_en="{way_en}Remove or change one of them.",
    source="interactions.csv",
)
_SAME_CLASS_TAKEN: Final = Sentence(
    check=_E5,
    level=Level.CONFIRM,
    zh="{one.said_zh}与{other.said_zh}属同一类药：{why_zh}。",
    en="{one.said_en} and {other.said_en} are of one class: {why_en}.",
    advice_zh="{way_zh}如为换药，请嘱患者停用原药，注明理由并再次确认。",
    advice_en="{way_en}If this replaces it, have the old one stopped, give the reason and confirm again.",
    source="interactions.csv",
)
_CLASS_WITHOUT_RULE: Final = Sentence(
    check=_E5,
    level=Level.INFORMATION,
    zh="{one.said_zh}与{other.said_zh}属同一类药，数据中没有不可联用的规则。",
    en="{one.said_en} and {other.said_en} are of one class; no rule of the data speaks against both.",
    advice_zh="请确认确需联用。",
    advice_en="Make sure that both are meant.",
    source="drugs.csv drug_class",
)
_PATENT: Final = Sentence(
    check=_E5,
    level=Level.STOP,
    zh="{one.said_zh}与{other.said_zh}：{why}。",
    en="{one.said_en} and {other.said_en}: the patent medicine holds or doubles a western drug ({why}).",
    advice_zh="请停用其中一种，勿同时使用。",
    advice_en="Use only one of them.",
    source="tcm_incompatibilities.csv",
)
_SAME_HERB: Final = Sentence(
    check=_E5,
    level=Level.CONFIRM,
    zh="{one.said_zh}与{other.said_zh}是同一味药。",
    en="{one.said_en} and {other.said_en} are the same herb.",
    advice_zh="请合并为一味并核对总量；确需分列的，请注明理由。",
    advice_en="Make them one and check the total; if both are meant, give the reason.",
    source="tcm_aliases.csv",
)


def duplicates(picture: Picture, knowledge: Knowledge) -> Iterator[Finding]:
    """The same ingredient, the same class, combinations, patent medicines. Rule: E5"""
    held: dict[str, dict[str, Drug]] = {}
    for meeting in meetings(picture, knowledge):
        one, other = meeting.one.drug, meeting.other.drug
        if one is None or other is None:
            yield from _of_herbs(meeting, knowledge)
            continue
        mine, theirs = (
            held.get(each.id) or held.setdefault(each.id, _ingredients(each, knowledge)) for each in (one, other)
        )
        if not mine.keys().isdisjoint(theirs):
            yield _of_ingredient(meeting, [mine[atc] for atc in sorted(mine.keys() & theirs.keys())])
        elif not set(one.classes).isdisjoint(other.classes):
            yield _of_class(meeting, one, other, knowledge)


def is_twice(rule: HerbRule) -> bool:
    """Whether a row about a patent medicine and a western drug is about the same treatment twice."""
    return any(word in rule.note for word in _MEANS_TWICE)


def _ingredients(drug: Drug, knowledge: Knowledge) -> dict[str, Drug]:
    """What it holds, by ATC code: two salts of one substance have the same."""
    parts = [part for part in map(knowledge.drug, drug.components) if part is not None]
    return {part.atc: part for part in parts or [drug]}


def _of_ingredient(meeting: Meeting, shared: list[Drug]) -> Finding:
    one, other = meeting.one, meeting.other
    if one.who == other.who:
        explained = any(party.of.reason.strip() for party in meeting if isinstance(party.of, Item))
        return say(_SAME_LINE_TWICE, meeting, level=Level.CONFIRM if explained else None)
    sentence = _SAME_INGREDIENT_TAKEN if meeting.is_taken else _SAME_INGREDIENT
    return say(
        sentence,
        meeting,
        level=meeting.lessened(sentence.level),
        shared_zh="、".join(part.name_zh for part in shared),
        shared_en=", ".join(part.name_en for part in shared),
    )


def _of_class(meeting: Meeting, one: Drug, other: Drug, knowledge: Knowledge) -> Finding:
    rule = next((rule for rule in knowledge.rules_between(one.id, other.id) if rule.subject_a == rule.subject_b), None)
    if rule is None:
        return say(_CLASS_WITHOUT_RULE, meeting)
    return say(
        _SAME_CLASS_TAKEN if meeting.is_taken else _SAME_CLASS,
        meeting,
        rule=rule.id,
        level=_level(rule, meeting),
        confidence=rule.confidence,
        why_zh=rule.reason_zh,
        why_en=rule.effect_en,
        way_zh=way_zh(rule),
        way_en=way_en(rule),
    )


def _level(rule: Interaction, meeting: Meeting) -> Level:
    """What is taken already may be about to be replaced, which the prescriber can confirm: so it is never a stop."""
    level = OF_SEVERITY[rule.severity]
    return meeting.lessened(Level.CONFIRM if meeting.is_taken and level is Level.STOP else level)


def _of_herbs(meeting: Meeting, knowledge: Knowledge) -> Iterator[Finding]:
    one, other = meeting.one.herb, meeting.other.herb
    if one is not None and one == other:
        yield say(_SAME_HERB, meeting)
    for rule in herb_rules(meeting, knowledge):
        if is_twice(rule):
            yield say(_PATENT, meeting, rule=rule.id, level=meeting.lessened(OF_ACTION[rule.action]), why=rule.note)
