"""E19: drugs that must stay cold are not delivered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prescriptions.formulary.entries import Control
from prescriptions.formulary.knowledge import Knowledge

from .finding import Finding, Level
from .picture import Picture
from .reading import known
from .sentence import Sentence

_NOT_DELIVERED: Final = Sentence(
    check="E19",
    level=Level.CONFIRM,
    zh="“{drug.name_zh}”须冷藏保存，不能配送。",
    en="{drug.name_en} must be kept cold and cannot be delivered.",
    advice_zh="请改为患者到药房自取；仍选配送的，请写明冷链条件并再次确认。",
    advice_en="Have the patient collect it; if delivery is kept, note the cold chain and confirm once more.",
    source="drugs.csv",
)
_KEEP_COLD: Final = Sentence(
    check="E19",
    level=Level.INFORMATION,
    zh="“{drug.name_zh}”须冷藏保存。",
    en="{drug.name_en} must be kept cold.",
    advice_zh="请在用药交代中说明保存方法。",
    advice_en="Explain how to keep it.",
    source="drugs.csv",
)


def storage(picture: Picture, knowledge: Knowledge) -> Iterator[Finding]:
    """Cold chain against delivery. Rule: E19"""
    for item, drug in known(picture, knowledge):
        if drug.control is Control.COLD_CHAIN:
            sentence = _NOT_DELIVERED if picture.setting.delivery else _KEEP_COLD
            yield sentence.of(item.line, met=(drug.name_zh,), confidence=drug.confidence, drug=drug)
