"""Every row of the drug data is met by some prescription: a rule nobody can meet protects nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Protocol

import pytest

from prescriptions.checks.picture import Picture
from prescriptions.formulary.knowledge import Knowledge, shipped

from . import every_row
from .pictures import checked


class _Row(Protocol):
    @property
    def id(self) -> str: ...


KNOWN = shipped()
FILES = KNOWN.formulary
ROWS_AT_LEAST = {
    "interactions": 327,
    "contraindications": 263,
    "allergy classes": 26,
    "cross-reactions": 75,
    "herbs": 529,
}


def _is_reached(row: _Row, pictures: Iterable[Picture]) -> bool:
    """Whether a finding names the row: as its rule, or an allergy class as what tells it apart."""
    return any(row.id in (finding.rule, finding.key) for picture in pictures for finding in checked(picture).findings)


def _unreached(rows: Iterable[_Row], pictures_of: Callable[..., Iterator[Picture]], *more: Knowledge) -> list[str]:
    return [row.id for row in rows if not _is_reached(row, pictures_of(row, *more))]


@pytest.mark.parametrize(
    ("called", "rows", "pictures_of", "more"),
    [
        ("interactions", FILES.interactions, every_row.meeting, (KNOWN,)),
        ("contraindications", (*FILES.contraindications, *FILES.readings), every_row.contraindicated, (KNOWN,)),
        ("allergy classes", FILES.allergy_classes, every_row.of_class, ()),
        ("cross-reactions", FILES.cross_reactions, every_row.allergic, (KNOWN,)),
        ("herbs", FILES.herb_rules, every_row.with_herb, (KNOWN,)),
    ],
)
def test_every_row_is_met_by_some_prescription(
    called: str, rows: tuple[_Row, ...], pictures_of: Callable[..., Iterator[Picture]], more: tuple[Knowledge, ...]
) -> None:
    assert len(rows) >= ROWS_AT_LEAST[called]
    assert _unreached(rows, pictures_of, *more) == []


def test_the_search_would_notice_a_row_that_nobody_meets() -> None:
    kept = next(row for row in FILES.interactions if row.id == "IX066")
    assert _unreached([kept], every_row.meeting, KNOWN) == []
    unheard = replace(kept, id="IX999")
    assert _unreached([unheard], every_row.meeting, KNOWN) == ["IX999"]


def test_a_subject_that_is_no_drug_is_named_and_explained_and_met_by_the_words_people_use() -> None:
    subjects = {name for row in FILES.interactions for name in (row.subject_a, row.subject_b)}
    subjects |= {row.drug_id for row in FILES.herb_rules if row.drug_id}
    no_drugs = {name for name in subjects if not every_row.drugs_of(name, KNOWN)}
    assert no_drugs == {"alcohol", "iodinated_contrast", "bromide_iodide", "chlorphenamine"}
    for name in no_drugs:
        substance = KNOWN.substances[name]
        assert "no drug of the list" in substance.explanation
        assert {KNOWN.id_of(word) for word in (substance.name_zh, substance.name_en, *substance.names)} == {name}
