"""Invented drug data of any size, for measuring how the checks' cost grows with the data. No figure here means anything.

The 25 drugs of the measured picture and the rules among them are the same in every size; what grows is everything else:
drugs nobody prescribed here and interactions between them, or between them and ours. So a slower check is a slower search,
never more to say.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Final

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
from prescriptions.formulary.entries import (
    Action,
    Condition,
    Confidence,
    Contraindication,
    Drug,
    Interaction,
    Severity,
)
from prescriptions.formulary.knowledge import Knowledge, shipped

PRESCRIBED: Final = 5
TAKEN: Final = 20
_OURS: Final = PRESCRIBED + TAKEN
_AMONG_OURS: Final = 12  # interactions among the picture's own drugs
_PER_CLASS: Final = 10  # drugs in a class
_NOW: Final = datetime(2026, 11, 22, 2, tzinfo=UTC)


def knowledge_of(drugs: int, interactions: int, seed: int = 1) -> Knowledge:
    """Knowledge of so many drugs and interactions beside the shipped rules of herbs and allergies; same seed, same data."""
    if drugs < _OURS or interactions < _AMONG_OURS:
        raise ValueError(f"at least {_OURS} drugs and {_AMONG_OURS} interactions")
    own = shipped()
    made = tuple(_drug(number) for number in range(drugs))
    formulary = replace(
        own.formulary,
        drugs=made,
        names=(),
        interactions=(*_interactions(drugs, interactions, seed),),
        contraindications=tuple(rule for number in range(drugs) for rule in _contraindications(number)),
        readings=(),
        indications=(),
        flags=(),
        look_alikes=(),
    )
    return Knowledge(formulary, {"I10": "HTN"})


def picture_of(knowledge: Knowledge) -> Picture:
    """Five drugs for a patient who takes twenty others, with results and diagnoses, so that every check has work."""
    drugs = list(knowledge.drugs.values())[:_OURS]
    return Picture(
        now=_NOW,
        patient=PatientPicture(
            age=71,
            sex=Sex.FEMALE,
            weight_kg=Decimal(58),
            diagnoses=tuple(Diagnosis(code) for code in ("I10", "E11.9", "I50.9", "N18", "M10")),
            results=tuple(
                Result(code, Decimal(value), unit, _NOW - timedelta(days=20))
                for code, value, unit in (
                    ("肌酐", 130, "μmol/L"),
                    ("K", 4, "mmol/L"),
                    ("INR", 2, ""),
                    ("WBC", 6, "10^9/L"),
                )
            ),
        ),
        items=tuple(
            Item(line, drug.name_zh, drug.id, Decimal(10), "mg", "PO", "qd", 7, local=Local())
            for line, drug in enumerate(drugs[:PRESCRIBED], 1)
        ),
        prescriber=PrescriberPicture(PrescriberKind.HUMAN, is_doctor=True, may_practise_online=True, grade_known=True),
        setting=Setting(follow_up=True, record_opened=True),
        current=tuple(Taking(drug.name_zh, drug.id, 30, Decimal(10), "mg", "PO", "qd") for drug in drugs[PRESCRIBED:]),
    )


def _drug(number: int) -> Drug:
    model = next(iter(shipped().drugs.values()))
    return replace(
        model,
        id=f"invented_{number}",
        name_en=f"Invented drug {number}",
        name_zh=f"虚构药{number}",
        atc=f"X{number // 100:02d}XX{number % 100:02d}",
        classes=(f"INVENTED_{number // _PER_CLASS}" if number >= _OURS else f"OURS_{number}",),
        components=(),
        usual_daily_min=Decimal(5),
        usual_daily_max=Decimal(40),
        max_daily=Decimal(80),
    )


def _interactions(drugs: int, wanted: int, seed: int) -> Iterator[Interaction]:
    """First those among the picture's drugs; then pairs of which at most one is of the picture, a tenth between classes."""
    ours = list(combinations(range(_OURS), 2))
    step = len(ours) // _AMONG_OURS
    for place in range(_AMONG_OURS):
        one, other = ours[place * step]
        yield _interaction(place, f"invented_{one}", f"invented_{other}")
    chance = random.Random(seed)  # noqa: S311 - invented data, nothing secret
    first_free_class = -(-_OURS // _PER_CLASS)
    last_class = (drugs - 1) // _PER_CLASS
    for place in range(_AMONG_OURS, wanted):
        if place % 10 == 0 and last_class > first_free_class:
            one, other = (chance.randint(first_free_class, last_class) for _ in range(2))
            yield _interaction(place, f"class:INVENTED_{one}", f"class:INVENTED_{other}")
        else:
            one, other = chance.randrange(drugs), chance.randrange(min(_OURS, drugs - 1), drugs)
            yield _interaction(place, f"invented_{one}", f"invented_{other}")


def _interaction(place: int, one: str, other: str) -> Interaction:
    severity = list(Severity)[place % len(Severity)]
    words = ("invented", "invented", "虚构", "虚构")
    return Interaction(f"IX{place}", one, other, severity, *words, Confidence.LOW)


def _contraindications(number: int) -> Iterator[Contraindication]:
    """Two of each drug: one by a diagnosis, one by kidney function."""
    subject = f"invented_{number}"
    words = ("invented", "虚构", Confidence.LOW)
    yield Contraindication(
        f"CI{number}a", subject, Condition.DIAGNOSIS, None, ("I50",), (), None, None, Action.WARN, *words
    )
    yield Contraindication(
        f"CI{number}b", subject, Condition.EGFR_BELOW, Decimal(45), (), (), None, Decimal(5), Action.WARN, *words
    )
