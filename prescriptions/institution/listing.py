"""An institution's list as a CSV file: its columns in Chinese or English, what a row may say, and the report. Pure.

A file with a single mistake is not taken: half a list is worse than the old one. Everything wrong is told at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from prescriptions.checks.picture import Grade
from prescriptions.formulary.cells import Mistake, Row, decoded, rows
from prescriptions.formulary.knowledge import Knowledge
from prescriptions.formulary.search import spoken
from prescriptions.formulary.spelling import plain

MOST_ROWS: Final = 20_000
LONGEST: Final = 120
FILE: Final = "list.csv"
NEEDED: Final = ("local_code", "name")
OPTIONAL: Final = (
    "drug_id",
    "trade_name",
    "strength",
    "form",
    "manufacturer",
    "unit",
    "price",
    "stock",
    "insurance_code",
    "payment_limit",
    "antimicrobial_grade",
)
CHINESE: Final = {
    "院内编码": "local_code",
    "通用名": "name",
    "药品编号": "drug_id",
    "商品名": "trade_name",
    "规格": "strength",
    "剂型": "form",
    "生产企业": "manufacturer",
    "单位": "unit",
    "单价": "price",
    "库存": "stock",
    "医保编码": "insurance_code",
    "限定支付范围": "payment_limit",
    "抗菌药物分级": "antimicrobial_grade",
}
_GRADES: Final = {
    "非限制使用级": Grade.NON_RESTRICTED,
    "限制使用级": Grade.RESTRICTED,
    "特殊使用级": Grade.SPECIAL,
    **{grade.value: grade for grade in Grade},
}
_SHOWN: Final = {column: name for name, column in CHINESE.items()}
_COLUMN: Final = re.compile("|".join(rf"(?<=[“：, ]){column}(?=[”,]|$)" for column in _SHOWN))
_MOST: Final = Decimal(10_000_000)
_PAYMENT_LIMIT_LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class Listed:
    """One product of the list, as it is kept."""

    local_code: str
    drug_id: str | None
    name: str
    trade_name: str
    strength: str
    form: str
    manufacturer: str
    unit: str
    price: Decimal | None
    stock: Decimal | None
    insurance_code: str
    payment_limit: str
    antimicrobial_grade: Grade | None
    spelled: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file gave: its products, everything wrong with it, and what to know (drugs the checks do not cover)."""

    listed: tuple[Listed, ...]
    mistakes: tuple[Mistake, ...]
    notices: tuple[Mistake, ...]


def read_list(content: bytes, knowledge: Knowledge) -> Reading:
    """The products of a file, each as the formulary's drug where its name is known."""
    mistakes: list[Mistake] = []
    notices: list[Mistake] = []
    listed: dict[str, Listed] = {}
    first: dict[str, int] = {}
    english = _in_english(content, mistakes)
    for row in () if mistakes else rows(FILE, english, NEEDED, mistakes, OPTIONAL):
        one = _listed(row, knowledge)
        if earlier := first.get(one.local_code):
            row.wrong(
                f"院内编码“{one.local_code}”与第{earlier}行重复", f"{one.local_code} stands in line {earlier} already"
            )
        first.setdefault(one.local_code, row.line)
        notices += _notices(row, one)
        listed[one.local_code] = one
        if len(listed) > MOST_ROWS:
            row.wrong(f"最多{MOST_ROWS}行", f"at most {MOST_ROWS} rows")
            break
    if not listed and not mistakes:
        mistakes.append(Mistake(FILE, 0, "文件中没有药品", "the file holds no drug"))
    return Reading(tuple(listed.values()), tuple(_in_chinese(each) for each in mistakes), tuple(notices))


def _in_english(content: bytes, mistakes: list[Mistake]) -> bytes:
    """The file with the columns named as in the code; one that is no text gives nothing, and its mistake is kept."""
    text = decoded(FILE, content, mistakes)
    if text is None:
        return b""
    head, line_end, rest = text.partition("\n")
    names: Sequence[str] = [name.strip().strip('"') for name in head.rstrip("\r").split(",")]
    return (",".join(CHINESE.get(name, name) for name in names) + line_end + rest).encode()


def _in_chinese(mistake: Mistake) -> Mistake:
    """The Chinese sentence with the columns as a Chinese file names them."""
    return replace(mistake, zh=_COLUMN.sub(lambda found: _SHOWN[found[0]], mistake.zh))


def _listed(row: Row, knowledge: Knowledge) -> Listed:
    name, trade_name, code = row.needed("name"), row.text("trade_name", longest=LONGEST), row.needed("local_code")
    return Listed(
        local_code=code,
        drug_id=_drug_id(row, knowledge),
        name=name,
        trade_name=trade_name,
        strength=row.text("strength", longest=LONGEST),
        form=row.text("form", longest=LONGEST),
        manufacturer=row.text("manufacturer", longest=LONGEST),
        unit=row.text("unit", longest=LONGEST),
        price=_amount(row, "price"),
        stock=_amount(row, "stock"),
        insurance_code=row.text("insurance_code", longest=LONGEST),
        payment_limit=row.text("payment_limit", longest=_PAYMENT_LIMIT_LONGEST),
        antimicrobial_grade=_grade(row),
        spelled=spelled(name, trade_name, code),
    )


def spelled(*names: str) -> str:
    """Every way in which the names may be typed, each after a line feed."""
    ways = dict.fromkeys(way for name in names if name for way in (plain(name), *spoken(name)) if way)
    return "".join(f"\n{way}" for way in ways)


def _drug_id(row: Row, knowledge: Knowledge) -> str | None:
    told = row.text("drug_id")
    if told and knowledge.drug(told) is None:
        row.wrong(f"药品编号“{told}”不在药品数据中", f"the formulary holds no drug {told!r}")
    if told:
        return told
    found = knowledge.find(row.text("name")) or knowledge.find(row.text("trade_name"))
    return found.id if found else None


def _amount(row: Row, column: str) -> Decimal | None:
    amount = row.number(column)
    if amount is not None and amount > _MOST:
        row.wrong(f"“{column}”过大", f"{column} is too large")
    return amount


def _grade(row: Row) -> Grade | None:
    text = row.text("antimicrobial_grade")
    if text and text not in _GRADES:
        words = "、".join(word for word in _GRADES if not word.isascii())
        row.wrong(f"抗菌药物分级“{text}”未知，可用：{words}", f"antimicrobial_grade {text!r} is unknown")
    return _GRADES.get(text)


def _notices(row: Row, one: Listed) -> list[Mistake]:
    if one.drug_id is not None or row.spoiled:
        return []
    zh = f"“{one.name}”不在药品数据中，含此药的处方为“未覆盖”"
    return [
        Mistake(row.file, row.line, zh, f"{one.name} is not in the drug data: prescriptions with it are not covered")
    ]
