"""Routes of chronic care: confirming a plan, renewing, continuing, the calendar, labels."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import Body, Query, Routes, View
from server.foundation.work import Work

from . import views
from .access import Party
from .chronic import confirming, continuing, medications, renewing
from .chronic.calendar import When
from .chronic.confirming import Plan
from .chronic.errors import (
    NothingToConfirm,
    NotRenewable,
    PlanChanged,
    RenewalAsked,
    RenewalTooEarly,
    RenewalTooLate,
)
from .chronic.medications import Medications
from .content import Line, PrescribedDiagnosis
from .errors import AutomatedPrescribing, NotAnUpperPrescription, NotPrescribingNow, RecordNotHeld, RegimenTooOld
from .formulary.knowledge import shipped
from .views import PrescriptionView

routes = Routes()
_WRITING = (AutomatedPrescribing, NotPrescribingNow, RecordNotHeld, Unknown)


class LongTermPlanView(View):
    """A long-term plan as the patient confirms it; send `digest` back."""

    prescription_id: UUID
    number: str
    visit_id: UUID
    days: int | None
    diagnoses: tuple[PrescribedDiagnosis, ...]
    items: tuple[Line, ...]
    assessment: str
    digest: str
    needed: bool
    confirmed_at: datetime | None

    @classmethod
    def of(cls, plan: Plan) -> LongTermPlanView:
        """The plan as it is shown."""
        content, prescription = plan.content, plan.prescription
        return cls(
            prescription_id=prescription.id,
            number=prescription.number,
            visit_id=prescription.visit_id,
            days=content.days,
            diagnoses=content.diagnoses,
            items=content.items,
            assessment=content.assessment,
            digest=plan.digest,
            needed=plan.needed,
            confirmed_at=plan.confirmed_at,
        )


class ConfirmPlanBody(Body):
    """The plan that was read."""

    digest: str = Field(min_length=64, max_length=64)


class RenewalView(View):
    """A request for more: asked, accepted (book a follow-up), declined, drawn (`drawn_id`), lapsed."""

    id: UUID
    prescription_id: UUID
    number: str
    patient_id: UUID
    patient: str
    doctor_id: UUID
    doctor: str
    organisation_id: UUID
    status: str
    asked_at: datetime
    words: str
    decided_at: datetime | None
    answer: str
    drawn_id: UUID | None

    @classmethod
    def of(cls, asked: renewing.Asked) -> RenewalView:
        """The request as it is shown."""
        row = asked.renewal
        return cls(
            id=row.id,
            prescription_id=row.prescription_id,
            number=asked.prescription.number,
            patient_id=row.patient_id,
            patient=asked.patient,
            doctor_id=row.doctor_id,
            doctor=asked.doctor,
            organisation_id=row.organisation_id,
            status=row.status,
            asked_at=row.asked_at,
            words=asked.words,
            decided_at=row.decided_at,
            answer=asked.answer,
            drawn_id=row.drawn_id,
        )


class AskRenewalBody(Body):
    """Of which prescription, and how it goes."""

    prescription_id: UUID
    words: str = Field("", max_length=500)


class RenewalAnswerBody(Body):
    """Words for the patient."""

    words: str = Field("", max_length=500)


class DeclineRenewalBody(Body):
    """Why not."""

    words: Annotated[str, Field(min_length=2, max_length=500)]


class DrawRenewalBody(Body):
    """In which visit."""

    visit_id: UUID


class ContinuationBody(Body):
    """Which prescription is continued."""

    prescription_id: UUID


class MedicationDoseView(View):
    """Something to take: when, what, how much."""

    when: When
    prescription_id: UUID
    item_id: UUID
    name: str
    dose: str
    note: str


class MedicationDayView(View):
    """A day of the calendar."""

    day: date
    doses: list[MedicationDoseView]


class MedicationSupplyView(View):
    """How long a drug lasts; `may_renew`: more may be asked for now."""

    prescription_id: UUID
    number: str
    item_id: UUID
    name: str
    dose: str
    ends_on: date
    remaining_days: int
    may_renew: bool


class MedicationsView(View):
    """One person's medicines: today and the coming days, and what runs out when."""

    patient_id: UUID
    patient: str
    days: list[MedicationDayView]
    supplies: list[MedicationSupplyView]

    @classmethod
    def of(cls, found: Medications) -> MedicationsView:
        """The calendar as it is shown."""
        days = [
            MedicationDayView(
                day=each.day,
                doses=[
                    MedicationDoseView(
                        when=dose.when,
                        prescription_id=dose.course.prescription_id,
                        item_id=dose.course.item_id,
                        name=dose.course.name,
                        dose=dose.course.dose,
                        note=dose.course.note,
                    )
                    for dose in each.doses
                ],
            )
            for each in found.days
        ]
        supplies = [MedicationSupplyView.model_validate(each) for each in found.supplies]
        return cls(patient_id=found.patient_id, patient=found.patient, days=days, supplies=supplies)


