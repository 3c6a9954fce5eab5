"""E2: drugs under special control are never prescribed here; neither is what the data keep from online prescribing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prescriptions.formulary.entries import Control
from prescriptions.formulary.knowledge import Knowledge

from .finding import Finding, Level
from .picture import Picture
from .reading import known
from .sentence import Sentence

_ADULT_YEARS: Final = 18
_SPECIAL: Final = {
    Control.NARCOTIC: ("麻醉药品", "a narcotic"),
    Control.PSYCHOTROPIC_I: ("第一类精神药品", "a class I psychotropic"),
    Control.PSYCHOTROPIC_II: ("第二类精神药品", "a class II psychotropic"),
    Control.TOXIC: ("医疗用毒性药品", "a toxic drug"),
    Control.RADIOACTIVE: ("放射性药品", "a radioactive drug"),
    Control.PRECURSOR: ("药品类易制毒化学品", "a precursor drug"),
}

_NEVER_ONLINE: Final = Sentence(
    check="E2",
    rule="B18",
    level=Level.STOP,
    zh="“{drug.name_zh}”属{kind_zh}：互联网诊疗不得开具麻醉药品、精神药品等特殊管理药品。",
    en="{drug.name_en} is {kind_en}: drugs under special control are never prescribed online.",
    advice_zh="请患者到实体医疗机构线下就诊。",
    advice_en="Have the patient see a doctor in person.",
    source="互联网诊疗管理办法(试行) 第十九条",
)
_OWN_SHEET: Final = Sentence(
    check="E2",
    level=Level.STOP,
    zh="“{drug.name_zh}”属{kind_zh}，须使用专用处方，不能在本系统开具。",
    en="{drug.name_en} is {kind_en}: it needs its own prescription form and cannot be written here.",
    advice_zh="请使用专用处方开具。",
    advice_en="Write it on its own form.",
    source="处方管理办法",
)
_MINOR: Final = Sentence(
    check="E2",
    rule="B37",
    level=Level.STOP,
    zh="“{drug.name_zh}”属第二类精神药品，不得向未成年人提供。",
    en="{drug.name_en} is a class II psychotropic: never supplied to minors.",
    advice_zh="请改用其他药品，或转专科线下诊治。",
    advice_en="Choose another drug, or refer to a specialist in person.",
    source="麻醉药品和精神药品管理条例 第三十二条",
)
_KEPT_OFFLINE: Final = Sentence(
    check="E2",
    level=Level.STOP,
    zh="药品数据规定“{drug.name_zh}”不得在线开具。",
    en="By the drug data {drug.name_en} is not prescribed online.",
    advice_zh="请改用可在线开具的药品，或请患者线下就诊。",
    advice_en="Choose a drug that may be, or have the patient come in person.",
    source="drugs.csv",
)


def control(picture: Picture, knowledge: Knowledge) -> Iterator[Finding]:
    """Special control, minors, and drugs not for online prescribing. Rules: E2, B18, B37"""
    is_minor = picture.age is not None and picture.age < _ADULT_YEARS
    for item, drug in known(picture, knowledge):
        if drug.control in _SPECIAL:
            zh, en = _SPECIAL[drug.control]
            said = _NEVER_ONLINE if picture.setting.online else _OWN_SHEET
            yield said.of(
                item.line, met=(drug.name_zh, zh), confidence=drug.confidence, kind_zh=zh, kind_en=en, drug=drug
            )
            if drug.control is Control.PSYCHOTROPIC_II and is_minor:
                yield _MINOR.of(item.line, met=(drug.name_zh, "未成年人"), confidence=drug.confidence, drug=drug)
        elif picture.setting.online and not drug.online:
            yield _KEPT_OFFLINE.of(item.line, met=(drug.name_zh,), confidence=drug.confidence, drug=drug)
