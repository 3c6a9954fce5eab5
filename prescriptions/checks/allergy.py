"""E4: what the patient is allergic to, the very substance, its class, and what cross-reacts; how grave the reaction was.

The past reaction decides where the data say so: a row about the recorded reaction takes the place of the row for any. Where
none was recorded the rows for any reaction count, and the advice says what to ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from prescriptions.formulary.agreement import SAME
from prescriptions.formulary.entries import Action, CrossReaction, Reaction
from prescriptions.formulary.knowledge import Knowledge

from .finding import Coverage, Covered, Finding, Level
from .levels import OF_ACTION
from .picture import Allergy, Item, Picture
from .reactions import read_reaction
from .reading import drug_of
from .sentence import Sentence

_E4: Final = "E4"
_GRAVITY: Final = {action: place for place, action in enumerate(Action)}
_HERBS: Final = "AL24"  # the class of Chinese medicines: matched by the herb's name
_ANY_HERB: Final = "中药"
_ENDING: Final = re.compile(r"^(?:对|曾对|有)|(?:类)?(?:药物|药品)?(?:严重)?过敏(?:史|反应|体质|性休克|者)?$")
_BETWEEN: Final = re.compile(r"[、，,；;/和及与]| and ")
_CLASS_WORD: Final = re.compile(r"(?:类药物|类药|药物)$")

_SAME_DRUG: Final = {
    False: ("患者对本品过敏", "the patient is allergic to this very drug"),
    True: ("患者曾不耐受本品", "the patient did not tolerate this very drug"),
}
_WHAT: Final = {
    "zh": "“{name_zh}”与过敏记录“{allergy}”{happened_zh}：{why_zh}。",
    "en": "{name_en} and the recorded allergy to {allergy}{happened_en}: {why_en}.",
}
_STOP: Final = Sentence(
    check=_E4,
    level=Level.STOP,
    advice_zh="请删去该药，换用无交叉过敏的药品。",
    advice_en="Remove it and choose a drug that does not cross-react.",
    source="cross_reactions.csv, allergy_classes.csv",
    **_WHAT,
)
_CONFIRM: Final = Sentence(
    check=_E4,
    level=Level.CONFIRM,
    advice_zh="{ask_zh}可换用其他类别；确需使用的，请写明理由、再次确认，并告知患者出现反应立即停药就医。",
    advice_en="{ask_en}Choose another class; if it is needed, give the reason, confirm again, and warn the patient.",
    source="cross_reactions.csv, allergy_classes.csv",
    **_WHAT,
)
_INFORM: Final = Sentence(
    check=_E4,
    level=Level.INFORMATION,
    advice_zh="请告知患者留意。",
    advice_en="Tell the patient what to watch for.",
    source="cross_reactions.csv",
    **_WHAT,
)
_NOT_ASKED: Final = Sentence(
    check=_E4,
    level=Level.WARNING,
    zh="没有过敏史记录，未能核对过敏。",
    en="Nobody has recorded whether there are allergies: they were not checked.",
    advice_zh="请询问患者并记录过敏史（没有也请记录“无”）后重新检查。",
    advice_en='Ask the patient, record the answer (also "none"), and check again.',
)
_STRANGE: Final = Sentence(
    check=_E4,
    level=Level.WARNING,
    zh="过敏记录“{allergy}”不在数据中，只核对了同名药品，未能核对交叉过敏。",
    en="The recorded allergy {allergy} is not in the data: only drugs of that name were checked, not what cross-reacts.",
    advice_zh="请改为药品或类别的通用名称；不是药物过敏的，请由医师判断。",
    advice_en="Use the generic name of the drug or class; if it is no drug, judge it yourself.",
)


def allergy(picture: Picture, knowledge: Knowledge) -> Iterator[Finding | Coverage]:
    """Every line against every recorded allergy. Rule: E4"""
    if picture.patient.allergies is None:
        yield _NOT_ASKED.of(key="asked")
        for line in picture.lines:
            yield Coverage(line, _E4, Covered.NOT_COVERED, "没有过敏史记录", "no record of allergies")
    for recorded in picture.patient.allergies or ():
        for name in allergens(recorded.class_or_drug, knowledge):
            yield from _of_allergen(name, recorded, picture, knowledge)


def allergens(text: str, knowledge: Knowledge) -> list[str]:
    """What a record names, as the data know it: “对青霉素、磺胺过敏” are two; what is unknown stays as it was written."""
    whole = _bare(text)
    if not whole or _is_known(text, knowledge):
        return [text] if text.strip() else []
    if _is_known(whole, knowledge):
        return [whole]
    parts = [part for part in (_bare(part) for part in _BETWEEN.split(whole)) if part]
    return parts if any(_is_known(part, knowledge) for part in parts) else [whole]


def _bare(text: str) -> str:
    bare = _ENDING.sub("", _ENDING.sub("", text.strip())).strip()
    return _CLASS_WORD.sub("类", bare) if _CLASS_WORD.search(bare) else bare


def _is_known(name: str, knowledge: Knowledge) -> bool:
    return knowledge.is_known_allergen(name) or knowledge.herb(name) is not None


def _of_allergen(name: str, recorded: Allergy, picture: Picture, knowledge: Knowledge) -> Iterator[Finding | Coverage]:
    reactions = read_reaction(f"{recorded.reaction}")
    found = [finding for item in picture.items for finding in _meets(name, recorded, reactions, item, knowledge)]
    yield from found
    if not found and not _is_known(name, knowledge):
        yield _STRANGE.of(met=(name,), key=name, allergy=name)
        for line in picture.lines:
            yield Coverage(
                line, _E4, Covered.NOT_COVERED, f"过敏记录“{name}”不在数据中", f"allergy {name}: not in the data"
            )


def _meets(
    name: str, recorded: Allergy, reactions: frozenset[Reaction], item: Item, knowledge: Knowledge
) -> Iterator[Finding]:
    allergen, given = _asked(name, item, knowledge)
    rows = _rows(allergen, given, reactions, knowledge)
    row = rows[0] if rows else None
    if knowledge.is_same_substance(allergen, given) and not _settles_same(row):
        mild = reactions == {Reaction.INTOLERANCE}
        yield _finding(name, recorded, item, knowledge, Level.CONFIRM if mild else Level.STOP, *_SAME_DRUG[mild])
    elif row is not None:
        level = OF_ACTION[row.action]
        ask = Reaction.ANY in reactions and _graver_if_asked(allergen, given, row, knowledge)
        yield _finding(name, recorded, item, knowledge, level, row.reason_zh, row.reason_en, row=row, ask=ask)


def _settles_same(row: CrossReaction | None) -> bool:
    """Whether the row speaks of the very substance, or forbids it with its class."""
    return row is not None and (row.target == SAME or row.action is Action.BLOCK)


def _rows(name: str, given: str, reactions: frozenset[Reaction], knowledge: Knowledge) -> list[CrossReaction]:
    """The rows that hold for the gravest of the reactions recorded, gravest first."""
    found = [_for_reaction(name, given, reaction, knowledge) for reaction in sorted(reactions)]
    return min(found, key=lambda rows: _GRAVITY[rows[0].action] if rows else len(_GRAVITY))


def _for_reaction(name: str, given: str, reaction: Reaction, knowledge: Knowledge) -> list[CrossReaction]:
    rows = knowledge.allergy_rules(name, given, reaction)
    return [row for row in rows if reaction is not Reaction.ANY or row.reaction is Reaction.ANY]


def _graver_if_asked(name: str, given: str, row: CrossReaction, knowledge: Knowledge) -> bool:
    """Whether some reaction, had it been recorded, would forbid what now may be confirmed."""
    return any(_GRAVITY[each.action] < _GRAVITY[row.action] for each in knowledge.allergy_rules(name, given))


def _asked(name: str, item: Item, knowledge: Knowledge) -> tuple[str, str]:
    """What the rows are asked about. A herb is met by any of its names, and is a Chinese medicine to those allergic to all."""
    herb = knowledge.herb(item.name) if item.drug_id is None else None
    if herb is not None and knowledge.herb(name) == herb:
        return _HERBS, _HERBS
    if herb is not None and any(each.id == _HERBS for each in knowledge.classes_of_allergy(name)):
        return name, _ANY_HERB
    return name, item.drug_id or item.name


def _finding(
    name: str,
    recorded: Allergy,
    item: Item,
    knowledge: Knowledge,
    level: Level,
    why_zh: str,
    why_en: str,
    *,
    row: CrossReaction | None = None,
    ask: bool = False,
) -> Finding:
    drug = drug_of(item, knowledge)
    classes = knowledge.classes_of_allergy(name)
    held = classes[0].id if classes else _HERBS if knowledge.herb(name) else ""
    shown = classes[0].name_zh if name in knowledge.allergy_classes else _named(name, knowledge)
    happened = recorded.reaction.strip()
    sentence = {Level.STOP: _STOP, Level.CONFIRM: _CONFIRM}.get(level, _INFORM)
    return sentence.of(
        item.line,
        rule=row.id if row else "",
        met=(shown, drug.name_zh if drug else item.name),
        key=held,
        confidence=row.confidence if row else "high",
        allergy=shown,
        happened_zh=f"（{happened}）" if happened else "",
        happened_en=f" ({happened})" if happened else "",
        name_zh=drug.name_zh if drug else item.name,
        name_en=drug.name_en if drug else item.name,
        why_zh=why_zh,
        why_en=why_en,
        ask_zh="过敏反应类型未记录，请先问清当时的反应，若属严重反应则禁用。" if ask else "",
        ask_en="The reaction was not recorded: ask what happened, a severe one forbids it. " if ask else "",
    )


def _named(name: str, knowledge: Knowledge) -> str:
    drug = knowledge.drug(name)
    return drug.name_zh if drug else name
