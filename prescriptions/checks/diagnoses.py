"""E9: a drug that one of the patient's diagnoses forbids or asks care for, by the beginning of its ICD-10 code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from prescriptions.formulary.entries import Action, Condition, Contraindication, Drug
from prescriptions.formulary.knowledge import Knowledge

from .contraindicating import Case, said
from .finding import Coverage, Covered, Finding, Level
from .picture import Diagnosis, Picture
from .reading import known
from .sentence import Sentence

_E9: Final = "E9"
_CODE: Final = re.compile(r"[A-Z]\d{2}")
_NO_CODE: Final = Sentence(
    check=_E9,
    level=Level.NOT_COVERED,
    zh="诊断“{name}”没有可识别的ICD-10编码，未能核对诊断禁忌，不能视为通过。",
    en="The diagnosis {name} has no ICD-10 code that can be read: what it forbids was not checked.",
    advice_zh="请补充该诊断的ICD-10编码后重新检查。",
    advice_en="Add its ICD-10 code and check again.",
)


def diagnoses(picture: Picture, knowledge: Knowledge) -> Iterator[Finding | Coverage]:
    """What the diagnoses speak against. Rule: E9"""
    coded = [(_plain(each.code), each) for each in picture.patient.diagnoses]
    drugs = list(known(picture, knowledge))
    if drugs:
        yield from (_uncoded(each) for code, each in coded if not _CODE.match(code))
    for item, drug in drugs:
        rows = [row for row in knowledge.contraindications_of(drug.id) if row.condition is Condition.DIAGNOSIS]
        if rows and coded:
            yield from said(_E9, item, drug, _cases(rows, coded, drug))
        else:
            zh, en = (
                ("缺少诊断", "no diagnosis is given")
                if rows
                else ("数据没有该药的诊断禁忌", "the data name no diagnosis")
            )
            yield Coverage(item.line, _E9, Covered.NOT_COVERED, zh, en)


def _cases(rows: list[Contraindication], coded: list[tuple[str, Diagnosis]], drug: Drug) -> Iterator[Case]:
    """Every row that speaks for some diagnosis, with all the diagnoses it does so for."""
    of_row: dict[str, list[Diagnosis]] = {}
    for code, diagnosis in coded:
        for row in _most_exact([row for row in rows if _holds(row, code)]):
            of_row.setdefault(row.id, []).append(diagnosis)
    for row in rows:
        if met := of_row.get(row.id):
            yield Case(row, f"诊断：{'、'.join(map(_named, met))}", f"diagnosis {', '.join(map(_named, met))}")


def _most_exact(rows: list[Contraindication]) -> list[Contraindication]:
    """A row about the drug goes before one about its class, unless the class's is the graver."""
    exact = [row for row in rows if not row.subject.startswith("class:")]
    forbidden = any(row.action is Action.BLOCK for row in exact)
    wide = [row for row in rows if row.subject.startswith("class:")]
    return exact + [row for row in wide if not exact or (row.action is Action.BLOCK and not forbidden)]


def _holds(row: Contraindication, code: str) -> bool:
    return any(code.startswith(_plain(prefix)) for prefix in row.icd10)


def _plain(code: str) -> str:
    """I44.1, i44.100x001 and I441 begin alike."""
    return unicodedata.normalize("NFKC", code).strip().upper().replace(".", "").replace(" ", "")


def _named(diagnosis: Diagnosis) -> str:
    return f"{diagnosis.name} {diagnosis.code}".strip()


def _uncoded(diagnosis: Diagnosis) -> Finding:
    name = diagnosis.name or diagnosis.code
    return _NO_CODE.of(met=(name,), key=name, name=name)
