"""Amounts: from the unit somebody wrote to the unit the data speak in, and from a single dose to a day's or a week's.

What cannot be turned over with certainty is None: the dose is then not covered, never guessed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from prescriptions.formulary.entries import Drug

from . import frequency
from .picture import Item, Taking

_MASS_MCG: Final = {
    "mcg": Decimal(1), "ug": Decimal(1), "μg": Decimal(1), "µg": Decimal(1), "微克": Decimal(1),
    "mg": Decimal(1000), "毫克": Decimal(1000), "g": Decimal(1_000_000), "克": Decimal(1_000_000),
}  # fmt: skip
_SAME: Final = {
    **dict.fromkeys(("unit", "units", "iu", "u", "单位", "国际单位"), "unit"),
    **dict.fromkeys(("tablet", "tablets", "tab", "tabs", "片"), "tablet"),
    **dict.fromkeys(("capsule", "capsules", "cap", "caps", "粒"), "capsule"),
    **dict.fromkeys(("inhalation", "inhalations", "puff", "puffs", "吸", "喷", "揿"), "inhalation"),
    **dict.fromkeys(("ml", "毫升"), "ml"),
    **dict.fromkeys(("drop", "drops", "滴"), "drop"),
    **dict.fromkeys(("sachet", "sachets", "bag", "bags", "袋", "包"), "sachet"),
    **dict.fromkeys(("pill", "pills", "丸"), "pill"),
    **dict.fromkeys(("ampoule", "ampoules", "支", "vial", "瓶"), "vial"),
    **dict.fromkeys(("patch", "patches", "贴"), "patch"),
    **dict.fromkeys(("box", "boxes", "盒"), "box"),
    **dict.fromkeys(("application", "applications", "适量"), "application"),
}
UNIT_ZH: Final = {"mg": "毫克", "mcg": "微克", "g": "克", "unit": "单位", "tablet": "片", "inhalation": "吸"}
_ONE_OF: Final = frozenset({"tablet", "capsule", "inhalation", "sachet", "pill"})  # what a strength is written for
# 5mg, 5mg/片, and with the pack behind it: 5mg*28片, 0.5g×24粒/盒.
_STRENGTH: Final = re.compile(
    r"^(\d+(?:\.\d+)?)\s*(mcg|ug|μg|µg|微克|mg|毫克|g|克)"
    r"(?:\s*/\s*[^\d\s]+|\s*[*×x]\s*\d+\s*(?:片|粒|丸|袋|吸|揿)?(?:\s*/\s*[^\d\s]+)?)?$",
    re.IGNORECASE,
)


def is_unit(unit: str) -> bool:
    """Whether this is a unit a prescription may use."""
    return unit.strip().lower() in _MASS_MCG or unit.strip().lower() in _SAME


def is_positive(value: Decimal | None) -> bool:
    """Whether this is an amount at all: a number above nothing."""
    return value is not None and value.is_finite() and value > 0


def turned(value: Decimal, unit: str, wanted: str, strength: str = "") -> Decimal | None:
    """The amount in another unit: mg in g, tablets in mg by the strength of one; None when that cannot be said."""
    unit, wanted = unit.strip().lower(), wanted.strip().lower()
    if unit in _MASS_MCG and wanted in _MASS_MCG:
        return value * _MASS_MCG[unit] / _MASS_MCG[wanted]
    same = _SAME.get(unit)
    if same is not None and same == _SAME.get(wanted, wanted):
        return value
    if same in _ONE_OF and wanted in _MASS_MCG:
        found = _STRENGTH.match(strength.strip())
        if found is not None:
            return value * Decimal(found[1]) * _MASS_MCG[found[2].lower()] / _MASS_MCG[wanted]
    return None


def single(item: Item | Taking, drug: Drug) -> Decimal | None:
    """A single dose in the drug's unit."""
    if item.dose is None or not is_positive(item.dose):
        return None
    return turned(item.dose, item.unit, drug.dose_unit, item.strength if isinstance(item, Item) else "")


def per_period(item: Item | Taking, drug: Drug) -> Decimal | None:
    """What is taken in a day (in a week for a weekly drug), in the drug's unit; None when it cannot be said."""
    dose, often = single(item, drug), frequency.read(item.frequency)
    if dose is None or often is None or often.per_day is None:
        return None
    taken = dose * often.per_day * (7 if drug.is_weekly else 1)
    return taken.quantize(Decimal("0.0001"))
