"""E20: names easily mistaken for each other, and drugs where a mistake harms most."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prescriptions.formulary.entries import Flag
from prescriptions.formulary.knowledge import Knowledge

from .finding import Finding, Level
from .picture import Picture
from .reading import known
from .sentence import Sentence

_HIGH_ALERT: Final = Sentence(
    check="E20",
    level=Level.WARNING,
    zh="“{drug.name_zh}”为高警示药品，用错后果严重。",
    en="{drug.name_en} is a high-alert drug: a mistake with it harms gravely.",
    advice_zh="请再次核对药名、剂量、频次和监测安排。",
    advice_en="Check name, dose, frequency and monitoring once more.",
    source="flags.csv",
)
_LOOK_ALIKE: Final = Sentence(
    check="E20",
    level=Level.INFORMATION,
    zh="“{drug.name_zh}”易与“{others_zh}”混淆。",
    en="{drug.name_en} is easily mistaken for {others_en}.",
    advice_zh="请核对所选药品。",
    advice_en="Check that this is the drug meant.",
    source="look_alikes.csv",
)


def mistaken(picture: Picture, knowledge: Knowledge) -> Iterator[Finding]:
    """High-alert drugs and look-alike names; a look-alike that is at hand too is a warning. Rule: E20"""
    at_hand = {item.drug_id for item in picture.items} | {taking.drug_id for taking in picture.current}
    for item, drug in known(picture, knowledge):
        if Flag.HIGH_ALERT in knowledge.flags_of(drug.id):
            yield _HIGH_ALERT.of(item.line, met=(drug.name_zh,), key="high-alert", drug=drug)
        others = [other for other in map(knowledge.drug, sorted(knowledge.look_alikes_of(drug.id))) if other]
        if others:
            names = tuple(other.name_zh for other in others)
            yield _LOOK_ALIKE.of(
                item.line,
                level=Level.WARNING if at_hand.intersection(other.id for other in others) else Level.INFORMATION,
                met=(drug.name_zh, *names),
                key="name",
                drug=drug,
                others_zh="”“".join(names),
                others_en=", ".join(other.name_en for other in others),
            )
