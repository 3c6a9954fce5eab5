"""Invented patients and prescriptions for the checks: an ordinary one that passes, and words to change it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from prescriptions.checks.engine import check
from prescriptions.checks.finding import Finding, Outcome
from prescriptions.checks.picture import (
    Diagnosis,
    Item,
    Local,
    PatientPicture,
    Picture,
    PrescriberKind,
    PrescriberPicture,
    Result,
    Setting,
    Sex,
    Taking,
)
from prescriptions.formulary.knowledge import Knowledge, shipped

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
LISTED = Local()
DOCTOR = PrescriberPicture(PrescriberKind.HUMAN, is_doctor=True, may_practise_online=True, grade_known=True)
ONLINE = Setting(follow_up=True, record_opened=True)


def a_result(code: str, value: str, unit: str = "", days_ago: int = 30) -> Result:
    """A laboratory result of some days ago; a value that is no figure stays a word."""
    try:
        return Result(code, Decimal(value), unit, NOW - timedelta(days=days_ago))
    except ArithmeticError:
        return Result(code, value, unit, NOW - timedelta(days=days_ago))


def creatinine(umol: str, days_ago: int = 30) -> Result:
    """Serum creatinine in μmol/L."""
    return a_result("肌酐", umol, "μmol/L", days_ago)


def a_patient(**changes: Any) -> PatientPicture:
    """A man of 58 with hypertension and good kidneys."""
    man = PatientPicture(
        age=58,
        sex=Sex.MALE,
        weight_kg=Decimal(70),
        pregnant=False,
        lactating=False,
        diagnoses=(Diagnosis("I10", "原发性高血压"),),
        results=(creatinine("80"),),
    )
    return replace(man, **changes)


def a_woman(**changes: Any) -> PatientPicture:
    """A woman of 30, neither pregnant nor breastfeeding."""
    return replace(a_patient(age=30, sex=Sex.FEMALE, weight_kg=Decimal(55)), **changes)


def an_item(name: str = "氨氯地平", dose: str | None = "5", line: int = 1, **changes: Any) -> Item:
    """One line: a drug by any of its names, once daily by mouth for a week; the drug's own unit and route."""
    knowledge = shipped()
    drug = knowledge.find(name)
    plain = Item(
        line=line,
        name=name,
        drug_id=drug.id if drug else None,
        dose=None if dose is None else Decimal(dose),
        unit=drug.dose_unit if drug else "mg",
        route=drug.route if drug else "PO",
        frequency="qd",
        days=7,
        local=LISTED,
    )
    return replace(plain, **changes)


def taking(name: str, remaining_days: int = 5, **changes: Any) -> Taking:
    """Something the patient takes already."""
    return replace(Taking(name, shipped().id_of(name), remaining_days), **changes)


def a_picture(*items: Item, **changes: Any) -> Picture:
    """An ordinary online follow-up; without items one of amlodipine 5 mg, which passes every check."""
    plain = Picture(NOW, a_patient(), items or (an_item(),), DOCTOR, ONLINE)
    return replace(plain, **changes)


def several(*names: str, **changes: Any) -> tuple[Item, ...]:
    """Lines of these drugs at their usual smallest daily dose."""
    knowledge = shipped()
    found = [(name, knowledge.find(name)) for name in names]
    return tuple(
        an_item(name, str(drug.usual_daily_min) if drug else "1", line, **changes)
        for line, (name, drug) in enumerate(found, 1)
    )


def checked(picture: Picture, knowledge: Knowledge | None = None) -> Outcome:
    """The outcome by the product's own data."""
    return check(picture, knowledge or shipped())


def of_rule(outcome: Outcome, rule: str) -> list[Finding]:
    """The findings of one rule."""
    return [finding for finding in outcome.findings if finding.rule == rule]


def rules_of(findings: Iterable[Finding]) -> set[str]:
    """The ids of the rules that spoke."""
    return {finding.rule for finding in findings}
