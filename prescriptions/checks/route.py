"""E13: is it given the way the drug is made for, and may that be done at home?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prescriptions.formulary.entries import Drug
from prescriptions.formulary.knowledge import Knowledge

from .finding import Coverage, Covered, Finding, Level
from .picture import Item, Picture
from .reading import known
from .routes import INJECTED, NAMES_EN, NAMES_ZH, route_of
from .sentence import Sentence

_OTHER_ROUTE: Final = Sentence(
    check="E13",
    level=Level.STOP,
    zh="“{drug.name_zh}”应{own_zh}，处方写为{written_zh}。",
    en="{drug.name_en} is given {own_en}; the prescription says {written_en}.",
    advice_zh="请更正给药途径，或选择相应剂型。",
    advice_en="Correct the route, or choose the form for it.",
    source="drugs.csv",
)
_INJECTION: Final = Sentence(
    check="E13",
    level=Level.STOP,
    zh="“{drug.name_zh}”{written_zh}：注射剂不得在线开具配送。",
    en="{drug.name_en}, {written_en}: injections are not dispensed online.",
    advice_zh="请患者到实体医疗机构注射，或换用口服剂型。",
    advice_en="Have the patient come in for the injection, or choose an oral form.",
    source="product",
)
_SELF_INJECTED: Final = Sentence(
    check="E13",
    level=Level.CONFIRM,
    zh="“{drug.name_zh}”为自行皮下注射的药品，在线开具须确认患者已经会用。",
    en="{drug.name_en} is injected by the patient under the skin; online it needs a patient who has learned it.",
    advice_zh="请确认患者已掌握注射和保存方法后再次确认；否则请线下就诊。",
    advice_en="Make sure of it and confirm once more; otherwise see the patient in person.",
    source="product; drugs.csv",
)
_INHALED: Final = Sentence(
    check="E13",
    level=Level.INFORMATION,
    zh="“{drug.name_zh}”为吸入制剂，请确认患者会正确吸入。",
    en="{drug.name_en} is inhaled; make sure that the patient knows how.",
    advice_zh="请在用药交代中说明吸入方法，含激素的吸入后漱口。",
    advice_en="Explain how to inhale; rinse the mouth after inhaled steroids.",
    source="product",
)
_SUBLINGUAL: Final = Sentence(
    check="E13",
    level=Level.INFORMATION,
    zh="“{drug.name_zh}”须舌下含服，不可吞服。",
    en="{drug.name_en} is kept under the tongue, not swallowed.",
    advice_zh="请在用药交代中说明。",
    advice_en="Explain it to the patient.",
    source="product",
)
_TO_EXPLAIN: Final = {"INH": _INHALED, "SL": _SUBLINGUAL}


def route(picture: Picture, knowledge: Knowledge) -> Iterator[Finding | Coverage]:
    """The written route against the drug's own; injections online; what must be explained. Rule: E13"""
    for item, drug in known(picture, knowledge):
        written = route_of(item.route)
        if written is None:
            zh, en = "给药途径无法识别", "the route cannot be read"
            yield Coverage(item.line, "E13", Covered.NOT_COVERED, zh, en)  # E3 asks for it
        elif written != drug.route:
            yield _said(_OTHER_ROUTE, item, drug, written)
        elif written in INJECTED and picture.setting.online:
            at_home = written == "SC" and drug.online
            yield _said(_SELF_INJECTED if at_home else _INJECTION, item, drug, written)
        elif written in _TO_EXPLAIN:
            yield _said(_TO_EXPLAIN[written], item, drug, written)


def _said(sentence: Sentence, item: Item, drug: Drug, written: str) -> Finding:
    return sentence.of(
        item.line,
        met=(drug.name_zh, NAMES_ZH[written]),
        confidence=drug.confidence,
        drug=drug,
        own_zh=NAMES_ZH.get(drug.route, drug.route),
        own_en=NAMES_EN.get(drug.route, drug.route),
        written_zh=NAMES_ZH[written],
        written_en=NAMES_EN[written],
    )