class DrugLabelView(View):
    """One drug in plain words."""

    line: int
    name: str
    text: str
    mind: tuple[str, ...]


class DrugLabelsView(View):
    """A prescription in plain words, in the asker's language."""

    prescription_id: UUID
    number: str
    labels: list[DrugLabelView]
    data_notice: str | None


class WhoseMedications(Query):
    """Whose; empty: everybody's whose side the asker is."""

    patient_id: UUID | None = None


@routes.get("/api/plans", may="prescriptions.receive")
async def list_plans(work: Work) -> list[LongTermPlanView]:
    """The long-term plans that wait for the patient's confirmation."""
    return [LongTermPlanView.of(each) for each in await confirming.plans_waiting(work)]


@routes.get("/api/prescriptions/{prescription_id}/plan", may="prescriptions.list", problems=(Unknown,))
async def show_plan(work: Work, prescription_id: UUID) -> LongTermPlanView:
    """A plan, for the patient's side and its doctor."""
    return LongTermPlanView.of(await confirming.plan(work, prescription_id))


@routes.post(
    "/api/prescriptions/{prescription_id}/plan/confirm",
    may="prescriptions.receive",
    problems=(NothingToConfirm, PlanChanged, Unknown),
)
async def confirm_plan(work: Work, prescription_id: UUID, body: ConfirmPlanBody) -> LongTermPlanView:
    """Confirm a long-term plan of more than four weeks."""
    return LongTermPlanView.of(await confirming.confirm(work, prescription_id, body.digest))


@routes.get("/api/renewals", may="prescriptions.list")
async def list_renewals(work: Work) -> list[RenewalView]:
    """A doctor's open requests; what the patient's side has asked for."""
    return [RenewalView.of(each) for each in await renewing.mine(work)]


@routes.post(
    "/api/renewals",
    may="prescriptions.receive",
    status=201,
    problems=(NotRenewable, RenewalTooEarly, RenewalTooLate, RenewalAsked, Unknown),
)
async def ask_renewal(work: Work, body: AskRenewalBody) -> RenewalView:
    """Ask the doctor for more."""
    return RenewalView.of(await renewing.ask(work, body.prescription_id, body.words))


@routes.post("/api/renewals/{renewal_id}/accept", may="prescriptions.write", problems=(NotInThisState, Unknown))
async def accept_renewal(work: Work, renewal_id: UUID, body: RenewalAnswerBody) -> RenewalView:
    """Say yes: the patient is told to book a follow-up."""
    return RenewalView.of(await renewing.accept(work, renewal_id, body.words))


@routes.post("/api/renewals/{renewal_id}/decline", may="prescriptions.write", problems=(NotInThisState, Unknown))
async def decline_renewal(work: Work, renewal_id: UUID, body: DeclineRenewalBody) -> RenewalView:
    """Say no, and why."""
    return RenewalView.of(await renewing.decline(work, renewal_id, body.words))


@routes.post(
    "/api/renewals/{renewal_id}/draft",
    may="prescriptions.write",
    status=201,
    problems=(NotInThisState, *_WRITING),
)
async def draw_renewal(work: Work, renewal_id: UUID, body: DrawRenewalBody) -> PrescriptionView:
    """In the follow-up: a draft with the original's lines, linked to it."""
    drawn = await renewing.draw(work, renewal_id, body.visit_id)
    return await views.of_prescription(work, drawn, Party.PRESCRIBER)


@routes.post(
    "/api/visits/{visit_id}/continuations",
    may="prescriptions.write",
    status=201,
    problems=(NotAnUpperPrescription, RegimenTooOld, *_WRITING),
)
async def continue_prescription(work: Work, visit_id: UUID, body: ContinuationBody) -> PrescriptionView:
    """延伸处方: continue an upper hospital's long-term prescription, with its drugs only."""
    drawn = await continuing.continue_it(work, visit_id, body.prescription_id)
    return await views.of_prescription(work, drawn, Party.PRESCRIBER)


@routes.get("/api/medications", may="prescriptions.receive", problems=(Unknown,))
async def show_medications(work: Work, query: WhoseMedications) -> list[MedicationsView]:
    """What is taken today and in the coming days, and how long it lasts."""
    patient_id = PersonId(query.patient_id) if query.patient_id else None
    return [MedicationsView.of(each) for each in await medications.medications(work, patient_id)]


@routes.get("/api/prescriptions/{prescription_id}/label", may="prescriptions.read", problems=(Unknown,))
async def show_label(work: Work, prescription_id: UUID) -> DrugLabelsView:
    """The prescription in plain words."""
    prescription, found = await medications.label(work, prescription_id)
    english = work.language == "en"
    shown = [
        DrugLabelView(
            line=each.line,
            name=each.name,
            text=each.en if english else each.zh,
            mind=each.mind_en if english else each.mind_zh,
        )
        for each in found
    ]
    return DrugLabelsView(
        prescription_id=prescription.id,
        number=prescription.number,
        labels=shown,
        data_notice=shipped().unsigned_notice,
    )
