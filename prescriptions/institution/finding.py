"""Use case: find a drug while typing, in the formulary and in the own institution's list at once, one hit for each drug."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from prescriptions import store_formulary as store
from prescriptions.formulary.entries import Drug
from prescriptions.formulary.knowledge import shipped
from prescriptions.formulary.search import DrugSearch, spoken
from prescriptions.formulary.spelling import plain
from prescriptions.model_formulary import InstitutionDrug
from server.foundation.work import Work

MOST_HITS: Final = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A drug of the formulary, or a product that it does not hold; and the institution's products of it, stocked first."""

    drug: Drug | None
    products: tuple[InstitutionDrug, ...]


async def find_drugs(work: Work, text: str, limit: int = MOST_HITS) -> list[Hit]:
    """The drugs that fit: those the institution lists first, then the rest of the formulary."""
    wanted = plain(text)
    if not wanted:
        return []
    search = await asyncio.to_thread(_search)  # the first time it is made, from the pinyin of every name
    organisation_id = work.actor.organisation
    typed = await store.matching(work.session, organisation_id, wanted, limit)
    ids = dict.fromkeys([drug.id for drug in search.find(text, limit)] + [row.drug_id for row in typed if row.drug_id])
    products = _by_drug(await store.of_drugs(work.session, organisation_id, list(ids)))
    known = [Hit(shipped().drug(drug_id), products.get(drug_id, ())) for drug_id in ids]
    strange = [Hit(None, (row,)) for row in typed if row.drug_id is None]
    listed = [hit for hit in known if hit.products]
    return [*listed, *(hit for hit in known if not hit.products), *strange][:limit]


def find_herbs(text: str, limit: int = MOST_HITS) -> list[str]:
    """The pieces of Chinese medicine whose name or initials begin or hold what is typed."""
    wanted = plain(text)
    if not wanted:
        return []
    fitting = [(rank, len(herb), herb) for herb, ways in _herbs() if (rank := _rank(ways, wanted)) is not None]
    return [herb for _, _, herb in sorted(fitting)][:limit]


def _rank(ways: tuple[str, ...], wanted: str) -> int | None:
    if any(way.startswith(wanted) for way in ways):
        return 0
    return 1 if any(wanted in way for way in ways) else None


@cache
def _search() -> DrugSearch:
    return DrugSearch(shipped())


@cache
def _herbs() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((herb, (plain(herb), *spoken(herb))) for herb in shipped().herbs)


def _by_drug(rows: Sequence[InstitutionDrug]) -> dict[str, tuple[InstitutionDrug, ...]]:
    found: defaultdict[str, list[InstitutionDrug]] = defaultdict(list)
    for row in rows:
        if row.drug_id:
            found[row.drug_id].append(row)
    return {drug_id: tuple(each) for drug_id, each in found.items()}
