"""The data the checks are measured with: what grows is what nobody prescribed, so the answer stays the same."""

from __future__ import annotations

import pytest

from infra.bench.formulary import PRESCRIBED, TAKEN, knowledge_of, picture_of
from prescriptions.checks.finding import Level

from .pictures import checked


def test_more_data_about_other_drugs_changes_no_answer() -> None:
    small, big = knowledge_of(100, 100), knowledge_of(2000, 5000)
    assert (len(small.drugs), len(big.drugs)) == (100, 2000)
    picture = picture_of(small)
    assert (len(picture.items), len(picture.current)) == (PRESCRIBED, TAKEN)
    assert checked(picture, big) == checked(picture_of(big), small)
    found = checked(picture, small).findings
    assert {"E7", "E9", "E11"} <= {each.check for each in found}
    assert Level.FAILED not in {each.level for each in found}


def test_too_little_data_is_refused() -> None:
    assert knowledge_of(25, 12).drugs
    with pytest.raises(ValueError, match="at least"):
        knowledge_of(24, 12)
