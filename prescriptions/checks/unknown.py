"""E0: what the data do not know at all. One such drug makes the whole prescription not covered, whoever its neighbours are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prescriptions.formulary.knowledge import Knowledge

from .finding import Coverage, Covered, Finding, Level
from .picture import Item, Kind, Picture, Taking
from .sentence import Sentence

_NOT_COVERED: Final = Sentence(
    check="E0",
    level=Level.NOT_COVERED,
    zh="“{name}”未覆盖：{why_zh}，不能视为通过。",
    en="{name} is not covered: {why_en}; this does not count as passed.",
    advice_zh="请选用药品目录内的名称；确需使用的，由药师按说明书人工核对。",
    advice_en="Choose a name of the formulary; if it is really needed, a pharmacist checks it by hand with its label.",
)
_TAKEN: Final = Sentence(
    check="E0",
    level=Level.NOT_COVERED,
    zh="患者正在使用的“{name}”不在药品数据内，未能核对与本处方的相互作用和重复用药。",
    en="{name}, which the patient takes, is not in the drug data: interactions and duplicates were not checked.",
    advice_zh="请确认药名后重新检查；仍不在目录内的，由药师人工核对。",
    advice_en="Make sure of its name and check again; if it is still unknown, a pharmacist checks it by hand.",
)
_NO_HERB: Final = ("饮片规则数据中没有这味药", "no rule of Chinese medicine names this herb")
_NO_DRUG: Final = ("药品数据中没有这个药", "the drug data do not hold it")
_NO_RULE: Final = ("没有任何相互作用或禁忌规则提到它", "no rule on interactions or contraindications speaks of it")
_HERB_ONLY: Final = (
    "只有中药规则提到它，用法用量、过敏、禁忌等没有数据",
    "only the rules of Chinese medicine name it; there are no data on dose, allergy or contraindications",
)


def unknown(picture: Picture, knowledge: Knowledge) -> Iterator[Finding | Coverage]:
    """Lines and drugs taken already that no rule knows. Rule: E0"""
    gap_of = _gap_of_piece if picture.kind is Kind.TCM_PIECES else _gap_of_drug
    for item in picture.items:
        why = gap_of(item, knowledge)
        if why is not None:
            zh, en = why
            yield _NOT_COVERED.of(item.line, met=(item.name,), name=item.name, why_zh=zh, why_en=en)
            yield Coverage(item.line, "E0", Covered.NOT_COVERED, zh, en)
    for taking in picture.current:
        if not _is_known(taking, knowledge):
            yield _TAKEN.of(*picture.lines, met=(taking.name,), key=taking.name, name=taking.name)


def _gap_of_piece(item: Item, knowledge: Knowledge) -> tuple[str, str] | None:
    return None if knowledge.herb(item.name) else _NO_HERB


def _gap_of_drug(item: Item, knowledge: Knowledge) -> tuple[str, str] | None:
    drug = knowledge.drug(item.drug_id) if item.drug_id else None
    if drug is None:
        return _HERB_ONLY if knowledge.herb(item.name) else _several(item, knowledge) or _NO_DRUG
    return None if knowledge.has_rules(drug.id) else _NO_RULE


def _several(item: Item, knowledge: Knowledge) -> tuple[str, str] | None:
    """A name that is not one drug's alone."""
    candidates = knowledge.candidates(item.name)
    if not candidates:
        return None
    zh, en = "、".join(each.name_zh for each in candidates), ", ".join(each.name_en for each in candidates)
    return f"这个名称不止一种药（{zh}）", f"several drugs have this name ({en})"


def _is_known(taking: Taking, knowledge: Knowledge) -> bool:
    if taking.drug_id and (knowledge.drug(taking.drug_id) or taking.drug_id in knowledge.substances):
        return True
    return knowledge.herb(taking.name) is not None
