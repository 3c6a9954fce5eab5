"""四查十对: the four checks and ten matches that whoever dispenses goes through, and again whoever checks. Data and one rule."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Match:
    """One thing to compare."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Check:
    """One of the four checks with what is compared in it."""

    code: str
    zh: str
    en: str
    matches: tuple[Match, ...]


CHECKLIST: Final = (
    Check(
        "prescription",
        "查处方",
        "Check the prescription",
        (
            Match("department", "对科别", "department"),
            Match("name", "对姓名", "name"),
            Match("age", "对年龄", "age"),
        ),
    ),
    Check(
        "drug",
        "查药品",
        "Check the drugs",
        (
            Match("drug_name", "对药名", "drug name"),
            Match("form", "对剂型", "dosage form"),
            Match("strength", "对规格", "strength"),
            Match("quantity", "对数量", "quantity"),
        ),
    ),
    Check(
        "incompatibility",
        "查配伍禁忌",
        "Check incompatibilities",
        (
            Match("appearance", "对药品性状", "appearance"),
            Match("usage", "对用法用量", "directions and dose"),
        ),
    ),
    Check(
        "rationality",
        "查用药合理性",
        "Check that the use is reasonable",
        (Match("diagnosis", "对临床诊断", "diagnosis"),),
    ),
)
MATCHES: Final = tuple(match.code for check in CHECKLIST for match in check.matches)


def not_matched(matched: Collection[str]) -> list[str]:
    """What of the ten has not been compared; empty when all have.

    Rule: B33
    """
    return [code for code in MATCHES if code not in matched]
