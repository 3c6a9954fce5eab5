"""E8: age, pregnancy by trimester, breastfeeding; and the question to women of 15 to 49 whom nobody asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from prescriptions.formulary.entries import Condition, Contraindication, Drug
from prescriptions.formulary.knowledge import Knowledge

from .contraindicating import Case, said
from .finding import Coverage, Covered, Finding, Level
from .picture import Item, Picture, Sex
from .reading import amount, known
from .sentence import Sentence

_ASKED_YEARS: Final = range(15, 50)
_SECOND_TRIMESTER_WEEK: Final = 14  # 妇产科学: 早期妊娠 ends before 14 weeks, 晚期妊娠 begins at 28
_THIRD_TRIMESTER_WEEK: Final = 28
_PREGNANCY: Final = frozenset({Condition.PREGNANCY, Condition.TRIMESTER_1, Condition.TRIMESTER_3})
_TRIMESTERS: Final = {Condition.TRIMESTER_1: 1, Condition.TRIMESTER_3: 3}
_MEANS_PREGNANT: Final = ("O0", "O1", "O2", "O3", "O4", "Z33", "Z34", "Z35")  # ICD-10 O00-O48, Z33-Z35

_TOO_YOUNG: Final = Sentence(
    check="E8",
    level=Level.CONFIRM,
    zh="“{drug.name_zh}”用于{limit}岁及以上患者，该患者{age}岁。",
    en="{drug.name_en} is for patients of {limit} years and more; this patient is {age}.",
    advice_zh="请换用适合该年龄的药品；如仍需使用，请写明理由并再次确认。",
    advice_en="Choose a drug for this age; if it is still needed, give the reason and confirm once more.",
    source="drugs.csv",
)
_NOT_FOR_WOMEN: Final = Sentence(
    check="E8",
    level=Level.CONFIRM,
    zh="“{drug.name_zh}”不用于女性患者。",
    en="{drug.name_en} is not for women.",
    advice_zh="请核对患者性别和药品；如仍需使用，请写明理由并再次确认。",
    advice_en="Check the patient and the drug; if it is still needed, give the reason and confirm once more.",
    source="drugs.csv",
)
_CAUTION_IN_PREGNANCY: Final = Sentence(
    check="E8",
    level=Level.WARNING,
    zh="“{drug.name_zh}”妊娠期慎用。",
    en="{drug.name_en}: caution in pregnancy.",
    advice_zh="请权衡利弊，必要时请产科会诊。",
    advice_en="Weigh the benefit; ask an obstetrician where needed.",
    source="drugs.csv",
)
_NOT_ASKED: Final = Sentence(
    check="E8",
    level=Level.WARNING,
    zh="育龄女性，尚未询问是否怀孕、备孕或哺乳；以下药品有相关禁忌：{drugs_zh}。",
    en="A woman of child-bearing age: nobody asked whether she is pregnant, plans to be, or breastfeeds. "
    "It matters for {drugs_en}.",
    advice_zh="请询问并记录后重新检查。",
    advice_en="Ask, note the answer and check again.",
    source="contraindications.csv",
)


@dataclass(frozen=True, slots=True)
class Stage:
    """The patient's stage of life, as far as anybody said."""

    age: int | None
    is_female: bool
    is_pregnant: bool
    trimester: int | None  # None: nobody said the week
    weeks: int | None
    is_lactating: bool

    def case_of(self, row: Contraindication) -> tuple[str, str] | None:
        """Why a row holds for this patient, in Chinese and English; None when it does not."""
        if row.condition in _PREGNANCY:
            return self._pregnancy() if self._is_in(row.condition) else None
        if row.condition is Condition.LACTATION:
            return ("哺乳期", "breastfeeding") if self.is_lactating else None
        return (f"{self.age}岁", f"{self.age} years old") if self._is_of_age(row) else None

    def _is_in(self, condition: Condition) -> bool:
        """An unknown week may be any: the row then holds until somebody says the week."""
        if not self.is_pregnant:
            return False
        return condition is Condition.PREGNANCY or self.trimester in (None, _TRIMESTERS[condition])

    def _pregnancy(self) -> tuple[str, str]:
        if self.weeks is None:
            return "妊娠，孕周未填写", "pregnant, week not given"
        return f"妊娠{self.weeks}周", f"{self.weeks} weeks pregnant"

    def _is_of_age(self, row: Contraindication) -> bool:
        if self.age is None or row.threshold is None:
            return False
        if row.condition is Condition.AGE_BELOW:
            return self.age < row.threshold
        return row.condition is Condition.AGE_ABOVE and self.age > row.threshold


