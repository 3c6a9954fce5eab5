"""Routes of the health summary."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.routes import Body, Routes, View
from server.foundation.work import Work

from . import health
from .health_content import Fact, Said, Source, Summary

routes = Routes()


class HealthFactView(View):
    """One statement: what, who said it (the doctor, or the patient's side), and when."""

    id: UUID
    fact: Fact
    source: Source
    at: datetime


class HealthView(View):
    """What counts today. `allergies` is null while nobody has said anything of them, empty when none is known."""

    allergies: list[HealthFactView] | None
    weight: HealthFactView | None
    height: HealthFactView | None
    pregnancy: HealthFactView | None
    pregnancy_weeks: int | None
    lactation: HealthFactView | None
    results: list[HealthFactView]
    medications: list[HealthFactView]

    @classmethod
    def of(cls, found: Summary) -> HealthView:
        """The summary as it is shown."""
        return cls(
            allergies=None if found.allergies is None else [_view(each) for each in found.allergies],
            weight=_view(found.weight) if found.weight else None,
            height=_view(found.height) if found.height else None,
            pregnancy=_view(found.pregnancy) if found.pregnancy else None,
            pregnancy_weeks=found.pregnancy_weeks,
            lactation=_view(found.lactation) if found.lactation else None,
            results=[_view(each) for each in found.results],
            medications=[_view(each) for each in found.medications],
        )


class HealthFactsBody(Body):
    """Statements, written down together."""

    facts: tuple[Fact, ...] = Field(min_length=1, max_length=50)


@routes.get("/api/patients/{patient_id}/health", may="records.read", problems=(Unknown,))
async def show_health(work: Work, patient_id: UUID) -> HealthView:
    """Allergies, measures, pregnancy, results and medicines taken, as they stand."""
    return HealthView.of(await health.health(work, PersonId(patient_id)))


@routes.post("/api/patients/{patient_id}/health", may="records.attach", status=201, problems=(Unknown,))
async def say_health(work: Work, patient_id: UUID, body: HealthFactsBody) -> HealthView:
    """Write down what the doctor found or the patient's side says."""
    await health.say(work, PersonId(patient_id), body.facts)
    return HealthView.of(await health.health(work, PersonId(patient_id)))


@routes.post("/api/health-facts/{fact_id}/withdraw", may="records.attach", problems=(Unknown,))
async def withdraw_health(work: Work, fact_id: UUID) -> None:
    """Take a statement back."""
    await health.take_back(work, fact_id)


def _view(said: Said) -> HealthFactView:
    return HealthFactView(id=said.id, fact=said.fact, source=said.source, at=said.at)
