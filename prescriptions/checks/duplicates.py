"""E5: the same treatment twice, on the prescription or with what the patient takes already.

Twice means: one ingredient (also inside a combination), two drugs of a class of which one is enough, or a patent medicine
that contains a western drug. Prescribing the same drug again is a refill and belongs to E12.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prescriptions.formulary.entries import Drug, HerbRule, Interaction
from prescriptions.formulary.knowledge import Knowledge

from .finding import Coverage, Covered, Finding, Level
from .interactions import way_en, way_zh
from .levels import OF_ACTION, OF_SEVERITY
from .meetings import Meeting, herb_rules, is_known, meetings, say
from .picture import Item, Picture
from .reading import drug_of
from .sentence import Sentence

_E5: Final = "E5"
_MEANS_TWICE: Final = ("重复", "同为")  # how the notes of Chinese medicine speak of duplicates

_SAME_LINE_TWICE: Final = Sentence(
    check=_E5,
    level=Level.STOP,
    zh="{one_zh}在处方中开了两行。",
    en="{one_en} stands on the prescription twice.",
    advice_zh="请合并为一行；确需分两行的（如两种规格），请在该行注明理由。",
    advice_en="Make it one line; if two are needed (two strengths, say), give the reason on the line.",
    source="drugs.csv",
)
_SAME_INGREDIENT: Final = Sentence(
    check=_E5,
    level=Level.STOP,
    zh="{one_zh}与{other_zh}含同一成分{shared_zh}，重复用药。",
    en="{one_en} and {other_en} hold the same ingredient ({shared_en}): duplicate therapy.",
    advice_zh="请删去其中一种。",
    advice_en="Remove one of them.",
    source="drugs.csv components, atc",
)
_SAME_INGREDIENT_TAKEN: Final = Sentence(
    check=_E5,
    level=Level.CONFIRM,
    zh="{one_zh}与{other_zh}含同一成分{shared_zh}，重复用药。",
    en="{one_en} and {other_en} hold the same ingredient ({shared_en}): duplicate therapy.",
    advice_zh="如为换药，请嘱患者停用原药，注明理由并再次确认；否则请删去。",
    advice_en="If this replaces it, have the old one stopped, give the reason and confirm again; otherwise remove it.",
    source="drugs.csv components, atc",
)
_SAME_CLASS: Final = Sentence(
    check=_E5,
    level=Level.CONFIRM,
    zh="{one_zh}与{other_zh}属同一类药：{why_zh}。",
    en="{one_en} and {other_en} are of one class: {why_en}.",
    advice_zh="{way_zh}请删去或更换其中一种。",
    advice_en="{way_en}Remove or change one of them.",
    source="interactions.csv",
)
_SAME_CLASS_TAKEN: Final = Sentence(
    check=_E5,
    level=Level.CONFIRM,
    zh="{one_zh}与{other_zh}属同一类药：{why_zh}。",
    en="{one_en} and {other_en} are of one class: {why_en}.",
    advice_zh="{way_zh}如为换药，请嘱患者停用原药，注明理由并再次确认。",
    advice_en="{way_en}If this replaces it, have the old one stopped, give the reason and confirm again.",
    source="interactions.csv",
)
_CLASS_WITHOUT_RULE: Final = Sentence(
    check=_E5,
    level=Level.INFORMATION,
    zh="{one_zh}与{other_zh}属同一类药，数据中没有不可联用的规则。",
    en="{one_en} and {other_en} are of one class; no rule of the data speaks against both.",
    advice_zh="请确认确需联用。",
    advice_en="Make sure that both are meant.",
    source="drugs.csv drug_class",
)
_PATENT: Final = Sentence(
    check=_E5,
    level=Level.STOP,
    zh="{one_zh}与{other_zh}：{why}。",
    en="{one_en} and {other_en}: the patent medicine holds or doubles a western drug ({why}).",
    advice_zh="请停用其中一种，勿同时使用。",
    advice_en="Use only one of them.",
    source="tcm_incompatibilities.csv",
)
_SAME_HERB: Final = Sentence(
    check=_E5,
    level=Level.CONFIRM,
    zh="{one_zh}与{other_zh}是同一味药。",
    en="{one_en} and {other_en} are the same herb.",
    advice_zh="请合并为一味并核对总量；确需分列的，请注明理由。",
    advice_en="Make them one and check the total; if both are meant, give the reason.",
    source="tcm_aliases.csv",
)


def duplicates(picture: Picture, knowledge: Knowledge) -> Iterator[Finding | Coverage]:
    """The same ingredient, the same class, combinations, patent medicines. Rule: E5"""
    for item in picture.items:
        if not is_known(item, knowledge) and knowledge.herb(item.name) is None:
            yield Coverage(item.line, _E5, Covered.NOT_COVERED, "药品数据中没有这个药", "not in the drug data")
    for meeting in meetings(picture):
        one, other = drug_of(meeting.item, knowledge), drug_of(meeting.other, knowledge)
        if one is not None and other is not None:
            yield from _of_drugs(meeting, one, other, knowledge)
        else:
            yield from _of_herbs(meeting, knowledge)


def is_twice(rule: HerbRule) -> bool:
    """Whether a row about a patent medicine and a western drug is about the same treatment twice."""
    return any(word in rule.note for word in _MEANS_TWICE)


def _of_drugs(meeting: Meeting, one: Drug, other: Drug, knowledge: Knowledge) -> Iterator[Finding]:
    mine, theirs = _ingredients(one, knowledge), _ingredients(other, knowledge)
    if one.id == other.id:
        explained = any(each.reason.strip() for each in (meeting.item, meeting.other) if isinstance(each, Item))
        yield say(_SAME_LINE_TWICE, meeting, knowledge, level=Level.CONFIRM if explained else None)
    elif shared := [mine[atc] for atc in sorted(mine.keys() & theirs.keys())]:
        yield _of_ingredient(meeting, shared, knowledge)
    elif set(one.classes) & set(other.classes):
        yield _of_class(meeting, one, other, knowledge)


def _ingredients(drug: Drug, knowledge: Knowledge) -> dict[str, Drug]:
    """What it holds, by ATC code: two salts of one substance have the same."""
    parts = [part for part in map(knowledge.drug, drug.components) if part is not None]
    return {part.atc: part for part in parts or [drug]}


def _of_ingredient(meeting: Meeting, shared: list[Drug], knowledge: Knowledge) -> Finding:
    sentence = _SAME_INGREDIENT if meeting.taking is None else _SAME_INGREDIENT_TAKEN
    return say(
        sentence,
        meeting,
        knowledge,
        level=meeting.lessened(sentence.level),
        shared_zh="、".join(part.name_zh for part in shared),
        shared_en=", ".join(part.name_en for part in shared),
    )


def _of_class(meeting: Meeting, one: Drug, other: Drug, knowledge: Knowledge) -> Finding:
    rule = next((rule for rule in knowledge.rules_between(one.id, other.id) if rule.subject_a == rule.subject_b), None)
    if rule is None:
        return say(_CLASS_WITHOUT_RULE, meeting, knowledge)
    return say(
        _SAME_CLASS if meeting.taking is None else _SAME_CLASS_TAKEN,
        meeting,
        knowledge,
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
    if meeting.taking is None:
        return level
    return meeting.lessened(Level.CONFIRM if level is Level.STOP else level)


def _of_herbs(meeting: Meeting, knowledge: Knowledge) -> Iterator[Finding]:
    one, other = knowledge.herb(meeting.item.name), knowledge.herb(meeting.other.name)
    if one is not None and one == other and meeting.taking is None:
        yield say(_SAME_HERB, meeting, knowledge)
    for rule in herb_rules(meeting, knowledge):
        if is_twice(rule):
            level = meeting.lessened(OF_ACTION[rule.action])
            yield say(_PATENT, meeting, knowledge, rule=rule.id, level=level, why=rule.note)
