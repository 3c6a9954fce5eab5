"""Every rule of the checks lets its accepted prescription through and speaks of the refused one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import prescriptions.checks
from prescriptions.checks.finding import Covered, Level
from prescriptions.checks.picture import Diagnosis, PrescriberPicture, Setting, Sex
from prescriptions.checks.table import CHECKS

from . import cases_meeting as meeting
from .cases import CASES, Case
from .pictures import a_picture, a_woman, an_item, checked, of_rule


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_speaks_of_what_it_is_for_and_of_nothing_else(case: Case) -> None:
    accepted = checked(case.accepted)
    assert case.level not in {each.level for each in of_rule(accepted, case.rule)}
    refused = checked(case.refused)
    spoken = [each for each in of_rule(refused, case.rule) if each.level is case.level]
    assert spoken, [(each.rule, each.level.value) for each in refused.findings]
    assert all(each.sentence_zh and each.sentence_en and each.advice_zh and each.advice_en for each in spoken)
    assert all(each.data_version for each in spoken)
    assert Level.FAILED not in {each.level for each in (*accepted.findings, *refused.findings)}


def test_every_check_and_every_legal_rule_of_theirs_has_such_a_pair() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(prescriptions.checks.__path__[0]).glob("*.py"))
    legal = set(re.findall(r'rule="(B\d{2})"', sources))
    assert {"B15", "B18", "B25", "B26", "B27", "B28", "B29", "B37", "B38"} <= legal
    spoken = [each for case in (*CASES, *meeting.CASES) for each in of_rule(checked(case.refused), case.rule)]
    assert legal <= {each.rule for each in spoken}
    assert {one.id for one in CHECKS} == {each.check for each in spoken}


def test_an_ordinary_prescription_passes() -> None:
    outcome = checked(a_picture())
    assert outcome.decision == "passed"
    assert {each.level for each in outcome.findings} <= {Level.INFORMATION}
    assert len(outcome.coverage) == len(CHECKS)


def test_what_nobody_told_is_not_covered_and_raises_no_alarm() -> None:
    told, untold = a_picture(), a_picture(prescriber=PrescriberPicture(), setting=Setting(long_term=True))
    for picture, covered in ((told, Covered.CHECKED), (untold, Covered.NOT_COVERED)):
        outcome = checked(picture)
        assert {each.check: each.covered for each in outcome.coverage if each.check in ("E1", "E12")} == {
            "E1": covered,
            "E12": covered,
        }
        assert outcome.decision == "passed"


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({}, False),
        ({"pregnant": None}, True),
        ({"lactating": None}, False),  # no rule of this drug speaks of breastfeeding
        ({"pregnant": None, "pregnancy_weeks": 9}, False),
        ({"pregnant": None, "diagnoses": (Diagnosis("O13", "妊娠期高血压"),)}, False),
        ({"pregnant": None, "age": 50}, False),
        ({"pregnant": None, "sex": Sex.MALE}, False),
    ],
)
def test_a_woman_is_asked_only_what_nobody_answered_and_what_matters(changes: dict[str, Any], asked: bool) -> None:
    outcome = checked(a_picture(an_item("缬沙坦", "80"), patient=a_woman(**changes)))
    assert any(each.id.endswith(":ask") for each in outcome.findings) is asked
    is_taken_as_pregnant = bool({"pregnancy_weeks", "diagnoses"} & changes.keys())
    assert bool(of_rule(outcome, "CI002")) is is_taken_as_pregnant


def test_a_name_that_several_drugs_have_is_not_guessed() -> None:
    assert not of_rule(checked(a_picture(an_item("酒石酸美托洛尔", "25", frequency="bid"))), "E0")
    [found] = of_rule(checked(a_picture(an_item("美托洛尔", "25", frequency="bid"))), "E0")
    assert "酒石酸美托洛尔、琥珀酸美托洛尔缓释片" in found.sentence_zh
