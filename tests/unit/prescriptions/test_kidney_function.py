"""Kidney function: the published equations by their published examples, and which result they are fed with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from prescriptions.checks import renal
from prescriptions.checks.finding import Covered
from prescriptions.checks.kidney import function_of
from prescriptions.checks.picture import Result

from .pictures import NOW, a_patient, a_picture, a_result, a_woman, an_item, checked, creatinine, of_rule


@pytest.mark.parametrize(
    ("age", "creatinine_mg_dl", "female", "egfr"),
    # by the National Kidney Foundation's calculator of CKD-EPI 2021
    [(50, 1.0, False, 92), (50, 1.0, True, 69), (70, 2.0, True, 26), (30, 0.6, True, 124), (80, 1.5, False, 47)],
)
def test_egfr_is_that_of_ckd_epi_2021(age: int, creatinine_mg_dl: float, female: bool, egfr: int) -> None:
    assert round(renal.ckd_epi_2021(age, creatinine_mg_dl, female=female)) == egfr


def test_clearance_is_that_of_cockcroft_and_gault() -> None:
    # (140 - 60) x 72 kg / (72 x 1.0 mg/dL) = 80; 15 % less for women
    assert renal.cockcroft_gault(60, Decimal(72), 1.0, female=False) == pytest.approx(80)
    assert renal.cockcroft_gault(60, Decimal(72), 1.0, female=True) == pytest.approx(68)


def test_creatinine_is_read_in_both_units_and_in_no_other() -> None:
    assert renal.creatinine_mg_dl(Decimal("88.4"), "μmol/L") == pytest.approx(1.0)
    assert renal.creatinine_mg_dl(Decimal("1.2"), "mg/dL") == pytest.approx(1.2)
    assert [
        renal.creatinine_mg_dl(Decimal(value), unit) for value, unit in (("88", ""), ("88", "mg"), ("0", "mg/dL"))
    ] == [None] * 3


def test_the_newest_result_of_the_past_counts() -> None:
    results = (creatinine("300", days_ago=40), creatinine("80", days_ago=10), creatinine("900", days_ago=-3))
    function = function_of(a_picture(patient=a_patient(results=results)))
    assert function is not None
    assert function.egfr == pytest.approx(renal.ckd_epi_2021(58, 80 / 88.4, female=False))
    assert function.is_recent


def test_a_result_of_today_counts_whatever_its_hour() -> None:
    tonight = Result("Scr", Decimal(300), "umol/L", NOW + timedelta(hours=10))
    function = function_of(a_picture(patient=a_patient(results=(creatinine("80"), tonight))))
    assert function is not None
    assert function.egfr < 30
    assert function.is_recent


def test_a_reported_egfr_serves_where_there_is_no_creatinine() -> None:
    function = function_of(a_picture(patient=a_patient(results=(a_result("eGFR", "28"),))))
    assert function is not None
    assert (function.egfr, function.clearance) == (28, None)


def test_a_result_without_a_day_counts_as_old() -> None:
    undated = Result("Scr", Decimal(80), "umol/L")
    function = function_of(a_picture(patient=a_patient(results=(undated,))))
    assert function is not None
    assert (function.on, function.is_recent) == (None, False)


@pytest.mark.parametrize(
    "changes", [{"age": 17}, {"age": None}, {"sex": None}, {"results": ()}, {"results": (creatinine("80"),), "age": 10}]
)
def test_without_an_adult_of_known_sex_and_a_result_there_is_no_figure(changes: dict[str, object]) -> None:
    assert function_of(a_picture()) is not None
    assert function_of(a_picture(patient=replace(a_patient(), **changes))) is None  # type: ignore[arg-type]  # fields by name


def test_a_row_of_clearance_is_judged_by_clearance() -> None:
    # A light old woman: eGFR 45, clearance 21. Dabigatran's row speaks of CrCl < 30, sitagliptin's of eGFR < 45.
    old = a_woman(age=88, weight_kg=Decimal(38), pregnant=False, results=(creatinine("105"),))
    function = function_of(a_picture(patient=old))
    assert function is not None
    assert function.egfr > 30 > (function.clearance or 0)
    outcome = checked(a_picture(an_item("达比加群酯", "110", frequency="bid"), patient=old))
    [found] = of_rule(outcome, "CI048")
    assert "肌酐清除率" in found.sentence_zh
    unweighed = checked(a_picture(an_item("达比加群酯", "110", frequency="bid"), patient=replace(old, weight_kg=None)))
    assert not of_rule(unweighed, "CI048")


def test_of_several_rows_the_one_nearest_to_the_patient_is_said_once() -> None:
    said = {}
    for umol in ("80", "130", "170", "300"):
        picture = a_picture(an_item("二甲双胍", "500", frequency="bid"), patient=a_patient(results=(creatinine(umol),)))
        said[umol] = [each.rule for each in checked(picture).findings if each.check == "E7"]
    assert said == {"80": [], "130": ["CI199"], "170": ["CI031"], "300": ["CI030"]}


def test_a_strict_limit_stays_beside_a_nearer_caution() -> None:
    # canagliflozin: max 100 mg below 60, not to be started below 30
    picture = a_picture(an_item("卡格列净", "300"), patient=a_patient(results=(creatinine("250"),)))
    assert {"CI172", "CI173"} <= {each.rule for each in checked(picture).findings}


def test_what_only_prose_says_of_the_kidney_is_not_covered() -> None:
    outcome = checked(a_picture(an_item("华法林", "3")))
    [coverage] = [each for each in outcome.coverage if each.check == "E7"]
    assert coverage.covered is Covered.NOT_COVERED
