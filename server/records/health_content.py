"""What the health summary holds, as it is said, kept and shown; and what of many statements counts today. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, TypeAdapter, WithJsonSchema

from server.foundation.clock import day_of

_SHORT: Final = 200
_TERM_WEEKS: Final = 44  # a pregnancy told of longer ago is over
_LACTATION: Final = timedelta(days=730)

# A measure is a number in JSON, read and written alike.
_Measure = Annotated[
    Decimal, PlainSerializer(float, return_type=float, when_used="json"), WithJsonSchema({"type": "number"})
]


class Source(StrEnum):
    """Who said it: a doctor who treats the patient, or the patient's own side."""

    DOCTOR = "doctor"
    PATIENT = "patient"


class _Fact(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)


class Allergy(_Fact):
    """An allergy to a class (AL01), a drug (its id) or something by name, and what happened."""

    kind: Literal["allergy"]
    to: str = Field(min_length=1, max_length=_SHORT)
    name: str = Field("", max_length=_SHORT)
    reaction: str = Field("", max_length=_SHORT)


class NoKnownAllergy(_Fact):
    """Asked, and none is known: not the same as not asked."""

    kind: Literal["no_known_allergy"]


class Weight(_Fact):
    """Body weight."""

    kind: Literal["weight"]
    kg: _Measure = Field(ge=Decimal("0.5"), le=400, decimal_places=1)


class Height(_Fact):
    """Body height."""

    kind: Literal["height"]
    cm: _Measure = Field(ge=20, le=260, decimal_places=1)


class Pregnancy(_Fact):
    """Whether the patient is pregnant, and in which week on the day it was said."""

    kind: Literal["pregnancy"]
    pregnant: bool
    weeks: int | None = Field(None, ge=0, le=_TERM_WEEKS)


class Lactation(_Fact):
    """Whether the patient breast-feeds."""

    kind: Literal["lactation"]
    lactating: bool


class Result(_Fact):
    """One laboratory result: a LOINC code where there is one, the value as written, its unit and day."""

    kind: Literal["result"]
    code: str = Field(min_length=1, max_length=40)
    name: str = Field("", max_length=_SHORT)
    value: str = Field(min_length=1, max_length=40)
    unit: str = Field("", max_length=30)
    on: date


class Medication(_Fact):
    """Something the patient takes that no prescription here tells of."""

    kind: Literal["medication"]
    name: str = Field(min_length=1, max_length=_SHORT)
    drug_id: str | None = Field(None, max_length=80)
    dose: str = Field("", max_length=_SHORT, description="As the patient tells it")
    until: date | None = None


Fact = Annotated[
    Allergy | NoKnownAllergy | Weight | Height | Pregnancy | Lactation | Result | Medication,
    Field(discriminator="kind"),
]
FACT: Final[TypeAdapter[Fact]] = TypeAdapter(Fact)


@dataclass(frozen=True, slots=True)
class Said:
    """A fact with who said it when."""

    id: UUID
    fact: Fact
    source: Source
    said_by: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """What counts today: of measures and states the latest, of lists everything that was not withdrawn.

    `allergies` is None while nobody has said anything of allergies; empty when none is known.
    """

    allergies: tuple[Said, ...] | None
    weight: Said | None
    height: Said | None
    pregnancy: Said | None
    pregnancy_weeks: int | None
    lactation: Said | None
    results: tuple[Said, ...]
    medications: tuple[Said, ...]


def summary(said: Iterable[Said], today: date) -> Summary:
    """The summary of statements in the order in which they were made.

    An allergy stands beside a later "none known" until it is withdrawn: forgetting one is the graver mistake. Rule: records-2
    """
    by_kind: dict[str, list[Said]] = {}
    for each in said:
        by_kind.setdefault(each.fact.kind, []).append(each)

    def latest(kind: str) -> Said | None:
        return by_kind[kind][-1] if by_kind.get(kind) else None

    pregnancy = _still_pregnant(latest("pregnancy"), today)
    lactation = latest("lactation")
    if lactation is not None and today - day_of(lactation.at) > _LACTATION:
        lactation = None
    allergies = by_kind.get("allergy", [])
    asked = bool(allergies or by_kind.get("no_known_allergy"))
    return Summary(
        allergies=tuple(allergies) if asked else None,
        weight=latest("weight"),
        height=latest("height"),
        pregnancy=pregnancy,
        pregnancy_weeks=_weeks(pregnancy, today),
        lactation=lactation,
        results=tuple(by_kind.get("result", ())),
        medications=tuple(each for each in by_kind.get("medication", ()) if _is_taken(each, today)),
    )


def _still_pregnant(said: Said | None, today: date) -> Said | None:
    """A statement from before the longest pregnancy says nothing of today."""
    if said is None or today - day_of(said.at) > timedelta(weeks=_TERM_WEEKS):
        return None
    return None if (_weeks(said, today) or 0) > _TERM_WEEKS else said


def _weeks(said: Said | None, today: date) -> int | None:
    """The week of pregnancy today."""
    if said is None or not isinstance(said.fact, Pregnancy) or not said.fact.pregnant or said.fact.weeks is None:
        return None
    return said.fact.weeks + (today - day_of(said.at)).days // 7


def _is_taken(said: Said, today: date) -> bool:
    fact = said.fact
    return isinstance(fact, Medication) and (fact.until is None or fact.until >= today)