def stages(picture: Picture, knowledge: Knowledge) -> Iterator[Finding | Coverage]:
    """Age, pregnancy and breastfeeding against every known line. Rule: E8"""
    stage, unanswered = stage_of(picture), _unanswered(picture)
    asking = []
    for item, drug in known(picture, knowledge):
        rows = knowledge.contraindications_of(drug.id)
        if stage.age is None:
            yield Coverage(item.line, "E8", Covered.NOT_COVERED, "没有患者年龄", "the patient's age is not known")
        yield from _of_line(stage, item, drug, rows)
        if any(row.condition in unanswered for row in rows):
            asking.append((item.line, drug))
    if asking:
        drugs = sorted({drug.id: drug for _, drug in asking}.values(), key=lambda drug: drug.id)
        names = tuple(drug.name_zh for drug in drugs)
        names_en = ", ".join(drug.name_en for drug in drugs)
        lines = [line for line, _ in asking]
        yield _NOT_ASKED.of(*lines, met=names, key="ask", drugs_zh="、".join(names), drugs_en=names_en)


def stage_of(picture: Picture) -> Stage:
    """The patient's stage; a week or a diagnosis of pregnancy counts where nobody answered the question."""
    patient = picture.patient
    is_pregnant = patient.pregnant
    if is_pregnant is None:
        is_pregnant = patient.pregnancy_weeks is not None or any(
            each.code.upper().startswith(_MEANS_PREGNANT) for each in patient.diagnoses
        )
    weeks = patient.pregnancy_weeks if is_pregnant else None
    return Stage(picture.age, patient.sex is Sex.FEMALE, is_pregnant, _trimester(weeks), weeks, bool(patient.lactating))


def _unanswered(picture: Picture) -> frozenset[Condition]:
    """About which conditions a woman of child-bearing age must still be asked."""
    patient, stage = picture.patient, stage_of(picture)
    if not stage.is_female or stage.age not in _ASKED_YEARS:
        return frozenset()
    of_pregnancy = _PREGNANCY if patient.pregnant is None and not stage.is_pregnant else frozenset()
    of_lactation = {Condition.LACTATION} if patient.lactating is None and not stage.is_pregnant else frozenset()
    return of_pregnancy | of_lactation


def _trimester(weeks: int | None) -> int | None:
    if weeks is None:
        return None
    return 1 + (weeks >= _SECOND_TRIMESTER_WEEK) + (weeks >= _THIRD_TRIMESTER_WEEK)


def _of_line(stage: Stage, item: Item, drug: Drug, rows: tuple[Contraindication, ...]) -> Iterator[Finding | Coverage]:
    found = [(row, stage.case_of(row)) for row in rows]
    cases = [Case(row, *why) for row, why in found if why is not None]
    of_age = [case for case in cases if case.row.condition in (Condition.AGE_BELOW, Condition.AGE_ABOVE)]
    in_pregnancy = [case for case in cases if case.row.condition in _PREGNANCY]
    yield from said("E8", item, drug, of_age)
    yield from said("E8", item, drug, in_pregnancy)
    yield from said("E8", item, drug, (case for case in cases if case.row.condition is Condition.LACTATION))
    if stage.age is not None and stage.age < drug.min_age_years and not of_age:
        yield _said(_TOO_YOUNG, item, drug, "age", limit=amount(drug.min_age_years), age=stage.age)
    if stage.is_female and drug.pregnancy.startswith("not for women"):
        yield _said(_NOT_FOR_WOMEN, item, drug, "sex")
    if stage.is_pregnant and not any(row.condition in _PREGNANCY for row in rows):
        yield from _by_column(item, drug)


def _said(sentence: Sentence, item: Item, drug: Drug, key: str, **facts: object) -> Finding:
    return sentence.of(item.line, key=key, met=(drug.name_zh,), confidence=drug.confidence, drug=drug, given=facts)


def _by_column(item: Item, drug: Drug) -> Iterator[Finding | Coverage]:
    """Where no row speaks of pregnancy, the drug's own column does: caution, compatible, or nothing that can be read."""
    if drug.pregnancy.startswith("caution"):
        yield _said(_CAUTION_IN_PREGNANCY, item, drug, "pregnancy")
    elif drug.pregnancy != "compatible":
        zh, en = "数据没有妊娠期规则", f"the data hold no rule for pregnancy: {drug.pregnancy or '-'}"
        yield Coverage(item.line, "E8", Covered.NOT_COVERED, zh, en)
