"""E7: doses and contraindications by kidney function; an unknown or old creatinine is told, liver function is not covered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from prescriptions.formulary.entries import Condition, Contraindication, Drug
from prescriptions.formulary.knowledge import Knowledge
from server.foundation.clock import day_of

from . import renal
from .contraindicating import Case, said
from .finding import Coverage, Covered, Finding, Level
from .laboratory import latest
from .picture import Item, Kind, Picture, Result, Sex
from .reading import known
from .sentence import Sentence

_RECENT: Final = timedelta(days=365)  # as contraindications.csv asks of metformin and of the anticoagulants
_LIVER: Final = ("K703", "K704", "K717", "K72", "K74")  # cirrhosis and failure: no figure in the files
_CLEARANCE: Final = "CrCl"  # a row whose reason names it speaks of creatinine clearance, any other of eGFR

_UNKNOWN: Final = Sentence(
    check="E7",
    level=Level.WARNING,
    zh="没有可用的血肌酐结果，未能按肾功能核对剂量：{drugs_zh}。",
    en="No usable creatinine result: doses were not checked by kidney function for {drugs_en}.",
    advice_zh="请录入一年内的血肌酐结果，或安排检验。",
    advice_en="Enter a creatinine result of the last year, or order one.",
    source="drugs.csv, contraindications.csv",
)
_OLD: Final = Sentence(
    check="E7",
    level=Level.WARNING,
    zh="肾功能按{when_zh}的血肌酐核对，已超过一年或日期不明：{drugs_zh}。",
    en="Kidney function was judged by a creatinine of {when_en}, more than a year old or of no known day: {drugs_en}.",
    advice_zh="请复查血肌酐。",
    advice_en="Repeat the creatinine.",
    source="drugs.csv, contraindications.csv",
)
_NO_LIVER_FIGURES: Final = Sentence(
    check="E7",
    level=Level.NOT_COVERED,
    zh="患者诊断“{diagnosis}”，数据没有按肝功能调整剂量的规则，未覆盖。",
    en="The patient has {diagnosis}; the data hold no doses by liver function, so this is not covered.",
    advice_zh="请按说明书核对肝功能不全时的用法用量。",
    advice_en="Check the dose in liver disease with each drug's label.",
)


@dataclass(frozen=True, slots=True)
class Function:
    """A patient's kidney function: eGFR always, creatinine clearance when the weight is known."""

    egfr: float
    clearance: float | None
    on: date | None  # the day of the result; None when nobody said
    is_recent: bool

    def by(self, row: Contraindication) -> tuple[float, str, str]:
        """The figure a row speaks of, and its words in Chinese and English; eGFR where clearance is not known."""
        if _CLEARANCE in row.reason_zh and self.clearance is not None:
            figure = f"{self.clearance:.1f} mL/min"
            return self.clearance, f"肌酐清除率{figure}", f"creatinine clearance {figure}"
        figure = f"{self.egfr:.1f} mL/min/1.73m²"
        return self.egfr, f"肾小球滤过率估算值{figure}", f"eGFR {figure}"


def kidney(picture: Picture, knowledge: Knowledge) -> Iterator[Finding | Coverage]:
    """Kidney function against every line that a row of it names. Rule: E7"""
    yield from _liver(picture)
    ruled = []
    for item, drug in known(picture, knowledge):
        rows = [row for row in knowledge.contraindications_of(drug.id) if row.condition is Condition.EGFR_BELOW]
        if rows:
            ruled.append((item, drug, rows))
        else:
            yield _without_rows(item, drug)
    if not ruled:
        return
    function = function_of(picture)
    if function is None or not function.is_recent:
        yield _not_recent(function, ruled)
    for item, drug, rows in ruled:
        if function is None:
            zh, en = "没有可用的血肌酐结果", "no usable creatinine result"
            yield Coverage(item.line, "E7", Covered.NOT_COVERED, zh, en)
        else:
            yield from said("E7", item, drug, _cases(function, rows))


def function_of(picture: Picture) -> Function | None:
    """Kidney function of an adult from the newest creatinine, else from a reported eGFR; None when it cannot be told."""
    age, sex = picture.age, picture.patient.sex
    if age is None or sex is None or age < renal.ADULT_YEARS:
        return None
    result = latest(picture.patient.results, "creatinine", picture.now)
    creatinine = (
        renal.creatinine_mg_dl(result.value, result.unit) if result and isinstance(result.value, Decimal) else None
    )
    if result is not None and creatinine is not None:
        female, weight = sex is Sex.FEMALE, picture.patient.weight_kg
        egfr = renal.ckd_epi_2021(age, creatinine, female=female)
        clearance = renal.cockcroft_gault(age, weight, creatinine, female=female) if weight else None
        return Function(egfr, clearance, *_when(result, picture))
    result = latest(picture.patient.results, "eGFR", picture.now)
    if result is not None and isinstance(result.value, Decimal) and result.value.is_finite() and result.value >= 0:
        return Function(float(result.value), None, *_when(result, picture))
    return None


def _when(result: Result, picture: Picture) -> tuple[date | None, bool]:
    """The day of a result, and whether it is recent; one without a day is not."""
    if result.at is None:
        return None, False
    return day_of(result.at), picture.now - result.at <= _RECENT


def _not_recent(function: Function | None, ruled: list[tuple[Item, Drug, list[Contraindication]]]) -> Finding:
    lines = [item.line for item, _, _ in ruled]
    names = tuple(sorted({drug.name_zh for _, drug, _ in ruled}))
    names_en = ", ".join(sorted({drug.name_en for _, drug, _ in ruled}))
    if function is None:
        return _UNKNOWN.of(*lines, met=names, key="unknown", drugs_zh="、".join(names), drugs_en=names_en)
    zh, en = (f"{function.on:%Y年%m月%d日}", f"{function.on}") if function.on else ("日期不明", "an unknown day")
    return _OLD.of(*lines, met=names, key="old", when_zh=zh, when_en=en, drugs_zh="、".join(names), drugs_en=names_en)


def _liver(picture: Picture) -> Iterator[Finding]:
    for diagnosis in picture.patient.diagnoses:
        if picture.kind is Kind.WESTERN and diagnosis.code.upper().replace(".", "").startswith(_LIVER):
            name = diagnosis.name or diagnosis.code
            yield _NO_LIVER_FIGURES.of(*picture.lines, met=(name,), key=diagnosis.code, diagnosis=name)


def _cases(function: Function, rows: list[Contraindication]) -> Iterator[Case]:
    for row in rows:
        figure, zh, en = function.by(row)
        if row.threshold is not None and figure < row.threshold:
            yield Case(row, zh, en)


def _without_rows(item: Item, drug: Drug) -> Coverage:
    if drug.renal in ("", "none"):
        return Coverage(item.line, "E7", Covered.NOT_APPLICABLE)
    zh, en = "数据只有文字提示，没有可核对的肾功能界值", f"the data hold words only, no limit to check: {drug.renal}"
    return Coverage(item.line, "E7", Covered.NOT_COVERED, zh, en)
