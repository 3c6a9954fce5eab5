"""The review sheet as the pharmacist's page sees it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from server.foundation.routes import View
from server.foundation.work import Work
from server.records.service import Allergy, Height, Lactation, Medication, Pregnancy, Result, Said, Weight

from . import views
from .access import Party
from .checks.picture import Taking
from .content import Override
from .outcomes import FindingView
from .review.sheet import Sheet
from .review.views import ReviewMessageView, SampledView
from .views import PrescriptionStepView, PrescriptionView


class KnownAllergyView(View):
    """An allergy, what happened, and whether a doctor or the patient's side says so."""

    to: str
    name: str
    reaction: str
    source: str
    at: datetime


class LabResultView(View):
    """One result of the laboratory."""

    code: str
    name: str
    value: str
    unit: str
    on: date
    source: str


class TakenView(View):
    """A medicine that the patient takes: of another prescription (its number), or as the patient tells."""

    name: str
    drug_id: str | None
    dose: float | None
    unit: str
    frequency: str
    told: str
    remaining_days: int | None
    prescription: str


class RecordedDiagnosisView(View):
    """A diagnosis of the patient's notes."""

    icd10: str
    name: str


class PatientSheetView(View):
    """What is known of the patient. `allergies` is null while nobody was asked, empty when none is known."""

    allergies: list[KnownAllergyView] | None
    results: list[LabResultView]
    medication: list[TakenView]
    diagnoses: list[RecordedDiagnosisView]
    weight_kg: float | None
    height_cm: float | None
    pregnant: bool | None
    pregnancy_weeks: int | None
    lactating: bool | None


class SheetView(View):
    """Everything side by side."""

    prescription: PrescriptionView
    patient: PatientSheetView
    findings: list[FindingView]
    overrides: list[Override]
    history: list[PrescriptionStepView]
    chat: list[ReviewMessageView]
    post_review: SampledView | None
    findings_digest: str
    claimed_by: UUID | None
    claimed_until: datetime | None
    submitted_at: datetime | None


async def of_sheet(work: Work, sheet: Sheet) -> SheetView:
    """The sheet for the reviewing pharmacist."""
    row = sheet.prescription
    prescription = await views.of_prescription(work, row, Party.REVIEWER)
    check = prescription.check
    assert check is not None, "what is in review was checked"
    return SheetView(
        prescription=prescription,
        patient=_patient(sheet),
        findings=list(check.findings),
        overrides=prescription.overrides,
        history=await views.of_steps(work, row, Party.REVIEWER),
        chat=[ReviewMessageView.model_validate(each) for each in sheet.talk],
        post_review=SampledView.model_validate(sheet.feedback) if sheet.feedback else None,
        findings_digest=check.digest,
        claimed_by=row.claimed_by,
        claimed_until=row.claimed_until,
        submitted_at=row.submitted_at,
    )


def _patient(sheet: Sheet) -> PatientSheetView:
    health = sheet.health
    weight = health.weight.fact if health.weight else None
    height = health.height.fact if health.height else None
    pregnancy = health.pregnancy.fact if health.pregnancy else None
    lactation = health.lactation.fact if health.lactation else None
    told = {each.fact.name: each.fact for each in health.medications if isinstance(each.fact, Medication)}
    return PatientSheetView(
        allergies=None if health.allergies is None else [_allergy(each) for each in health.allergies],
        results=[_result(each) for each in health.results],
        medication=[_taken(each, told) for each in sheet.taken],
        diagnoses=[RecordedDiagnosisView.model_validate(each) for each in sheet.diagnoses],
        weight_kg=float(weight.kg) if isinstance(weight, Weight) else None,
        height_cm=float(height.cm) if isinstance(height, Height) else None,
        pregnant=pregnancy.pregnant if isinstance(pregnancy, Pregnancy) else None,
        pregnancy_weeks=health.pregnancy_weeks,
        lactating=lactation.lactating if isinstance(lactation, Lactation) else None,
    )


def _allergy(said: Said) -> KnownAllergyView:
    fact = said.fact
    assert isinstance(fact, Allergy), "the summary sorts them"
    return KnownAllergyView(to=fact.to, name=fact.name, reaction=fact.reaction, source=said.source, at=said.at)


def _result(said: Said) -> LabResultView:
    fact = said.fact
    assert isinstance(fact, Result), "the summary sorts them"
    return LabResultView(
        code=fact.code, name=fact.name, value=fact.value, unit=fact.unit, on=fact.on, source=said.source
    )


def _taken(taking: Taking, told: dict[str, Medication]) -> TakenView:
    said = told.get(taking.name) if not taking.prescription else None
    return TakenView(
        name=taking.name,
        drug_id=taking.drug_id,
        dose=float(taking.dose) if taking.dose is not None else None,
        unit=taking.unit,
        frequency=taking.frequency,
        told=said.dose if said else "",
        remaining_days=taking.remaining_days,
        prescription=taking.prescription,
    )
