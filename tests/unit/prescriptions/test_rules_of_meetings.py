"""Every rule of what meets lets its accepted prescription through, speaks of the refused one, and says what to do."""

from __future__ import annotations

import re

import pytest

from .cases import Case
from .cases_meeting import CASES
from .pictures import checked, of_rule

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_speaks_of_what_it_is_for_and_of_nothing_else(case: Case) -> None:
    accepted = checked(case.accepted)
    assert case.level not in {each.level for each in of_rule(accepted, case.rule)}
    refused = checked(case.refused)
    spoken = [each for each in of_rule(refused, case.rule) if each.level is case.level]
    assert spoken, [(each.id, each.level.value) for each in refused.findings]
    for each in spoken:
        assert all((each.sentence_zh, each.sentence_en, each.advice_zh, each.advice_en, each.data_version))
        assert CHINESE.search(each.sentence_zh)
        assert CHINESE.search(each.advice_zh)
        assert not CHINESE.search(each.advice_en), each.advice_en


def test_every_check_of_meetings_has_an_accepted_and_a_refused_prescription() -> None:
    spoken = {finding.check for case in CASES for finding in of_rule(checked(case.refused), case.rule)}
    assert {"E4", "E5", "E9", "E11", "E15", "E16", "E17"} <= spoken
