"""Routes between patient and pharmacist: counselling, questions, a drug that is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from server.foundation.errors import Unknown
from server.foundation.lifecycle import NotInThisState
from server.foundation.routes import Body, Routes, View
from server.foundation.work import Work

from .chronic import advising, refusing
from .chronic.errors import NotThatDrug

routes = Routes()


class CounsellingView(View):
    """What a pharmacist told the patient."""

    id: UUID
    at: datetime
    pharmacist: str
    organisation_id: UUID
    text: str


class MedicationQuestionView(View):
    """A question to the pharmacists, and its answer."""

    id: UUID
    prescription_id: UUID
    number: str
    asked_by: str
    at: datetime
    text: str
    answered_by: str | None
    answered_at: datetime | None
    answer: str | None


class DrugRefusalView(View):
    """A line that the patient does not want."""

    item_id: UUID
    line: int
    at: datetime
    reason: str


class AdviceBody(Body):
    """Words."""

    text: Annotated[str, Field(min_length=2, max_length=2000)]


class RefuseDrugBody(Body):
    """Which line, and why."""

    item_id: UUID
    reason: Annotated[str, Field(min_length=2, max_length=500)]


@routes.get("/api/prescriptions/{prescription_id}/counselling", may="prescriptions.read", problems=(Unknown,))
async def show_counselling(work: Work, prescription_id: UUID) -> list[CounsellingView]:
    """What pharmacists told the patient, the first first."""
    return [CounsellingView.model_validate(each) for each in await advising.counselling(work, prescription_id)]


@routes.post(
    "/api/prescriptions/{prescription_id}/counselling",
    may="prescriptions.advise",
    status=201,
    problems=(NotInThisState, Unknown),
)
async def write_counselling(work: Work, prescription_id: UUID, body: AdviceBody) -> list[CounsellingView]:
    """Write down what the patient was told."""
    told = await advising.counsel(work, prescription_id, body.text)
    return [CounsellingView.model_validate(each) for each in told]


@routes.get("/api/prescriptions/{prescription_id}/questions", may="prescriptions.read", problems=(Unknown,))
async def show_questions(work: Work, prescription_id: UUID) -> list[MedicationQuestionView]:
    """What the patient's side asked about it, the first first."""
    return [MedicationQuestionView.model_validate(each) for each in await advising.questions(work, prescription_id)]


@routes.post(
    "/api/prescriptions/{prescription_id}/questions",
    may="prescriptions.receive",
    status=201,
    problems=(NotInThisState, Unknown),
)
async def ask_question(work: Work, prescription_id: UUID, body: AdviceBody) -> list[MedicationQuestionView]:
    """Ask the pharmacists."""
    return [
        MedicationQuestionView.model_validate(each) for each in await advising.ask(work, prescription_id, body.text)
    ]


@routes.get("/api/medication-questions", may="prescriptions.advise")
async def list_questions(work: Work) -> list[MedicationQuestionView]:
    """What the own institution's pharmacists have not answered, the oldest first."""
    return [MedicationQuestionView.model_validate(each) for each in await advising.waiting(work)]


@routes.post(
    "/api/medication-questions/{question_id}/answer",
    may="prescriptions.advise",
    problems=(NotInThisState, Unknown),
)
async def answer_question(work: Work, question_id: UUID, body: AdviceBody) -> list[MedicationQuestionView]:
    """Answer a question."""
    return [MedicationQuestionView.model_validate(each) for each in await advising.answer(work, question_id, body.text)]


@routes.get("/api/prescriptions/{prescription_id}/refusals", may="prescriptions.read", problems=(Unknown,))
async def show_refusals(work: Work, prescription_id: UUID) -> list[DrugRefusalView]:
    """The lines that the patient does not want."""
    return [DrugRefusalView.model_validate(each) for each in await refusing.refusals(work, prescription_id)]


@routes.post(
    "/api/prescriptions/{prescription_id}/refusals",
    may="prescriptions.receive",
    status=201,
    problems=(NotThatDrug, NotInThisState, Unknown),
)
async def refuse_drug(work: Work, prescription_id: UUID, body: RefuseDrugBody) -> list[DrugRefusalView]:
    """Refuse one drug; the doctor is told."""
    refused = await refusing.refuse(work, prescription_id, body.item_id, body.reason)
    return [DrugRefusalView.model_validate(each) for each in refused]
