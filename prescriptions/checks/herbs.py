"""E16: Chinese medicine: 十八反 and 十九畏, pregnancy, daily caps, what is not prescribed online, and western drugs.

The dose of a piece is what goes into one day's decoction (一剂); the frequency only says how it is divided. Rules name herbs
and processed herbs; other names come through the formulary's alias table. A patent medicine that holds a western drug is
duplicate therapy (E5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from prescriptions.formulary.entries import Action, HerbGroup, HerbRule
from prescriptions.formulary.knowledge import Knowledge

from .amounts import turned
from .duplicates import is_twice
from .finding import Coverage, Covered, Finding, Level
from .meetings import Meeting, herb_rules, meetings, say
from .picture import Item, Kind, Picture
from .reading import amount, drug_of
from .sentence import Sentence
from .stages import Stage, stage_of

_E16: Final = "E16"
_FILE: Final = "tcm_incompatibilities.csv"
_CHILDBEARING: Final = range(15, 50)  # years
_NEVER: Final = re.compile(r"不得(?:线上)?开具|禁止入药")
_GROUP_EN: Final = {
    HerbGroup.ACONITE: "the eighteen incompatibilities, aconite",
    HerbGroup.LIQUORICE: "the eighteen incompatibilities, liquorice",
    HerbGroup.VERATRUM: "the eighteen incompatibilities, veratrum",
    HerbGroup.FEARS: "the nineteen antagonisms",
}

_PAIR: Final = Sentence(
    check=_E16,
    level=Level.STOP,
    zh="{one.said_zh}与{other.said_zh}属{group_zh}，不宜同用{note}。",
    en="{one.said_en} and {other.said_en} must not be used together ({group_en}).",
    advice_zh="请删去其中一味。",
    advice_en="Remove one of them.",
    source=_FILE,
)
_PAIR_WEIGHED: Final = Sentence(
    check=_E16,
    level=Level.WARNING,
    zh="{one.said_zh}与{other.said_zh}：{group_zh}一类的传统审慎提示{note}。",
    en="{one.said_en} and {other.said_en}: a traditional caution beside {group_en}.",
    advice_zh="请斟酌是否同用，由药师判断。",
    advice_en="Consider whether both are needed; the pharmacist judges.",
    source=_FILE,
)
_WITH_WESTERN: Final = Sentence(
    check=_E16,
    level=Level.STOP,
    zh="{one.said_zh}与{other.said_zh}：{note}。",
    en="{one.said_en} with {other.said_en}: a known hazard of Chinese medicine with western drugs.",
    advice_zh="请停用其中一种。",
    advice_en="Use only one of them.",
    source=_FILE,
)
_WITH_WESTERN_WEIGHED: Final = Sentence(
    check=_E16,
    level=Level.WARNING,
    zh="{one.said_zh}与{other.said_zh}：{note}。",
    en="{one.said_en} with {other.said_en}: a known hazard of Chinese medicine with western drugs.",
    advice_zh="尽量避免同用；确需同用的，请告知患者并按此监测。",
    advice_en="Avoid it where possible; otherwise tell the patient and watch for it.",
    source=_FILE,
)
_FORBIDDEN: Final = Sentence(
    check=_E16,
    level=Level.STOP,
    zh="“{name}”妊娠禁用（{note}），患者在妊娠期。",
    en="{name} is forbidden in pregnancy, and the patient is pregnant.",
    advice_zh="请删去或更换。",
    advice_en="Remove or replace it.",
    source=_FILE,
)
_CAUTION: Final = Sentence(
    check=_E16,
    level=Level.CONFIRM,
    zh="“{name}”妊娠慎用（{note}），患者在妊娠期。",
    en="{name} needs caution in pregnancy, and the patient is pregnant.",
    advice_zh="请权衡利弊；确需使用的，请写明理由并再次确认。",
    advice_en="Weigh the benefit; if it is needed, give the reason and confirm again.",
    source=_FILE,
)
_ASK: Final = Sentence(
    check=_E16,
    level=Level.WARNING,
    zh="“{name}”妊娠禁用，患者为育龄女性，是否妊娠未记录。",
    en="{name} is forbidden in pregnancy; nobody has recorded whether this woman is pregnant.",
    advice_zh="请先询问并记录是否妊娠。",
    advice_en="Ask and record it first.",
    source=_FILE,
)
_ABOVE_CAP: Final = Sentence(
    check=_E16,
    level=Level.CONFIRM,
    zh="“{name}”每日{taken}克，超过日用量上限{cap}克（{note}）。",
    en="{name} {taken} g a day is above the daily cap of {cap} g.",
    advice_zh="请减量；确需超量使用的，由医师写明理由并再次签名确认。",
    advice_en="Reduce it; if it is really needed, give the reason and confirm by a second signature.",
    source=_FILE,
)
_NOT_ONLINE: Final = Sentence(
    check=_E16,
    level=Level.STOP,
    zh="“{name}”不得线上开具：{note}。",
    en="{name} is never prescribed online.",
    advice_zh="请删去；确需使用的，请患者到实体医疗机构就诊。",
    advice_en="Remove it; if it is needed, have the patient see a doctor in person.",
    source=_FILE,
)


def herbs(picture: Picture, knowledge: Knowledge) -> Iterator[Finding | Coverage]:
    """Herbs and patent medicines, among themselves, for this patient, and with western drugs. Rule: E16"""
    for item in picture.items:
        if drug_of(item, knowledge) is None:
            yield from _never_online(picture, item, knowledge)
            yield from _pregnancy(picture, item, knowledge)
            yield from _cap(picture, item, knowledge)
    for meeting in meetings(picture, knowledge):
        if meeting.one.herb is not None or meeting.other.herb is not None:
            yield from _among_herbs(meeting, knowledge)
            yield from _with_western(meeting, knowledge)


def _among_herbs(meeting: Meeting, knowledge: Knowledge) -> Iterator[Finding]:
    if meeting.one.herb is None or meeting.other.herb is None:
        return
    for rule in knowledge.herb_rules_between(meeting.one.herb, meeting.other.herb):
        sentence = _PAIR if rule.action is Action.BLOCK else _PAIR_WEIGHED
        yield say(
            sentence,
            meeting,
            rule=rule.id,
            level=meeting.lessened(sentence.level),
            group_zh=rule.group.value.split("-")[0],
            group_en=_GROUP_EN[rule.group],
            note=f"（{rule.note}）" if rule.note else "",
        )


def _with_western(meeting: Meeting, knowledge: Knowledge) -> Iterator[Finding]:
    for rule in herb_rules(meeting, knowledge):
        if not is_twice(rule):
            sentence = _WITH_WESTERN if rule.action is Action.BLOCK else _WITH_WESTERN_WEIGHED
            yield say(sentence, meeting, rule=rule.id, level=meeting.lessened(sentence.level), note=rule.note)


def _pregnancy(picture: Picture, item: Item, knowledge: Knowledge) -> Iterator[Finding]:
    rules = knowledge.herb_pregnancy(item.name)
    stage = stage_of(picture)
    if stage.is_pregnant:
        for rule in rules:
            sentence = _FORBIDDEN if rule.action is Action.BLOCK else _CAUTION
            yield _of(sentence, item, rule)
    elif picture.patient.pregnant is None and _may_be_pregnant(stage):
        yield from (_of(_ASK, item, rule) for rule in rules if rule.action is Action.BLOCK)


def _may_be_pregnant(stage: Stage) -> bool:
    return stage.is_female and stage.age in _CHILDBEARING


def _cap(picture: Picture, item: Item, knowledge: Knowledge) -> Iterator[Finding | Coverage]:
    rule = knowledge.herb_daily_cap(item.name)
    if rule is None or rule.cap_g is None or picture.kind is not Kind.TCM_PIECES:
        return
    taken = None if item.dose is None else turned(item.dose, item.unit, "g")
    if taken is None:
        yield Coverage(
            item.line, _E16, Covered.NOT_COVERED, "用量无法换算为克，未核对日用量上限", "not in grams: cap not checked"
        )
    elif taken > rule.cap_g:
        yield _of(_ABOVE_CAP, item, rule, taken=amount(taken), cap=amount(rule.cap_g))


def _never_online(picture: Picture, item: Item, knowledge: Knowledge) -> Iterator[Finding]:
    """What the rows themselves say must not be prescribed online or at all, whoever the patient is."""
    if not picture.setting.online:
        return
    cap = knowledge.herb_daily_cap(item.name)
    said = [
        rule for rule in (*knowledge.herb_pregnancy(item.name), *([cap] if cap else [])) if _NEVER.search(rule.note)
    ]
    if said:
        yield _of(_NOT_ONLINE, item, said[0], key="online")


def _of(sentence: Sentence, item: Item, rule: HerbRule, key: str = "", **facts: object) -> Finding:
    return sentence.of(
        item.line, rule=rule.id, met=(item.name, rule.group.value), key=key, name=item.name, note=rule.note, given=facts
    )
