"""The checks of a prescription, timed: with the shipped data, and with a hundred drugs beside ten thousand.

Prescriptions are drawn by lot from drugs that may be prescribed online; grown data keep every rule that the measured drugs meet
and add rules about them and others, so both sizes find the same and only the looking could cost more.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from prescriptions.checks.engine import check
from prescriptions.checks.picture import (
    Allergy,
    Diagnosis,
    Item,
    PatientPicture,
    Picture,
    PrescriberKind,
    PrescriberPicture,
    Result,
    Setting,
    Sex,
    Taking,
)
from prescriptions.formulary.entries import Drug, Formulary, Interaction
from prescriptions.formulary.knowledge import Knowledge, shipped

from .figures import percentile

ITEMS: Final = 5
TAKEN: Final = 20
_PICTURES: Final = 50
_SMALL: Final = (100, 100)
_BIG: Final = (10_000, 100_000)
_NOW: Final = datetime(2026, 11, 23, 2, tzinfo=UTC)
_OFTEN: Final = {1: "qd", 2: "bid", 3: "tid", 4: "qid"}


@dataclass(frozen=True, slots=True)
class Timed:
    """One size of the data and how long a full check took with it."""

    name: str
    drugs: int
    interactions: int
    times_ms: Sequence[float]

    @property
    def p50_ms(self) -> float:
        """The half."""
        return percentile(self.times_ms, 0.50)

    @property
    def p99_ms(self) -> float:
        """All but one in a hundred."""
        return percentile(self.times_ms, 0.99)


def measured(times: int) -> tuple[Timed, Timed, Timed]:
    """The shipped data, the small and the grown, so many checks of each, in turns."""
    random = Random(1)  # noqa: S311  # the same prescriptions each time, no secret
    formulary = shrunk(shipped().formulary, *_SMALL)
    small = Knowledge(formulary)
    spoken_of = [drug for drug in formulary.drugs if small.has_interactions(drug.id)]  # covered at either size
    drawn = [a_picture(random, spoken_of) for _ in range(_PICTURES)]
    sizes = [shipped(), small, Knowledge(grown(formulary, *_BIG, random))]
    for picture in drawn:
        found = [{each.id for each in check(picture, knowledge).findings} for knowledge in sizes[1:]]
        assert found[0] == found[1], "both sizes must find the same, or the comparison means nothing"
    gc.collect()
    gc.freeze()  # a server's data are as old as the process; what a check makes itself is still collected
    taken: list[list[float]] = [[], [], []]
    for number in range(times):
        picture = drawn[number % _PICTURES]
        for knowledge, into in zip(sizes, taken, strict=True):
            begun = time.perf_counter()
            check(picture, knowledge)
            into.append((time.perf_counter() - begun) * 1000)
    gc.unfreeze()
    names = ("shipped data", "a hundred drugs", "ten thousand drugs")
    return tuple(_timed(name, each, into) for name, each, into in zip(names, sizes, taken, strict=True))  # type: ignore[return-value]  # three sizes


def _timed(name: str, knowledge: Knowledge, times_ms: Sequence[float]) -> Timed:
    return Timed(name, len(knowledge.drugs), len(knowledge.formulary.interactions), times_ms)


def shrunk(formulary: Formulary, drugs: int, interactions: int) -> Formulary:
    """Only so many drugs, those of everyday prescriptions first, and only so many interactions, those between them first."""
    kept = tuple(sorted(formulary.drugs, key=lambda drug: not _everyday(drug)))[:drugs]
    ids = {drug.id for drug in kept}
    subjects = {subject for drug in kept for subject in drug.subjects}
    met = sorted(formulary.interactions, key=lambda rule: not {rule.subject_a, rule.subject_b} <= subjects)
    return replace(
        formulary,
        drugs=kept,
        names=tuple(name for name in formulary.names if name.drug_id in ids),
        interactions=tuple(met[:interactions]),
    )


def grown(formulary: Formulary, drugs: int, interactions: int, random: Random) -> Formulary:
    """As many drugs and interactions as wanted: further ones like those there are, and rules between any two not both old."""
    old = formulary.drugs
    new = [_another(old[number % len(old)], number) for number in range(drugs - len(old))]
    ids = [drug.id for drug in (*old, *new)]
    known, rules = len(old), list(formulary.interactions)
    while len(rules) < interactions:
        one, other = random.randrange(known, len(ids)), random.randrange(len(ids))
        if one != other:
            model = formulary.interactions[len(rules) % len(formulary.interactions)]
            rules.append(_between(model, len(rules), ids[one], ids[other]))
    return replace(formulary, drugs=(*old, *new), interactions=tuple(rules))


def _another(drug: Drug, number: int) -> Drug:
    return replace(
        drug,
        id=f"{drug.id}-{number}",
        name_en=f"{drug.name_en} {number}",
        name_zh=f"{drug.name_zh}{number}",
        components=tuple(f"{each}-{number}" for each in drug.components),
    )


def _between(model: Interaction, number: int, one: str, other: str) -> Interaction:
    return replace(model, id=f"XX{number}", subject_a=one, subject_b=other)


def _everyday(drug: Drug) -> bool:
    return drug.online and not drug.is_weekly and drug.route == "PO" and int(drug.times_per_day) in _OFTEN


def a_picture(random: Random, drugs: Iterable[Drug]) -> Picture:
    """Five drugs for somebody old who takes twenty: no two the same."""
    chosen = random.sample([drug for drug in drugs if _everyday(drug)], ITEMS + TAKEN)
    return Picture(
        now=_NOW,
        patient=PatientPicture(
            age=random.randrange(60, 85),
            sex=random.choice(list(Sex)),
            weight_kg=Decimal(random.randrange(45, 90)),
            height_cm=Decimal(165),
            pregnant=False,
            lactating=False,
            allergies=(Allergy("青霉素类", "皮疹"), Allergy("磺胺类", "皮疹")),
            diagnoses=(
                Diagnosis("I10", "高血压"),
                Diagnosis("E11.9", "2型糖尿病"),
                Diagnosis("N18.3", "慢性肾脏病3期"),
            ),
            results=(
                Result("肌酐", Decimal(random.randrange(70, 180)), "μmol/L", _NOW - timedelta(days=20)),
                Result("血钾", Decimal("4.4"), "mmol/L", _NOW - timedelta(days=20)),
                Result("ALT", Decimal(35), "U/L", _NOW - timedelta(days=20)),
            ),
        ),
        items=tuple(_item(line, drug) for line, drug in enumerate(chosen[:ITEMS], 1)),
        prescriber=PrescriberPicture(PrescriberKind.HUMAN, is_doctor=True, may_practise_online=True, grade_known=True),
        setting=Setting(follow_up=True, record_opened=True),
        current=tuple(Taking(drug.name_zh, drug.id, remaining_days=10) for drug in chosen[ITEMS:]),
    )


def _item(line: int, drug: Drug) -> Item:
    often = int(drug.times_per_day)
    return Item(
        line=line,
        name=drug.name_zh,
        drug_id=drug.id,
        dose=(drug.usual_daily_min / often).quantize(Decimal("0.001")),
        unit=drug.dose_unit,
        route=drug.route,
        frequency=_OFTEN[often],
        days=7,
        quantity=Decimal(7 * often),
        quantity_unit="片",
    )
