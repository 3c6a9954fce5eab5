"""The table of checks, in the order of evaluation. A new check is one row here and one row in docs/rules.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from prescriptions.formulary.knowledge import Knowledge

from .allergy import allergy
from .control import control
from .diagnoses import diagnoses
from .dose import dose
from .duplicates import duplicates
from .finding import Coverage, Finding
from .form import form
from .herbs import herbs
from .indication import indication
from .interactions import interactions
from .kidney import kidney
from .legality import legality
from .mistaken import mistaken
from .monitoring import monitoring
from .payer import payer
from .picture import Picture
from .quantity import quantity
from .route import route
from .skin_test import skin_test
from .stages import stages
from .storage import storage
from .unknown import unknown

Answer = Finding | Coverage


class Speaks(Enum):
    """Of what a check speaks; it says what its silence about a line means."""

    OF_EVERY_LINE = auto()
    OF_KNOWN_DRUGS = auto()  # silence about a drug nobody knows is "not covered"
    OF_HERBS_TOO = auto()  # E16: also pieces of Chinese medicine


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its id in docs/rules.md, its names for people, and the function."""

    id: str
    name_zh: str
    name_en: str
    run: Callable[[Picture, Knowledge], Iterable[Answer]]
    speaks: Speaks = Speaks.OF_KNOWN_DRUGS


CHECKS: Final[tuple[Check, ...]] = (
    Check("E0", "数据覆盖", "coverage of the data", unknown, Speaks.OF_EVERY_LINE),
    Check("E1", "合法性", "legality", legality, Speaks.OF_EVERY_LINE),
    Check("E2", "特殊管理药品", "special control", control),
    Check("E3", "处方规范", "form", form, Speaks.OF_EVERY_LINE),
    Check("E4", "过敏", "allergy", allergy, Speaks.OF_HERBS_TOO),
    Check("E5", "重复用药", "duplicate therapy", duplicates, Speaks.OF_HERBS_TOO),
    Check("E6", "剂量", "dose", dose),
    Check("E7", "肝肾功能", "kidney and liver", kidney),
    Check("E8", "年龄、妊娠与哺乳", "age, pregnancy, breastfeeding", stages),
    Check("E9", "诊断禁忌", "diagnoses", diagnoses),
    Check("E10", "适应证", "indication", indication),
    Check("E11", "相互作用", "interactions", interactions),
    Check("E12", "天数与数量", "days and quantity", quantity, Speaks.OF_EVERY_LINE),
    Check("E13", "给药途径与剂型", "route and form", route),
    Check("E15", "检验要求", "laboratory results", monitoring),
    Check("E16", "中药", "Chinese medicine", herbs, Speaks.OF_HERBS_TOO),
    Check("E17", "皮试", "skin test", skin_test),
    Check("E18", "支付限制", "payer", payer, Speaks.OF_EVERY_LINE),
    Check("E19", "储存与配送", "storage and delivery", storage),
    Check("E20", "易混淆与高警示", "look-alikes and high alert", mistaken),
)
