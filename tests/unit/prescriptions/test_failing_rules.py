"""A rule that breaks is shown as failed, whatever the others say: never passed, and nothing that was found is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from prescriptions.checks.engine import check
from prescriptions.checks.finding import Covered, Decision, Level, Outcome
from prescriptions.checks.picture import Allergy, Picture
from prescriptions.formulary.knowledge import Knowledge, shipped

from .cases_meeting import diagnosed, pieces, with_results
from .pictures import a_patient, a_picture, an_item, several

FILES = shipped().formulary
BROKEN: Any = "neither warn nor block"  # no list knows this word: the loader refuses it, and a check must not pass it


def _with_broken(rows: str, row_id: str, field: str) -> Knowledge:
    """The shipped data with one row broken, as if it had slipped past the loader."""
    changed: dict[str, Any] = {
        rows: tuple(replace(row, **{field: BROKEN}) if row.id == row_id else row for row in getattr(FILES, rows))
    }
    return Knowledge(replace(FILES, **changed))


CASES = [
    ("E4", "cross_reactions", "CR022", "action",
     a_picture(an_item("塞来昔布", "200"), patient=a_patient(allergies=(Allergy("磺胺"),)))),
    ("E5", "interactions", "IX136", "severity", a_picture(*several("阿托伐他汀", "瑞舒伐他汀"))),
    ("E9", "contraindications", "CI063", "action", diagnosed("J45", an_item("比索洛尔", "5"))),
    ("E11", "interactions", "IX005", "severity", a_picture(*several("缬沙坦", "螺内酯"))),
    ("E15", "contraindications", "CI109", "within_days", with_results(("INR", "2", 40), items=(an_item("华法林", "3"),))),
    ("E16", "herb_rules", "TC001", "group", pieces("川乌", "半夏")),
]  # fmt: skip


def _failed(outcome: Outcome) -> set[str]:
    return {finding.check for finding in outcome.findings if finding.level is Level.FAILED}


@pytest.mark.parametrize(("of_check", "rows", "row_id", "field", "picture"), CASES, ids=[case[0] for case in CASES])
def test_a_row_that_cannot_be_judged_fails_its_check_and_no_other(
    of_check: str, rows: str, row_id: str, field: str, picture: Picture
) -> None:
    sound = check(picture, Knowledge(FILES))
    assert _failed(sound) == set()
    assert row_id in {finding.rule for finding in sound.findings}
    outcome = check(picture, _with_broken(rows, row_id, field))
    assert _failed(outcome) == {of_check}
    assert outcome.decision in (Decision.FAILED, Decision.STOP)
    covered = {each.check for each in outcome.coverage if each.covered is Covered.FAILED}
    assert covered == {of_check}
    [failed] = [finding for finding in outcome.findings if finding.level is Level.FAILED]
    assert "不能视为通过" in failed.sentence_zh
    assert "does not count as passed" in failed.sentence_en
    others = {finding.id for finding in sound.findings if finding.check != of_check}
    assert others <= {finding.id for finding in outcome.findings}


def test_a_failed_rule_does_not_hide_a_stop() -> None:
    picture = diagnosed("J45", *several("单硝酸异山梨酯", "西地那非", "比索洛尔"))
    assert check(picture, Knowledge(FILES)).decision is Decision.STOP
    outcome = check(picture, _with_broken("contraindications", "CI063", "action"))
    assert outcome.decision is Decision.STOP
    assert _failed(outcome) == {"E9"}
    assert "IX066" in {finding.rule for finding in outcome.findings}
